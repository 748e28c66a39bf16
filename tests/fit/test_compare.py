"""A requirement against a specification, for every kind of value: met, met if, unknown, short by so much."""

from __future__ import annotations

import pytest

from marketplace.fit.compare import Answer, Fit, compare
from marketplace.vocabulary.parameters import Value, parameters, parse


def _value(key: str, typed: str, unit: str = "", counted: str = "") -> Value:
    return parse(parameters()[key], typed, unit, counted)


def _fit(key: str, wanted: str, offered: str | None, op: str = "") -> Answer:
    parameter = parameters()[key]
    given = None if offered is None else _value(key, offered)
    return compare(parameter, op or parameter.op, _value(key, wanted), given)


@pytest.mark.parametrize(
    ("op", "wanted", "offered", "fit", "gap"),
    [
        (">=", "40", "50", Fit.MET, None),
        (">=", "40", "40", Fit.MET, None),
        (">=", "40", "32.5", Fit.SHORT, 7.5),
        ("<=", "40", "32.5", Fit.MET, None),
        ("<=", "40", "40", Fit.MET, None),
        ("<=", "40", "50", Fit.SHORT, 10),
        ("=", "40", "40", Fit.MET, None),
        ("=", "40", "38", Fit.SHORT, 2),
        ("=", "40", "42", Fit.SHORT, 2),
    ],
)
def test_a_number_is_met_or_short_by_the_difference(
    op: str, wanted: str, offered: str, fit: Fit, gap: float | None
) -> None:
    answer = _fit("payload", wanted, offered, op)
    assert (answer.fit, answer.gap) == (fit, gap)
    assert answer.unit == ("kg" if gap is not None else "")


def test_the_gap_is_told_in_the_canonical_unit_whatever_was_typed() -> None:
    parameter = parameters()["aisle_min"]
    answer = compare(parameter, "<=", _value("aisle_min", "0.8", "m"), _value("aisle_min", "90", "cm"))
    assert (answer.fit, answer.gap, answer.unit, answer.gap_shown) == (Fit.SHORT, 100, "mm", "100")


@pytest.mark.parametrize(
    ("wanted", "offered", "fit", "gap"),
    [
        ("0~38", "-10~45", Fit.MET, None),
        ("0~38", "0~38", Fit.MET, None),
        ("-10~45", "0~45", Fit.SHORT, 10),
        ("-10~45", "-10~40", Fit.SHORT, 5),
        ("-10~45", "0~40", Fit.SHORT, 10),
    ],
)
def test_a_range_that_must_be_covered_is_short_by_the_larger_end(
    wanted: str, offered: str, fit: Fit, gap: float | None
) -> None:
    answer = _fit("temperature", wanted, offered)
    assert (answer.fit, answer.gap) == (fit, gap)


@pytest.mark.parametrize(
    ("key", "wanted", "offered", "op", "over"),
    [
        ("payload", "40", "30", ">=", False),
        ("noise", "50", "52", "<=", True),
        ("cargo_temp", "2~8", "2~12", "", True),
        ("cargo_temp", "2~8", "0~8", "", False),
        ("temperature", "-20~40", "0~40", "", False),
    ],
)
def test_what_goes_beyond_a_limit_is_told_from_what_falls_short(
    key: str, wanted: str, offered: str, op: str, over: bool
) -> None:
    answer = _fit(key, wanted, offered, op)
    assert (answer.fit, answer.over) == (Fit.SHORT, over)


@pytest.mark.parametrize(
    ("wanted", "offered", "fit", "gap"),
    [
        ("2~8", "3~7", Fit.MET, None),
        ("2~8", "2~8", Fit.MET, None),
        ("2~8", "0~8", Fit.SHORT, 2),
        ("2~8", "2~12", Fit.SHORT, 4),
    ],
)
def test_a_range_that_must_lie_inside_may_not_go_beyond(wanted: str, offered: str, fit: Fit, gap: float | None) -> None:
    answer = _fit("cargo_temp", wanted, offered)
    assert (answer.fit, answer.gap) == (fit, gap)


