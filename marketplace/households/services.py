"""Recording, pooling and deleting household needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select

from marketplace.challenges.events import (
    ChallengeCancelled,
    ChallengeExtended,
    ChallengePublished,
    ChallengeSuspended,
)
from marketplace.challenges.models import Challenge
from marketplace.households import events, queries
from marketplace.households.models import (
    CONSENT_VERSION,
    FEWEST,
    RETENTION,
    Area,
    Dwelling,
    Giver,
    HouseholdNeed,
    HouseholdPool,
    Persons,
)
from marketplace.households.policies import NEED
from marketplace.households.published import texts_of
from marketplace.households.screening import screened
from marketplace.infra.jobs.services import by_the_clock
from marketplace.kernel import clock
from marketplace.kernel.actor import EDITORS, SYSTEM, Actor
from marketplace.kernel.db import record, session, unit_of_work
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from marketplace.kernel.events import subscribe
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import Text
from marketplace.scenarios import services as scenarios
from marketplace.scenarios.events import ScenarioHeld, ScenarioSubmitted, ScenarioWithdrawn
from marketplace.scenarios.models import Scenario
from marketplace.scenarios.states import State as ScenarioState
from marketplace.vocabulary.terms import districts, domains, label

UNPUBLISHED = (ScenarioState.DRAFT, ScenarioState.SUBMITTED, ScenarioState.RETURNED, ScenarioState.ADMITTED)
MOST_TEXT = 600


@dataclass(frozen=True, kw_only=True)
class NeedData:
    """What a service body writes down for one home."""

    district: str
    dwelling: Dwelling
    area: Area
    persons: Persons
    task: str
    need: str
    consent_by: Giver
    consent_on: date
    agreed: bool


def refuse_personal(field: str, text: str) -> None:
    """Nothing, or ``Invalid`` that quotes each passage which says who lives where, and what to write instead."""
    hits = screened(text)
    if hits:
        lines = [
            _("“%(passage)s”像%(what)s：%(instead)s", passage=h.passage, what=h.looks_like, instead=h.instead)
            for h in hits
        ]
        raise Invalid(field, _("没有保存。%(lines)s", lines=" ".join(lines)))


def _for_writing(actor: Actor, body_id: int) -> None:
    queries.body(actor, body_id)
    if body_id not in actor.organisations(EDITORS):
        raise Forbidden(_("只读成员不能登记。请本机构的经办来办。"))


def write_down(actor: Actor, body_id: int, data: NeedData) -> HouseholdNeed:
    """Keep a need with the version, day and giver of its consent; text that would identify somebody is not saved."""
    _for_writing(actor, body_id)
    assert actor.user_id is not None
    if data.district not in districts() or data.task not in {t.key for t in domains()["household"].tasks}:
        raise Invalid("task", _("请从列表里选。"))
    if not data.need or len(data.need) > MOST_TEXT:
        raise Invalid("need", _("请用一两句话写需要什么，不超过 %(count)s 个字。", count=MOST_TEXT))
    refuse_personal("need", data.need)
    if not data.agreed:
        raise Invalid("agreed", _("没有同意就不能登记。请先把说明读给对方听。"))
    if not clock.today() - RETENTION < data.consent_on <= clock.today():
        raise Invalid("consent_on", _("同意的日期要在一年之内，不能晚于今天。"))
    row = HouseholdNeed(
        body_id=body_id,
        district=data.district,
        dwelling=data.dwelling,
        area=data.area,
        persons=data.persons,
        task=data.task,
        need=data.need,
        consent_version=CONSENT_VERSION,
        consent_on=data.consent_on,
        consent_by=data.consent_by,
        created_by=actor.user_id,
        created_at=clock.now(),
    )
    session().add(row)
    session().flush()
    record(events.NeedRecorded(actor=actor, need_id=row.id, body_id=body_id))
    return row


def pool(actor: Actor, body_id: int, ids: list[int], *, title: Text, agreed_again: bool = False) -> Scenario:
    """Make one scenario draft of at least five homes with the same need; only figures go into it, no home's words.

    Homes that must be asked again (``queries.asked_again``) come along only with ``agreed_again``: their consent is then
    today's, under today's wording.
    """
    _for_writing(actor, body_id)
    rows = queries.chosen(actor, body_id, ids)
    free = queries.free(rows)
    for row in free:
        NEED.require(actor, "pool", row)
    if len(free) < FEWEST:
        raise Invalid(
            "homes",
            _(
                "至少要 %(count)s 户才能合并，现在选了 %(now)s 户。不足 %(count)s 户的，不能公开。",
                count=FEWEST,
                now=len(free),
            ),
        )
    if len({r.task for r in free}) > 1:
        raise Invalid("homes", _("只能合并同一种需要。请分开合并。"))
    if not title:
        raise Invalid("title", _("请先起一个标题，以后可以改。"))
    for text in (title.zh, title.en):
        refuse_personal("title", text)
    # Whoever has read the figures of a pool that was withdrawn would see from the difference which home has left.
    figures = _total(len(free)) if queries.were_read(free) else _figures(free)
    _renew(actor, free, agreed_again)
    scenario = scenarios.create(actor, body_id, title=title)
    scenarios.edit(actor, scenario.id, domain="household", task=free[0].task, quantity=len(free), volumes=figures)
    session().add(HouseholdPool(scenario_id=scenario.id, body_id=body_id, pooled_at=clock.now()))
    for row in free:
        row.scenario_id = scenario.id
    record(events.NeedsPooled(actor=actor, scenario_id=scenario.id, homes=len(free)))
    return scenario


def _renew(actor: Actor, rows: list[HouseholdNeed], agreed_again: bool) -> None:
    """Take today's consent of the homes that must be asked again, or ``Invalid`` that names them."""
    again = queries.asked_again(rows)
    if again and not agreed_again:
        numbers = _("、").join(row.number for row in again)
        raise Invalid("agreed_again", _("%(numbers)s 要再问一次：原来的同意不能沿用。", numbers=numbers))
    for row in again:
        row.consent_version, row.consent_on = CONSENT_VERSION, clock.today()
        record(events.ConsentRenewed(actor=actor, need_id=row.id, body_id=row.body_id))


