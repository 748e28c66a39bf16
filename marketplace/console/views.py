"""My desk, staff queues, audit viewer, display settings, the demo's clock, health."""

from __future__ import annotations

import hmac
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, flash, jsonify, redirect, request, url_for

from marketplace.accounts import queries as accounts
from marketplace.bids import queries as bids
from marketplace.catalogue import queries as catalogue
from marketplace.challenges import queries as challenges
from marketplace.console import health, queries, styleguide, today, words
from marketplace.infra import metrics
from marketplace.infra.jobs.services import move_clock, wake_for_the_clock
from marketplace.introductions import queries as introductions
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.i18n import lazy_gettext as _l
from marketplace.kernel.text import clean
from marketplace.organisations import queries as organisations
from marketplace.publicity import queries as publicity
from marketplace.scenarios import queries as scenarios
from marketplace.vocabulary.helpers import STATE_WORDS
from marketplace.vocabulary.parameters import parameters
from marketplace.vocabulary.terms import domains, main_domains
from marketplace.web.actor import current_actor, safe_next, signed_in, staff, workings_only
from marketplace.web.forms import Form
from marketplace.web.page import page
from marketplace.web.pagination import Page, asked_page
from marketplace.web.panels import panels

bp = Blueprint("console", __name__)
root = Blueprint("root", __name__)

QUEUE_TITLES = {
    "scenarios": _l("场景初审"),
    "admitted": _l("待发榜"),
    "organisations": _l("单位核验"),
    "opening": _l("待启封"),
    "opened": _l("待资格审查"),
    "eligibility": _l("资格审查中"),
    "evaluation": _l("评审与入围"),
    "notices": _l("公示"),
    "objections": _l("异议"),
    "doubts": _l("规格质疑"),
}
SORTS = {"": _l("最急的在前"), "waited": _l("等得久的在前"), "name": _l("按名称")}
STEPS = {
    "submitted": _l("提交过的场景"),
    "admitted": _l("已入库"),
    "listed": _l("发过榜"),
    "evaluation": _l("进入评审"),
    "shortlisted": _l("产生入围"),
}
YEAR = 365 * 24 * 3600
SHOWN = 6
"""How many of a kind stand on a desk; the rest stand on their own page."""


@bp.get("/desk")
@signed_in
def desk() -> Any:
    """What needs me today, and everything of mine with its state."""
    actor = current_actor()
    own = organisations.mine(actor)
    sells = any(o.is_vendor for o in own)
    waiting = queries.queues(actor) if "officer" in actor.roles else {}
    owns = any(o.is_owner or o.is_service_body for o in own)
    tallies = queries.tallies(actor, owns=owns, sells=sells)
    mine: dict[str, Any] = {
        "organisations": own,
        "scenarios": scenarios.mine(actor, SHOWN, unlisted=True) if owns else [],
        "owned": challenges.of_owner(actor, SHOWN) if owns else [],
        "bids": bids.mine(actor, SHOWN) if sells else [],
        "watched": challenges.watched(actor, 10) if tallies["watched"] else [],
        "introductions": introductions.waiting(actor) if tallies["introduction"] else [],
    }
    return page(
        "console/desk.html",
        **mine,
        matters=today.matters(**mine),
        products=catalogue.newest(actor, SHOWN) if sells else [],
        tallies=tallies,
        unread=tallies["unread"].get("", 0),
        objections=publicity.my_objections(actor) if tallies["objection"] and not actor.is_staff else [],
        waiting=waiting,
        urgent=queries.most_urgent(waiting, SHOWN),
        funnel=[{"label": str(STEPS[key]), "value": n} for key, n in queries.funnel()] if waiting else [],
        more=panels("desk", actor, own),
        titles=QUEUE_TITLES,
        parameters=parameters(),
    )


@bp.get("/staff/<name>")
@staff("officer")
def queue(name: str) -> Any:
    """One queue with age and deadline."""
    if name not in queries.QUEUES:
        raise NotFound()
    actor = current_actor()
    counts = queries.queues(actor)
    asked = clean(request.args.get("q", ""))[:100]
    sort = request.args.get("sort", "")
    sort = sort if sort in SORTS else ""
    return page(
        "console/queue.html",
        name=name,
        items=queries.arranged(counts[name], asked, sort),
        counts=counts,
        asked=asked,
        sort=sort,
        sorts=SORTS,
        titles=QUEUE_TITLES,
        parameters=parameters(),
    )


