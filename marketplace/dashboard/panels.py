"""What the figures put on other pages: the targets on the home page."""

from __future__ import annotations

from typing import Any

from flask import render_template

from marketplace.dashboard import queries
from marketplace.dashboard.targets import time_passed
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.web.panels import panel


@panel("home", order=10)
def progress(_actor: Actor, _row: Any) -> str | None:
    """How far the plan's targets are."""
    return render_template("dashboard/_progress.html", standings=queries.standings(), passed=time_passed(clock.today()))
