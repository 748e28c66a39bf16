"""Staff's overview: what came of direct matching, and every introduction without its contacts."""

from __future__ import annotations

from typing import Any

from flask import request

from marketplace.introductions import queries
from marketplace.introductions.models import Result
from marketplace.introductions.views.blueprint import bp
from marketplace.introductions.words import RESULTS
from marketplace.vocabulary.terms import main_domains
from marketplace.web.actor import current_actor, staff
from marketplace.web.page import page
from marketplace.web.pagination import Page, asked_page


@bp.get("/staff/introductions")
@staff("officer", "auditor")
def overview() -> Any:
    """Totals by domain and outcome, and the list."""
    actor = current_actor()
    differing = request.args.get("show") == "differing"
    where = Page(asked_page(), 0)
    rows, total = queries.all_of_them(actor, differing=differing, offset=where.offset, limit=where.per_page)
    found = {(domain, result): (n, amount) for domain, result, n, amount in queries.totals(actor)}
    known = [d.key for d in main_domains()]
    known += sorted({domain for domain, _result in found} - set(known))
    return page(
        "introductions/staff.html",
        rows=rows,
        where=Page(where.number, total),
        differing=differing,
        differ=queries.differing(actor),
        domains=known,
        found=found,
        columns=list(Result),
        results=RESULTS,
    )
