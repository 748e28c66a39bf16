"""Home and the search pages."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, request
from markupsafe import Markup, escape
from werkzeug.datastructures import MultiDict

from marketplace.catalogue import queries as catalogue
from marketplace.challenges import queries as challenges
from marketplace.discovery import monthly, searching, suggesting
from marketplace.infra.search.analysis import highlight
from marketplace.infra.search.queries import Result
from marketplace.kernel.i18n import language
from marketplace.kernel.text import Text
from marketplace.publicity import queries as publicity
from marketplace.vocabulary.queries import overrides
from marketplace.vocabulary.terms import main_domains
from marketplace.web.actor import current_actor
from marketplace.web.helpers import unparted
from marketplace.web.page import page
from marketplace.web.pagination import PER_PAGE, Page, asked_page, url_with
from marketplace.web.panels import panels

bp = Blueprint("discovery", __name__)
ASKED = {
    "zh": ("防爆巡检", "乘梯送药", "冷库拣选", "夜间巡逻"),
    "en": ("explosion-proof inspection", "medicine transport", "cold-store picking", "night patrol"),
}
"""Searches to begin with, under the box on the home page."""


@bp.get("/")
def home() -> Any:
    """What this is, the five domains, what closes soon and what is new."""
    counts = challenges.open_by_domain()
    return page(
        "discovery/home.html",
        domains=main_domains(),
        counts=counts,
        total=sum(counts.values()),
        closing=challenges.closing_soon(4),
        newest=challenges.newest(4),
        notices=publicity.running(3),
        asked=ASKED[language()],
        more=panels("home", current_actor(), None),
    )


def _search(definition: searching.Page, rows: Any, template: str) -> Any:
    actor = current_actor()
    number = asked_page()
    result = searching.run(actor, definition, request.args, offset=(number - 1) * PER_PAGE, limit=PER_PAGE)
    return _found(
        definition, template, result, rows=rows(actor, result.ids), where=Page(number, result.total),
        view="table" if request.args.get("view") == "table" else "cards",
    )  # fmt: skip


def _calendar() -> Any:
    """The challenges that close in a month, in weeks."""
    actor = current_actor()
    month = monthly.asked(request.args.get("month", ""))
    definition = monthly.page_of(month)
    arguments = MultiDict(request.args)
    arguments.setlist("month", [str(month)])
    result = searching.run(actor, definition, arguments, offset=0, limit=monthly.MOST)
    rows = challenges.visible(actor, result.ids)
    return _found(
        searching.CHALLENGES, "discovery/challenges.html", result, rows=rows, where=Page(1, 0), view="calendar",
        month=month, weeks=monthly.weeks(month, rows, overrides()),
    )  # fmt: skip


def _found(definition: searching.Page, template: str, result: Result, **shown: Any) -> Any:
    """A page of results with what narrows them."""
    names = [f.name for f in definition.facets]
    chosen = {
        n: frozenset(request.args.getlist(n)) & frozenset(result.counts[n]) | _known(n, request.args.getlist(n))
        for n in names
    }
    code = language()
    facets = [
        {
            "name": n,
            "title": searching.facet_titles()[n],
            "values": [
                {"value": v, "count": c, "label": searching.value_label(n, v, code), "on": v in chosen[n]}
                for v, c in searching.ordered(n, result.counts[n], chosen[n])
            ],
        }
        for n in names
    ]
    chips = [
        {
            "label": searching.value_label(n, v, code),
            "url": url_with(**{n: [o for o in request.args.getlist(n) if o != v] or None}),
        }
        for n in names
        for v in sorted(chosen[n])
    ]

    def marked(text: Text) -> Markup:
        shown = text.best(code)
        pieces = highlight(shown, result.terms)
        html = Markup("").join(Markup("<mark>{}</mark>").format(t) if on else escape(unparted(t)) for t, on in pieces)
        if text.language_shown(code) == code:
            return html
        mark = Markup('<span lang="{}" class="foreign">{}</span>')
        return mark.format("zh-CN" if text.language_shown(code) == "zh" else "en", html)

    return page(
        template,
        result=result,
        facets=[f for f in facets if f["values"]],
        chips=chips,
        marked=marked,
        text=request.args.get("q", "")[: searching.MOST_TEXT],
        sort=request.args.get("sort", ""),
        orders=list(definition.orders),
        **shown,
    )


def _known(name: str, values: list[str]) -> frozenset[str]:
    """Chosen values that exist though nothing has them now, so that they can be taken away again."""
    known = {v for f, v in searching.VALUES if f == name} | {d.key for d in main_domains() if name == "domain"}
    return frozenset(v for v in values if v in known)


@bp.get("/challenges")
def all_challenges() -> Any:
    """Search the challenges."""
    if request.args.get("view") == "calendar":
        return _calendar()
    return _search(searching.CHALLENGES, challenges.visible, "discovery/challenges.html")


@bp.get("/products")
def all_products() -> Any:
    """Search the products."""
    return _search(searching.PRODUCTS, catalogue.visible, "discovery/products.html")


@bp.get("/notices")
def all_notices() -> Any:
    """Search the public notices."""
    return _search(searching.NOTICES, publicity.visible, "discovery/notices.html")


@bp.get("/suggest")
def suggest() -> Any:
    """What may be meant by what somebody has begun to type in a search box, for the script beside it."""
    found = suggesting.suggestions(current_actor(), request.args.get("q", ""), request.args.get("in", ""))
    return jsonify(suggesting.as_json(found))
