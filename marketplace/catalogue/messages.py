"""Mails about doubts of a value: to the vendor, to who doubted, to staff."""

from __future__ import annotations

from typing import Any

from flask import url_for

from marketplace.accounts import queries as accounts
from marketplace.catalogue import events, queries
from marketplace.catalogue.models import SpecificationDoubt
from marketplace.infra.announcements import notify
from marketplace.kernel.db import session
from marketplace.organisations import queries as organisations
from marketplace.vocabulary.parameters import parameters


def _vendor(payload: dict[str, Any]) -> list[int]:
    row = session().get_one(SpecificationDoubt, payload["doubt_id"])
    return organisations.member_ids([row.vendor_id], writers_only=True)


def _officers(_payload: dict[str, Any]) -> list[int]:
    return accounts.with_role("officer")


def _context(payload: dict[str, Any]) -> dict[str, Any]:
    row = session().get_one(SpecificationDoubt, payload["doubt_id"])
    return {
        "doubt": row,
        "product": row.product,
        "parameter": parameters().get(row.parameter),
        "link": url_for("catalogue.doubt", doubt_id=row.id, _external=True),
    }


notify(events.DoubtRaised, template="catalogue/doubt_raised", to=_vendor, context=_context)
notify(events.DoubtAnswered, template="catalogue/doubt_answered", to=queries.doubter, context=_context)
notify(events.DoubtAnswered, template="catalogue/doubt_to_close", to=_officers, context=_context)
for to in (queries.doubter, _vendor):
    notify(events.DoubtClosed, template="catalogue/doubt_closed", to=to, context=_context)
