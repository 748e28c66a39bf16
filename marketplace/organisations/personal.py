"""What organisations hold of a person, and what a person has to hand over before leaving."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import User
from marketplace.infra.personal import forgets, holds, ties
from marketplace.kernel import clock
from marketplace.kernel.db import session
from marketplace.kernel.i18n import best
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.i18n import lazy_gettext as _l
from marketplace.organisations import queries
from marketplace.organisations.models import Handover, Invitation, Membership, Organisation

ROLES = {"manager": _l("管理员"), "editor": _l("经办"), "viewer": _l("只读")}


def _memberships(user_id: int) -> Iterable[dict[str, Any]]:
    query = select(Organisation, Membership.role).join(Membership).where(Membership.user_id == user_id)
    for organisation, role in session().execute(query.order_by(Organisation.id)).tuples():
        yield {"organisation": best(organisation.name), "uscc": organisation.uscc, "role": str(ROLES[role.value])}


def _invitations(user_id: int) -> Iterable[dict[str, Any]]:
    email = session().scalar(select(User.email).where(User.id == user_id)) or ""
    query = select(Invitation).where(or_(Invitation.email == email, Invitation.invited_by == user_id))
    for row in session().scalars(query.options(joinedload(Invitation.organisation)).order_by(Invitation.id)):
        yield {
            "organisation": best(row.organisation.name),
            "email": row.email,
            "at": row.created_at,
            "accepted_at": row.accepted_at,
        }


@ties
def _alone(user_id: int) -> Iterable[str]:
    for row in queries.managed_alone(user_id):
        yield _("您是“%(name)s”唯一的管理员。请先在“成员与邀请”里移交给另一位成员。", name=best(row.name))


@forgets
def _forget(user_id: int) -> None:
    work = session()
    email = work.scalar(select(User.email).where(User.id == user_id)) or ""
    work.execute(delete(Membership).where(Membership.user_id == user_id))
    work.execute(update(Invitation).where(Invitation.email == email).values(email=f"deleted-{user_id}"))
    both = or_(Handover.from_id == user_id, Handover.to_id == user_id)
    still_open = Handover.accepted_at.is_(None), Handover.ended_at.is_(None)
    work.execute(update(Handover).where(both, *still_open).values(ended_at=clock.real_now()))


holds(
    "memberships",
    _l("所在单位"),
    {"organisation": _l("单位"), "uscc": _l("统一社会信用代码"), "role": _l("身份")},
    _memberships,
)
holds(
    "invitations",
    _l("收到和发出的邀请"),
    {"organisation": _l("单位"), "email": _l("邮箱"), "at": _l("时间"), "accepted_at": _l("接受时间")},
    _invitations,
)
