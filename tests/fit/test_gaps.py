"""The gap map: what is asked, the best that exists, and which needs nobody of the domain meets."""

from __future__ import annotations

from datetime import date

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
    assert lift.spread is not None
    assert (lift.spread.least, lift.spread.median, lift.spread.most) == (90, 110, 120)
    assert lift.best is not None
    assert (lift.stated, lift.best.value.low) == (2, 95)
    assert [(u.need_id, u.nearest.gap, u.offer_id, u.elsewhere) for u in lift.unmet] == [
        (1, 25, 1, False), (2, 25, 1, False), (3, 5, 1, True),
    ]  # fmt: skip
    assert [(u.nearest.fit, u.nearest.gap) for u in noise.unmet] == [(Fit.SHORT, 5)]
    assert (elsewhere.stated, elsewhere.best) == (0, None)
    assert [(u.nearest.fit, u.elsewhere) for u in elsewhere.unmet] == [(Fit.UNKNOWN, True)]


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
