"""A calendar of acts: each is one call of a service, made as the person who would make it, at its own time."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from marketplace.accounts import services as accounts
from marketplace.accounts.models import User
from marketplace.bids.document import BidDocument, Declarations, Response
from marketplace.bids.services import drafting, opening, submitting
from marketplace.catalogue import queries as catalogue_queries
from marketplace.catalogue import services as catalogue
from marketplace.catalogue.models import Evidence, PriceKind
from marketplace.challenges import queries as challenge_queries
from marketplace.challenges import services as challenges
from marketplace.demo import content
from marketplace.evaluation import queries as evaluation_queries
from marketplace.evaluation import services as evaluation
from marketplace.evaluation.models import Outcome
from marketplace.infra.jobs.services import run_pending
from marketplace.kernel import clock
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.i18n import force_language
from marketplace.kernel.text import Text
from marketplace.organisations import services as organisations
from marketplace.publicity import queries as publicity_queries
from marketplace.publicity import services as publicity
from marketplace.scenarios import services as scenarios
from marketplace.scenarios.models import BudgetKind, Kind, Level, Mode, ProcurementRoute
from marketplace.vocabulary import calendar
from marketplace.vocabulary.parameters import parameters, parse
from marketplace.web.actor import actor_of

Say = Callable[[str], Any]
Act = Callable[[], Any]

# What becomes of each scenario. Days before today on which the challenge was published (None: it was not).
STORIES: dict[str, tuple[str, int | None]] = {
    "irregular-parcel-induction": ("open", 12),
    "cold-store-picking": ("admitted", None),
    "goods-to-person-totes": ("concluded", 95),
    "campus-last-mile": ("none_selected", 80),
    "wire-harness-plugging": ("evaluation", 62),
    "hot-mill-inspection": ("extended", 22),
    "tank-farm-response": ("suspended", 16),
    "line-side-kitting": ("closed", 38),
    "airport-escort": ("open", 25),
    "night-patrol": ("notice", 58),
    "aviation-hall-tour": ("no_bids", 70),
    "lounge-service": ("draft", None),
    "ward-transport": ("open", 8),
    "home-transfer": ("eligibility", 48),
    "gait-rehab": ("submitted", None),
    "infusion-bag-sorting": ("open", 6),
    "rental-home-tidying": ("opened", 44),
    "elder-safety-watch": ("open", 4),
    "meal-support": ("returned", None),
    "companion-robot": ("cancelled", 20),
}
CLOSED = ("closed", "opened", "eligibility", "evaluation", "notice", "concluded", "no_bids", "none_selected")
OPENED = ("opened", "eligibility", "evaluation", "notice", "concluded", "none_selected")


@dataclass
class Demo:
    """Everything made so far, by the keys of the data files, and the acts still to come."""

    now: datetime
    say: Say
    acts: list[tuple[datetime, int, str, Act]] = field(default_factory=list)
    people: dict[str, int] = field(default_factory=dict)
    orgs: dict[str, int] = field(default_factory=dict)
    products: dict[str, int] = field(default_factory=dict)
    scenarios: dict[str, int] = field(default_factory=dict)
    challenges: dict[str, int] = field(default_factory=dict)
    bids: dict[tuple[str, str], int] = field(default_factory=dict)
    listing: list[dict[str, str]] = field(default_factory=list)

    def at(self, moment: datetime, what: str, act: Act) -> None:
        """Do ``act`` when its time has come."""
        self.acts.append((min(moment, self.now), len(self.acts), what, act))

    def actor(self, who: str) -> Actor:
        """A person of the demo, with today's roles and memberships."""
        row = session().get_one(User, self.people[who])
        return actor_of(row.id, row.name)

    def play(self) -> None:
        """Do all acts in the order of time, each in its own transaction."""
        done = 0
        while self.acts:
            self.acts.sort(key=lambda entry: entry[:2])
            moment, _number, what, act = self.acts.pop(0)
            with clock.moved_to(moment), unit_of_work():
                act()
            done += 1
            if done % 60 == 0:
                self.say(f"  {moment:%Y-%m-%d}  {done} steps done, {len(self.acts)} ahead  ({what})")


def seed(say: Say) -> bool:
    """Fill an empty database with the demo; answers whether it did."""
    if session().scalar(select(func.count()).select_from(User)):
        return False
    session().rollback()
    say("Making the demo: organisations, products, scenarios, challenges and bids …")
    wakes, current_app.config["WAKE_WORKER"] = current_app.config["WAKE_WORKER"], False
    demo = Demo(clock.real_now(), say)
    with current_app.test_request_context(base_url=current_app.config["SITE_URL"]), force_language("zh"):
        _people(demo)
        _organisations(demo)
        _products(demo)
        _scenarios(demo)
        demo.play()
        say("  mails and search index …")
        run_pending()
    current_app.config["WAKE_WORKER"] = wakes
    path = Path(current_app.config["DATA"]) / "demo-accounts.json"
    path.write_text(json.dumps(demo.listing, ensure_ascii=False, indent=2) + "\n", "utf-8")
    say("The demo is ready.")
    return True


