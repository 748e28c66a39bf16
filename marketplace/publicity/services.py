"""Publishing and concluding notices, objecting and answering."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from marketplace.bids import queries as bids
from marketplace.challenges.models import Challenge
from marketplace.infra.files.services import Upload, keep
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import record, session
from marketplace.kernel.errors import Conflict, Forbidden, Invalid
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import Text
from marketplace.publicity import events, queries
from marketplace.publicity.models import Notice, Objection
from marketplace.publicity.policies import NOTICES, OBJECTIONS
from marketplace.publicity.states import NOTICE, OBJECTION
from marketplace.vocabulary import calendar
from marketplace.vocabulary.queries import overrides

MOST_OPEN = 5
ADMISSIBILITY_DAYS = 3
"""In how many working days staff say whether an objection is admissible."""


def publish(actor: Actor, *, challenge_id: int, stage: str, title: Text, entries: list[dict[str, Any]]) -> Notice:
    """Announce for the round's working days (five by default), the first counted; the caller has checked the rights.

    The first day is today when that is a working day, else the next one.
    """
    starts_on = calendar.rolled(clock.today(), overrides())
    days = session().get_one(Challenge, challenge_id).rules.notice_days
    row = Notice(
        challenge_id=challenge_id,
        stage=stage,
        title=title,
        entries=entries,
        starts_on=starts_on,
        ends_at=calendar.notice_end(starts_on, days, overrides()),
        published_at=clock.now(),
    )
    session().add(row)
    session().flush()
    record(events.NoticePublished(actor=actor, notice_id=row.id, challenge_id=challenge_id))
    return row


def object_to(actor: Actor, notice_id: int, *, matter: str, grounds: str, evidence: Upload | None) -> Objection:
    """Object while the notice runs, one objection per matter and person."""
    row = queries.get(actor, notice_id, fresh=True)
    NOTICES.require(actor, "object", row)
    assert actor.user_id is not None
    if row.public_state != "running":
        raise Conflict(_("公示期已过，不能再提异议。如有新的事实，请联系项目办公室。"))
    mine = select(func.count()).select_from(Objection).where(Objection.user_id == actor.user_id)
    same = mine.where(Objection.notice_id == notice_id, Objection.matter == matter)
    if session().scalar(same):
        raise Invalid("matter", _("您已就这件事提过异议，请等答复。"))
    if (session().scalar(mine.where(Objection.notice_id == notice_id)) or 0) >= MOST_OPEN:
        raise Conflict(_("您对这份公示已提了 %(count)s 项异议，请等答复。", count=MOST_OPEN))
    entry = Objection(
        notice_id=row.id,
        user_id=actor.user_id,
        matter=matter,
        grounds=grounds,
        evidence_id=keep(actor, evidence).id if evidence else None,
        created_at=clock.now(),
    )
    session().add(entry)
    session().flush()
    record(events.ObjectionReceived(actor=actor, objection_id=entry.id, notice_id=row.id))
    return entry


def _not_own(actor: Actor, row: Notice) -> None:
    if row.challenge.owner_id in actor.organisations():
        raise Forbidden(_("不能办理本单位榜题的公示和异议。请另一位同事来办。"))
    if bids.is_recused(actor, row.challenge_id):
        raise Forbidden(_("本单位申报了这项榜题，不能办理它的公示和异议。请另一位同事来办。"))


def answer(actor: Actor, objection_id: int, *, act: str, text: str) -> Objection:
    """Admit or refuse an objection, then uphold or dismiss it, each with its reasons. Upholding revokes the notice."""
    row = queries.objection(actor, objection_id)
    OBJECTIONS.require(actor, act, row)
    if row.user_id == actor.user_id:
        raise Conflict(_("不能办理自己提的异议。请另一位同事来办。"))
    _not_own(actor, row.notice)
    if not text and act != "admit":
        raise Invalid("answer", _("请写明理由，会发给提出人。"))
    OBJECTION.fire(row, act, actor=actor, reason=text)
    row.answer, row.answered_at = text, clock.now()
    record(events.ObjectionAnswered(actor=actor, objection_id=row.id, notice_id=row.notice_id))
    if act == "uphold":
        notice = queries.get(actor, row.notice_id, fresh=True)
        NOTICES.require(actor, "revoke", notice)
        NOTICE.fire(notice, "revoke", actor=actor, reason=text)
        record(events.NoticeRevoked(actor=actor, notice_id=notice.id, challenge_id=notice.challenge_id))
    return row


def conclude(actor: Actor, notice_id: int) -> Notice:
    """The step after a notice: refused while its days run or an objection is open."""
    row = queries.get(actor, notice_id, fresh=True)
    NOTICES.require(actor, "conclude", row)
    _not_own(actor, row)
    if not row.is_over:
        raise Conflict(_("公示期还没有结束，不能进入下一步。"))
    if any(o.is_open for o in row.objections):
        raise Conflict(_("还有异议没有答复，不能进入下一步。请先办结异议。"))
    NOTICE.fire(row, "conclude", actor=actor)
    record(events.NoticeConcluded(actor=actor, notice_id=row.id, challenge_id=row.challenge_id))
    return row
