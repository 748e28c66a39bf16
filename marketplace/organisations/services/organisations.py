"""Entering an organisation, changing what it says of itself, verifying it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, or_, select
from sqlalchemy.exc import IntegrityError

from marketplace.infra.files.services import Upload, keep
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import record, session
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, InvalidMany
from marketplace.kernel.i18n import best
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import Text
from marketplace.organisations import events, queries, uscc
from marketplace.organisations.models import MemberRole, Membership, Organisation, ScopeEntry
from marketplace.organisations.policies import ORGANISATION
from marketplace.organisations.states import LIFECYCLE, State
from marketplace.vocabulary import terms


@dataclass(frozen=True, kw_only=True)
class Particulars:
    """What an organisation says of itself."""

    name: Text
    uscc: str
    kinds: frozenset[str]
    district: str
    about: Text
    contact_name: str = ""
    contact_email: str = ""
    contact_phone: str = ""


def check_uscc(typed: str, *, own_id: int | None = None) -> str:
    """The normalised code, or ``Invalid`` that says what is wrong with it."""
    code = uscc.normalise(typed)
    if len(code) != 18:
        raise Invalid("uscc", _("统一社会信用代码是 18 位，现在是 %(count)s 位。请对照营业执照。", count=len(code)))
    if any(c not in uscc.ALPHABET for c in code):
        raise Invalid("uscc", _("代码里不会出现字母 I、O、S、V、Z。请看看是不是 1、0、5 或 2。"))
    if not uscc.is_valid(code):
        raise Invalid("uscc", _("最后一位校验不对，前面多半有一位抄错。请对照营业执照逐位核对。"))
    _require_free(code, own_id)
    return code


def _require_free(code: str, own_id: int | None) -> None:
    known = queries.holding(code)
    if known is not None and known.id != own_id:
        raise Invalid(
            "uscc", _("这家单位已经登记过。请让本单位的管理员邀请您加入；不是本单位登记的，请联系项目办公室。")
        )


def _apply(row: Organisation, data: Particulars) -> None:
    if not data.kinds and not row.is_recommending_body:
        raise Invalid("kinds", _("请至少选一种身份，可以多选。"))
    row.name, row.district, row.about = data.name, data.district, data.about
    row.is_owner, row.is_vendor = "owner" in data.kinds, "vendor" in data.kinds
    row.is_service_body = "service_body" in data.kinds
    row.contact_name, row.contact_email, row.contact_phone = data.contact_name, data.contact_email, data.contact_phone


def create(actor: Actor, data: Particulars) -> Organisation:
    """Enter an organisation; the person becomes its manager and may draft at once."""
    if actor.user_id is None:
        raise Forbidden(_("请先登录。"))
    row = Organisation(uscc=check_uscc(data.uscc), created_at=clock.now())
    _apply(row, data)
    row.members = [Membership(user_id=actor.user_id, role=MemberRole.MANAGER)]
    session().add(row)
    session().flush()
    record(events.OrganisationCreated(actor=actor, organisation_id=row.id))
    return row


def edit(actor: Actor, organisation_id: int, data: Particulars, *, seen: int | None = None) -> Organisation:
    """Change what the organisation says of itself; code, name and district are fixed while it is verified.

    The district says which body must recommend its bids. An English name may be added once where there is none.
    """
    row = queries.get(actor, organisation_id)
    ORGANISATION.require(actor, "edit", row)
    row.revise(seen)
    fixed = row.state in (State.SUBMITTED, State.VERIFIED, State.SUSPENDED)
    if fixed and (uscc.normalise(data.uscc) != row.uscc or not _is_same_name(row.name, data.name)):
        raise Invalid("uscc", _("核验过的代码和名称不能直接改。请联系项目办公室。"))
    if fixed and data.district != row.district:
        raise Invalid("district", _("核验过的所在区不能直接改。请联系项目办公室。"))
    if not fixed:
        row.uscc = check_uscc(data.uscc, own_id=row.id)
    _apply(row, data)
    record(events.OrganisationChanged(actor=actor, organisation_id=row.id))
    return row


def _is_same_name(known: Text, said: Text) -> bool:
    return said.zh == known.zh and said.en in (known.en, known.en or said.en)


def attach_licence(actor: Actor, organisation_id: int, upload: Upload) -> None:
    """Put the scan of the licence beside the organisation; replaces an earlier one."""
    row = queries.get(actor, organisation_id)
    ORGANISATION.require(actor, "edit", row)
    if row.state not in (State.DRAFT, State.RETURNED):
        raise Conflict(_("已经提交核验，执照不能再换。如需更换，请联系项目办公室。"))
    row.licence_id = keep(actor, upload).id


def submit(actor: Actor, organisation_id: int) -> Organisation:
    """Ask staff to verify; needs the licence and a contact."""
    row = queries.get(actor, organisation_id)
    ORGANISATION.require(actor, "submit", row)
    missing: dict[str, str] = {}
    if row.licence_id is None:
        missing["licence"] = _("请先上传营业执照或法人证书的扫描件。")
    if not row.contact_name or not row.contact_email:
        missing["contact_name"] = _("请先填联系人姓名和邮箱，供工作人员核验时联系。")
    if missing:
        raise InvalidMany(missing)
    _require_free(row.uscc, row.id)
    row.submitted_at = clock.now()
    row.state_reason = ""
    try:
        LIFECYCLE.fire(row, "submit", actor=actor)
        session().flush()
    except IntegrityError as error:  # both in the same moment
        raise Conflict(_("另一家单位刚用同一个代码提交了核验。请联系项目办公室。")) from error
    record(events.OrganisationSubmitted(actor=actor, organisation_id=row.id))
    return row


def verify(actor: Actor, organisation_id: int) -> Organisation:
    """Staff confirm that code, name and licence belong together; not for one's own organisation."""
    row = queries.get(actor, organisation_id)
    ORGANISATION.require(actor, "verify", row)
    if row.id in actor.organisations():
        raise Forbidden(_("不能核验自己所在的单位。请另一位同事来办。"))
    LIFECYCLE.fire(row, "verify", actor=actor)
    row.verified_at = clock.now()
    record(events.OrganisationVerified(actor=actor, organisation_id=row.id))
    return row


