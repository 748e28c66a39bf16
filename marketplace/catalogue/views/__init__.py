"""The pages of the catalogue: a product's page, its specifications and variants, its records, comparing, doubting."""

from __future__ import annotations

import marketplace.catalogue.views.comparing
import marketplace.catalogue.views.doubting
import marketplace.catalogue.views.pages
import marketplace.catalogue.views.records
import marketplace.catalogue.views.specifying  # noqa: F401
from marketplace.catalogue.views.blueprint import bp

__all__ = ["bp"]