def _person(
    demo: Demo, key: str, *, email: str, name: str, role: str, organisation: str, roles: tuple[str, ...] = ()
) -> None:
    row = accounts.create_confirmed(email=email, name=name, password=content.PASSWORD, roles=roles)
    demo.people[key] = row.id
    demo.listing.append({"role": role, "email": email, "password": content.PASSWORD, "organisation": organisation})


def _people(demo: Demo) -> None:
    with clock.moved_to(demo.now - timedelta(days=200)), unit_of_work():
        for number, (role, email, name) in enumerate(content.STAFF):
            key = role if number != 1 else "officer2"
            _person(demo, key, email=email, name=name, role=role, organisation="项目办公室", roles=(role,))


def _organisations(demo: Demo) -> None:
    for number, data in enumerate(content.organisations(), 1):
        joined = demo.now - timedelta(days=180 - number * 3)
        demo.at(joined, "organisation", lambda data=data, number=number: _enter(demo, data, number))
        if data["verified"]:
            demo.at(
                joined + timedelta(days=2),
                "verify",
                lambda data=data: organisations.verify(demo.actor("officer"), demo.orgs[data["key"]]),
            )


def _enter(demo: Demo, data: dict[str, Any], number: int) -> None:
    contact = data["contact"]
    role = "vendor" if "vendor" in data["kinds"] else "scenario owner"
    _person(
        demo, data["key"], email=contact["email"], name=contact["name_zh"], role=role, organisation=data["name"]["zh"]
    )
    person = demo.actor(data["key"])
    row = organisations.create(
        person,
        organisations.Particulars(
            name=content.text(data["name"]),
            uscc=content.code(number, data["district"]),
            kinds=frozenset(data["kinds"]),
            district=data["district"],
            about=content.text(data["about"]),
            contact_name=contact["name_zh"],
            contact_email=contact["email"],
            contact_phone=f"021-5550{number:04d}",
        ),
    )
    demo.orgs[data["key"]] = row.id
    person = demo.actor(data["key"])
    organisations.attach_licence(person, row.id, content.paper(f"Example licence {number}"))
    organisations.submit(person, row.id)


def _products(demo: Demo) -> None:
    for number, data in enumerate(content.products()):
        entered = demo.now - timedelta(days=115 - number)
        demo.at(entered, "product", lambda data=data: _product(demo, data))


def _product(demo: Demo, data: dict[str, Any]) -> None:
    actor = demo.actor(data["vendor"])
    price = data["price"]
    row = catalogue.create(
        actor,
        demo.orgs[data["vendor"]],
        catalogue.ProductData(
            name=content.text(data["name"]),
            model=data["model"],
            domain=data["domain"],
            tasks=tuple(data["tasks"]),
            summary=content.text(data["summary"]),
            description=content.text(data["description"]),
            price_kind=PriceKind(price["kind"]),
            price_min=price.get("min"),
            price_max=price.get("max"),
            lease_per_month=data.get("lease_per_month"),
            launched=str(data.get("launched", "")),
        ),
    )
    demo.products[data["key"]] = row.id
    specifications, measured = [], []
    for entry in data["specs"]:
        parameter = parameters()[entry["parameter"]]
        value = parse(parameter, entry["value"], entry.get("unit", ""), entry.get("counted", ""))
        on = entry.get("evidence_date")
        level = Evidence(entry["evidence"])
        if level is Evidence.TRIAL:
            measured.append((parameter.key, on))
            level = Evidence.LABORATORY
        specifications.append(
            catalogue.SpecificationData(
                parameter=parameter.key,
                value=value,
                condition=content.text(entry.get("condition")),
                evidence=level,
                evidence_date=on if isinstance(on, date) else None,
            )
        )
    catalogue.set_specifications(actor, row.id, specifications)
    for key, on in measured:
        catalogue.measured_here(SYSTEM, row.id, key, on=on)
    if data["vendor"] != "xinghe":
        catalogue.list_(actor, row.id)


