"""Matches worked out by hand: scenarios of the programme against robots of known figures."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from marketplace.fit.columns import Catalogue
from marketplace.fit.compare import Fit
from marketplace.fit.explain import Match, Standing, as_data, explain
from marketplace.fit.needs import Level, Need, Requirement
from marketplace.fit.offers import Evidence, Offer, Specification, Track
from marketplace.fit.ranking import rank
from marketplace.fit.relax import relax
from marketplace.fit.score import Facts, Parts, freshness, kind, shares, text, track
from marketplace.fit.wording import alike, rarity, said, telling
from marketplace.kernel.text import Text
from marketplace.vocabulary.parameters import Value, parameters
from marketplace.vocabulary.written import read

TODAY = date(2026, 3, 2)


def _must(parameter: str, typed: str, weight: int = 1, *, level: Level = Level.MUST) -> Requirement:
    found = read(parameters()[parameter], typed)
    return Requirement(
        key=parameter,
        parameter=parameter,
        op=found.op,
        value=found.value,
        level=level,
        weight=weight,
        row=f"r:{parameter}",
    )


def _should(parameter: str, typed: str, weight: int = 1) -> Requirement:
    return _must(parameter, typed, weight, level=Level.SHOULD)


def _has(parameter: str, typed: str, **more: object) -> Specification:
    value = read(parameters()[parameter], typed).value
    return Specification(parameter=parameter, value=value, row=f"s:{parameter}", **more)  # type: ignore[arg-type]


COLD_STORE = Need(
    id=1, domain="logistics", task="parcel_sorting", title=Text.of("医药冷库拆零拣选"), texts=(Text.of("在 2–8 °C 的冷库里按订单拣选药盒。"),),
    requirements=(
        _must("temperature", "2~8℃", 3), _must("payload", "3 kg", 2), _must("throughput", "180 行/h", 3), _must("error_rate", "0.05%", 2),
        _should("noise", "70 dB"), _should("certificates", "CE, SRRC"),
    ),
)  # fmt: skip


def _picker(*specifications: Specification, **more: object) -> Offer:
    fields: dict[str, object] = {
        "id": 1, "vendor_id": 1, "domain": "logistics", "tasks": ("parcel_sorting",), "name": Text.of("冷库拣选机器人"), "changed": TODAY,
    }  # fmt: skip
    return Offer(specifications=specifications, **(fields | more))  # type: ignore[arg-type]


def _match(offer: Offer, need: Need = COLD_STORE) -> Match:
    return explain(need, offer, today=TODAY)


def test_the_cold_store_worked_out_by_hand() -> None:
    """Musts weigh 10: met 3 × 10, met 2 × 10, met if 3 × 9, short and close 2 × 4 = 85 of 100, of 30 points 25.5.

    One must is short: nothing for clear. Shoulds weigh 2: 75 dB for 70 is not even near (a quarter of 10 dB), one
    certificate is missing: 0 of 10. Evidence 3 × 2 + 2 × 0 + 3 × 3 = 15 of 3 × 12 = 36, of 4 points 1.6.
    """
    match = _match(
        _picker(
            _has("temperature", "-25~10℃", evidence=Evidence.LABORATORY),
            _has("payload", "5公斤", evidence=Evidence.TRIAL, expires=TODAY - timedelta(days=1)),
            _has("throughput", "200 行/小时", evidence=Evidence.TRIAL, expires=TODAY),
            _has("error_rate", "0.055%", evidence=Evidence.TRIAL),
            _has("noise", "75 dB"),
            _has("certificates", "CE"),
            track=Track(landed=1, accepted=1, failed=2),
            changed=TODAY - timedelta(days=365),
        )
    )
    rows = {row.requirement.key: row for row in match.explanation.rows}
    assert [row.answer.fit for row in match.explanation.rows] == [
        Fit.MET, Fit.MET, Fit.MET_IF, Fit.SHORT, Fit.SHORT, Fit.SHORT,
    ]  # fmt: skip
    assert (rows["error_rate"].answer.gap, rows["error_rate"].answer.unit) == (0.005, "percent")
    assert (rows["noise"].answer.gap, rows["noise"].answer.unit) == (5, "dB(A)")
    assert rows["certificates"].answer.missing == ("srrc",)
    assert match.standing is Standing.SHORT
    parts = match.explanation.parts
    assert parts._replace(text=0) == Parts(
        musts=255, clear=0, shoulds=0, kind=250, text=0, evidence=16, freshness=10, track=10
    )
    shared = sum(weight for _word, weight in match.explanation.facts.words)
    assert parts.text == min(150, 300 * shared // match.explanation.facts.said) > 0


def test_a_gripper_changes_payload_and_reach_and_both_are_told() -> None:
    """What it carries it can reach less far with; the better configuration is shown, not the best of both."""
    need = Need(id=1, requirements=(_must("payload", "20 kg"), _must("reach", "900 mm")))
    arm = _picker(
        _has("payload", "12 kg"), _has("reach", "1300 mm"),
        _has("payload", "25 kg", variant="重载夹爪"), _has("reach", "850 mm", variant="重载夹爪"),
    )  # fmt: skip
    match = _match(arm, need)
    assert match.standing is Standing.SHORT
    longer = Specification(
        parameter="reach", value=read(parameters()["reach"], "950 mm").value, variant="重载夹爪", row="s:longer"
    )
    match = _match(_picker(*arm.specifications[:3], longer), need)
    assert (match.standing, match.explanation.variant) == (Standing.MEETS, "重载夹爪")
    assert [row.answer.fit for row in match.explanation.rows] == [Fit.MET_IF, Fit.MET_IF]
    assert match.explanation.rows[1].specification is longer


def test_what_a_variant_does_not_change_is_met_as_before() -> None:
    need = Need(id=1, requirements=(_must("payload", "20 kg"), _must("ip_rating", "IP54")))
    offer = _picker(_has("payload", "12 kg"), _has("ip_rating", "IP65"), _has("payload", "25 kg", variant="重载夹爪"))
    match = _match(offer, need)
    assert [row.answer.fit for row in match.explanation.rows] == [Fit.MET_IF, Fit.MET]
    assert (match.standing, match.instead) == (Standing.MEETS, None)


def test_a_configuration_that_stands_better_with_a_lower_score_is_told_beside() -> None:
    """As it is, the robot has all but a hair of one must, every should and proof; with the variant it just meets."""
    need = Need(
        id=1,
        requirements=(
            *(_must(key, f"100 {unit}", 5) for key, unit in (("payload", "kg"), ("grip_force", "N"), ("torque", "Nm"))),
            _must("person_lift", "100 kg", 1), _should("noise", "70 dB", 5),
        ),
    )  # fmt: skip
    proven = {"evidence": Evidence.TRIAL}
    offer = _picker(
        _has("payload", "100 kg", **proven), _has("grip_force", "100 N", **proven), _has("torque", "100 Nm", **proven),
        _has("person_lift", "99 kg", **proven), _has("noise", "60 dB", **proven),
        *(_has(key, f"100 {unit}", variant="加强型") for key, unit in (("payload", "kg"), ("grip_force", "N"), ("torque", "Nm"))),
        _has("person_lift", "100 kg", variant="加强型"), _has("noise", "90 dB", variant="加强型"),
    )  # fmt: skip
    match = _match(offer, need)
    assert (match.standing, match.explanation.variant, match.explanation.standing) == (
        Standing.MEETS, "", Standing.SHORT,
    )  # fmt: skip
    assert match.instead is not None
    assert (match.instead.variant, match.instead.standing) == ("加强型", Standing.MEETS)
    found = rank(Catalogue([offer]), need, lambda _ids: {1: offer}, today=TODAY)
    assert found.matches == (match,)


def test_a_condition_makes_met_if_and_is_told() -> None:
    need = Need(id=1, requirements=(_must("payload", "20 kg"),))
    figure = _has("payload", "25 kg", condition=Text.of("平地", "on level ground"))
    row = _match(_picker(figure), need).explanation.rows[0]
    assert (row.answer.fit, row.specification) == (Fit.MET_IF, figure)


def test_a_need_outside_the_vocabulary_is_unknown_of_everybody() -> None:
    own = Requirement(key="own", label=Text.of("抗风等级"), unit="级", value=Value("number", "8", low=8, high=8))
    match = _match(_picker(_has("payload", "5 kg")), Need(id=1, requirements=(own, _must("payload", "5 kg"))))
    assert [row.answer.fit for row in match.explanation.rows] == [Fit.UNKNOWN, Fit.MET]
    assert match.standing is Standing.OPEN
    printed = as_data(match.explanation)["requirements"][0]
    assert (printed["label"]["zh"], printed["unit"], printed["answer"]) == ("抗风等级", "级", "unknown")


def test_rates_of_different_things_and_what_one_task_gave() -> None:
    need = Need(id=1, requirements=(_must("throughput", "600 箱/h"),))
    assert _match(_picker(_has("throughput", "900 件/h")), need).standing is Standing.OPEN
    assert _match(_picker(_has("throughput", "640 箱/h")), need).explanation.rows[0].answer.fit is Fit.MET_IF


def test_the_aisle_is_what_costs_most() -> None:
    """aisle 800 → 900 mm: 2 → 7 products, as the site says it."""
    need = Need(id=1, requirements=(_must("aisle_min", "800 mm"), _must("payload", "50 kg"), _should("noise", "60 dB")))
    aisles = (780, 800, 850, 850, 880, 900, 900, 940)
    offers = [_picker(_has("aisle_min", f"{a} mm"), _has("payload", "60 kg"), id=n) for n, a in enumerate(aisles, 1)]
    offers += [
        _picker(_has("aisle_min", "700 mm"), _has("payload", "45 kg"), id=20),
        _picker(_has("payload", "60 kg"), id=21),
    ]
    by_id = {offer.id: offer for offer in offers}
    table = relax(Catalogue(offers), need, lambda _ids: by_id, today=TODAY, misses=3)
    aisle, payload, noise = table.costs
    assert (table.meeting, table.costliest) == (2, need.requirements[0])
    assert [(step.value.typed, step.meeting) for step in aisle.steps] == [
        ("850", 4),
        ("880", 5),
        ("900", 7),
        ("940", 8),
    ]
    assert (aisle.met, aisle.unknown, aisle.short, aisle.without) == (3, 1, 6, 9)
    assert [(step.value.typed, step.meeting) for step in payload.steps] == [("45", 3)]
    assert (noise.without, noise.steps, noise.unknown) == (2, (), 10)
    assert [match.offer_id for match in table.misses] == [3, 4, 5]
    assert [match.explanation.rows[0].answer.gap for match in table.misses] == [50, 50, 80]


@pytest.mark.parametrize(
    ("wanted", "offered", "steps"),
    [
        (("ip_rating", "IP65"), ("IP54", "IP64", "IPX5", "IP6X"), [("IP64", 1), ("IP54", 2)]),
        (("safety_pl", "d"), ("a", "c", "b"), [("c", 1), ("b", 2), ("a", 3)]),
        (("certificates", "CE, SRRC"), ("CE", "SRRC", "CCC"), [("ce", 1), ]),
        (("temperature", "-10~45"), ("-5~45", "0~50", "-20~40"), [("-10~40", 1), ("-5~40", 2), ("0~40", 3)]),
        (("cargo_temp", "2~8"), ("0~8", "2~9"), [("2~9", 1), ("0~9", 2)]),
        (("lift_ride", "yes"), ("no",), []),
        (("medical_class", "II"), ("I", "III"), []),
    ],
)  # fmt: skip
def test_each_kind_of_value_yields_in_its_own_steps(
    wanted: tuple[str, str], offered: tuple[str, ...], steps: list[tuple[str, int]]
) -> None:
    need = Need(id=1, requirements=(_must(*wanted),))
    offers = [_picker(_has(wanted[0], typed), id=number) for number, typed in enumerate(offered, 1)]
    cost = relax(Catalogue(offers), need, lambda _ids: {o.id: o for o in offers}, today=TODAY, misses=0).costs[0]
    assert [(step.value.typed, step.meeting) for step in cost.steps] == steps
    assert cost.without == len(offers)


def test_the_right_kind_of_robot_leads_whatever_the_order_of_entry() -> None:
    cleaner = _picker(id=1, domain="household", tasks=("cleaning",), name=Text.of("扫地机器人"))
    close = _picker(_has("payload", "2.8 kg"), _has("temperature", "0~40℃"), id=2)
    fits = _picker(
        _has("payload", "3 kg"), _has("temperature", "0~40℃"), _has("throughput", "200 行/h"), _has("error_rate", "0.04%"),
        id=3,
    )  # fmt: skip
    offers = {1: cleaner, 2: close, 3: fits}
    ranking = rank(Catalogue(offers.values()), COLD_STORE, lambda _ids: offers, today=TODAY)
    assert ranking.ids.tolist() == [3, 2, 1]
    assert [match.standing for match in ranking.matches] == [Standing.MEETS, Standing.SHORT, Standing.OPEN]
    assert [ranking.count(standing) for standing in Standing] == [1, 1, 1]


def test_short_by_far_falls_below_saying_nothing_and_short_by_little_stays_above_another_kind() -> None:
    rest = (_has("temperature", "0~40℃"), _has("throughput", "200 行/h"), _has("error_rate", "0.04%"))
    far, silent = _picker(_has("payload", "1 kg"), *rest, id=1), _picker(*rest, id=2)
    little = _picker(_has("payload", "2.8 kg"), *rest, id=3)
    other = _picker(id=4, domain="household", tasks=("cleaning",), name=Text.of("扫地机器人"))
    offers = {offer.id: offer for offer in (far, silent, little, other)}
    ranking = rank(Catalogue(offers.values()), COLD_STORE, lambda _ids: offers, today=TODAY)
    assert [i for i in ranking.ids.tolist() if i != 3] == [2, 1, 4]
    assert [i for i in ranking.ids.tolist() if i != 2] == [3, 1, 4]


def test_the_parts_have_the_bounds_of_the_table() -> None:
    assert (kind(True, True), kind(False, True), kind(False, False)) == (250, 100, 0)
    assert (text(0, 0), text(1, 4), text(2, 4), text(4, 4)) == (0, 75, 150, 150)
    assert (freshness(-3), freshness(0), freshness(365), freshness(730), freshness(9999)) == (20, 20, 10, 0, 0)
    assert (track(0, 0, 0), track(1, 1, 1), track(9, 9, 0), track(0, 1, 5)) == (0, 20, 40, 0)
    assert (shares(3, 2), shares(3, 0), shares(0, 2), shares(0, 0)) == ((300, 100), (400, 0), (0, 400), (0, 0))


def test_words_tell_by_place_and_rarity_and_synonyms_are_one_word() -> None:
    assert [rarity(8, n) for n in (0, 1, 2, 3, 4, 8)] == [0, 4, 3, 2, 2, 1]
    words = said(Text.of("料箱搬运"), Text.of("分拣"), Text.of("搬运 30 箱，把它们送到工作站"))
    assert (words["料箱"], words["搬运"], words["分拣"]) == (3, 3, 2)
    assert all(len(word) > 1 and not word.isdigit() for word in words)
    assert telling("AGV") == ["agv"]
    assert "agv" in telling("自动导引车")
    assert "agv" in telling("无人搬运车")
    assert list(said(Text.of("", "Sorting the parcels"), Text())) == telling("Sorting parcels")
    assert alike("任何") == 1


def test_a_value_given_twice_for_one_configuration_is_refused() -> None:
    with pytest.raises(ValueError, match="payload twice"):
        _match(_picker(_has("payload", "5 kg"), _has("payload", "6 kg")))


def test_facts_hold_nothing_about_who_pays() -> None:
    assert Facts._fields == ("does_task", "of_domain", "words", "said", "days", "landed", "accepted", "failed")