@pytest.mark.parametrize(
    ("wanted", "offered", "fit"),
    [("yes", "yes", Fit.MET), ("no", "no", Fit.MET), ("yes", "no", Fit.SHORT), ("no", "yes", Fit.SHORT)],
)
def test_yes_or_no_must_be_the_same(wanted: str, offered: str, fit: Fit) -> None:
    assert _fit("lift_ride", wanted, offered).fit is fit


@pytest.mark.parametrize(
    ("wanted", "offered", "fit"),
    [
        ("IP54", "IP65", Fit.MET),
        ("IP65", "IP65", Fit.MET),
        ("IP65", "IP56", Fit.SHORT),
        ("IP56", "IP65", Fit.SHORT),
        ("IP65", "IP6X", Fit.UNKNOWN),
        ("IP65", "IPX5", Fit.UNKNOWN),
        ("IP65", "IPX4", Fit.SHORT),
        ("IP65", "IPXX", Fit.UNKNOWN),
        ("IPX4", "IPX5", Fit.MET),
        ("IPX4", "IP20", Fit.SHORT),
        ("IP6X", "IP60", Fit.MET),
    ],
)
def test_the_digits_of_an_ip_mark_are_compared_separately_and_x_never_counts(
    wanted: str, offered: str, fit: Fit
) -> None:
    assert _fit("ip_rating", wanted, offered).fit is fit


@pytest.mark.parametrize(
    ("wanted", "offered", "fit"),
    [
        ("Ex IIB T4 Gb", "Ex db IIB T4 Gb", Fit.MET),
        ("Ex IIB T4 Gb", "Ex IIC T6 Ga", Fit.MET),
        ("Ex IIB T4 Gb", "Ex IIA T4 Gb", Fit.SHORT),
        ("Ex IIB T4 Gb", "Ex IIC T3 Gb", Fit.SHORT),
        ("Ex IIB T4 Gb", "Ex IIC T6 Gc", Fit.SHORT),
        ("Ex IIB T4 Gb", "Ex IIIC T80°C Db", Fit.SHORT),
        ("Ex IIIB T135°C Db", "Ex IIC T6 Ga", Fit.SHORT),
        ("Ex IIIB T135°C Db", "Ex IIIC T80°C Da", Fit.MET),
        ("Ex IIIB T135°C Db", "Ex IIIC T200°C Db", Fit.SHORT),
        ("Ex IIIB T135°C Db", "Ex IIIA T80°C Db", Fit.SHORT),
        ("Ex IIIB T135°C Db", "Ex IIIB T80°C Dc", Fit.SHORT),
    ],
)
def test_gas_and_dust_never_stand_for_each_other_and_each_part_of_the_mark_counts(
    wanted: str, offered: str, fit: Fit
) -> None:
    answer = _fit("ex_mark", wanted, offered)
    assert answer.fit is fit
    assert answer.gap_shown == ("" if fit is Fit.MET else wanted)


def test_a_level_is_met_by_the_same_or_a_higher_one() -> None:
    assert [_fit("safety_pl", "c", o).fit for o in "abcde"] == [Fit.SHORT, Fit.SHORT, Fit.MET, Fit.MET, Fit.MET]
    assert _fit("autonomy", "supervised", "teleoperated").missing == ("supervised",)


def test_classes_of_medical_devices_are_no_ladder() -> None:
    assert [_fit("medical_class", "II", o).fit for o in ("none", "I", "II", "III")] == [
        Fit.SHORT,
        Fit.SHORT,
        Fit.MET,
        Fit.SHORT,
    ]


def test_a_set_must_hold_all_that_is_wanted_and_names_what_is_missing() -> None:
    assert _fit("certificates", "ce, ccc", "ccc, srrc, ce").fit is Fit.MET
    answer = _fit("certificates", "ce, ccc, srrc", "ce")
    assert (answer.fit, answer.missing, answer.gap_shown) == (Fit.SHORT, ("ccc", "srrc"), "ccc、srrc")


def test_any_of_a_set_is_enough_where_that_is_asked() -> None:
    assert _fit("comms", "5G, Wi-Fi", "wi-fi", "any_of").fit is Fit.MET
    assert _fit("comms", "5G, Wi-Fi", "LoRa", "any_of").missing == ("5G", "Wi-Fi")
    assert _fit("comms", "5G, Wi-Fi", "wi-fi", "superset").missing == ("5G",)


