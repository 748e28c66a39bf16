"""The demo's bids: written, submitted or taken back by the vendors, checked and shortlisted by staff."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from marketplace.bids.document import SOLUTION_PARTS, BidDocument, Declarations, Response
from marketplace.bids.models import Bid
from marketplace.bids.services import choosing, drafting, prefilling, submitting
from marketplace.catalogue import queries as catalogue
from marketplace.catalogue.models import Specification
from marketplace.challenges import queries as challenges
from marketplace.challenges.content import RequirementContent
from marketplace.demo import content
from marketplace.demo.timeline import Demo
from marketplace.evaluation import queries as evaluation_queries
from marketplace.evaluation import services as evaluation
from marketplace.evaluation.models import Outcome
from marketplace.kernel import clock
from marketplace.scenarios.models import Level
from marketplace.vocabulary.parameters import operator_sign, parameters, shown

MOST_SHORTLISTED = 3


def plan(demo: Demo, key: str, published: datetime, closes: datetime) -> None:
    """The bids on one challenge, each begun some days before it is sent."""
    for number, data in enumerate(content.bids().get(key, ())):
        sent = min(
            closes - timedelta(days=4 - number, hours=3 + 5 * number), demo.ago(1.2) + timedelta(hours=4 * number)
        )
        sent = max(sent, published + timedelta(hours=9 + number))
        begun = max(published + timedelta(hours=2 + number), sent - timedelta(days=3 + number))
        demo.at(begun, "bid", lambda data=data: start(demo, key, data))
        if data["fate"] in ("submitted", "withdrawn"):
            demo.at(sent, "submit", lambda vendor=data["vendor"]: _submit(demo, key, vendor))
        if data["fate"] == "withdrawn":
            back = min(sent + timedelta(hours=20), closes - timedelta(hours=1))
            demo.at(back, "withdraw", lambda vendor=data["vendor"]: _withdraw(demo, key, vendor))


def start(demo: Demo, key: str, data: dict[str, Any]) -> None:
    """Begin a bid and write all that its author has by then."""
    vendor = data["vendor"]
    actor = demo.actor(vendor)
    challenge = challenges.get(actor, demo.challenges[key])
    bid = drafting.start(actor, challenge.id, demo.orgs[vendor])
    demo.bids[key, vendor] = bid.id
    chosen = [demo.products[p] for p in data["products"]]
    own = {p.id: p for p in catalogue.of_vendors(actor, [demo.orgs[vendor]], listed_only=True)}
    wanted = challenge.content
    specifications = [s for product in chosen for s in own[product].specifications]

    def fill(draft: BidDocument) -> None:
        choosing.choose_products(actor, draft, demo.orgs[vendor], chosen)
        prefilling.prefill(draft, wanted, [own[p] for p in chosen])
        for number, entry in enumerate(wanted.requirements):
            answer = draft.responses.setdefault(entry.key, Response())
            if not answer.answer:
                answer.answer = "cannot_say"
            if answer.answer == "deviates":
                answer.note = _deviation(entry, specifications, number + len(vendor))
            elif answer.answer == "cannot_say":
                answer.note = UNKNOWN[(number + len(key)) % len(UNKNOWN)].format(content.label_of(entry.parameter))
        for offer, quantity, price in zip(draft.offers, data["quantities"], data["unit_prices"], strict=True):
            offer.quantity, offer.unit_price = quantity, price
        draft.total_investment = draft.offers_total + data["extra"]
        draft.financing, draft.price_notes = data.get("financing", ""), data.get("price_notes", "")
        draft.solution = {part: data[part] for part in SOLUTION_PARTS if data.get(part)}
        if data["fate"] != "draft":
            draft.declarations = Declarations(
                unclassified=True, truthful=True, unaffiliated=True, declared_by=actor.name
            )

    drafting.change(actor, bid.id, fill)
    drafting.attach(actor, bid.id, content.paper("Example test report"))


DEVIATING = (
    "现有型号为 {have}，要求 {want}。拟换装附件后在验收前复测。",
    "{have}，达不到 {want}；如场景方同意，分两班完成同样的量。",
    "标称 {have}（要求 {want}），差距来自整机结构，改型样机排在签约后第三个月。",
    "目前 {have}。要求的 {want} 需与场景方一起改造现场才能做到，费用已列入总投资。",
)
UNKNOWN = (
    "没有做过{0}的测试，可在应用验证中补测。",
    "{0}取决于现场条件，踏勘之后再承诺。",
    "手头的{0}数据来自样机，未定型前不作承诺。",
)
"""What bidders say of a requirement that they do not meet, or cannot speak for."""


def _deviation(entry: RequirementContent, specifications: list[Specification], number: int) -> str:
    found = next((s for s in specifications if s.parameter == entry.parameter), None)
    parameter = parameters()[entry.parameter]
    have = " ".join(shown(found.value, parameter, "zh")).strip() if found else "未标"
    want = f"{operator_sign(entry.op, entry.typed.kind)} {' '.join(shown(entry.typed, parameter, 'zh'))}".strip()
    return DEVIATING[number % len(DEVIATING)].format(have=have, want=want)


def _submit(demo: Demo, key: str, vendor: str) -> None:
    submitting.submit(demo.actor(vendor), demo.bids[key, vendor], received_at=clock.now())


def _withdraw(demo: Demo, key: str, vendor: str) -> None:
    submitting.withdraw(demo.actor(vendor), demo.bids[key, vendor], received_at=clock.now())


def check(demo: Demo, key: str, *, nobody: bool) -> None:
    """Decide on every bid: those that promise much less than the best one fail, or all where nobody passes."""
    officer = demo.actor("officer")
    rows = evaluation_queries.stages(officer, demo.challenges[key])
    best = min(len(_open_musts(row.bid)) for row in rows)
    for row in rows:
        missing = _open_musts(row.bid)
        fails = nobody or len(missing) > max(best + 1, 3)
        reason = f"{len(missing)} 条必须项没有承诺或有偏离（{'、'.join(missing[:3])}），且没有可核对的证据。"
        evaluation.decide(officer, row.id, passed=not fails, reason=reason if fails else "")
    evaluation.close(officer, demo.challenges[key])


def _open_musts(bid: Bid) -> list[str]:
    """The labels of the musts that a bid does not promise to meet."""
    opened = bid.content
    assert opened is not None
    promised = {r.requirement_key for r in opened.responses if r.answer in ("meets", "exceeds")}
    wanted = [r for r in bid.challenge.content.requirements if r.level == Level.MUST.value]
    return [content.label_of(r.parameter) for r in wanted if r.key not in promised]


def stage(demo: Demo, key: str) -> str:
    """Draw up the shortlist: those with the fewest open musts, then the least investment; answers its seal."""
    officer = demo.actor("officer")
    found = sorted(
        evaluation.eligible(officer, demo.challenges[key]),
        key=lambda bid: (len(_open_musts(bid)), bid.content.total_investment or 0 if bid.content else 0),
    )
    choices = {}
    for place, bid in enumerate(found):
        opened = bid.content
        assert opened is not None
        missing = _open_musts(bid)
        exceeding = sum(r.answer == "exceeds" for r in opened.responses)
        facts = f"逐条响应中 {exceeding} 条优于要求，{len(missing)} 条必须项待验证；总投资 {(opened.total_investment or 0) / 10000:.0f} 万元。"
        if place < MOST_SHORTLISTED:
            choices[bid.id] = (Outcome.SELECTED, facts)
        elif place == MOST_SHORTLISTED:
            choices[bid.id] = (Outcome.RESERVE, facts + "列为候补。")
        else:
            choices[bid.id] = (Outcome.NOT_SELECTED, facts + "证据少于入围各家。")
    return evaluation.seal_of(evaluation.stage(officer, demo.challenges[key], choices))


def release(demo: Demo, key: str) -> None:
    """Draw the list up and release it with its notice."""
    evaluation.release(demo.actor("officer"), demo.challenges[key], seen=stage(demo, key))
