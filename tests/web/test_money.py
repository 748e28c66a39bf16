"""Amounts on pages are exact in both languages."""

from __future__ import annotations

import pytest
from flask import Flask

from marketplace.kernel.i18n import force_language
from marketplace.web.money import NBSP, wan, wan_range, yuan, yuan_whole


@pytest.mark.parametrize(
    ("amount", "zh", "en"),
    [
        (0, f"0{NBSP}元", f"CNY{NBSP}0"),
        (9_999, f"9,999{NBSP}元", f"CNY{NBSP}9,999"),
        (760_000, f"76{NBSP}万元", f"CNY{NBSP}760,000"),
        (3_805_000, f"380.5{NBSP}万元", f"CNY{NBSP}3,805,000"),
        (50_000_000, f"5,000{NBSP}万元", f"CNY{NBSP}50 million".replace(" m", f"{NBSP}m")),
        (49_999_999, f"49,999,999{NBSP}元", f"CNY{NBSP}49,999,999"),
        (120_000_000, f"1.2{NBSP}亿元", f"CNY{NBSP}120{NBSP}million"),
        (166_666_667, f"166,666,667{NBSP}元", f"CNY{NBSP}166,666,667"),
        (10_000_000_000, f"100{NBSP}亿元", f"CNY{NBSP}10{NBSP}billion"),
    ],
)
def test_an_amount_is_written_exactly(app: Flask, amount: int, zh: str, en: str) -> None:
    with force_language("zh"):
        assert yuan_whole(amount) == zh
    with force_language("en"):
        assert yuan_whole(amount) == en


@pytest.mark.parametrize(
    ("amount", "zh", "en"),
    [
        (None, "", ""),
        (0, "0 万元", "CNY 0"),
        (9_999, "9,999 万元", "CNY 99.99 million"),
        (10_000, "1 亿元", "CNY 100 million"),
        (10_050, "10,050 万元", "CNY 100.5 million"),
        (12_345, "12,345 万元", "CNY 123.45 million"),
        (99_995, "99,995 万元", "CNY 999.95 million"),
        (123_400, "12.34 亿元", "CNY 1,234 million"),
    ],
)
def test_an_amount_in_wan_loses_nothing(app: Flask, amount: int | None, zh: str, en: str) -> None:
    with force_language("zh"):
        assert wan(amount).replace(NBSP, " ") == zh
    with force_language("en"):
        assert wan(amount).replace(NBSP, " ") == en


@pytest.mark.parametrize(
    ("low", "high", "zh", "en"),
    [
        (300, 380, "300–380 万元", "CNY 3–3.8 million"),
        (None, 380, "380 万元", "CNY 3.8 million"),
        (9_500, 10_050, "9,500 万元–10,050 万元", "CNY 95–100.5 million"),
    ],
)
def test_a_range_names_its_unit_once_where_both_have_it(
    app: Flask, low: int | None, high: int, zh: str, en: str
) -> None:
    with force_language("zh"):
        assert wan_range(low, high).replace(NBSP, " ") == zh
    with force_language("en"):
        assert wan_range(low, high).replace(NBSP, " ") == en


def test_fen_are_shown_where_there_are_any(app: Flask) -> None:
    with force_language("zh"):
        assert [yuan(n) for n in (680_000, 680_050)] == [f"6,800{NBSP}元", f"6,800.50{NBSP}元"]
