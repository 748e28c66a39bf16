"""Direct matching in the demo: scenarios that take this route, and introductions in every state, from either side."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from marketplace.demo import content, stories
from marketplace.demo.timeline import Demo, working_morning
from marketplace.introductions import services
from marketplace.introductions.models import Introduction, Meeting, Result, Slot
from marketplace.kernel import clock
from marketplace.kernel.db import session
from marketplace.scenarios import services as scenarios
from marketplace.scenarios.models import BudgetKind

PLACE = "货运门岗登记后由值班带入"
ACCEPTED = ("accepted", "offered", "booked", "cancelled", "differs", "concluded")
ANSWERED_AFTER, OFFERED_AFTER, BOOKED_AFTER = 1, 2, 3
"""Days after an introduction was begun."""
REPORTED_AFTER = 28


def plan(demo: Demo) -> None:
    """Put the direct route into the calendar of acts."""
    for data in content.direct():
        opened = working_morning(demo.ago(data["ago"]))
        owner, key = data["owner"], data["key"]
        demo.at(opened - timedelta(days=6), "draft", lambda data=data: _post(demo, data))
        reason = content.ADMITTED[demo.planned % len(content.ADMITTED)]
        demo.at(opened - timedelta(days=2), "admit", lambda k=key, r=reason: _admit(demo, k, r))
        demo.at(opened, "matching", lambda o=owner, k=key: services.open_route(demo.actor(o), demo.scenarios[k]))
        for entry in data["introductions"]:
            _introduction(demo, data, entry, opened + timedelta(days=entry["day"]))
        if data.get("ends") == "closed":
            demo.at(
                opened + timedelta(days=30),
                "close",
                lambda o=owner, k=key: services.close_route(demo.actor(o), demo.scenarios[k]),
            )
        if data.get("ends") == "landed":
            first = data["introductions"][0]
            demo.at(demo.ago(3), "land", lambda k=key, e=first: _land(demo, k, e))


def _post(demo: Demo, data: dict[str, Any]) -> None:
    actor = demo.actor(data["owner"])
    row = scenarios.create(actor, demo.orgs[data["owner"]], title=content.text(data["title"]))
    demo.scenarios[data["key"]] = row.id
    scenarios.edit(
        actor,
        row.id,
        domain=data["domain"],
        task=data["task"],
        district=data["district"],
        **{n: content.text(data[n]) for n in ("summary", "situation", "workflow", "objects", "volumes", "safety")},
        budget_kind=BudgetKind.FIXED,
        budget_max=data["budget"],
        period_months=data["months"],
        quantity=data["quantity"],
    )
    scenarios.set_requirements(actor, row.id, [stories.requirement(entry) for entry in data["requirements"]])
    scenarios.set_metrics(actor, row.id, [stories.metric(METRIC)])
    scenarios.submit(actor, row.id, declared_by=actor.name)


METRIC = {"parameter": "availability", "op": ">=", "target": "95", "unit": "percent"}


def _admit(demo: Demo, key: str, reason: str) -> None:
    scenarios.admit(demo.actor("officer"), demo.scenarios[key], reason=reason)


def _introduction(demo: Demo, data: dict[str, Any], entry: dict[str, Any], begun: datetime) -> None:
    key, owner, vendor, far = data["key"], data["owner"], entry["vendor"], entry["far"]
    starter, answerer = (vendor, owner) if entry["by"] == "vendor" else (owner, vendor)

    def later(days: float, what: str, act: Any) -> None:
        demo.at(begun + timedelta(days=days), what, act)

    def number() -> int:
        return _number(demo, key, vendor)

    later(0, "approach", lambda: _begin(demo, data, entry))
    if far == "declined":
        later(ANSWERED_AFTER, far, lambda: services.decline(demo.actor(answerer), number(), reason=entry["reason"]))
    if far == "withdrawn":
        later(ANSWERED_AFTER, far, lambda: services.withdraw(demo.actor(starter), number()))
    if far in ACCEPTED:
        later(ANSWERED_AFTER, "accept", lambda: services.accept(demo.actor(answerer), number()))
    if far in ("offered", "booked", "cancelled", "differs", "concluded"):
        in_days = 3 if far in ("cancelled", "concluded") else _days_ahead(demo, begun)
        later(OFFERED_AFTER, "offer", lambda: _offer(demo, owner, number(), in_days))
    if far in ("booked", "cancelled", "differs", "concluded"):
        later(BOOKED_AFTER, "book", lambda: services.book(demo.actor(vendor), number(), _slot(number())))
    if far == "cancelled":
        act = lambda: services.cancel(demo.actor(owner), number(), _slot(number()), reason=entry["reason"])  # noqa: E731
        later(BOOKED_AFTER + 1, far, act)
    if far in ("differs", "concluded"):
        for who, more in ((owner, 0), (vendor, 4 if far == "differs" else 0)):
            later(REPORTED_AFTER, "report", lambda w=who, m=more: _report(demo, w, number(), entry, begun, m))


def _days_ahead(demo: Demo, begun: datetime) -> int:
    """In how many days from the offer a visit lies that is still to come in the demo; three where it may be past."""
    ahead = (demo.now - begun).days - OFFERED_AFTER + 2
    return ahead if ahead < 40 else 3


def _begin(demo: Demo, data: dict[str, Any], entry: dict[str, Any]) -> None:
    scenario_id, vendor_id = demo.scenarios[data["key"]], demo.orgs[entry["vendor"]]
    product_id = demo.products[entry["product"]]
    if entry["by"] == "vendor":
        services.show_interest(demo.actor(entry["vendor"]), scenario_id, product_id=product_id, note=entry["note"])
    else:
        services.invite(
            demo.actor(data["owner"]), scenario_id, vendor_id=vendor_id, product_id=product_id, note=entry["note"]
        )


def _number(demo: Demo, key: str, vendor: str) -> int:
    query = select(Introduction.id).where(Introduction.scenario_id == demo.scenarios[key])
    return session().scalars(query.where(Introduction.vendor_id == demo.orgs[vendor])).one()


def _offer(demo: Demo, owner: str, number: int, in_days: int) -> None:
    first = clock.beijing(clock.now()).replace(hour=14, minute=0, second=0, microsecond=0) + timedelta(days=in_days)
    starts = [first, first + timedelta(hours=2), first + timedelta(days=1)]
    data = services.SlotData(kind=Meeting.SITE_VISIT, place=PLACE, minutes=90, starts=starts)
    services.offer(demo.actor(owner), number, data)


def _slot(number: int) -> int:
    return session().scalars(select(Slot.id).where(Slot.introduction_id == number).order_by(Slot.id)).first() or 0


def _report(demo: Demo, who: str, number: int, entry: dict[str, Any], begun: datetime, more: int) -> None:
    services.report(
        demo.actor(who),
        number,
        services.OutcomeData(
            result=Result(entry["result"]),
            amount=entry["amount"] + more,
            starts_on=clock.beijing(begun + timedelta(days=entry["start"])).date(),
        ),
    )


def _land(demo: Demo, key: str, entry: dict[str, Any]) -> None:
    services.land(
        demo.actor("officer"), _number(demo, key, entry["vendor"]), reason="看过采购合同、付款凭证和三个月运行记录。"
    )