@bp.get("/audit")
@staff("auditor", "administrator")
def audit() -> Any:
    """What was done, by whom, when."""
    actor = current_actor()
    subject = clean(request.args.get("subject", ""))[:40]
    number = asked_page()
    rows, total = queries.audit(actor, subject=subject, offset=(number - 1) * 50, limit=50)
    names = accounts.names([r.actor_id for r in rows if r.actor_id])
    where = Page(number, total, 50)
    return page(
        "console/audit.html", rows=rows, names=names, where=where, subjects=queries.subjects(actor), subject=subject, words=words
    )  # fmt: skip


@bp.post("/display")
def display() -> Any:
    """Colours and size of letters, for people without script."""
    form = Form()
    back = safe_next(request.form.get("next")) or url_for("discovery.home")
    response = redirect(back)
    if form.validate_on_submit():
        theme, size = request.form.get("theme"), request.form.get("text")
        if theme in ("light", "dark", "auto"):
            response.set_cookie("theme", theme, max_age=YEAR, samesite="Lax")
        if size in ("normal", "large"):
            response.set_cookie("text", size, max_age=YEAR, samesite="Lax")
    return response


@bp.post("/clock")
@workings_only
def move() -> Any:
    """Move the site's clock ahead: an hour, a day, or to just after the next deadline. Demo and development only."""
    form = Form()
    if form.validate_on_submit():
        steps = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}
        by = steps.get(request.form.get("by", ""))
        if request.form.get("by") == "deadline":
            by = _to_next_deadline()
        if by is None:
            flash(_("没有更近的截止时间了。"), "due")
        else:
            with unit_of_work():
                move_clock(by)
            wake_for_the_clock()
            flash(_("站点时间已拨快。"), "ok")
    return redirect(safe_next(request.form.get("next")) or url_for("discovery.home"))


def _to_next_deadline() -> timedelta | None:
    ends = [c.closes_at for c in challenges.closing_soon(1)] + [n.ends_at for n in publicity.running(1)]
    ahead = [e for e in ends if e is not None and e > clock.now()]
    return min(ahead) - clock.now() + timedelta(seconds=61) if ahead else None


@bp.get("/styleguide")
@workings_only
def guide() -> Any:
    """Every part in every state, for those who build pages; demo and development only."""
    drawn = Path(current_app.static_folder or "") / "img/icons.svg"
    return page(
        "console/styleguide.html",
        **styleguide.samples(),
        domains=[d.key for d in main_domains()],
        pictures=[
            (d.key, task) for d in domains().values() for task in ("", *(t.key for t in d.tasks if t.key != "other"))
        ],
        states=STATE_WORDS,
        evidence=styleguide.EVIDENCE,
        icons=re.findall(r'id="([\w-]+)"', drawn.read_text("utf-8")),
    )


@root.get("/healthz")
def healthz() -> Any:
    """The process answers."""
    return jsonify(status="ok")


@root.get("/readyz")
def readyz() -> Any:
    """Database, worker, index and outbox; 503 names what does not do its work."""
    ready, found = health.readiness()
    return jsonify(status="ready" if ready else "not ready", **found), 200 if ready else 503


@root.get("/metrics")
def figures() -> Any:
    """Figures for Prometheus: with the token of the settings, or, without one, for this machine only."""
    token = current_app.config["METRICS_TOKEN"]
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        allowed = hmac.compare_digest(given.encode(), token.encode())
    else:
        # A request that a proxy passed on comes from anywhere, whatever address it shows.
        passed_on = "X-Forwarded-For" in request.headers
        allowed = request.remote_addr in ("127.0.0.1", "::1") and not passed_on
    if not allowed:
        raise NotFound()
    body, media_type = metrics.exposition()
    return Response(body, content_type=media_type)


@root.get("/mailbox")
@workings_only
def mailbox() -> Any:
    """The mailbox at a short address."""
    return redirect(url_for("notifications.all_mail"))


@root.get("/robots.txt")
def robots() -> Response:
    """Search engines may read the public pages."""
    return Response(
        "User-agent: *\nDisallow: /zh/desk\nDisallow: /en/desk\nDisallow: /zh/staff\nDisallow: /en/staff\n",
        mimetype="text/plain",
    )


@root.get("/favicon.ico")
def favicon() -> Any:
    """The mark."""
    return redirect(url_for("static", filename="img/mark.svg"))
