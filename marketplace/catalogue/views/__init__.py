"""The pages of the catalogue: a product's page, its specifications and its variants."""

from __future__ import annotations

import marketplace.catalogue.views.pages
import marketplace.catalogue.views.specifying  # noqa: F401
from marketplace.catalogue.views.blueprint import bp

__all__ = ["bp"]
