"""What the gap map puts on other pages: on the programme's page, how many requirements nobody meets in each domain."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for

from marketplace.kernel.actor import Actor
from marketplace.kernel.i18n import best
from marketplace.matching import gapmap
from marketplace.vocabulary.terms import label
from marketplace.web.panels import panel


@panel("programme", order=60)
def unmet(_actor: Actor, _row: Any) -> str | None:
    """The chart by domain with the way to the map; nothing while no challenge is published."""
    found = gapmap.current()
    if not found.gaps:
        return None
    rows = [
        {"label": best(label("domain", key)), "value": count, "url": url_for("gaps.show", domain=key, _anchor="list")}
        for key, count in gapmap.by_domain(found.gaps).items()
    ]
    return render_template("matching/_unmet.html", rows=rows, found=found, unmet=sum(row["value"] for row in rows))
