"""Mails about notices and objections."""

from __future__ import annotations

from typing import Any

from flask import url_for

from marketplace.accounts import queries as accounts
from marketplace.challenges import queries as challenges
from marketplace.infra.announcements import notify
from marketplace.kernel.db import session
from marketplace.organisations import queries as organisations
from marketplace.publicity import events, queries
from marketplace.publicity.models import Notice, Objection


def _officers(_payload: dict[str, Any]) -> list[int]:
    return accounts.with_role("officer")


def _named(payload: dict[str, Any]) -> list[int]:
    row = session().get_one(Notice, payload["notice_id"])
    return organisations.member_ids(e["organisation_id"] for e in row.entries)


def _notice(payload: dict[str, Any]) -> dict[str, Any]:
    row = session().get_one(Notice, payload["notice_id"])
    return {
        "notice": row,
        "challenge": row.challenge,
        "link": url_for("publicity.show", notice_id=row.id, _external=True),
    }


def _objection(endpoint: str) -> Any:
    def context(payload: dict[str, Any]) -> dict[str, Any]:
        row = session().get_one(Objection, payload["objection_id"])
        link = url_for(endpoint, objection_id=row.id, _external=True)
        return {"objection": row, "notice": row.notice, "link": link}

    return context


for to in (challenges.owner_members, _named, challenges.watchers):
    notify(events.NoticePublished, template="publicity/published", to=to, context=_notice)
    notify(events.NoticeConcluded, template="publicity/concluded", to=to, context=_notice)
    notify(events.NoticeRevoked, template="publicity/revoked", to=to, context=_notice)
notify(
    events.ObjectionReceived,
    template="publicity/objection_received",
    to=_officers,
    context=_objection("publicity.decide"),
)
notify(
    events.ObjectionReceived,
    template="publicity/objection_lodged",
    to=queries.author,
    context=_objection("publicity.objection"),
)
notify(
    events.ObjectionAnswered,
    template="publicity/objection_answered",
    to=queries.author,
    context=_objection("publicity.objection"),
    legal=True,
)