def test_rates_that_count_different_things_are_unknown() -> None:
    parameter = parameters()["throughput"]
    wanted = _value("throughput", "600", counted="tote")
    assert compare(parameter, ">=", wanted, _value("throughput", "900", counted="piece")).fit is Fit.UNKNOWN
    assert compare(parameter, ">=", wanted, _value("throughput", "900", counted="tote")).fit is Fit.MET_IF
    assert compare(parameter, ">=", wanted, _value("throughput", "500", counted="tote")).fit is Fit.SHORT


def test_a_figure_of_one_task_and_site_is_at_best_met_if() -> None:
    assert _fit("availability", "99", "99.5").fit is Fit.MET_IF
    assert _fit("availability", "99", "98").fit is Fit.SHORT
    parameter = parameters()["payload"]
    wanted, offered = _value("payload", "40"), _value("payload", "50")
    assert compare(parameter, ">=", wanted, offered, conditional=True).fit is Fit.MET_IF
    assert compare(parameter, ">=", wanted, offered).fit is Fit.MET
    assert compare(parameter, ">=", offered, wanted, conditional=True).fit is Fit.SHORT


def test_a_slope_of_five_degrees_meets_what_people_write_in_percent() -> None:
    """8.75 % are 5.0006°: what rounding loses is no shortage, half a degree is."""
    parameter = parameters()["slope"]
    wanted = _value("slope", "8.75", "percent")
    assert compare(parameter, ">=", wanted, _value("slope", "5")).fit is Fit.MET
    assert compare(parameter, ">=", _value("slope", "5"), wanted).fit is Fit.MET
    short = compare(parameter, ">=", wanted, _value("slope", "4.9"))
    assert (short.fit, short.gap_shown, short.unit) == (Fit.SHORT, "0.100645", "degree")


@pytest.mark.parametrize(
    ("key", "wanted", "offered", "fit", "level"),
    [
        ("success_rate", "99.7", "99.69", Fit.SHORT, 2),
        ("success_rate", "99.7", "99.65", Fit.SHORT, 1),
        ("success_rate", "99.7", "98", Fit.SHORT, 0),
        ("error_rate", "0.05", "0.055", Fit.SHORT, 2),
        ("payload", "40", "36", Fit.SHORT, 2),
        ("payload", "40", "30", Fit.SHORT, 1),
        ("payload", "40", "29", Fit.SHORT, 0),
        ("noise", "60", "61", Fit.SHORT, 2),
        ("noise", "60", "62", Fit.SHORT, 1),
        ("noise", "60", "63", Fit.SHORT, 0),
        ("temperature", "-10~45", "-6~45", Fit.SHORT, 2),
        ("temperature", "-10~45", "0~45", Fit.SHORT, 1),
    ],
)
def test_how_far_off_is_seen_on_the_scale_of_what_is_asked(
    key: str, wanted: str, offered: str, fit: Fit, level: int
) -> None:
    """A tenth is close, a quarter near; of a rate near 100 % the part that is missing counts; 10 dB are a tenfold."""
    answer = _fit(key, wanted, offered)
    assert (answer.fit, answer.level) == (fit, level)


def test_levels_in_db_are_compared_as_levels() -> None:
    assert _fit("noise", "75", "72").fit is Fit.MET
    assert _fit("noise", "72", "75").gap == 3
    assert _fit("ambient_noise", "75", "70").gap == 5


@pytest.mark.parametrize("key", ["payload", "temperature", "lift_ride", "ip_rating", "ex_mark", "safety_pl", "comms"])
def test_what_a_product_does_not_say_is_unknown(key: str) -> None:
    typed = {
        "payload": "40",
        "temperature": "0~40",
        "lift_ride": "yes",
        "ip_rating": "IP54",
        "ex_mark": "Ex IIB T4 Gb",
        "safety_pl": "d",
        "comms": "5G",
    }[key]
    assert _fit(key, typed, None) == Answer(Fit.UNKNOWN)


def test_values_of_different_kinds_are_unknown() -> None:
    assert (
        compare(parameters()["payload"], ">=", _value("payload", "40"), _value("lift_ride", "yes")).fit is Fit.UNKNOWN
    )