def _scenarios(demo: Demo) -> None:
    for data in content.scenarios():
        story, ago = STORIES[data["key"]]
        published = _working_morning(demo.now - timedelta(days=ago if ago is not None else 6))
        drafted = published - timedelta(days=12)
        demo.at(drafted, "draft", lambda data=data: _draft(demo, data))
        if story == "draft":
            continue
        key = data["key"]
        demo.at(published - timedelta(days=9), "submit", lambda key=key, data=data: _submit(demo, key, data))
        checked = published - timedelta(days=5)
        if story == "returned":
            demo.at(
                checked,
                "return",
                lambda key=key: scenarios.return_(
                    demo.actor("officer"),
                    demo.scenarios[key],
                    reason="一、请写明每餐份数与高峰时段；二、验收窗口请写成连续工作日；三、请补充现场网络条件。",
                ),
            )
        elif story == "rejected":
            demo.at(
                checked,
                "reject",
                lambda key=key: scenarios.reject(
                    demo.actor("officer"),
                    demo.scenarios[key],
                    reason="与已入库的“独居长者看护”为同一批住户、同一笔资金，建议并入该场景后重新提交。",
                ),
            )
        elif story != "submitted":
            demo.at(
                checked,
                "admit",
                lambda key=key: scenarios.admit(
                    demo.actor("officer"),
                    demo.scenarios[key],
                    reason="指标明确、现场具备条件，同类场景已论证过，不再单独组织需求论证。",
                ),
            )
            if ago is not None:
                demo.at(published, "publish", lambda key=key: _publish(demo, key))
                _story(demo, key, data, story, published)


def _working_morning(moment: datetime) -> datetime:
    local = clock.beijing(moment)
    day = calendar.rolled(local.date())
    if day > local.date():
        day = local.date()
        while not calendar.is_working(day):
            day -= timedelta(days=1)
    return local.replace(year=day.year, month=day.month, day=day.day, hour=9, minute=30, second=0, microsecond=0)


def _draft(demo: Demo, data: dict[str, Any]) -> None:
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
    scenarios.set_requirements(actor, row.id, [_requirement(entry) for entry in data["requirements"]])
    if STORIES[data["key"]][0] != "draft":
        scenarios.set_metrics(actor, row.id, [_metric(entry) for entry in data["metrics"]])


def _requirement(entry: dict[str, Any]) -> scenarios.RequirementData:
    parameter = parameters()[entry["parameter"]]
    return scenarios.RequirementData(
        parameter=parameter.key,
        op=entry["op"],
        value=parse(parameter, entry["value"], entry.get("unit", ""), entry.get("counted", "")),
        level=Level(entry["level"]),
        weight=entry["weight"],
        test=content.text(entry.get("test")),
    )


def _metric(entry: dict[str, Any]) -> scenarios.MetricData:
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
    scenarios.submit(actor, demo.scenarios[key], declared_by=actor.name)


def _publish(demo: Demo, key: str) -> None:
    officer = demo.actor("officer")
    row = challenges.create(officer, demo.scenarios[key])
    demo.challenges[key] = row.id
    challenges.publish(officer, row.id, closes_at=challenges.proposed_deadline(clock.now()))


def _story(demo: Demo, key: str, data: dict[str, Any], story: str, published: datetime) -> None:
    """What follows publication."""
    closes = calendar.bidding_deadline(published)
    officer = lambda: demo.actor("officer")  # noqa: E731
    if story == "extended":
        demo.at(
            published + timedelta(days=8),
            "extend",
            lambda: challenges.extend(
                officer(),
                demo.challenges[key],
                closes_at=closes + timedelta(days=14),
                reason=Text.of(
                    "踏勘改期一周，给企业留出测量时间。", "The site visit moved by a week; vendors get time to measure."
                ),
            ),
        )
    if story == "suspended":
        demo.at(
            published + timedelta(days=6),
            "suspend",
            lambda: challenges.suspend(officer(), demo.challenges[key], reason="罐区年度检修，现场资料更新后恢复。"),
        )
    if story == "cancelled":
        demo.at(
            published + timedelta(days=14),
            "cancel",
            lambda: challenges.cancel(officer(), demo.challenges[key], reason="场景方资金计划调整，改为下一批次发布。"),
        )
    vendors = _vendors(data["domain"]) if story != "no_bids" else []
    if story in ("none_selected", "suspended", "cancelled"):
        vendors = vendors[:1]
    for number, vendor in enumerate(vendors):
        wrote = min(closes - timedelta(days=5, hours=-number), demo.now - timedelta(hours=30 - number))
        if story in ("suspended", "cancelled"):
            wrote = published + timedelta(days=3)
        demo.at(
            max(published + timedelta(hours=3), wrote - timedelta(days=1)),
            "bid",
            lambda vendor=vendor: _start_bid(demo, key, vendor),
        )
        if story in CLOSED or (story in ("open", "extended") and number == 0):
            demo.at(
                wrote,
                "submit",
                lambda vendor=vendor: submitting.submit(
                    demo.actor(vendor), demo.bids[key, vendor], received_at=clock.now()
                ),
            )
    if story in OPENED or story == "no_bids":
        demo.at(closes + timedelta(hours=17), "open", lambda: opening.open_all(officer(), demo.challenges[key]))
    if story in OPENED and story != "opened":
        demo.at(closes + timedelta(hours=20), "eligibility", lambda: evaluation.begin(officer(), demo.challenges[key]))
    if story in ("evaluation", "notice", "concluded", "none_selected"):
        demo.at(closes + timedelta(days=4), "eligible", lambda: _decide(demo, key, passes=story != "none_selected"))
    if story in ("notice", "concluded"):
        released = closes + timedelta(days=20) if story == "concluded" else demo.now - timedelta(days=2)
        demo.at(released, "shortlist", lambda: _shortlist(demo, key))
    if story == "concluded":
        demo.at(
            closes + timedelta(days=35),
            "conclude",
            lambda: publicity.conclude(officer(), publicity_queries.of_challenge(demo.challenges[key])[0].id),
        )


