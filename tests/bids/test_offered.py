"""A bid carries what the match says: variants chosen with a product, what it then is, how long its evidence holds."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
import time_machine

from marketplace.bids.document import BidDocument
from marketplace.bids.models import OpenedBid, OpenedOffer
from marketplace.bids.offered import said
from marketplace.bids.services import drafting
from marketplace.catalogue import services as catalogue
from marketplace.catalogue.models import Evidence, VariantKind
from marketplace.challenges.content import RequirementContent
from marketplace.fit.compare import Fit
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.text import Text
from marketplace.matching import queries as matching
from marketplace.vocabulary.parameters import parameters, parse
from tests.factories import stages
from tests.factories.stages import Stages
from tests.factories.world import World

ACCESSORY = VariantKind.ACCESSORY


class Bidding:
    """The vendor's draft for a challenge that asks for payload ≥ 40 kg and lift rides, in a browser."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.challenge_id = world.challenge().id
        with unit_of_work():
            self.bid_id = drafting.start(world.vendor, self.challenge_id, world.vendor_id).id
        self.browser = stages.client(world, "vendor")

    @property
    def wanted(self) -> dict[str, RequirementContent]:
        """The requirements by their parameters."""
        return {r.parameter: r for r in stages.challenge(self.challenge_id).content.requirements}

    @property
    def document(self) -> BidDocument:
        """The draft as it is sealed now."""
        return drafting.document(self.world.vendor, stages.bid(self.bid_id))

    def post(self, part: str, data: dict[str, Any]) -> Any:
        """Send one part of the draft."""
        number = str(stages.bid(self.bid_id).draft_number)
        address = f"/zh/bids/{self.bid_id}/edit/{part}"
        return self.browser.post(address, data=data | {"draft_number": number}, follow_redirects=True)

    def prefill(self, **typed: str) -> str:
        """Fill open lines in, with what was typed before; answers the page as text."""
        return stages.said(self.post("matrix", typed | {"prefill": "1"}).text)

    def offer(self, product_id: int, variant: int | str = "", accessories: tuple[int, ...] = ()) -> Any:
        """Choose a product with a variant and accessories."""
        p = f"p-{product_id}"
        data = {"product": str(product_id), f"{p}-quantity": "8", f"{p}-unit_price": "180000"}
        data |= {f"{p}-variant": str(variant), f"{p}-accessory": [str(a) for a in accessories]}
        return self.post("offer", data | {"total_investment": "1440000", "stay": "1"})

    def response(self, parameter: str) -> tuple[str, str, str]:
        """Answer, value and note of one line."""
        found = self.document.responses[self.wanted[parameter].key]
        return found.answer, found.typed, found.note

    def complete(self) -> None:
        """Fill in what the matrix and the offer do not hold, and submit."""
        self.post("solution", {"approach": "方案", "safety": "急停", "schedule": "六个月"})
        self.post("declare", {"unclassified": "y", "truthful": "y", "unaffiliated": "y", "declared_by": "核对人"})
        answer = self.post("check", {})
        assert "已提交。" in answer.text, stages.said(answer.text)


@pytest.fixture
def bidding(world: World) -> Bidding:
    """A draft that was just begun."""
    return Bidding(world)


def _specification(parameter: str, typed: str, **given: Any) -> catalogue.SpecificationData:
    known: dict[str, Any] = {"condition": Text(), "evidence": Evidence.CLAIMED} | given
    return catalogue.SpecificationData(parameter=parameter, value=parse(parameters()[parameter], typed), **known)


def _stated(world: World, product_id: int, *data: catalogue.SpecificationData) -> None:
    with unit_of_work():
        catalogue.set_specifications(world.vendor, product_id, list(data))


def _close(text: str) -> str:
    """Without the spaces that stand between a page's elements."""
    return text.replace(" ", "")


def _fits(bidding: Bidding, product_id: int) -> dict[str, Fit]:
    """What the match says line by line, in the configuration that stands best."""
    found = matching.mine_against(bidding.world.vendor, bidding.challenge_id)
    match = next(m for m, _offer in found if m.offer_id == product_id)
    return {r.requirement.parameter: r.answer.fit for r in (match.instead or match.explanation).rows}


@pytest.mark.db
def test_a_line_met_only_with_a_variant_is_filled_names_it_and_chooses_it(bidding: Bidding) -> None:
    product_id = bidding.world.product(payload="30").id
    kit_id = bidding.world.variant(product_id, name="重载套件", kind=ACCESSORY, payload="80").id
    bidding.world.variant(product_id, name="耐寒套件", kind=ACCESSORY, temperature="-25~25")
    page = bidding.prefill()
    assert _fits(bidding, product_id) == {"payload": Fit.MET_IF, "lift_ride": Fit.MET}
    assert bidding.response("payload") == ("meets", "80", "装“重载套件”时")
    assert bidding.response("lift_ride")[:2] == ("meets", "yes")
    (offer,) = bidding.document.offers
    assert [(v.id, v.kind, v.name_zh, v.extra_price) for v in offer.variants] == [(kit_id, "accessory", "重载套件", 3)]
    assert {k: (s.stated.typed, s.variant) for k, s in offer.specifications.items()} == {
        "payload": ("80", kit_id),
        "runtime": ("12", None),
        "lift_ride": ("yes", None),
    }
    for text in (
        "已按产品规格预填 2 条，请逐条核对。",
        "还没有选产品，已选上比对最好的“拂晓 M3”。要换，请到“产品与报价”。",
        "有的要求“拂晓 M3”装“重载套件”才满足，已选上。",
        "有条件满足 80 kg · 装“ 重载套件 ”时",
    ):
        assert _close(text) in _close(page), text


