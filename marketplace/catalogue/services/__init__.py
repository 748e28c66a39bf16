"""The named writes of the catalogue, a file for each kind: pages, specifications, variants, records, media, marks, doubts, versions."""

from __future__ import annotations

from marketplace.catalogue.services.doubts import answer_doubt, close_doubt, may_doubt, raise_doubt, value_of
from marketplace.catalogue.services.marks import give_mark, take_mark
from marketplace.catalogue.services.media import (
    FILE_KINDS,
    MOST_FILES,
    MOST_PICTURES,
    MOVES,
    add_file,
    add_picture,
    describe_file,
    describe_picture,
    file_of,
    move_picture,
    picture_of,
    remove_file,
    remove_picture,
)
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
from marketplace.catalogue.services.versions import content_of

__all__ = [
    "FILE_KINDS",
    "MOST_FILES",
    "MOST_PICTURES",
    "MOVES",
    "SERVICES",
    "CertificateData",
    "DeploymentData",
    "ProductData",
    "SpecificationData",
    "VariantData",
    "add_file",
    "add_picture",
    "answer_doubt",
    "close_doubt",
    "content_of",
    "create",
    "describe_file",
    "describe_picture",
    "edit",
    "file_of",
    "give_mark",
    "list_",
    "may_doubt",
    "measured_here",
    "move_picture",
    "picture_of",
    "raise_doubt",
    "record_of",
    "remove_file",
    "remove_picture",
    "remove_record",
    "remove_variant",
    "save_record",
    "save_variant",
    "set_services",
    "set_specifications",
    "take_mark",
    "value_of",
    "variant_of",
    "withdraw",
    "write_page",
    "write_specifications",
    "wrong_dates",
    "wrong_fields",
]
