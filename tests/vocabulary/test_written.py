"""Figure, unit, counted thing and operator in one cell, as people write them; nothing is guessed."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.vocabulary.parameters import COUNTED, BadValue, parameters, parse, unit_label
from marketplace.vocabulary.written import Written, read, units_of


def _read(key: str, typed: str, unit: str = "") -> Written:
    return read(parameters()[key], typed, unit)


@pytest.mark.parametrize(
    ("key", "typed", "op", "figure", "unit", "counted"),
    [
        ("payload", "20公斤", "", "20", "kg", ""),
        ("payload", "２０ＫＧ", "", "20", "kg", ""),
        ("payload", "20 kg 以上", ">=", "20", "kg", ""),
        ("payload", "1,200 千克", "", "1,200", "kg", ""),
        ("repeatability", "±0.05 mm", "", "0.05", "mm", ""),
        ("ip_rating", "IP65", "", "IP65", "", ""),
        ("ip_rating", "ＩＰ６５及以上", ">=", "IP65", "", ""),
        ("temperature", "-10~45℃", "", "-10~45", "degC", ""),
        ("temperature", "-10℃～45℃", "", "-10~45", "degC", ""),
        ("temperature", "−10 至 45 度", "", "-10~45", "degC", ""),
        ("slope", "5度", "", "5", "degree", ""),
        ("slope", "8.75%", "", "8.75", "percent", ""),
        ("runtime", "8h", "", "8", "h", ""),
        ("runtime", "90分钟", "", "90", "min", ""),
        ("speed_max", "≤1.2m/s", "<=", "1.2", "m/s", ""),
        ("accuracy", "10%", "", "10", "percent", ""),
        ("accuracy", "不低于百分之99.5", ">=", "99.5", "percent", ""),
        ("throughput", "500件/小时", "", "500", "1/h", "piece"),
        ("throughput", "≥900件/h", ">=", "900", "1/h", "piece"),
        ("throughput", "12 trips per hour", "", "12", "1/h", "trip"),
        ("throughput", "每小时900件", "", None, "", ""),
        ("false_alarms", "≤2次/天", "<=", "2", "1/day", ""),
        ("torque", "80 N·m", "", "80", "N*m", ""),
        ("area_rate", "1200㎡/h", "", "1200", "m**2/h", ""),
        ("noise", "不超过 75 dB", "<=", "75", "dB(A)", ""),
        ("dof", "6轴", "", "6", "1", ""),
        ("object_mass", "0.05-5 kg", "", "0.05~5", "kg", ""),
        ("safety_pl", "≥ d", ">=", "d", "", ""),
        ("autonomy", "自主", "", "autonomous", "", ""),
        ("lift_ride", "是 · yes", "", "yes", "", ""),
        ("languages", "普通话、Shanghainese", "", "zh, wuu-sh", "", ""),
        ("certificates", "CE，防爆合格证", "", "ce, ex_certificate", "", ""),
    ],
)
def test_a_cell_is_told_apart_as_people_write_it(
    key: str, typed: str, op: str, figure: str | None, unit: str, counted: str
) -> None:
    if figure is None:
        with pytest.raises(BadValue):
            _read(key, typed)
        return
    found = _read(key, typed)
    assert found.op == op
    assert (found.value.typed, found.value.counted) == (figure, counted)
    assert found.value == parse(parameters()[key], figure, unit, counted)


@pytest.mark.parametrize(
    ("key", "typed", "unit", "message"),
    [
        ("payload", "20", "", "请写明单位：kg、g、t。"),
        ("payload", "20 kg", "g", "数值里和单位列写的单位不一样。请只留一个。"),
        ("payload", "20 mm", "", "“mm”不是“额定负载”的单位。请换算成 kg、g、t。"),
        ("payload", "20 foo", "", "看不懂单位“foo”。“额定负载”请用 kg、g、t。"),
        ("payload", ">20kg", "", "“大于”和“小于”要写明含不含这个数。请写 ≥ 或 ≤。"),
        ("payload", "20-30 kg", "", "“额定负载”要一个数，不要区间。"),
        ("throughput", "900件", "", "请写明单位：件/h、行/h、箱/h、趟/h、人次/h、点/h。"),
        ("throughput", "900", "", "请选择数的是什么：件、行、箱、趟、人次还是点。"),
        ("throughput", "900 件/天", "", "“件/天”不是“作业产能”的单位。请换算成 件/h、行/h、箱/h、趟/h、人次/h、点/h。"),
        ("throughput", "900件/h", "箱/h", "数值里和单位列写的单位不一样。请只留一个。"),
        ("temperature", "25℃", "", "请填一个区间，例如 2-8 或 -10~45。"),
        ("payload", "=1+1", "", "看不懂单位“+1”。“额定负载”请用 kg、g、t。"),
    ],
)
def test_what_would_be_a_guess_is_asked_for(key: str, typed: str, unit: str, message: str, app: object) -> None:
    with pytest.raises(BadValue) as refused:
        _read(key, typed, unit)
    assert str(refused.value) == message


def test_every_unit_of_a_drop_down_is_read_in_both_languages() -> None:
    for parameter in parameters().values():
        if parameter.kind not in ("number", "range"):
            continue
        low, _high = parameter.bounds
        typed = f"{max(low, 1):g}~{max(low, 1) + 1:g}" if parameter.kind == "range" else f"{max(low, 10):g}"
        for unit, counted in units_of(parameter).values():
            label = unit_label(unit, counted)
            for word in {label.zh, label.en, f"{label.zh} · {label.en}", unit if not counted else label.zh}:
                try:
                    found = read(parameter, typed, word).value
                except BadValue as problem:
                    if not str(problem).endswith("之间的数。"):  # out of this parameter's bounds, but understood
                        raise
                    continue
                assert (found.unit, found.counted) == (unit, counted), (parameter.key, word)


def test_every_counted_thing_has_its_words() -> None:
    for thing in COUNTED:
        found = read(parameters()["throughput"], f"7 {COUNTED[thing].zh}/小时").value
        assert found.counted == thing


@given(typed=st.text(max_size=60), unit=st.text(max_size=12), key=st.sampled_from(sorted(parameters())))
def test_whatever_is_typed_is_a_value_or_a_sentence(typed: str, unit: str, key: str) -> None:
    with contextlib.suppress(BadValue):
        found = read(parameters()[key], typed, unit)
        again = parse(parameters()[key], found.value.typed, found.value.unit, found.value.counted)
        assert again == found.value
