"""Rounds in the demo: one that is over, one in which a district office recommends; and the homes of a service body."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from marketplace.accounts import services as accounts
from marketplace.demo import content, stories
from marketplace.demo.timeline import Demo
from marketplace.households import queries as household_queries
from marketplace.households import services as households
from marketplace.households.models import Area, Dwelling, Giver, Persons
from marketplace.kernel import clock
from marketplace.kernel.db import session
from marketplace.kernel.text import Text
from marketplace.organisations import services as organisations
from marketplace.recommending import services as recommending
from marketplace.recommending.models import Recommendation
from marketplace.rounds import services as rounds
from marketplace.rounds.models import Stage
from marketplace.scenarios import services as scenarios
from marketplace.scenarios.models import BudgetKind
from marketplace.vocabulary import calendar

NEEDS = (
    "独居老人夜里起身不稳，希望床边有东西扶一把，跌倒能马上叫人。",
    "白天家里没人，老人容易忘记关火，希望有人提醒并能通知家属。",
    "视力不好，夜里去卫生间怕绊倒，希望有灯和陪同。",
    "中风后左侧无力，想在屋里自己走动，摔倒时要有人知道。",
    "老人有时半夜走出门，希望出门前有人提醒，家属能收到消息。",
    "晨起头晕，希望坐起来时有人看着，不舒服能马上求助。",
    "照护者白天上班，希望中午能看一眼老人是否吃饭、是否安全。",
    "两位老人互相照看，一位倒下时另一位扶不动，希望能自动呼叫。",
)
"""What eight homes said, each without a name or an address."""
BODY, DISTRICT = "tuijian", "310115"


def plan(demo: Demo) -> None:
    """Put the rounds into the calendar of acts."""
    now = demo.now
    demo.at(now - timedelta(days=160), "round", lambda: _closed(demo))
    demo.at(now - timedelta(days=61), "round closed", lambda: rounds.close(demo.actor("officer"), demo.rounds["past"]))
    demo.at(now - timedelta(days=300), "recommending body", lambda: _body(demo))
    demo.at(now - timedelta(days=298), "verify", lambda: _scope(demo))
    demo.at(now - timedelta(days=270), "pilot round", lambda: _pilot(demo))
    demo.at(now - timedelta(days=20), "round", lambda: _open(demo))
    demo.at(now - timedelta(days=3), "next round", lambda: _next(demo))
    for number, data in enumerate(content.round_scenarios()):
        posted, decided = (265, 255) if data.get("round") == "pilot" else (9, 2)
        demo.at(now - timedelta(days=posted - number), "for a round", lambda data=data: _post(demo, data))
        if data["far"] in DECISIONS:
            demo.at(now - timedelta(days=decided), "decide", lambda data=data: _decide(demo, data))
    for act, ago in (("close", 245), ("archive", 200)):
        demo.at(
            now - timedelta(days=ago),
            act,
            lambda act=act: getattr(rounds, act)(demo.actor("officer"), demo.rounds["pilot"]),
        )
    for number, need in enumerate(NEEDS):
        demo.at(now - timedelta(days=25 - number), "household", lambda need=need: _household(demo, need))
    demo.at(now - timedelta(days=12), "pool", lambda: _pool(demo))


def _closed(demo: Demo) -> None:
    officer, now = demo.actor("officer"), demo.now
    row = rounds.create(
        officer,
        rounds.RoundData(
            title=Text.of("首批应用场景征集", "First call for scenarios"),
            note=Text.of(
                "面向物流、制造和公共服务，优先现场已经具备、资金已经落实的场景。",
                "For logistics, manufacturing and public services; scenarios with a ready site and secured funds come first.",
            ),
            call_opens_at=now - timedelta(days=151),
            call_closes_at=calendar.deadline(clock.beijing(now - timedelta(days=62)).date()),
            figures={"intake_days": 7, "questions_days": 6},
        ),
    )
    demo.rounds["past"] = row.id
    rounds.open_(officer, row.id)


def _body(demo: Demo) -> None:
    name, email = "胡示例", "hu@tuijian.example"
    person = accounts.create_confirmed(email=email, name=name, password=content.PASSWORD, roles=())
    demo.people[BODY] = person.id
    title = Text.of("浦东示例区推荐办公室", "Pudong Example District Recommendation Office")
    demo.listing.append(
        {"role": "recommending body", "email": email, "password": content.PASSWORD, "organisation": title.zh}
    )
    particulars = organisations.Particulars(
        name=title,
        uscc=content.code(90, DISTRICT),
        kinds=frozenset({"owner"}),
        district=DISTRICT,
        about=Text.of(
            "按批次要求，核对并推荐本区单位的场景和申报。",
            "Checks and recommends scenarios and bids of its district where a round asks for it.",
        ),
        contact_name=name,
        contact_email=email,
        contact_phone="021-55500090",
    )
    row = organisations.create(demo.actor(BODY), particulars)
    demo.orgs[BODY] = row.id
    organisations.attach_licence(demo.actor(BODY), row.id, content.paper("Example certificate 90"))
    organisations.submit(demo.actor(BODY), row.id)


def _scope(demo: Demo) -> None:
    officer = demo.actor("officer")
    organisations.verify(officer, demo.orgs[BODY])
    organisations.set_scope(officer, demo.orgs[BODY], is_body=True, districts=[DISTRICT], codes=[])


def _pilot(demo: Demo) -> None:
    officer, now = demo.actor("officer"), demo.now
    row = rounds.create(
        officer,
        rounds.RoundData(
            title=Text.of("试点批次：口岸与冷链", "Pilot round: port, airport and cold chain"),
            note=Text.of("先在一个区试行推荐。", "Recommendation tried out in one district."),
            call_opens_at=now - timedelta(days=270),
            call_closes_at=calendar.deadline(clock.beijing(now - timedelta(days=256)).date()),
            stage=Stage.SCENARIOS,
            recommend_until=calendar.deadline(clock.beijing(now - timedelta(days=250)).date()),
            quota=2,
            lead_cap=1,
        ),
    )
    demo.rounds["pilot"] = row.id
    rounds.open_(officer, row.id)


def _next(demo: Demo) -> None:
    now = demo.now
    rounds.create(
        demo.actor("officer2"),
        rounds.RoundData(
            title=Text.of("第三批：居家与社区", "Third round: homes and communities"),
            note=Text.of("名额和推荐办法还在商量。", "Quotas and recommendation are still being discussed."),
            call_opens_at=now + timedelta(days=40),
            call_closes_at=calendar.deadline(clock.beijing(now + timedelta(days=80)).date()),
        ),
    )


def _open(demo: Demo) -> None:
    officer, now = demo.actor("officer"), demo.now
    row = rounds.create(
        officer,
        rounds.RoundData(
            title=Text.of("第二批：公共服务与城市物流", "Second round: public services and city logistics"),
            note=Text.of(
                "本批次的场景先由所在区推荐。每区名额 3 项，一家单位至多 2 项。",
                "Scenarios of this round are recommended by their districts first: three each, two of one organisation at most.",
            ),
            call_opens_at=now - timedelta(days=20),
            call_closes_at=calendar.deadline(clock.beijing(now + timedelta(days=30)).date()),
            figures={"intake_days": 8, "notice_days": 7},
            stage=Stage.SCENARIOS,
            recommend_until=calendar.deadline(clock.beijing(now + timedelta(days=40)).date()),
            quota=3,
            lead_cap=2,
        ),
    )
    demo.rounds["open"] = row.id
    rounds.open_(officer, row.id)


def _post(demo: Demo, data: dict[str, Any]) -> None:
    actor = demo.actor(data["owner"])
    row = scenarios.create(actor, demo.orgs[data["owner"]], title=content.text(data["title"]))
    demo.scenarios[data["key"]] = row.id
    scenarios.edit(
        actor,
        row.id,
        domain=data["domain"],
        task=data["task"],
        district=DISTRICT,
        **{n: content.text(data[n]) for n in ("summary", "situation", "workflow", "objects", "volumes", "safety")},
        budget_kind=BudgetKind.FIXED,
        budget_max=data["budget"],
        period_months=data["months"],
        quantity=data["quantity"],
    )
    scenarios.set_requirements(actor, row.id, [stories.requirement(entry) for entry in data["requirements"]])
    scenarios.set_metrics(actor, row.id, [stories.metric(entry) for entry in data["metrics"]])
    if data["far"] != "draft":
        scenarios.submit(actor, row.id, declared_by=actor.name, round_id=demo.rounds[data.get("round", "open")])


DECISIONS = ("recommended", "declined", "withdrawn")


def _decide(demo: Demo, data: dict[str, Any]) -> None:
    scenario_id = demo.scenarios[data["key"]]
    if data["far"] == "withdrawn":
        scenarios.withdraw(demo.actor(data["owner"]), scenario_id)
        return
    row_id = session().scalars(select(Recommendation.id).where(Recommendation.scenario_id == scenario_id)).one()
    if data["far"] == "recommended":
        recommending.recommend(demo.actor(BODY), row_id)
    else:
        recommending.decline(demo.actor(BODY), row_id, reason=data["reason"])


def _household(demo: Demo, need: str) -> None:
    number = NEEDS.index(need)
    data = households.NeedData(
        district="310110",
        dwelling=Dwelling.PUBLIC_RENTAL,
        area=Area.UNDER_40 if number % 4 else Area.FROM_40,
        persons=Persons.TWO if number > 5 else Persons.ONE,
        task="safety_watch",
        need=need,
        consent_by=Giver.GUARDIAN if number in (3, 4) else Giver.PERSON,
        consent_on=clock.today(),
        agreed=True,
    )
    households.write_down(demo.actor("anhe"), demo.orgs["anhe"], data)


def _pool(demo: Demo) -> None:
    actor, body = demo.actor("anhe"), demo.orgs["anhe"]
    ids = [row.id for row in household_queries.needs(actor, body)]
    title = Text.of("公租房独居老人夜间安全看护", "Night safety for older people in rental homes")
    households.pool(actor, body, ids, title=title)
