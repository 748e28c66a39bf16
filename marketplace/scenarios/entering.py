"""Whole scenarios at once, as a file holds them: what each would do to the owner's rows, then all of it or nothing."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from marketplace.kernel import clock
from marketplace.kernel.actor import EDITORS, Actor
from marketplace.kernel.db import session
from marketplace.kernel.errors import Conflict, InvalidMany, NotFound
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import Text
from marketplace.organisations import queries as organisations
from marketplace.organisations.entering import REFUSED, Effect, Entered, lock
from marketplace.organisations.models import Organisation
from marketplace.organisations.policies import ORGANISATION
from marketplace.scenarios import services
from marketplace.scenarios.models import SITE_KEYS, Metric, Requirement, Scenario
from marketplace.scenarios.services import MetricData, RequirementData
from marketplace.scenarios.states import State
from marketplace.vocabulary.parameters import parameters

Data = TypeVar("Data", RequirementData, MetricData)
_NUMBER = re.compile(r"SC-\d{4}-(\d{4,9})")
_AT_ONCE = 400


@dataclass(frozen=True, kw_only=True)
class ScenarioData:
    """One scenario in full. ``key`` is the owner's reference of it, or the number that this site gave."""

    key: str
    fields: Mapping[str, Any]
    requirements: tuple[RequirementData, ...] = ()
    metrics: tuple[MetricData, ...] = ()


def data_of(row: Scenario) -> ScenarioData:
    """The scenario as a file holds it: no people, no attachments, no state."""
    fields: dict[str, Any] = {name: getattr(row, name) for name in services.FIELDS - {"site"}}
    fields = {name: Text.of(v.zh, v.en) if isinstance(v, Text) else v for name, v in fields.items()}
    site = {key: row.site_text(key) for key in SITE_KEYS}
    fields["site"] = {key: Text.of(text.zh, text.en) for key, text in site.items() if text}
    return ScenarioData(
        key=row.reference or row.number,
        fields=fields,
        requirements=tuple(
            RequirementData(
                parameter=r.parameter, op=r.op, value=r.value, level=r.level, weight=r.weight, test=_plain(r.test)
            )
            for r in row.requirements
            if r.parameter in parameters()
        ),
        metrics=tuple(
            MetricData(
                parameter=m.parameter,
                op=m.op,
                target=m.target,
                baseline=m.baseline,
                method=_plain(m.method),
                window=_plain(m.window),
            )
            for m in row.metrics
            if m.parameter in parameters()
        ),
    )


def _plain(text: Text) -> Text:
    return Text.of(text.zh, text.en)


def owner(actor: Actor, owner_id: int) -> Organisation:
    """The organisation, when the actor may type scenarios for it; else 404, 403 or 409."""
    row = organisations.get(actor, owner_id)
    ORGANISATION.require(actor, "draft_for", row)
    if not (row.is_owner or row.is_service_body):
        raise Conflict(_("本单位没有登记为场景方。请先在“我的单位”里勾选“场景方”。"))
    return row


def plan(actor: Actor, owner_id: int, data: Sequence[ScenarioData]) -> list[tuple[Effect, Scenario | None]]:
    """What entering each of them would do, and to which row."""
    owner(actor, owner_id)
    known = _known(owner_id, [d.key for d in data])
    own = owner_id in actor.organisations(EDITORS)
    return [(_effect(d, known.get(d.key), own), known.get(d.key)) for d in data]


def _effect(data: ScenarioData, row: Scenario | None, own: bool) -> Effect:
    if row is None:
        return Effect.NEW
    if not own:
        return Effect.TAKEN
    if data_of(row) == data:
        return Effect.UNCHANGED
    return Effect.CHANGED if row.state in services.EDITABLE else Effect.LOCKED


def _known(owner_id: int, keys: Sequence[str]) -> dict[str, Scenario]:
    found: dict[str, Scenario] = {}
    for start in range(0, len(keys), _AT_ONCE):
        some = keys[start : start + _AT_ONCE]
        ids = [int(match[1]) for key in some if (match := _NUMBER.fullmatch(key)) and int(match[1]) < 2**31]
        query = (
            select(Scenario)
            .where(Scenario.owner_id == owner_id, or_(Scenario.reference.in_(some), Scenario.id.in_(ids)))
            .options(selectinload(Scenario.requirements), selectinload(Scenario.metrics))
        )
        found |= {row.reference or row.number: row for row in session().scalars(query)}
    return found


def enter(actor: Actor, owner_id: int, data: Sequence[ScenarioData]) -> Entered:
    """Make drafts of what is new and change the drafts that differ. What is submitted is not touched: ``Conflict``."""
    assert actor.user_id is not None
    lock(owner_id)
    created, changed, unchanged = [], [], 0
    now = clock.now()
    for one, (effect, row) in zip(data, plan(actor, owner_id, data), strict=True):
        if effect in REFUSED:
            raise Conflict(_("“%(key)s”在您预览之后变了。请重新预览，再确认一次。", key=one.key))
        if effect is Effect.UNCHANGED:
            unchanged += 1
            continue
        if row is None:
            row = Scenario(owner_id=owner_id, created_by=actor.user_id, reference=one.key, created_at=now)
            created.append(row)
        else:
            row.revise(None)
            changed.append(row)
        row.changed_at = now
        _write(row, one)
    session().add_all(created)
    session().flush()
    return Entered(tuple(r.id for r in created), tuple(r.id for r in changed), unchanged)


ENDED = (State.REJECTED, State.WITHDRAWN)


def begin_once(
    actor: Actor, owner_id: int, reference: str, *, title: Text, domain: str, task: str
) -> tuple[Scenario, bool]:
    """The owner's scenario under that reference, or a new draft, and whether it is new; two at once begin one.

    What was rejected or withdrawn gives its reference up to the new one.
    """
    if actor.user_id is None or owner_id not in actor.organisations(EDITORS):
        raise NotFound()
    lock(owner_id)
    known = session().scalar(select(Scenario).where(Scenario.owner_id == owner_id, Scenario.reference == reference))
    if known is not None:
        if known.state not in ENDED:
            return known, False
        known.reference = None
        session().flush()
    row = services.create(actor, owner_id, title=title, domain=domain, task=task)
    row.reference = reference
    return row, True


def _write(row: Scenario, data: ScenarioData) -> None:
    fields = dict(data.fields)
    if wrong := services.wrong_fields(row, fields):
        raise InvalidMany(wrong)
    if row.id is not None:  # a translation that the file left alone while its source changed becomes stale
        fields |= {name: getattr(row, name).revised(fields[name].zh, fields[name].en) for name in services.TEXTS}
        fields["site"] = {key: row.site_text(key).revised(text.zh, text.en) for key, text in fields["site"].items()}
    services.write_fields(row, fields)
    services.write_requirements(row, _keyed(data.requirements, row.requirements))
    services.write_metrics(row, _keyed(data.metrics, row.metrics))


def _keyed(data: Sequence[Data], known: Sequence[Requirement] | Sequence[Metric]) -> list[Data]:
    """The same parameter keeps its identity, the first of several the first's."""
    keys: dict[str, list[str]] = defaultdict(list)
    for row in known:
        keys[row.parameter].append(row.key)
    used: Counter[str] = Counter()
    found = []
    for one in data:
        mine = keys[one.parameter][used[one.parameter] :]
        used[one.parameter] += 1
        found.append(replace(one, key=mine[0]) if mine else one)
    return found
