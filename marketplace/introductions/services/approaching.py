"""One side approaches the other, which accepts, declines, or wants to hear no more."""

from __future__ import annotations

from itertools import permutations

from marketplace.catalogue import queries as catalogue
from marketplace.catalogue.models import Product
from marketplace.households.screening import screened
from marketplace.introductions import events, queries
from marketplace.introductions.models import Block, Introduction, Side
from marketplace.introductions.policies import BLOCK, INTRODUCTION
from marketplace.introductions.states import LIFECYCLE, State
from marketplace.kernel import clock
from marketplace.kernel.actor import EDITORS, Actor
from marketplace.kernel.db import one_at_a_time, record, session
from marketplace.kernel.errors import Conflict, Forbidden, Invalid
from marketplace.kernel.i18n import gettext as _
from marketplace.matching import queries as matching
from marketplace.matching.inviting import Way, provide_way
from marketplace.matching.services import require_room_today
from marketplace.organisations import queries as organisations
from marketplace.organisations.models import Organisation
from marketplace.organisations.services import require_verified
from marketplace.scenarios import queries as scenarios
from marketplace.scenarios.models import Scenario
from marketplace.scenarios.states import State as ScenarioState

MOST_A_DAY = 10
"""How many one organisation may begin on one day, in Beijing, on each side."""
MOST_NOTE = 500
SEALED_KINDS = ("contact", "phone", "identity")


def show_interest(actor: Actor, scenario_id: int, *, product_id: int, note: str) -> Introduction:
    """A vendor says that one of its listed products may do what a scenario in direct matching needs."""
    scenario = scenarios.get(actor, scenario_id)
    product = catalogue.get(actor, product_id)
    if product.vendor_id not in actor.organisations(EDITORS):
        raise Forbidden(_("只有本单位的经办人可以表示意向。"))
    return _begin(actor, Side.VENDOR, scenario, product.vendor, product, note)


def invite(actor: Actor, scenario_id: int, *, vendor_id: int, product_id: int | None = None, note: str) -> Introduction:
    """An owner invites a vendor, or with one of its listed products, to look at a scenario in direct matching."""
    scenario = scenarios.get(actor, scenario_id)
    if scenario.owner_id not in actor.organisations(EDITORS):
        raise Forbidden(_("只有场景方的经办人可以邀请企业。"))
    vendor = organisations.get(actor, vendor_id)
    product = catalogue.get(actor, product_id) if product_id is not None else None
    if product is not None and product.vendor_id != vendor.id:
        raise Invalid("product", _("这款产品不是这家企业的。请从产品页邀请。"))
    return _begin(actor, Side.OWNER, scenario, vendor, product, note)


def _begin(
    actor: Actor, side: Side, scenario: Scenario, vendor: Organisation, product: Product | None, note: str
) -> Introduction:
    mine, theirs = (scenario.owner, vendor) if side is Side.OWNER else (vendor, scenario.owner)
    one_at_a_time(Organisation, mine.id)
    require_verified(mine)
    if scenario.state is not ScenarioState.MATCHING:
        raise Conflict(_("这个场景现在不在对接。"))
    if not theirs.is_verified or not vendor.is_vendor:
        raise Conflict(_("这家单位现在不能对接。"))
    if product is not None and not product.is_listed:
        raise Invalid("product", _("请选一款已公开的产品。"))
    if theirs.id in actor.organisations():
        raise Conflict(_("您同时是双方的成员，不能由您牵线。请换一位同事，或选别的单位。"))
    sealed(note, "note")
    if side is Side.OWNER and not matching.takes_invitations(vendor.id):
        raise Conflict(_("这家企业不接受邀请。"))
    if queries.is_blocked(by=theirs.id, against=mine.id):
        raise Conflict(_("对方不接收贵单位的对接。"))
    if queries.is_blocked(by=mine.id, against=theirs.id):
        raise Conflict(_("贵单位已不接收这家单位的对接。要重新联系，请先在“我的对接”里恢复。"))
    if queries.running(scenario.id, vendor.id) is not None:
        raise Conflict(_("这家企业和这个场景已有一件对接在等答复或正在谈。请到“我的对接”里看。"))
    if queries.begun_today(mine.id, side) >= MOST_A_DAY:
        raise Conflict(_("今天已发出 %(count)s 件，明天再来。请先把最合适的谈好。", count=MOST_A_DAY))
    if side is Side.OWNER:
        require_room_today(mine.id)
    assert actor.user_id is not None
    row = Introduction(
        scenario_id=scenario.id,
        owner_id=scenario.owner_id,
        vendor_id=vendor.id,
        product_id=product.id if product else None,
        started_by=side,
        starter_id=actor.user_id,
        note=note,
        created_at=clock.now(),
    )
    session().add(row)
    session().flush()
    told = events.InterestShown if side is Side.VENDOR else events.VendorInvited
    record(told(actor=actor, introduction_id=row.id))
    return row


