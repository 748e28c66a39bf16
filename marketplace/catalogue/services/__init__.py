"""The named writes of the catalogue, a file for each kind: pages, specifications, variants, records, marks."""

from __future__ import annotations

from marketplace.catalogue.services.marks import give_mark, take_mark
from marketplace.catalogue.services.pages import ProductData, create, edit, list_, withdraw, write_page, wrong_fields
from marketplace.catalogue.services.records import (
    SERVICES,
    CertificateData,
    DeploymentData,
    record_of,
    remove_record,
    save_record,
    set_services,
)
from marketplace.catalogue.services.specifications import (
    SpecificationData,
    measured_here,
    set_specifications,
    write_specifications,
    wrong_dates,
)
from marketplace.catalogue.services.variants import VariantData, remove_variant, save_variant, variant_of

__all__ = [
    "SERVICES",
    "CertificateData",
    "DeploymentData",
    "ProductData",
    "SpecificationData",
    "VariantData",
    "create",
    "edit",
    "give_mark",
    "list_",
    "measured_here",
    "record_of",
    "remove_record",
    "remove_variant",
    "save_record",
    "save_variant",
    "set_services",
    "set_specifications",
    "take_mark",
    "variant_of",
    "withdraw",
    "write_page",
    "write_specifications",
    "wrong_dates",
    "wrong_fields",
]