def test_a_product_that_meets_less_than_half_is_not_chosen_for_its_vendor(bidding: Bidding) -> None:
    product_id = bidding.world.product().id
    _stated(bidding.world, product_id, _specification("payload", "30"))
    page = bidding.prefill()
    assert "没有哪款产品满足一半的要求，没有替您选" in page
    assert bidding.document.offers == []
    assert bidding.response("payload") == ("", "", "")


def test_what_is_short_says_by_how_much_and_waits_for_its_bidder_to_explain(bidding: Bidding) -> None:
    product_id = bidding.world.product(payload="30").id
    page = bidding.prefill()
    assert _fits(bidding, product_id)["payload"] is Fit.SHORT
    assert bidding.response("payload") == ("deviates", "30", "")
    assert "差 10 kg" in page
    assert "有 1 条“偏离”或“无法确定”没有写说明。" in page


def test_unknown_is_never_filled(bidding: Bidding) -> None:
    product_id = bidding.world.product().id
    _stated(bidding.world, product_id, _specification("payload", "50"), _specification("runtime", "8"))
    page = bidding.prefill()
    assert _fits(bidding, product_id) == {"payload": Fit.MET, "lift_ride": Fit.UNKNOWN}
    assert bidding.response("lift_ride") == ("", "", "")
    assert "已按产品规格预填 1 条" in page
    assert "未知 产品未填写" in page


def test_a_condition_and_evidence_that_is_over_are_in_the_note(bidding: Bidding) -> None:
    product_id = bidding.world.product().id
    over = {"evidence": Evidence.LABORATORY, "evidence_date": date(2024, 2, 1), "expires": date(2026, 2, 1)}
    conditional = _specification("payload", "50", condition=Text.of("平地", "Level floor"), **over)
    _stated(bidding.world, product_id, conditional, _specification("lift_ride", "yes"), _specification("runtime", "8"))
    bidding.prefill()
    assert _fits(bidding, product_id)["payload"] is Fit.MET_IF
    assert bidding.response("payload") == ("meets", "50", "平地；证据 2026-02-01 已过期，按自报算")


def test_what_was_typed_stays_and_chooses_no_variant(bidding: Bidding) -> None:
    product_id = bidding.world.product(payload="30").id
    bidding.world.variant(product_id, name="重载套件", kind=ACCESSORY, payload="80")
    key = bidding.wanted["payload"].key
    bidding.prefill(**{f"r-{key}-answer": "deviates", f"r-{key}-value": "35", f"r-{key}-note": "改装中"})
    assert bidding.response("payload") == ("deviates", "35", "改装中")
    assert bidding.response("lift_ride")[0] == "meets"
    assert [o.variants for o in bidding.document.offers] == [[]]


def test_the_product_that_was_chosen_answers_and_keeps_its_price(bidding: Bidding) -> None:
    strong = bidding.world.product(payload="90", name="强的").id
    weak = bidding.world.product(payload="30", name="弱的").id
    bidding.offer(weak)
    bidding.prefill()
    assert bidding.response("payload")[:2] == ("deviates", "30")
    assert [(o.product_id, o.quantity, o.unit_price) for o in bidding.document.offers] == [(weak, 8, 180_000)]
    assert strong != weak


def test_a_variant_replaces_and_accessories_add_up(bidding: Bidding) -> None:
    product_id = bidding.world.product().id
    arm = bidding.world.variant(product_id, name="加强型", payload="80").id
    cold = bidding.world.variant(product_id, name="耐寒套件", kind=ACCESSORY, temperature="-25~25").id
    tank = bidding.world.variant(product_id, name="大电池", kind=ACCESSORY, runtime="20").id
    assert bidding.offer(product_id, arm, (cold, tank)).status_code == 200
    (offer,) = bidding.document.offers
    assert [v.id for v in offer.variants] == [arm, cold, tank]
    assert {k: (s.stated.typed, s.variant) for k, s in offer.specifications.items()} == {
        "payload": ("80", arm),
        "runtime": ("20", tank),
        "lift_ride": ("yes", None),
        "temperature": ("-25~25", cold),
    }
    page = bidding.browser.get(f"/zh/bids/{bidding.bid_id}/edit/offer").text
    assert len(re.findall(r" selected>\s*加强型", page)) == 1
    assert (
        page.count('-accessory"') == page.count(f'value="{cold}" checked') + page.count(f'value="{tank}" checked') == 2
    )


