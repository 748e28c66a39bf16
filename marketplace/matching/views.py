"""Pages of the match: how the market answers a posting, who can meet a challenge, what a product suits, who complements whom."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from marketplace.catalogue import queries as catalogue
from marketplace.catalogue.states import State as ProductState
from marketplace.challenges import queries as challenges
from marketplace.challenges.content import content_of
from marketplace.challenges.models import Challenge
from marketplace.challenges.reach import FEW_VENDORS
from marketplace.fit.needs import Level, Requirement
from marketplace.fit.offers import Offer, Specification
from marketplace.kernel.actor import EDITORS, Actor
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import Forbidden, NotFound
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import clean
from marketplace.matching import queries, services
from marketplace.matching.offering import need_of, offers
from marketplace.scenarios import queries as scenarios
from marketplace.scenarios.policies import SCENARIO
from marketplace.vocabulary import entry as entries
from marketplace.vocabulary.parameters import BadValue, parameters, parse
from marketplace.web.actor import current_actor, signed_in
from marketplace.web.forms import Form
from marketplace.web.numbers import whole
from marketplace.web.page import page

bp = Blueprint("matching", __name__)
SHOWN = 10
ALL = 30


@bp.post("/scenarios/<int:scenario_id>/market")
@signed_in
def market(scenario_id: int) -> Any:
    """How the market answers the requirements as they stand in the form, saved or not."""
    actor = current_actor()
    row = scenarios.get(actor, scenario_id)
    SCENARIO.require(actor, "edit", row)
    if not Form().validate_on_submit():
        raise NotFound()
    rows = entries.read(request.form, ("op", "level", "weight"), lists=request.form.to_dict(flat=False))
    lines = tuple(line for e in rows if (line := _typed(e)) is not None)
    need = replace(need_of(row.id, content_of(row)), requirements=lines)
    found = queries.response(need) if lines else None
    return render_template("matching/_answer.html", found=found, few=FEW_VENDORS, parameters=parameters())


def _typed(entry: entries.Entry) -> Requirement | None:
    """A row of the form as a requirement; nothing while its value cannot be read."""
    if entry.value is None:
        return None
    op = entry.extra["op"] if entry.extra["op"] in entry.parameter.ops else entry.parameter.op
    level = Level.SHOULD if entry.extra["level"] == "should" else Level.MUST
    weight = min(max(whole(entry.extra["weight"]) or 1, 1), 5)
    key = entry.parameter.key
    return Requirement(key=key, parameter=key, op=op, value=entry.value, level=level, weight=weight, row=key)


def _for_owner(actor: Actor, challenge_id: int) -> Challenge:
    row = challenges.get(actor, challenge_id)
    is_owner = row.owner_id in actor.organisations()
    if not row.is_public or not (is_owner or actor.roles.intersection(("officer", "auditor"))):
        raise Forbidden(_("这一页给场景方和项目办公室看。您的产品与这项榜题的对照在榜题页上。"))
    return row


@bp.get("/challenges/<int:challenge_id>/who-can")
@signed_in
def who_can(challenge_id: int) -> Any:
    """The products that answer a published challenge best, explained; its owner may invite their vendors to look."""
    actor = current_actor()
    row = _for_owner(actor, challenge_id)
    found = queries.best_for(row.id, SHOWN)
    products = {p.id: p for p in catalogue.named(actor, [m.offer_id for m, _o in found])}
    return page(
        "matching/who_can.html",
        challenge=row,
        found=[(m, offer, products[m.offer_id]) for m, offer in found if m.offer_id in products],
        answer=queries.response(need_of(row.id, row.content)),
        few=0,
        invited=queries.invited(row.id),
        refusing=queries.not_to_be_invited(row.owner_id, [p.vendor_id for p in products.values()]),
        may_invite=row.accepts_bids and row.owner_id in actor.organisations(EDITORS),
        most=services.MOST_PER_CHALLENGE,
        parameters=parameters(),
        form=Form(),
    )


@bp.post("/challenges/<int:challenge_id>/invite")
@signed_in
def invite(challenge_id: int) -> Response:
    """Ask a vendor to look."""
    challenges.get(current_actor(), challenge_id)
    product_id = whole(request.form.get("product"))
    if not Form().validate_on_submit() or product_id is None:
        raise NotFound()
    with unit_of_work():
        services.invite(current_actor(), challenge_id, product_id)
    flash(_("邀请已发出。对方会收到邮件，是否揭榜由它自己定。"), "ok")
    return redirect(url_for(".who_can", challenge_id=challenge_id))


@bp.post("/organisations/<int:organisation_id>/invitations")
@signed_in
def choose_invitations(organisation_id: int) -> Response:
    """Take invitations to look, or none."""
    wanted = request.form.get("invitations")
    if not Form().validate_on_submit() or wanted not in ("yes", "no"):
        raise NotFound()
    with unit_of_work():
        services.choose_invitations(current_actor(), organisation_id, wanted=wanted == "yes")
    flash(_("已保存。") if wanted == "yes" else _("已保存，不会再收到邀请。"), "ok")
    return redirect(url_for("organisations.show", organisation_id=organisation_id))


@bp.get("/challenges/<int:challenge_id>/partners")
@signed_in
def partners(challenge_id: int) -> Any:
    """The smallest sets of products and of vendors that meet all musts of a challenge together, with who brings what."""
    actor = current_actor()
    row = challenges.get(actor, challenge_id)
    found = queries.partners(row.id)
    ids = sorted(found[1]) if found else []
    return page(
        "matching/partners.html",
        challenge=row,
        found=found[0] if found else None,
        products={p.id: p for p in catalogue.named(actor, ids)},
        offers=found[1] if found else {},
        parameters=parameters(),
        mine=actor.organisations(),
    )


@bp.get("/products/<int:product_id>/fits")
def fits(product_id: int) -> Any:
    """The open challenges that a listed product suits, and what another figure would bring."""
    actor = current_actor()
    row = catalogue.get(actor, product_id)
    if row.state is not ProductState.LISTED:
        raise NotFound()
    offer = offers([row.id])[row.id]
    key = request.args.get("parameter", "")
    typed = clean(request.args.get("value", ""))[:60]
    unit = request.args.get("unit", "")
    changed, problem = _changed(offer, key, typed, unit)
    gain = queries.what_if(offer, changed) if changed else None
    return page(
        "matching/fits.html",
        product=row,
        found=queries.suitable(actor, [row.id], ALL),
        askable=[s.parameter for s in offer.specifications if s.parameter in parameters() and not s.variant],
        key=key,
        typed=typed,
        unit=unit,
        problem=problem,
        gain=gain,
        gained=challenges.visible(actor, gain.gained[:SHOWN]) if gain else [],
        parameters=parameters(),
    )


def _changed(offer: Offer, key: str, typed: str, unit: str) -> tuple[Offer | None, str]:
    """The product with another value of one parameter, or what is wrong with what was typed."""
    parameter = parameters().get(key)
    if parameter is None or not typed:
        return None, ""
    known = next((s for s in offer.specifications if s.parameter == key and not s.variant), None)
    try:
        value = parse(parameter, typed, unit if unit in parameter.enter else parameter.unit,
                      known.value.counted if known else "")  # fmt: skip
    except BadValue as wrong:
        return None, str(wrong)
    others = tuple(s for s in offer.specifications if s.parameter != key or s.variant)
    return replace(offer, specifications=(*others, Specification(parameter=key, value=value))), ""
