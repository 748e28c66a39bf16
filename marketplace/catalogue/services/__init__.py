"""The named writes of the catalogue, a file for each kind: pages, specifications, variants."""

from __future__ import annotations

from marketplace.catalogue.services.pages import ProductData, create, edit, list_, withdraw, write_page, wrong_fields
from marketplace.catalogue.services.specifications import (
    SpecificationData,
    measured_here,
    set_specifications,
    write_specifications,
    wrong_dates,
)
from marketplace.catalogue.services.variants import VariantData, remove_variant, save_variant, variant_of

__all__ = [
    "ProductData",
    "SpecificationData",
    "VariantData",
    "create",
    "edit",
    "list_",
    "measured_here",
    "remove_variant",
    "save_variant",
    "set_specifications",
    "variant_of",
    "withdraw",
    "write_page",
    "write_specifications",
    "wrong_dates",
    "wrong_fields",
]