def test_what_excludes_each_other_or_belongs_elsewhere_is_refused_with_what_was_typed(bidding: Bidding) -> None:
    product_id, other_id = bidding.world.product().id, bidding.world.product(name="别的").id
    arm = bidding.world.variant(product_id, name="加强型", payload="80").id
    kit = bidding.world.variant(product_id, name="重载套件", kind=ACCESSORY, payload="90").id
    foreign = bidding.world.variant(other_id, name="别家的臂", payload="80").id
    answer = bidding.offer(product_id, arm, (kit,))
    assert answer.status_code == 422
    assert "“加强型”和“重载套件”都改“额定负载”，装在一起是多少，产品页没有写。" in answer.text
    assert (f'value="{kit}" checked' in answer.text, bool(re.search(r" selected>\s*加强型", answer.text))) == (
        True,
        True,
    )
    answer = bidding.offer(product_id, foreign)
    assert (answer.status_code, "“拂晓 M3”没有这个型号或配件了。请刷新页面再选。" in answer.text) == (422, True)
    assert bidding.document.offers == []


@pytest.mark.db
def test_after_the_opening_everybody_reads_what_was_sealed_whatever_the_page_says_by_then(
    bidding: Bidding, clock: time_machine.Coordinates
) -> None:
    world = bidding.world
    product_id = world.product(payload="30").id
    report = {"evidence": Evidence.LABORATORY, "evidence_date": date(2026, 1, 10), "expires": date(2026, 6, 30)}
    kit = catalogue.VariantData(
        kind=ACCESSORY,
        name=Text.of("重载套件", "Heavy kit"),
        extra_price=3,
        specifications=(_specification("payload", "80", condition=Text.of("平地", "Level floor"), **report),),
    )
    with unit_of_work():
        kit_id = catalogue.save_variant(world.vendor, product_id, None, kit).id
    bidding.prefill()
    bidding.offer(product_id, "", (kit_id,))
    # Changed after it was chosen and before the submission: what counts is the page at the submission.
    bidding_page = {"runtime": "16"}
    _stated(
        world,
        product_id,
        *(_specification(k, v) for k, v in ({"payload": "30", "lift_ride": "yes"} | bidding_page).items()),
    )
    bidding.complete()
    # And changed after it: no longer anybody's business here.
    with unit_of_work():
        catalogue.remove_variant(world.vendor, product_id, kit_id)
    _stated(
        world,
        product_id,
        *(_specification(k, v) for k, v in {"payload": "10", "runtime": "1", "lift_ride": "no"}.items()),
    )
    steps = Stages(world, clock)
    steps.to_opening(bidding.challenge_id)
    world.open_bids(stages.challenge(bidding.challenge_id))
    for person in ("officer", "vendor"):
        page = stages.words(stages.client(world, person), f"/en/bids/{bidding.bid_id}")
        for text in (
            "Accessory: Heavy kit CNY 30,000 extra",
            "Rated payload 80 kg Heavy kit Level floor Test report · 2026-01 · valid until 2026-06-30",
            "16 h Product itself",
            "Met with conditions 80 kg · with “Heavy kit” · Level floor",
        ):
            assert _close(text) in _close(page), (person, text)
        assert "10 kg" not in page
    row = session().query(OpenedOffer).one()
    found = said(stages.challenge(bidding.challenge_id).content, [row.sealed], date(2026, 7, 1))
    (line,) = found[bidding.wanted["payload"].key]
    assert (line.row.answer.fit, line.variant.en, line.row.rung) == (Fit.MET_IF, "Heavy kit", 0)


def test_a_bid_that_was_sealed_before_variants_were_known_still_opens(
    world: World, clock: time_machine.Coordinates
) -> None:
    bid = world.submitted_bid(world.challenge())
    bid_id, challenge_id = bid.id, bid.challenge_id
    old = {
        "value": parse(parameters()["payload"], "50").as_json(),
        "evidence": "video",
        "condition": Text.of("平地").as_json(),
    }
    offer = {
        "product_id": 1,
        "name_zh": "旧",
        "name_en": "",
        "model": "",
        "quantity": 1,
        "mode": "lease",
        "unit_price": 5,
    }
    found = BidDocument.model_validate(
        {"challenge_version": 1, "offers": [offer | {"specifications": {"payload": old}}]}
    )
    (known,) = found.offers
    assert (known.variants, known.specifications["payload"].until) == ([], None)
    Stages(world, clock).to_opening(challenge_id)
    world.open_bids(stages.challenge(challenge_id))
    with unit_of_work():
        row = session().query(OpenedOffer).join(OpenedBid).filter(OpenedBid.bid_id == bid_id).one()
        row.specifications, row.variants = {"payload": old}, []
    page = stages.words(stages.client(world, "officer"), f"/zh/bids/{bid_id}")
    assert "额定负载 50 kg 产品本身 平地 视频" in page
