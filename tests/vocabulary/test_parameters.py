"""What people type becomes a value in the canonical unit, or a sentence that says what to type instead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.vocabulary import entry
from marketplace.vocabulary.parameters import (
    BadValue,
    Value,
    figure,
    operator_sign,
    parameters,
    parse,
    shown,
    unit_label,
)

ALL = list(parameters().values())


def _value(key: str, typed: str, unit: str = "", counted: str = "") -> Value:
    return parse(parameters()[key], typed, unit, counted)


@pytest.mark.parametrize(
    ("key", "typed", "unit", "canonical"),
    [
        ("payload", "40", "", 40),
        ("payload", "40", "kg", 40),
        ("payload", "500", "g", 0.5),
        ("payload", "1.5", "t", 1500),
        ("reach", "80", "cm", 800),
        ("reach", "1.2", "m", 1200),
        ("link_distance", "0.5", "km", 500),
        ("speed_max", "3.6", "km/h", 1),
        ("tcp_speed", "250", "mm/s", 0.25),
        ("runtime", "90", "min", 1.5),
        ("round_time", "3", "h", 180),
        ("response_time", "5", "min", 300),
        ("stop_time", "0.5", "s", 500),
        ("slope", "5", "degree", 5),
        ("slope", "100", "percent", 45),
    ],
)
def test_a_figure_is_kept_in_the_canonical_unit(key: str, typed: str, unit: str, canonical: float) -> None:
    value = _value(key, typed, unit)
    assert (value.low, value.high) == (pytest.approx(canonical), pytest.approx(canonical))
    assert (value.kind, value.typed, value.unit) == ("number", typed, unit or parameters()[key].unit)


def test_a_slope_of_8_75_percent_is_5_degrees() -> None:
    assert _value("slope", "8.75", "percent").low == pytest.approx(5, abs=0.001)


def test_every_unit_that_a_person_may_choose_can_be_converted() -> None:
    for parameter in ALL:
        for unit in parameter.enter:
            counted = parameter.counted[0] if parameter.counted else ""
            typed = "1-2" if parameter.kind == "range" else "10" if unit == "dB(A)" else "5"
            low, high = parameter.bounds
            row = entry.Entry(parameter, typed, unit, counted)
            row.check()
            assert row.error == "" or row.error.endswith("之间的数。"), (parameter.key, unit)
            assert row.value is None or low <= (row.value.low or 0) <= high


@pytest.mark.parametrize(
    ("typed", "low", "high", "kept"),
    [
        ("2-8", 2, 8, "2~8"),
        ("-10~45", -10, 45, "-10~45"),
        ("−10～45", -10, 45, "-10~45"),
        ("-10 到 45", -10, 45, "-10~45"),
        ("-10至45", -10, 45, "-10~45"),
        ("-10 to 45", -10, 45, "-10~45"),
        ("-10--5", -10, -5, "-10~-5"),
        ("2–8", 2, 8, "2~8"),
        ("+2.5—8.25", 2.5, 8.25, "+2.5~8.25"),
        ("５-１０", 5, 10, "5~10"),
        ("4-4", 4, 4, "4~4"),
    ],
)
def test_a_range_is_read_however_its_ends_are_joined(typed: str, low: float, high: float, kept: str) -> None:
    value = _value("temperature", typed)
    assert (value.low, value.high, value.typed) == (low, high, kept)


@pytest.mark.parametrize(
    ("typed", "digits", "kept"),
    [
        ("IP65", ("6", "5"), "IP65"),
        ("ip67", ("6", "7"), "IP67"),
        ("65", ("6", "5"), "IP65"),
        ("IP 54", ("5", "4"), "IP54"),
        ("ＩＰ５４", ("5", "4"), "IP54"),
        ("IPX4", ("X", "4"), "IPX4"),
        ("IP6X", ("6", "X"), "IP6X"),
        ("ipxx", ("X", "X"), "IPXX"),
    ],
)
def test_an_ip_mark_is_two_digits_and_x_means_untested(typed: str, digits: tuple[str, str], kept: str) -> None:
    value = _value("ip_rating", typed)
    assert (value.items, value.typed) == (digits, kept)


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("Ex IIB T4 Gb", ("IIB", "T4", "Gb")),
        ("Ex db IIC T6 Gb", ("IIC", "T6", "Gb")),
        ("ex db eb iic t6 ga", ("IIC", "T6", "Ga")),
        ("Ex  db   IIA  T1  Gc", ("IIA", "T1", "Gc")),
        ("Ex tb IIIC T80°C Db", ("IIIC", "T80°C", "Db")),
        ("Ex tb IIIC T80℃ Db", ("IIIC", "T80°C", "Db")),
        ("Ｅｘ ＩＩＢ Ｔ４ Ｇｂ", ("IIB", "T4", "Gb")),
    ],
)
def test_an_ex_mark_is_read_as_on_the_plate(typed: str, parts: tuple[str, str, str]) -> None:
    assert _value("ex_mark", typed).items == parts


@pytest.mark.parametrize(
    ("typed", "flag"),
    [("yes", True), ("是", True), ("支持", True), ("1", True), ("NO", False), ("否", False), ("不支持", False)],
)
def test_yes_and_no_in_both_languages(typed: str, flag: bool) -> None:
    value = _value("lift_ride", typed)
    assert (value.flag, value.typed) == (flag, "yes" if flag else "no")


def test_an_ordinal_is_one_of_its_values_whatever_the_case() -> None:
    assert _value("safety_pl", "D").items == ("d",)
    assert _value("safety_sil", "３").items == ("3",)
    assert _value("medical_class", "iii").items == ("III",)
    assert _value("autonomy", "Supervised").items == ("supervised",)


def test_a_set_is_read_with_any_comma_and_without_doubles() -> None:
    assert _value("certificates", "ce, ccc").items == ("ce", "ccc")
    assert _value("languages", "zh、wuu-sh；en").items == ("zh", "wuu-sh", "en")
    assert _value("comms", "5G， ROS 2,5G\nVDA 5050").items == ("5G", "ROS 2", "VDA 5050")


def test_full_width_digits_grouped_thousands_and_plus_minus_are_figures() -> None:
    assert _value("payload", "４０．５").low == 40.5
    assert _value("reach", "1,200").low == 1200
    assert _value("reach", "１，２００").low == 1200
    assert _value("stop_accuracy", "±10").low == 10
    assert _value("payload", "  40\u3000").low == 40


@pytest.mark.parametrize(
    ("key", "typed", "unit", "counted"),
    [
        ("payload", "", "", ""),
        ("payload", "  ", "", ""),
        ("payload", "很多", "", ""),
        ("payload", "40kg", "", ""),
        ("payload", "1e3", "", ""),
        ("payload", "nan", "", ""),
        ("payload", "inf", "", ""),
        ("payload", "0x10", "", ""),
        ("payload", "--5", "", ""),
        ("payload", "9" * 300, "", ""),
        ("payload", "5", "lb", ""),
        ("payload", "5", "mm", ""),
        ("payload", "0", "", ""),
        ("payload", "-5", "", ""),
        ("payload", "100001", "", ""),
        ("payload", "101", "t", ""),
        ("availability", "100.1", "", ""),
        ("slope", "61", "", ""),
        ("clean_class", "10", "", ""),
        ("aisle_min", "299", "", ""),
        ("throughput", "900", "", ""),
        ("throughput", "900", "", "cow"),
        ("temperature", "20", "", ""),
        ("temperature", "45~-10", "", ""),
        ("temperature", "-10~45℃", "", ""),
        ("temperature", "-100~20", "", ""),
        ("temperature", "a~b", "", ""),
        ("lift_ride", "maybe", "", ""),
        ("ip_rating", "IP7", "", ""),
        ("ip_rating", "IP75", "", ""),
        ("ip_rating", "IP655", "", ""),
        ("ex_mark", "IIB T4 Gb", "", ""),
        ("ex_mark", "Ex IIB", "", ""),
        ("ex_mark", "Ex IID T4 Gb", "", ""),
        ("safety_pl", "f", "", ""),
        ("medical_class", "IV", "", ""),
        ("certificates", "ce, iso_9999", "", ""),
        ("certificates", ",、;", "", ""),
        ("languages", "Klingon", "", ""),
    ],
)
def test_nonsense_is_refused_with_what_to_type_instead(key: str, typed: str, unit: str, counted: str) -> None:
    with pytest.raises(BadValue) as refused:
        _value(key, typed, unit, counted)
    assert str(refused.value).endswith("。")


def test_a_figure_out_of_range_is_told_the_bounds_in_the_canonical_unit() -> None:
    with pytest.raises(BadValue, match="^请填 300 到 10,000 mm 之间的数。$"):
        _value("aisle_min", "0.1", "m")


@given(st.sampled_from(ALL), st.text(max_size=30), st.text(max_size=6), st.text(max_size=6))
def test_whatever_is_typed_becomes_a_value_or_a_sentence(key: object, typed: str, unit: str, counted: str) -> None:
    row = entry.Entry(key, typed, unit, counted)  # type: ignore[arg-type]
    row.check()
    assert (row.value is None) == bool(row.error)
    assert row.value is None or Value.from_json(row.value.as_json()) == row.value


def test_a_value_survives_storing() -> None:
    for value in (_value("temperature", "-10~45"), _value("certificates", "ce, ccc"), _value("lift_ride", "no")):
        assert Value.from_json(value.as_json()) == value


@pytest.mark.parametrize(
    ("key", "typed", "unit", "counted", "zh", "en"),
    [
        ("payload", "40.0", "", "", ("40", "kg"), ("40", "kg")),
        ("reach", "1,200", "", "", ("1,200", "mm"), ("1,200", "mm")),
        ("payload", "1.5", "t", "", ("1.5", "t"), ("1.5", "t")),
        ("slope", "8.75", "percent", "", ("8.75", "%"), ("8.75", "%")),
        ("slope", "5", "", "", ("5", "°"), ("5", "°")),
        ("throughput", "900", "", "piece", ("900", "件/h"), ("900", "pieces per h")),
        ("false_alarms", "2", "", "", ("2", "次/天"), ("2", "per day")),
        ("temperature", "-10~45", "", "", ("−10–45", "°C"), ("−10–45", "°C")),
        ("lift_ride", "yes", "", "", ("是", ""), ("yes", "")),
        ("lift_ride", "no", "", "", ("否", ""), ("no", "")),
        ("ip_rating", "65", "", "", ("IP65", ""), ("IP65", "")),
        ("autonomy", "autonomous", "", "", ("自主", ""), ("Autonomous", "")),
        ("safety_pl", "d", "", "", ("d", ""), ("d", "")),
        ("languages", "zh, en", "", "", ("普通话、英语", ""), ("Mandarin, English", "")),
        ("comms", "5G, ROS 2", "", "", ("5G、ROS 2", ""), ("5G, ROS 2", "")),
        ("fleet", "30", "", "", ("30", ""), ("30", "")),
        ("warranty", "24", "", "", ("24", "个月"), ("24", "months")),
    ],
)
def test_a_value_is_shown_as_it_was_typed_with_its_unit(
    key: str, typed: str, unit: str, counted: str, zh: tuple[str, str], en: tuple[str, str]
) -> None:
    value = _value(key, typed, unit, counted)
    assert shown(value, parameters()[key], "zh") == zh
    assert shown(value, parameters()[key], "en") == en


def test_figures_are_written_without_needless_zeros_and_with_grouped_thousands() -> None:
    assert [figure(n) for n in (0, -0.0, 5.0, 0.5, 1234567.25, -3)] == ["0", "0", "5", "0.5", "1,234,567.25", "-3"]


def test_a_sign_stands_before_figures_only() -> None:
    assert operator_sign(">=", "number") == "≥"
    assert operator_sign("<=", "number") == "≤"
    assert operator_sign(">=", "ordinal") == "≥"
    assert [operator_sign(o, k) for o, k in (("=", "bool"), ("covers", "range"), ("superset", "set"))] == ["", "", ""]


def test_a_rate_says_what_it_counts() -> None:
    assert unit_label("1/h", "tote").zh == "箱/h"
    assert unit_label("1/day", "trip").en == "trips per day"
    assert unit_label("1/h").zh == "次/h"


def test_rows_of_a_page_keep_what_was_typed_beside_what_is_wrong() -> None:
    form = {
        "rows-0-parameter": "payload",
        "rows-0-value": "\u202e很多\x00",
        "rows-0-unit": "kg",
        "rows-0-note": "箱",
        "rows-1-parameter": "no-such-parameter",
        "rows-1-value": "5",
        "rows-2-parameter": "slope",
        "rows-2-value": "8.75",
        "rows-2-unit": "percent",
        "rows-3-parameter": "payload_arm",
        "rows-3-value": "5",
        "rows-3-drop": "1",
    }
    rows = entry.read(form, ("note",))
    assert [(r.parameter.key, r.typed, r.unit, r.extra["note"]) for r in rows] == [
        ("payload", "很多", "kg", "箱"),
        ("slope", "8.75", "percent", ""),
    ]
    assert (rows[0].value, rows[0].error) == (None, "请填数字，例如 50 或 0.5。单位在右边选。")
    assert rows[1].error == ""


def test_several_choices_of_one_row_become_one_set() -> None:
    form = {"rows-0-parameter": "certificates", "rows-0-value": "ce"}
    rows = entry.read(form, lists={"rows-0-value": ["ce", "ccc"]})
    assert rows[0].value is not None
    assert rows[0].value.items == ("ce", "ccc")
