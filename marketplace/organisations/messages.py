"""Mails about organisations."""

from __future__ import annotations

from typing import Any

from flask import url_for

from marketplace.accounts import queries as accounts
from marketplace.infra.announcements import notify
from marketplace.kernel.db import session
from marketplace.organisations import events, queries, services
from marketplace.organisations.models import HANDOVER_LIFE, Handover, Invitation, MemberRole, Organisation


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


def _handover(payload: dict[str, Any]) -> Handover:
    return session().get_one(Handover, payload["handover_id"])


def _receiver(payload: dict[str, Any]) -> list[int]:
    return [_handover(payload).to_id]


def _giver(payload: dict[str, Any]) -> list[int]:
    return [_handover(payload).from_id]


def _both_and_managers(payload: dict[str, Any]) -> list[int]:
    row = _handover(payload)
    managers = [m.user_id for m in row.organisation.members if m.role is MemberRole.MANAGER]
    return [row.from_id, row.to_id, *managers]


def _handing(endpoint: str) -> Any:
    def context(payload: dict[str, Any]) -> dict[str, Any]:
        row = _handover(payload)
        names = accounts.names([row.from_id, row.to_id])
        return {
            "organisation": row.organisation,
            "former": names.get(row.from_id, ""),
            "new": names.get(row.to_id, ""),
            "until": row.created_at + HANDOVER_LIFE,
            "afterwards": row.afterwards.value if row.afterwards else "",
            "link": url_for(endpoint, organisation_id=row.organisation_id, _external=True),
        }

    return context


take_over, members_page = _handing("organisations.take_over"), _handing("organisations.show")
notify(events.HandoverOffered, template="organisations/handover_offered", to=_receiver, context=take_over)
notify(events.HandoverAccepted, template="organisations/handover_done", to=_both_and_managers, context=members_page)
notify(events.HandoverDeclined, template="organisations/handover_declined", to=_giver, context=members_page)
notify(events.HandoverWithdrawn, template="organisations/handover_withdrawn", to=_receiver, context=members_page)
notify(events.OrganisationSubmitted, template="organisations/submitted", to=_officers, context=_context)
notify(events.OrganisationVerified, template="organisations/verified", to=_members, context=_context)
notify(events.OrganisationReturned, template="organisations/returned", to=_members, context=_context)
notify(events.MemberInvited, template="organisations/invited", to=_invited, context=_invitation, inbox=False)
