"""The pages of introductions: the public list and the route, the approach, the shared page, staff's overview."""

from __future__ import annotations

import marketplace.introductions.views.between
import marketplace.introductions.views.route
import marketplace.introductions.views.staff  # noqa: F401
from marketplace.introductions.views.blueprint import bp

__all__ = ["bp"]