DWELLINGS = {
    "public_rental": Text.of("公租房", "public rental"),
    "own_flat": Text.of("自住公寓", "own flat"),
    "old_house": Text.of("老式里弄或旧公房", "old terrace or older public housing"),
    "rural_house": Text.of("农村住宅", "rural house"),
}
AREAS = {
    "under_40": Text.of("40 m² 以下", "under 40 m²"),
    "40_60": Text.of("40–60 m²", "40–60 m²"),
    "60_90": Text.of("60–90 m²", "60–90 m²"),
    "over_90": Text.of("90 m² 以上", "over 90 m²"),
}
OTHERS = Text.of("其他（每项不足 5 户，不单列）", "others (fewer than five each, not shown apart)")


def _total(homes: int) -> Text:
    return Text.of(f"共 {homes} 户家庭。", f"{homes} homes in all.")


def _figures(rows: list[HouseholdNeed]) -> Text:
    """The homes as figures in both languages, none of them of fewer than five."""
    tables = [
        (Text.of("按区", "By district"), [r.district for r in rows], lambda k: label("district", k)),
        (Text.of("按住房", "By dwelling"), [r.dwelling.value for r in rows], DWELLINGS.__getitem__),
        (Text.of("按面积", "By floor area"), [r.area.value for r in rows], AREAS.__getitem__),
    ]
    total = _total(len(rows))
    zh, en = [total.zh], [total.en]
    for name, values, word in tables:
        counted = [(word(key) if key else OTHERS, n) for key, n in queries.grouped(values)]
        zh.append(f"{name.zh}：" + "，".join(f"{text.zh} {n} 户" for text, n in counted) + "。")
        en.append(f"{name.en}: " + ", ".join(f"{text.en} {n}" for text, n in counted) + ".")
    return Text.of("\n".join(zh), "\n".join(en))


def forget(actor: Actor, need_id: int) -> int:
    """The home withdraws its consent: it leaves its pool and its data is deleted; answers the body's id."""
    body_id = queries.get(actor, need_id).body_id
    _delete(actor, need_id, "withdrawn")
    return body_id


def _of(scenario_id: int) -> list[HouseholdNeed]:
    return list(session().scalars(select(HouseholdNeed).where(HouseholdNeed.scenario_id == scenario_id)))


def _delete(actor: Actor, need_id: int, why: str) -> None:
    """Delete a need. Its pool's scenario is locked first: whoever submits or publishes it meanwhile counts without it."""
    row, scenario = queries.taken(need_id)
    if row is None:
        raise NotFound()
    NEED.require(actor, "delete", row)
    scenario_id = row.scenario_id
    known = _of(scenario_id) if scenario_id else []
    ours = (_figures(known), _total(len(known)))
    record(events.NeedDeleted(actor=actor, need_id=row.id, body_id=row.body_id, why=why))
    session().execute(delete(HouseholdNeed).where(HouseholdNeed.id == row.id))
    if scenario is None or scenario_id is None:
        return
    left = queries.homes(scenario_id)
    if scenario.state in scenarios.EDITABLE and scenario.volumes in ours and not actor.is_system:
        # The figures are still ours: they follow, and say nothing of fewer than five. Whoever has read them once would
        # see from the difference which home has left: then only the total stays.
        figures = _figures(_of(scenario_id)) if scenario.submitted_at is None else _total(left)
        rest = figures if left >= FEWEST else Text()
        scenarios.edit(actor, scenario_id, quantity=left or None, volumes=rest)
    if left < FEWEST and scenario.state in UNPUBLISHED:
        record(events.PoolFellShort(actor=actor, scenario_id=scenario_id, homes=left))


