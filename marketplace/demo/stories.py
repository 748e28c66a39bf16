"""What becomes of each scenario of the demo: from the draft to the notice, or to wherever its story ends."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from marketplace.bids.services import opening
from marketplace.challenges import services as challenges
from marketplace.demo import bidding, content
from marketplace.demo.timeline import Demo, working_morning
from marketplace.evaluation import services as evaluation
from marketplace.kernel import clock
from marketplace.kernel.text import Text
from marketplace.publicity import queries as publicity_queries
from marketplace.publicity import services as publicity
from marketplace.scenarios import services as scenarios
from marketplace.scenarios.models import BudgetKind, Kind, Level, Mode, ProcurementRoute
from marketplace.vocabulary import calendar
from marketplace.vocabulary.parameters import parameters, parse

UNPUBLISHED = ("draft", "submitted", "returned", "rejected", "withdrawn", "admitted", "prepared")
RUNNING = ("open", "extended", "suspended", "resumed", "cancelled", "closed")
NOTICED = ("notice", "concluded", "objected", "dismissed", "upheld")
EVALUATED = ("evaluation", "staged", *NOTICED)
CHECKED = ("none_selected", *EVALUATED)


def plan(demo: Demo) -> None:
    """All scenarios."""
    for data in content.scenarios():
        story = content.stories()[data["key"]]
        _prepare(demo, data, story)
        if story["story"] not in UNPUBLISHED:
            _publish(demo, data["key"], story, working_morning(demo.ago(story["ago"])))


def _prepare(demo: Demo, data: dict[str, Any], story: dict[str, Any]) -> None:
    key, fate = data["key"], story["story"]
    published = working_morning(demo.ago(story["ago"]))
    demo.at(published - timedelta(days=12), "draft", lambda: draft(demo, data, metrics=fate != "draft"))
    if fate == "draft":
        return
    demo.at(published - timedelta(days=9), "submit", lambda: _submit(demo, key, data))
    checked = published - timedelta(days=5)
    officer = "officer" if story["ago"] % 3 else "officer2"
    if fate in ("returned", "rejected"):
        act = {"returned": scenarios.return_, "rejected": scenarios.reject}[fate]
        demo.at(checked, fate, lambda: act(demo.actor(officer), demo.scenarios[key], reason=story["reason"]))
    elif fate == "withdrawn":
        demo.at(checked, fate, lambda: scenarios.withdraw(demo.actor(data["owner"]), demo.scenarios[key]))
    elif fate != "submitted":
        reason = content.ADMITTED[demo.planned % len(content.ADMITTED)]
        demo.at(checked, "admit", lambda: scenarios.admit(demo.actor(officer), demo.scenarios[key], reason=reason))
    if fate == "prepared":
        demo.at(published, "prepare", lambda: challenges.create(demo.actor(officer), demo.scenarios[key]))


def draft(demo: Demo, data: dict[str, Any], *, metrics: bool = True) -> None:
    """A scenario as its owner writes it down."""
    actor = demo.actor(data["owner"])
    row = scenarios.create(actor, demo.orgs[data["owner"]], title=content.text(data["title"]))
    demo.scenarios[data["key"]] = row.id
    terms = data["terms"]
    eligibility = data.get("eligibility", [])
    scenarios.edit(
        actor,
        row.id,
        domain=data["domain"],
        task=data["task"],
        district=data["district"],
        kind=Kind(data["kind"]),
        **{n: content.text(data.get(n)) for n in ("summary", "situation", "workflow", "objects", "volumes", "safety")},
        site={k: content.text(v) for k, v in data["site"].items()},
        budget_kind=BudgetKind(terms["budget_kind"]),
        budget_min=terms.get("budget_min"),
        budget_max=terms.get("budget_max"),
        period_months=terms.get("period_months"),
        quantity=terms.get("quantity"),
        mode=Mode(terms["mode"]),
        procurement_route=ProcurementRoute(data["procurement_route"]),
        consortium=data["consortium"],
        **{n: content.text(terms.get(n)) for n in ("payment", "ip", "data_rights")},
        eligibility=Text.of("\n".join(e["zh"] for e in eligibility), "\n".join(e["en"] for e in eligibility)),
    )
    scenarios.set_requirements(actor, row.id, [requirement(entry) for entry in data["requirements"]])
    if metrics:
        scenarios.set_metrics(actor, row.id, [metric(entry) for entry in data["metrics"]])


def requirement(entry: dict[str, Any]) -> scenarios.RequirementData:
    """A requirement as the data files write it."""
    parameter = parameters()[entry["parameter"]]
    return scenarios.RequirementData(
        parameter=parameter.key,
        op=entry["op"],
        value=parse(parameter, entry["value"], entry.get("unit", ""), entry.get("counted", "")),
        level=Level(entry["level"]),
        weight=entry["weight"],
        test=content.text(entry.get("test")),
    )


def metric(entry: dict[str, Any]) -> scenarios.MetricData:
    """An acceptance metric as the data files write it."""
    parameter = parameters()[entry["parameter"]]
    return scenarios.MetricData(
        parameter=parameter.key,
        op=entry["op"],
        target=parse(parameter, entry["target"], entry.get("unit", ""), entry.get("counted", "")),
        baseline=str(entry.get("baseline", "")),
        method=content.text(entry.get("method")),
        window=content.text(entry.get("window")),
    )


def _submit(demo: Demo, key: str, data: dict[str, Any]) -> None:
    actor = demo.actor(data["owner"])
    scenarios.attach(actor, demo.scenarios[key], content.paper("Example site plan"), is_public=False)
    scenarios.attach(actor, demo.scenarios[key], content.paper("Example task sheet"), is_public=True)
    scenarios.submit(actor, demo.scenarios[key], declared_by=actor.name, round_id=demo.calling)


def _publish(demo: Demo, key: str, story: dict[str, Any], published: datetime) -> None:
    def act() -> None:
        officer = demo.actor("officer")
        row = challenges.create(officer, demo.scenarios[key])
        demo.challenges[key] = row.id
        closes_at = challenges.proposed_deadline(clock.now())
        challenges.publish(officer, row.id, closes_at=closes_at, few_reason=content.FEW.get(row.domain, ""))

    demo.at(published, "publish", act)
    closes = calendar.bidding_deadline(published)
    fate = story["story"]
    if fate in RUNNING:
        _while_running(demo, key, story, published, closes)
        bidding.plan(demo, key, published, min(closes, _ends(fate, published, closes)))
        return
    bidding.plan(demo, key, published, closes)
    _after_closing(demo, key, story, closes)


def _ends(fate: str, published: datetime, closes: datetime) -> datetime:
    """Until when bids can be sent in a story that is interrupted."""
    return published + timedelta(days={"suspended": 6, "cancelled": 14}.get(fate, 3650)) if fate != "closed" else closes


def _while_running(demo: Demo, key: str, story: dict[str, Any], published: datetime, closes: datetime) -> None:
    fate, challenge = story["story"], lambda: demo.challenges[key]
    officer = lambda: demo.actor("officer")  # noqa: E731
    if fate == "extended":
        reason = Text.of(story["reason"], story["reason_en"])
        later = closes + timedelta(days=14)
        act = lambda: challenges.extend(officer(), challenge(), closes_at=later, reason=reason)  # noqa: E731
        demo.at(published + timedelta(days=8), "extend", act)
    if fate in ("suspended", "resumed"):
        act = lambda: challenges.suspend(officer(), challenge(), reason=story["reason"])  # noqa: E731
        demo.at(published + timedelta(days=6), "suspend", act)
    if fate == "resumed":
        demo.at(published + timedelta(days=11), "resume", lambda: challenges.resume(officer(), challenge()))
    if fate == "cancelled":
        act = lambda: challenges.cancel(officer(), challenge(), reason=story["reason"])  # noqa: E731
        demo.at(published + timedelta(days=14), "cancel", act)


def _after_closing(demo: Demo, key: str, story: dict[str, Any], closes: datetime) -> None:
    fate, challenge = story["story"], lambda: demo.challenges[key]
    officer = lambda: demo.actor("officer")  # noqa: E731
    demo.at(closes + timedelta(hours=17), "open", lambda: opening.open_all(officer(), challenge()))
    if fate in ("opened", "no_bids"):
        return
    demo.at(closes + timedelta(hours=20), "eligibility", lambda: evaluation.begin(officer(), challenge()))
    if fate in CHECKED:
        nobody = fate == "none_selected"
        demo.at(closes + timedelta(days=4), "check", lambda: bidding.check(demo, key, nobody=nobody))
    if fate == "staged":
        demo.at(closes + timedelta(days=16), "stage", lambda: bidding.stage(demo, key))
    if fate in NOTICED:
        released = demo.ago(2) if fate in ("notice", "objected") else closes + timedelta(days=20)
        demo.at(released, "release", lambda: bidding.release(demo, key))
        _while_noticed(demo, key, story, released)


def _while_noticed(demo: Demo, key: str, story: dict[str, Any], released: datetime) -> None:
    fate = story["story"]
    notice = lambda: publicity_queries.of_challenge(demo.challenges[key])[0]  # noqa: E731
    officer = lambda who="officer2": demo.actor(who)  # noqa: E731

    def answer(act: str, text: str = "") -> None:
        publicity.answer(officer(), notice().objections[-1].id, act=act, text=text)

    objection = story.get("objection")
    if objection:
        act = lambda: publicity.object_to(  # noqa: E731
            demo.actor(objection["by"]),
            notice().id,
            matter=objection["matter"],
            grounds=objection["grounds"],
            evidence=content.paper("Example evidence"),
        )
        demo.at(released + timedelta(days=1), "object", act)
        if objection["answers"]:
            first, text = objection["answers"][0]
            demo.at(released + timedelta(days=2 if fate != "objected" else 1.4), first, lambda: answer(first, text))
        if len(objection["answers"]) > 1:
            then, why = objection["answers"][1]
            demo.at(released + timedelta(days=6), then, lambda: answer(then, why))
    if fate in ("concluded", "dismissed"):
        demo.at(released + timedelta(days=15), "conclude", lambda: publicity.conclude(officer(), notice().id))
