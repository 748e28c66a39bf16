"""The gap map: what is asked, the best that exists, and which needs nobody of the domain meets."""

from __future__ import annotations

from datetime import date

import pytest

from marketplace.fit.compare import Fit, compare
from marketplace.fit.gaps import gap_map
from marketplace.fit.needs import Level, Need, Requirement
from marketplace.fit.offers import Offer, Specification
from marketplace.vocabulary.parameters import parameters
from marketplace.vocabulary.written import read
from tests.fit import made

TODAY = date(2026, 3, 2)


def _need(number: int, domain: str, task: str, *lines: tuple[str, str], level: Level = Level.MUST) -> Need:
    requirements = tuple(
        Requirement(key=key, parameter=key, value=read(parameters()[key], typed).value, level=level)
        for key, typed in lines
    )
    return Need(id=number, domain=domain, task=task, requirements=requirements)


def _offer(number: int, domain: str, *lines: tuple[str, str]) -> Offer:
    specifications = tuple(Specification(parameter=k, value=read(parameters()[k], typed).value) for k, typed in lines)
    return Offer(id=number, vendor_id=number, domain=domain, specifications=specifications, changed=TODAY)


def test_what_is_asked_what_exists_and_what_nobody_meets() -> None:
    needs = [
        _need(1, "healthcare", "nursing_care", ("person_lift", "120 kg"), ("noise", "50 dB")),
        _need(2, "healthcare", "nursing_care", ("person_lift", "120 kg")),
        _need(3, "healthcare", "nursing_care", ("person_lift", "100 kg"), level=Level.SHOULD),
        _need(4, "healthcare", "nursing_care", ("person_lift", "90 kg")),
        _need(5, "logistics", "warehouse_handling", ("person_lift", "10 kg")),
    ]
    offers = [
        _offer(1, "healthcare", ("person_lift", "95 kg"), ("noise", "55 dB")),
        _offer(2, "healthcare", ("person_lift", "80 kg")),
        _offer(3, "manufacturing", ("person_lift", "110 kg")),
    ]
    noise, lift, elsewhere = sorted(gap_map(needs, offers), key=lambda g: (g.domain, g.parameter))
    assert (lift.domain, lift.task, lift.parameter, lift.op) == ("healthcare", "nursing_care", "person_lift", ">=")
    assert (lift.musts, lift.shoulds, lift.asked) == (3, 1, (("120", 2), ("100", 1), ("90", 1)))
    assert lift.best is not None
    assert (lift.stated, lift.best.value.low) == (2, 95)
    assert [(u.need_id, u.nearest.gap, u.offer_id, u.elsewhere) for u in lift.unmet] == [
        (1, 25, 1, False), (2, 25, 1, False), (3, 5, 1, True),
    ]  # fmt: skip
    assert (lift.needs, lift.strictest.value.typed, lift.meeting, lift.nearest.gap) == (4, "120", 0, 25)
    assert [(u.nearest.fit, u.nearest.gap) for u in noise.unmet] == [(Fit.SHORT, 5)]
    assert (elsewhere.stated, elsewhere.best) == (0, None)
    assert [(u.nearest.fit, u.elsewhere) for u in elsewhere.unmet] == [(Fit.UNKNOWN, True)]


def test_where_values_have_no_order_the_best_is_what_comes_nearest_to_the_strictest() -> None:
    needs = [
        _need(1, "logistics", "other", ("temperature", "-20~45")),
        _need(2, "logistics", "other", ("temperature", "0~30")),
    ]
    offers = [_offer(1, "logistics", ("temperature", "0~40")), _offer(2, "logistics", ("temperature", "-10~45"))]
    (cell,) = gap_map(needs, offers)
    assert cell.best is not None
    assert (cell.strictest.value.typed, cell.best.value.typed, cell.nearest.gap, cell.meeting) == (
        "-20~45",
        "-10~45",
        10,
        0,
    )


def test_rates_of_different_things_are_different_gaps() -> None:
    needs = [
        _need(1, "logistics", "parcel_sorting", ("throughput", "900 件/h")),
        _need(2, "logistics", "parcel_sorting", ("throughput", "1200 件/h")),
        _need(3, "logistics", "parcel_sorting", ("throughput", "600 箱/h")),
    ]
    offers = [
        _offer(1, "logistics", ("throughput", "1000 件/h")),
        _offer(2, "logistics", ("throughput", "950 件/h")),
        _offer(3, "logistics", ("throughput", "5000 箱/h")),
    ]
    found = {cell.strictest.value.typed: cell for cell in gap_map(needs, offers)}
    assert set(found) == {"1200", "600"}
    pieces, boxes = found["1200"], found["600"]
    assert (pieces.needs, pieces.stated, pieces.meeting, pieces.nearest.gap) == (2, 2, 0, 200)
    assert pieces.best is not None
    assert (pieces.best.value.typed, [u.need_id for u in pieces.unmet]) == ("1000", [2])
    assert (boxes.needs, boxes.stated, boxes.meeting, boxes.unmet) == (1, 1, 1, ())
    assert pieces.counted != boxes.counted


@pytest.mark.parametrize(
    ("key", "asked", "strictest"),
    [
        ("noise", ("60 dB", "50 dB"), "50"),
        ("ip_rating", ("IP54", "IP67"), "IP67"),
        ("safety_pl", ("c", "d"), "d"),
        ("temperature", ("0~45", "-10~45"), "-10~45"),
        ("certificates", ("CE", "CE, SRRC"), "ce, srrc"),
    ],
)
def test_where_nobody_meets_anything_the_strictest_is_what_asks_most(
    key: str, asked: tuple[str, ...], strictest: str
) -> None:
    for typed in (asked, asked[::-1]):
        needs = [_need(number, "logistics", "other", (key, one)) for number, one in enumerate(typed)]
        (cell,) = gap_map(needs, [])
        assert (cell.strictest.value.typed, cell.meeting, cell.stated) == (strictest, 0, 0)


def test_the_strictest_is_met_by_as_many_as_a_plain_count_says() -> None:
    needs = [made.need(number) for number in range(60)]
    offers = [made.offer(number) for number in range(1, 60)]
    for cell in gap_map(needs, offers):
        line = cell.strictest
        assert line.known is not None
        meets = [
            any(
                compare(line.known, cell.op, line.value, s.value).fit in (Fit.MET, Fit.MET_IF)
                for s in offer.specifications
                if s.parameter == line.parameter
            )
            for offer in offers
            if offer.domain == cell.domain
        ]
        assert cell.meeting == sum(meets)
        assert cell.meeting or {u.requirement.value for u in cell.unmet} & {line.value}


def test_over_everything_a_need_is_unmet_exactly_when_no_product_of_its_domain_meets_it() -> None:
    needs = [made.need(number) for number in range(60)]
    offers = [made.offer(number) for number in range(1, 60)]
    found = gap_map(needs, offers)
    unmet = {(u.need_id, u.requirement.key, cell.domain) for cell in found for u in cell.unmet}
    by_hand = set()
    for need in needs:
        for line in need.requirements:
            if line.known is None:
                continue
            values = [
                s.value
                for o in offers
                if o.domain == need.domain
                for s in o.specifications
                if s.parameter == line.parameter
            ]
            fits = {compare(line.known, line.op, line.value, value).fit for value in values}
            if not fits & {Fit.MET, Fit.MET_IF}:
                by_hand.add((need.id, line.key, need.domain))
    assert unmet == by_hand
    assert sum(cell.musts + cell.shoulds for cell in found) == sum(1 for n in needs for r in n.requirements if r.known)