def _enough(row: Scenario) -> None:
    if queries.is_pool(row.id):
        if queries.homes(row.id) < FEWEST:
            raise Conflict(_("这个场景现在不足 %(count)s 户，不能提交或公开。请先补足。", count=FEWEST))
    elif _is_of_homes(row) and row.owner.is_service_body and not row.owner.is_owner:
        raise Conflict(
            _("替家庭提的需要，先在“家庭需要”里登记，满 %(count)s 户合并后再提交：单独一户不能公开。", count=FEWEST)
        )


def _is_of_homes(row: Scenario) -> bool:
    """Whether it is about people's homes, pooled or not: none of its texts may say who lives where."""
    return row.domain == "household" or queries.is_pool(row.id)


def _before_staff(_work: object, event: ScenarioSubmitted | ScenarioHeld) -> None:
    """What has fallen under five homes is not submitted: the handler's refusal takes the submission back."""
    row = session().get_one(Scenario, event.scenario_id)
    _enough(row)
    if _is_of_homes(row):
        _names_nobody(texts_of(row))


def _names_nobody(texts: Iterable[str]) -> None:
    for text in texts:
        if hits := screened(text):
            raise Conflict(
                _(
                    "场景里的“%(passage)s”像%(what)s：%(instead)s",
                    passage=hits[0].passage,
                    what=hits[0].looks_like,
                    instead=hits[0].instead,
                )
            )


def _before_everybody(_work: object, event: ChallengePublished) -> None:
    """Nor is it published."""
    row = session().get_one(Challenge, event.challenge_id)
    _enough(row.scenario)
    if _is_of_homes(row.scenario):
        _names_nobody(texts_of(row.scenario))


def _said_to_everybody(_work: object, event: ChallengeExtended | ChallengeSuspended | ChallengeCancelled) -> None:
    """What is said publicly about a challenge of homes names nobody either."""
    row = session().get_one(Challenge, event.challenge_id)
    if _is_of_homes(row.scenario):
        reasons = [version.reason for version in row.versions]
        _names_nobody([row.state_reason, *(text for reason in reasons for text in (reason.zh, reason.en))])


def _scattered(_work: object, event: ScenarioWithdrawn) -> None:
    """The homes of a scenario that was withdrawn may be pooled anew, once they were asked again: they keep its number."""
    session().execute(delete(HouseholdPool).where(HouseholdPool.scenario_id == event.scenario_id))


subscribe(ScenarioWithdrawn, _scattered)
subscribe(ScenarioSubmitted, _before_staff)
subscribe(ScenarioHeld, _before_staff)
subscribe(ChallengePublished, _before_everybody)
subscribe(ChallengeExtended, _said_to_everybody)
subscribe(ChallengeSuspended, _said_to_everybody)
subscribe(ChallengeCancelled, _said_to_everybody)


@by_the_clock
def purge_due() -> int:
    """Delete what has been kept for a year."""
    limit = clock.today() - RETENTION
    due = list(session().scalars(select(HouseholdNeed.id).where(HouseholdNeed.consent_on <= limit)))
    session().rollback()
    for need_id in due:
        with unit_of_work():
            if session().get(HouseholdNeed, need_id) is not None:
                _delete(SYSTEM, need_id, "expired")
    return len(due)


def top_up(actor: Actor, scenario_id: int, ids: list[int], *, agreed_again: bool = False) -> Scenario:
    """Add homes with the same need to a pool whose draft may still be edited; its figures are written anew."""
    found = queries.pool_of(actor, scenario_id)
    if found is None:
        raise Forbidden(_("这个场景不是合并来的。"))
    body_id = found[0].body_id
    _for_writing(actor, body_id)
    scenario = queries.locked(scenario_id)
    known = _of(scenario_id)
    more = [r for r in queries.free(queries.chosen(actor, body_id, ids)) if r.task == scenario.task]
    if not more:
        raise Invalid("homes", _("请选同一种需要、还没有合并的家庭。"))
    if len(known) + len(more) < FEWEST:
        raise Invalid("homes", _("补上之后仍不足 %(count)s 户，请再选。", count=FEWEST))
    if scenario.submitted_at is not None and len(more) < FEWEST:
        raise Invalid(
            "homes",
            _(
                "这个场景提交过，原来的数字已有人看过。再补要一次至少 %(count)s 户，否则前后一比就看得出是哪一户。",
                count=FEWEST,
            ),
        )
    together = [*known, *more]
    figures = _total(len(together)) if queries.were_read(more) else _figures(together)
    _renew(actor, more, agreed_again)
    for row in more:
        NEED.require(actor, "pool", row)
        row.scenario_id = scenario_id
    scenarios.edit(actor, scenario_id, quantity=len(together), volumes=figures)
    record(events.NeedsPooled(actor=actor, scenario_id=scenario_id, homes=len(together)))
    return scenario