def return_(actor: Actor, organisation_id: int, *, reason: str) -> Organisation:
    """Ask for changes, saying all of them at once."""
    row = queries.get(actor, organisation_id)
    ORGANISATION.require(actor, "return_", row)
    if not reason:
        raise Invalid("reason", _("请写明要改什么，一次写全。"))
    LIFECYCLE.fire(row, "return_", actor=actor, reason=reason)
    row.state_reason = reason
    record(events.OrganisationReturned(actor=actor, organisation_id=row.id, reason=reason))
    return row


def suspend(actor: Actor, organisation_id: int, *, reason: str) -> None:
    """Stop an organisation from submitting anything until it is reinstated."""
    row = queries.get(actor, organisation_id)
    ORGANISATION.require(actor, "suspend", row)
    if not reason:
        raise Invalid("reason", _("请写明暂停的理由。"))
    LIFECYCLE.fire(row, "suspend", actor=actor, reason=reason)
    row.state_reason = reason


def reinstate(actor: Actor, organisation_id: int) -> None:
    """Let a suspended organisation act again."""
    row = queries.get(actor, organisation_id)
    ORGANISATION.require(actor, "reinstate", row)
    LIFECYCLE.fire(row, "reinstate", actor=actor)
    row.state_reason = ""


def set_scope(
    actor: Actor, organisation_id: int, *, is_body: bool, districts: list[str], codes: list[str]
) -> Organisation:
    """Make an organisation a recommending body for districts and for members named by their codes, or end that."""
    row = queries.get(actor, organisation_id)
    ORGANISATION.require(actor, "set_scope", row)
    if row.id in actor.organisations():
        raise Forbidden(_("不能核定自己所在的单位。请另一位同事来办。"))
    named: list[Organisation] = []
    if is_body:
        require_verified(row)
        if not districts and not codes:
            raise Invalid("districts", _("请至少选一个区，或写一家成员单位。"))
        if unknown := [d for d in districts if d not in terms.districts()]:
            raise Invalid("districts", _("没有这个区：%(names)s。", names="、".join(unknown)))
        known = {o.uscc: o for o in queries.scope_of(row.id)[1]}
        named = [_named(code, known) for code in dict.fromkeys(codes)]
        _free(row, districts, named)
    session().execute(delete(ScopeEntry).where(ScopeEntry.body_id == row.id))
    row.is_recommending_body = is_body
    if is_body:
        session().add_all(ScopeEntry(body_id=row.id, district=d) for d in districts)
        session().add_all(ScopeEntry(body_id=row.id, organisation_id=o.id) for o in named)
    session().flush()
    record(
        events.ScopeSet(
            actor=actor,
            organisation_id=row.id,
            is_body=is_body,
            districts=districts if is_body else [],
            members=[o.id for o in named],
        )
    )
    return row


def _named(code: str, known: dict[str, Organisation]) -> Organisation:
    """The member with that code: one that the body has already, or one whose licence staff have seen."""
    typed = uscc.normalise(code)
    found = known.get(typed) or queries.proven(typed)
    if found is None:
        raise Invalid("codes", _("没有通过核验、代码为 %(code)s 的单位。", code=code[:40]))
    return found


def _free(row: Organisation, districts: list[str], named: list[Organisation]) -> None:
    """A district or member has one body at most, so that everybody knows whom to ask."""
    taken = session().scalars(
        select(ScopeEntry).where(
            ScopeEntry.body_id != row.id,
            or_(ScopeEntry.district.in_(districts), ScopeEntry.organisation_id.in_([o.id for o in named])),
        )
    )
    for entry in taken:
        body = queries.by_ids([entry.body_id])[entry.body_id]
        if entry.district:
            what = best(terms.label("district", entry.district))
        else:
            what = best(next(o.name for o in named if o.id == entry.organisation_id))
        field = "districts" if entry.district else "codes"
        raise Invalid(field, _("%(what)s 已经归 %(body)s 推荐。请先从那边去掉。", what=what, body=best(body.name)))


def require_verified(row: Organisation) -> None:
    """Nothing, or ``Conflict``: an unverified organisation may draft, not submit."""
    if row.state is not State.VERIFIED:
        raise Conflict(_("单位还没有核验通过，可以先写草稿。请在“我的单位”上传执照并提交核验。"))
