"""The pages of the catalogue: a product's page, its specifications and variants, its records and media, comparing, doubting, versions."""

from __future__ import annotations

import marketplace.catalogue.views.comparing
import marketplace.catalogue.views.doubting
import marketplace.catalogue.views.media
import marketplace.catalogue.views.pages
import marketplace.catalogue.views.records
import marketplace.catalogue.views.specifying
import marketplace.catalogue.views.versions  # noqa: F401
from marketplace.catalogue.views.blueprint import bp

__all__ = ["bp"]
