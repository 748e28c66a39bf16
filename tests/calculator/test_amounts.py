"""Amounts as people type them, and as pages write them."""

from __future__ import annotations

import pytest
from flask import Flask

from marketplace.calculator.amounts import percent, read
from marketplace.kernel.errors import Invalid


@pytest.mark.parametrize(
    ("typed", "yuan"),
    [
        ("380", 3_800_000),
        ("380万", 3_800_000),
        (" 380 万元 ", 3_800_000),
        ("３８０万元", 3_800_000),
        ("380.5", 3_805_000),
        ("3,800,000元", 3_800_000),
        ("3，800，000 元", 3_800_000),
        ("1.2亿", 120_000_000),
        ("1.2 亿元人民币", 120_000_000),
        ("¥3,800,000", 3_800_000),
        ("人民币3800000", 3_800_000),
        ("CNY 3.8 million", 3_800_000),
        ("3.8 Million yuan", 3_800_000),
        ("380 wan", 3_800_000),
        ("2千万", 20_000_000),
        ("0.0001", 1),
        ("1.99元", 1),
        ("100亿", 10_000_000_000),
    ],
)
def test_what_people_type_is_understood(app: Flask, typed: str, yuan: int) -> None:
    assert read(typed) == yuan


@pytest.mark.parametrize(
    "typed",
    ["", " ", "abc", "-5", "+5", "1e9", "380万万", "38,00", "1,2亿", "三百八十万", "380 美元", "$380", "380-400", "٣٨٠", "1.", "NaN"],
)  # fmt: skip
def test_what_is_no_amount_is_refused_with_what_to_enter(app: Flask, typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(typed)
    assert refused.value.message == "请填金额，例如 380、380万、3,800,000元、1.2亿。"


@pytest.mark.parametrize("typed", ["0", "0元", "0.00001", "0.9元", "000"])
def test_nothing_is_no_amount(app: Flask, typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(typed)
    assert refused.value.message == "请填大于 0 的金额。"


@pytest.mark.parametrize("typed", ["3800000", "100.0001亿", "10000000001元", "9" * 5000, "0." + "9" * 5000])
def test_what_was_counted_in_the_wrong_unit_is_refused_by_saying_so(app: Flask, typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(typed)
    assert refused.value.message == "最多 100 亿元。没写单位的数按万元算；如果是元，请在后面写上“元”。"


@pytest.mark.parametrize(("rate", "shown"), [(3000, "30%"), (500, "5%"), (250, "2.5%"), (5, "0.05%")])
def test_a_rate_is_written_in_percent(rate: int, shown: str) -> None:
    assert percent(rate) == shown