def _vendors(domain: str) -> list[str]:
    found = dict.fromkeys(p["vendor"] for p in content.products() if p["domain"] == domain and p["vendor"] != "xinghe")
    return list(found)[:4]


def _start_bid(demo: Demo, key: str, vendor: str) -> None:
    actor = demo.actor(vendor)
    challenge = challenge_queries.get(actor, demo.challenges[key])
    bid = drafting.start(actor, challenge.id, demo.orgs[vendor])
    demo.bids[key, vendor] = bid.id
    products = catalogue_queries.of_vendors(actor, [demo.orgs[vendor]], listed_only=True)
    fitting = [p for p in products if p.domain == challenge.domain][:2] or products[:1]
    wanted = challenge.content

    def fill(draft: BidDocument) -> None:
        drafting.prefill(draft, wanted, fitting)
        for entry in wanted.requirements:
            if not draft.responses.get(entry.key, Response()).answer:
                draft.responses[entry.key] = Response(
                    answer="cannot_say", note="产品暂无这项数据，可在应用验证中补测。"
                )
            elif draft.responses[entry.key].answer == "deviates":
                draft.responses[entry.key].note = "与要求有差距，拟通过加装附件弥补，验收前实测。"
        drafting.choose_products(actor, draft, demo.orgs[vendor], [p.id for p in fitting])
        total = 0
        for number, offer in enumerate(draft.offers):
            offer.quantity = 2 + number
            offer.unit_price = 120_000 + 35_000 * len(vendor) + 11_000 * number
            total += offer.quantity * offer.unit_price
        draft.total_investment = total + 260_000
        draft.financing = "企业自筹六成，其余由场景方按里程碑支付。"
        draft.price_notes = "含安装、培训与一年维保。"
        draft.solution = {
            "approach": f"先在现场测量并建图，再用 {len(wanted.requirements)} 项指标逐条验证，分两阶段替换现有班次。",
            "integration": "通过标准接口与现场调度系统对接，保留人工接管入口。",
            "safety": "限速、声光提示、急停与围栏联动；上线前完成风险评估。",
            "data": "数据留在现场，日志保存六个月，不采集人脸。",
            "schedule": "签约后第 1 个月部署，第 3 个月试运行，第 6 个月验收。",
            "team": "项目经理 1 人，现场工程师 3 人，算法支持 2 人。",
            "record": "同类现场已运行 2 处。",
        }
        draft.declarations = Declarations(unclassified=True, truthful=True, unaffiliated=True, declared_by=actor.name)

    drafting.change(actor, bid.id, fill)
    drafting.attach(actor, bid.id, content.paper("Example test report"))


def _decide(demo: Demo, key: str, *, passes: bool) -> None:
    officer = demo.actor("officer")
    rows = evaluation_queries.stages(officer, demo.challenges[key])
    for number, row in enumerate(rows):
        fails = not passes or (number == len(rows) - 1 and len(rows) > 3)
        evaluation.decide(
            officer, row.id, passed=not fails, reason="必须项没有可核对的实测数据，且未说明弥补办法。" if fails else ""
        )
    evaluation.close(officer, demo.challenges[key])


def _shortlist(demo: Demo, key: str) -> None:
    officer = demo.actor("officer")
    found = evaluation.eligible(officer, demo.challenges[key])
    choices = {}
    for number, bid in enumerate(found):
        if number < 3:
            choices[bid.id] = (Outcome.SELECTED, "必须项全部响应，方案分阶段可控，证据较全。")
        else:
            choices[bid.id] = (Outcome.RESERVE, "响应完整，关键指标缺少检测报告，列为候补。")
    evaluation.stage(officer, demo.challenges[key], choices)
    evaluation.release(officer, demo.challenges[key], count=len(found))
