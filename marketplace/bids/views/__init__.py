"""The pages of bids: filling one in part by part, submitting it, and its opening."""

from __future__ import annotations

import marketplace.bids.views.pages
import marketplace.bids.views.parts  # noqa: F401
from marketplace.bids.views.blueprint import bp

__all__ = ["bp"]
