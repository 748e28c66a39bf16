"""Doubting one value of a listed product: raised by staff and owners, answered by the vendor, closed by staff."""

from __future__ import annotations

from sqlalchemy import func, select

from marketplace.accounts.models import User
from marketplace.catalogue import events, queries
from marketplace.catalogue.models import Product, Specification, SpecificationDoubt
from marketplace.catalogue.policies import DOUBTS, PRODUCT
from marketplace.catalogue.states import DOUBT, DoubtState
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import one_at_a_time, record, session
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from marketplace.kernel.i18n import gettext as _
from marketplace.organisations import queries as organisations

MOST_OPEN = 5
MOST_CHARACTERS = 500


def may_doubt(actor: Actor, row: Product) -> bool:
    """Whether the actor may doubt its values: an officer, or a verified owner's member who belongs to no vendor."""
    if not PRODUCT.allows(actor, "doubt", row):
        return False
    if "officer" in actor.roles:
        return True
    own = organisations.mine(actor)
    return any(o.is_owner and o.is_verified for o in own) and not any(o.is_vendor for o in own)


def value_of(row: Product, parameter: str, variant_id: int | None) -> Specification:
    """The product's own value of that parameter or a variant's, or ``NotFound``."""
    of = queries.part_of(row, "variants", variant_id).specifications if variant_id is not None else row.specifications
    found = next((s for s in of if s.parameter == parameter), None)
    if found is None:
        raise NotFound()
    return found


def raise_doubt(
    actor: Actor, product_id: int, *, parameter: str, variant_id: int | None, reason: str
) -> SpecificationDoubt:
    """Doubt one value, with a reason of at most 500 characters; at most five open doubts a person."""
    row = queries.get(actor, product_id)
    if not may_doubt(actor, row):
        raise Forbidden(_("只有项目办公室和核验过的场景方可以质疑产品数值；机器人企业不能质疑同行。"))
    value = value_of(row, parameter, variant_id)
    _said("reason", reason)
    assert actor.user_id is not None
    one_at_a_time(User, actor.user_id)  # two at the same moment count one after the other
    mine = select(func.count()).where(
        SpecificationDoubt.user_id == actor.user_id, SpecificationDoubt.state != DoubtState.CLOSED
    )
    same = mine.where(
        SpecificationDoubt.product_id == product_id,
        SpecificationDoubt.parameter == parameter,
        SpecificationDoubt.variant_id == variant_id,
    )
    if session().scalar(same):
        raise Conflict(_("您已经质疑过这个数值，请等企业答复。"))
    if (session().scalar(mine) or 0) >= MOST_OPEN:
        raise Conflict(_("您有 %(count)s 项质疑还没有办结，请先等结果。", count=MOST_OPEN))
    doubt = SpecificationDoubt(
        product_id=row.id,
        vendor_id=row.vendor_id,
        variant_id=variant_id,
        parameter=parameter,
        value_json=value.value_json,
        user_id=actor.user_id,
        reason=reason,
        created_at=clock.now(),
    )
    session().add(doubt)
    session().flush()
    record(events.DoubtRaised(actor=actor, doubt_id=doubt.id))
    return doubt


def _said(field: str, text: str) -> None:
    if not text:
        raise Invalid(field, _("请写明理由。"))
    if len(text) > MOST_CHARACTERS:
        raise Invalid(field, _("最多 %(count)s 个字。请删减一些。", count=MOST_CHARACTERS))


def answer_doubt(actor: Actor, doubt_id: int, *, text: str) -> SpecificationDoubt:
    """The vendor's answer; changing or withdrawing the value is done on its sheet, before or after."""
    row = queries.doubt(actor, doubt_id, fresh=True)
    DOUBTS.require(actor, "answer", row)
    _said("text", text)
    DOUBT.fire(row, "answer", actor=actor)
    row.answer, row.answered_at = text, clock.now()
    record(events.DoubtAnswered(actor=actor, doubt_id=row.id))
    return row


def close_doubt(actor: Actor, doubt_id: int, *, text: str) -> SpecificationDoubt:
    """Staff's finding, after which the value is no longer under question."""
    row = queries.doubt(actor, doubt_id, fresh=True)
    DOUBTS.require(actor, "close", row)
    _said("text", text)
    DOUBT.fire(row, "close", actor=actor, reason=text)
    row.finding, row.closed_at = text, clock.now()
    record(events.DoubtClosed(actor=actor, doubt_id=row.id))
    return row
