"""The pages of scenarios: posting step by step, and checking."""

from __future__ import annotations

import marketplace.scenarios.views.checking
import marketplace.scenarios.views.pages
import marketplace.scenarios.views.steps  # noqa: F401
from marketplace.scenarios.views.blueprint import bp
from marketplace.scenarios.views.stepping import STEPS

__all__ = ["STEPS", "bp"]
