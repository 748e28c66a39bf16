"""Mails about organisations."""

from __future__ import annotations

from typing import Any

from flask import url_for

from marketplace.accounts import queries as accounts
from marketplace.infra.announcements import notify
from marketplace.kernel.db import session
from marketplace.organisations import events, queries, services
from marketplace.organisations.models import Invitation, Organisation


def _members(payload: dict[str, Any]) -> list[int]:
    return queries.member_ids([payload["organisation_id"]])


def _officers(_payload: dict[str, Any]) -> list[int]:
    return accounts.with_role("officer")


def _context(payload: dict[str, Any]) -> dict[str, Any]:
    row = session().get_one(Organisation, payload["organisation_id"])
    link = url_for("organisations.show", organisation_id=row.id, _external=True)
    return {"organisation": row, "link": link, "reason_given": payload.get("reason", "")}


def _invited(payload: dict[str, Any]) -> list[tuple[str, str]]:
    row = session().get_one(Invitation, payload["invitation_id"])
    return [(row.email, row.language)]


def _invitation(payload: dict[str, Any]) -> dict[str, Any]:
    row = session().get_one(Invitation, payload["invitation_id"])
    link = url_for("organisations.accept", token=services.invitation_token(row), _external=True)
    inviter = accounts.names([row.invited_by]).get(row.invited_by, "")
    return {"organisation": row.organisation, "link": link, "inviter": inviter}


notify(events.OrganisationSubmitted, template="organisations/submitted", to=_officers, context=_context)
notify(events.OrganisationVerified, template="organisations/verified", to=_members, context=_context)
notify(events.OrganisationReturned, template="organisations/returned", to=_members, context=_context)
notify(events.MemberInvited, template="organisations/invited", to=_invited, context=_invitation, inbox=False)
