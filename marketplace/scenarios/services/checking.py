"""What staff decide of a submitted scenario, alone or several together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from marketplace.kernel.actor import Actor
from marketplace.kernel.db import record
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, InvalidMany
from marketplace.kernel.i18n import gettext as _
from marketplace.scenarios import events, queries
from marketplace.scenarios.models import (
    SITE_KEYS,
    Scenario,
)
from marketplace.scenarios.policies import SCENARIO
from marketplace.scenarios.services.writing import TEXTS
from marketplace.scenarios.states import LIFECYCLE, State

CLASSIFIED = re.compile("秘密|机密|绝密|军工")


@dataclass(frozen=True)
class Checking:
    """What is decided of one scenario among several: the reason, and since when it was with staff when previewed."""

    reason: str
    since: datetime | None


def _for_checking(actor: Actor, act: str, scenario_id: int) -> Scenario:
    row = queries.get(actor, scenario_id)
    SCENARIO.require(actor, act, row)
    if row.owner_id in actor.organisations():
        raise Forbidden(_("不能审自己所在单位的场景。请另一位同事来办。"))
    return row


def return_(actor: Actor, scenario_id: int, *, reason: str) -> Scenario:
    """Send back for changes, naming all of them at once (一次性告知)."""
    row = _for_checking(actor, "return_", scenario_id)
    if not reason:
        raise Invalid("reason", _("请写明要改什么，一次写全。"))
    LIFECYCLE.fire(row, "return_", actor=actor, reason=reason)
    row.state_reason = reason
    record(events.ScenarioReturned(actor=actor, scenario_id=row.id, reason=reason))
    return row


def reject(actor: Actor, scenario_id: int, *, reason: str) -> Scenario:
    """Decline for good, saying why."""
    row = _for_checking(actor, "reject", scenario_id)
    if not reason:
        raise Invalid("reason", _("请写明不予受理的理由。"))
    LIFECYCLE.fire(row, "reject", actor=actor, reason=reason)
    row.state_reason = reason
    record(events.ScenarioRejected(actor=actor, scenario_id=row.id, reason=reason))
    return row


def admit(actor: Actor, scenario_id: int, *, reason: str) -> Scenario:
    """Take into the library without a need review; the reason for skipping it is kept."""
    row = _for_checking(actor, "admit", scenario_id)
    if not reason:
        raise Invalid("reason", _("请写明为什么不再组织需求论证，留存备查。"))
    LIFECYCLE.fire(row, "admit", actor=actor, reason=reason)
    row.state_reason = ""
    record(events.ScenarioAdmitted(actor=actor, scenario_id=row.id))
    return row


def check_many(actor: Actor, act: str, asked: dict[int, Checking]) -> None:
    """Admit or return several, each as it was previewed and with its own reason; all of them or none.

    Raises InvalidMany with an error for each ``reason-<id>`` that is missing, Conflict when one is no longer what was
    previewed or has words that must be looked at by themselves.
    """
    acts = {"admit": admit, "return": return_}
    known = {row.id: row for row in queries.to_check(actor, asked)}
    for row in known.values():
        SCENARIO.require(actor, acts[act].__name__, row)
    changed = [n for n, given in asked.items() if n not in known or known[n].with_staff_at != given.since]
    if changed or any(why_not_together(actor, act, row) for row in known.values()):
        raise Conflict(_("有的场景刚有变化，或不能一起办。下面是现在的情况，请再核对一次。"))
    errors: dict[str, str] = {}
    for scenario_id, given in asked.items():
        try:
            acts[act](actor, scenario_id, reason=given.reason)
        except Invalid as error:
            errors[f"reason-{scenario_id}"] = error.message
    if errors:
        raise InvalidMany(errors)


def why_not_together(actor: Actor, act: str, row: Scenario) -> str:
    """Why this one cannot be decided on together with others; empty when it can."""
    if row.state is not State.SUBMITTED:
        return _("已经不在初审中。")
    if row.owner_id in actor.organisations():
        return _("是您所在单位的，请另一位同事来办。")
    if act == "admit" and (words := classified_words(row)):
        return _("出现了需要核对的词：%(words)s。请单独打开办理。", words="、".join(words))
    return ""


def classified_words(row: Scenario) -> list[str]:
    """Words in the scenario that staff must look at before publication (秘密, 机密, 军工)."""
    texts = [getattr(row, name) for name in TEXTS] + [row.site_text(k) for k in SITE_KEYS]
    return sorted({m for text in texts for m in CLASSIFIED.findall(text.zh + text.en)})