def sealed(text: str, field: str) -> None:
    """Nothing, or ``Invalid`` where a text gives a contact away before both sides agreed to see them."""
    if len(text) > MOST_NOTE:
        raise Invalid(field, _("最多 %(count)s 个字。请删减一些。", count=MOST_NOTE))
    found = [hit.passage for hit in screened(text) if hit.kind in SEALED_KINDS]
    if found:
        raise Invalid(
            field, _("请删去联系方式：%(passages)s。对方接受后，双方会互相看到。", passages=_("、").join(found[:3]))
        )


def accept(actor: Actor, introduction_id: int, *, product_id: int | None = None) -> Introduction:
    """The other side agrees: from now on the two people see each other's contacts, which is recorded.

    ``product_id`` is the vendor's choice where it was invited without one.
    """
    row = queries.get(actor, introduction_id, fresh=True)
    INTRODUCTION.require(actor, "accept", row)
    require_verified(row.owner)
    require_verified(row.vendor)
    if any(queries.is_blocked(by=a, against=b) for a, b in permutations((row.owner_id, row.vendor_id))):
        raise Conflict(_("双方有一方已不再接收对方的对接，不能接受。"))
    if product_id is not None and row.is_invitation:
        product = catalogue.get(actor, product_id)
        if product.vendor_id != row.vendor_id or not product.is_listed:
            raise Invalid("product", _("请选一款已公开的产品。"))
        row.product_id = product.id
    _answer(actor, row, "accept")
    owner_person, vendor_person = row.person_id(Side.OWNER), row.person_id(Side.VENDOR)
    assert owner_person is not None and vendor_person is not None  # noqa: PT018
    record(
        events.ContactsExchanged(
            actor=actor, introduction_id=row.id, owner_person_id=owner_person, vendor_person_id=vendor_person
        )
    )
    return row


def decline(actor: Actor, introduction_id: int, *, reason: str, for_good: bool = False) -> Introduction:
    """The other side does not wish to go on, and says why; ``for_good``: nor to hear of that organisation again."""
    row = queries.get(actor, introduction_id, fresh=True)
    INTRODUCTION.require(actor, "decline", row)
    if not reason:
        raise Invalid("reason", _("请写一句为什么，对方会看到。"))
    sealed(reason, "reason")
    _answer(actor, row, "decline", reason)
    record(events.IntroductionDeclined(actor=actor, introduction_id=row.id))
    if for_good:
        block(actor, introduction_id)
    return row


def _answer(actor: Actor, row: Introduction, act: str, reason: str = "") -> None:
    if row.state is State.PENDING:
        row.answered_at, row.answerer_id, row.reason = clock.now(), actor.user_id, reason
    LIFECYCLE.fire(row, act, actor=actor, reason=reason)


def withdraw(actor: Actor, introduction_id: int) -> Introduction:
    """The side that began takes it back before it is answered."""
    row = queries.get(actor, introduction_id, fresh=True)
    INTRODUCTION.require(actor, "withdraw", row)
    LIFECYCLE.fire(row, "withdraw", actor=actor)
    row.ended_at = clock.now()
    return row


def block(actor: Actor, introduction_id: int) -> None:
    """Hear no more of the organisation across the table, whatever it comes with; what was agreed goes on."""
    row = queries.get(actor, introduction_id)
    INTRODUCTION.require(actor, "block", row)
    side = queries.side_of(actor, row)
    assert side is not None
    by, against = row.organisation(side), row.organisation(side.other)
    one_at_a_time(Organisation, by.id)
    if queries.is_blocked(by=by.id, against=against.id):
        return
    session().add(Block(by_id=by.id, against_id=against.id, created_at=clock.now()))
    record(events.PartnerBlocked(actor=actor, by_id=by.id, against_id=against.id))


def unblock(actor: Actor, block_id: int) -> None:
    """Take that back."""
    row = queries.block(actor, block_id)
    BLOCK.require(actor, "lift", row)
    session().delete(row)
    record(events.PartnerUnblocked(actor=actor, by_id=row.by_id, against_id=row.against_id))


provide_way(Way(refused=queries.cut_off, sent=queries.invited_since))
