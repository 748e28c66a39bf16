"""What the match puts on other pages."""

from __future__ import annotations

from collections.abc import Iterable

from flask import render_template

from marketplace.catalogue.models import Product
from marketplace.catalogue.states import State as ProductState
from marketplace.challenges.content import content_of
from marketplace.challenges.models import Challenge
from marketplace.challenges.reach import FEW_VENDORS
from marketplace.kernel.actor import EDITORS, Actor
from marketplace.kernel.i18n import best
from marketplace.matching import queries
from marketplace.matching.offering import need_of
from marketplace.organisations.models import Organisation
from marketplace.scenarios.models import Scenario
from marketplace.scenarios.policies import SCENARIO
from marketplace.scenarios.states import State as ScenarioState
from marketplace.vocabulary.parameters import parameters
from marketplace.web.panels import panel

SIDE_BY_SIDE = 2
ON_A_PAGE = 3
"""Matches shown on a page of something else; all of them stand on their own page."""
BEFORE = (ScenarioState.DRAFT, ScenarioState.SUBMITTED, ScenarioState.RETURNED, ScenarioState.ADMITTED)


def answer(row: Scenario) -> queries.Response | None:
    """How the market answers the posting as it is stored; nothing while it asks nothing."""
    return queries.response(need_of(row.id, content_of(row))) if row.requirements else None


def _answered(row: Scenario, *, live: bool) -> str:
    return render_template(
        "matching/_response.html",
        found=answer(row),
        few=FEW_VENDORS,
        scenario=row,
        parameters=parameters(),
        live=live,
    )


@panel("scenario.step", order=10)
def while_posting(_actor: Actor, row: Scenario) -> str:
    """How the market answers, while the owner writes."""
    return _answered(row, live=True)


@panel("scenario", order=20)
def before_publication(actor: Actor, row: Scenario) -> str | None:
    """The same for the owner's people until the scenario is published: how many, never whose."""
    if row.state not in BEFORE or not row.requirements or not SCENARIO.allows(actor, "see_confidential", row):
        return None
    return _answered(row, live=False)


@panel("scenario.check", order=20)
def at_the_intake_check(_actor: Actor, row: Scenario) -> str | None:
    """The same for the officer who checks it."""
    return _answered(row, live=False) if row.requirements else None


@panel("challenge.requirements")
def against_mine(actor: Actor, row: Challenge) -> str | None:
    """For a vendor, in the place of the bare requirements: its best products line by line, and whether to bid."""
    if not row.is_public or row.owner_id in actor.organisations():
        return None
    content = row.content
    found = queries.mine_against(actor, row.id)[:SIDE_BY_SIDE]
    if not found:
        return None
    columns = [
        {
            "name": best(offer.name),
            "offer": offer,
            "answers": {r.requirement.key: (r.answer, r.specification) for r in match.explanation.rows},
        }
        for match, offer in found
    ]
    return render_template(
        "matching/_against_mine.html",
        challenge=row,
        requirements=content.requirements,
        parameters=parameters(),
        found=found,
        columns=columns,
        record=queries.record_of(row.owner_id),
    )


@panel("challenge", order=15)
def who_can(actor: Actor, row: Challenge) -> str | None:
    """For the owner and the programme office: the way to the products that answer best."""
    is_owner = row.owner_id in actor.organisations()
    if not row.is_public or not (is_owner or actor.roles.intersection(("officer", "auditor"))):
        return None
    return render_template("matching/_who_can.html", challenge=row, is_owner=is_owner)


@panel("product", order=20)
def fits(actor: Actor, row: Product) -> str | None:
    """The open challenges that the product suits best."""
    if row.state is not ProductState.LISTED:
        return None
    found = queries.suitable(actor, [row.id], ON_A_PAGE)
    return render_template("matching/_fits.html", found=found, product=row)


@panel("desk", order=30)
def for_my_products(actor: Actor, own: Iterable[Organisation]) -> str | None:
    """The open challenges that a vendor's products suit best."""
    found = queries.suitable_for(actor, {o.id for o in own if o.is_vendor}, ON_A_PAGE)
    return render_template("matching/_for_my_products.html", found=found) if found else None


@panel("organisation", order=60)
def invitations(actor: Actor, row: Organisation) -> str | None:
    """Whether the vendor takes invitations to look; for its own editors."""
    if not row.is_vendor or row.id not in actor.organisations(EDITORS):
        return None
    return render_template("matching/_invitations.html", vendor=row, wanted=queries.takes_invitations(row.id))
