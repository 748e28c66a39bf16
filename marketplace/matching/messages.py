"""Mails about what fits whom, each with the explanation."""

from __future__ import annotations

from typing import Any

from flask import url_for

from marketplace.catalogue.models import Product
from marketplace.challenges import queries as challenges
from marketplace.challenges.messages import context as challenge_context
from marketplace.fit.compare import Fit
from marketplace.infra.announcements import notify
from marketplace.kernel.db import session
from marketplace.matching import events, queries
from marketplace.matching.offering import need_of, offers
from marketplace.notifications import queries as notifications
from marketplace.organisations import queries as organisations


def _vendor(payload: dict[str, Any]) -> list[int]:
    return organisations.member_ids([payload["vendor_id"]])


def _hears(payload: dict[str, Any]) -> list[int]:
    return notifications.without_the_deaf(_vendor(payload))


def _context(payload: dict[str, Any]) -> dict[str, Any]:
    """The challenge, the product, how many requirements it answers how, and each that it does not meet."""
    found = challenge_context(payload)
    product = session().get_one(Product, payload["product_id"])
    known = offers([product.id]).get(product.id)
    rows: tuple[Any, ...] = ()
    answers = False
    if known is not None:
        need = need_of(payload["challenge_id"], found["challenge"].content)
        (match,) = queries.against(need, [known])
        rows = match.explanation.rows
        answers = bool(rows) and queries.is_answer(match)
    return found | {
        "product": product,
        "product_link": url_for("catalogue.show", product_id=product.id, _external=True),
        "answers": answers,
        "asked": len(rows),
        "met": sum(row.answer.fit in (Fit.MET, Fit.MET_IF) for row in rows),
        "open": [row for row in rows if row.answer.fit in (Fit.SHORT, Fit.UNKNOWN)],
    }


notify(events.ChallengeFits, template="matching/fits", to=_hears, context=_context)
notify(events.InvitedToLook, template="matching/invited", to=_hears, context=_context)
notify(events.NeedWoken, template="matching/woken", to=challenges.owner_members, context=_context)
