"""Amounts of money as people type them and as pages show them: exactly, never through a binary fraction."""

from __future__ import annotations

import re
from decimal import Decimal

from marketplace.kernel.i18n import language
from marketplace.kernel.text import fold

WAN = 10_000
YI = 100_000_000
MILLION = 1_000_000
NBSP = "\N{NO-BREAK SPACE}"
TOO_MUCH = Decimal(10) ** 30
_UNITS = {
    "元": 1,
    "yuan": 1,
    "rmb": 1,
    "cny": 1,
    "万": WAN,
    "万元": WAN,
    "w": WAN,
    "wan": WAN,
    "百万": MILLION,
    "百万元": MILLION,
    "m": MILLION,
    "million": MILLION,
    "millionyuan": MILLION,
    "千万": 10 * MILLION,
    "千万元": 10 * MILLION,
    "亿": YI,
    "亿元": YI,
    "billion": 10 * YI,
    "billionyuan": 10 * YI,
}
_TYPED = re.compile(
    r"(?P<currency>cny|rmb|人民币|¥|￥)?"
    r"(?P<figure>[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?)"
    r"(?P<unit>[a-z\u4e00-\u9fff]*)"
)


def parse(typed: str, *, bare: int) -> Decimal | None:
    """The yuan that a text names, or nothing where it names none: 380万, 3,800,000元, 1.2亿, CNY 3.8 million.

    A figure without a unit counts in ``bare`` yuan, or in yuan where a currency stands before it. What is longer than any
    amount, or finer than any coin, is ``TOO_MUCH``.
    """
    text = "".join(fold(typed).split()).removesuffix("人民币")
    match = _TYPED.fullmatch(text)
    if match is None or (match["unit"] and match["unit"] not in _UNITS):
        return None
    if len(match["figure"]) > 20:
        return TOO_MUCH
    factor = _UNITS.get(match["unit"]) or (1 if match["currency"] else bare)
    return Decimal(match["figure"].replace(",", "")) * factor


def yuan_whole(amount: int) -> str:
    """An amount in whole yuan, exactly: 76 万元, 380.5 万元, 1.2 亿元, 9,999 元; CNY 760,000, CNY 3.8 million.

    A larger unit is used only where two decimals of it say all.
    """
    if language() == "zh":
        if amount >= YI and amount % (YI // 100) == 0:
            return f"{_figure(amount, YI)}{NBSP}亿元"
        if amount >= WAN and amount % (WAN // 100) == 0:
            return f"{_figure(amount, WAN)}{NBSP}万元"
        return f"{amount:,}{NBSP}元"
    if amount >= 1000 * MILLION and amount % (10 * MILLION) == 0:
        return f"CNY{NBSP}{_figure(amount, 1000 * MILLION)}{NBSP}billion"
    if amount >= MILLION and amount % (MILLION // 100) == 0:
        return f"CNY{NBSP}{_figure(amount, MILLION)}{NBSP}million"
    return f"CNY{NBSP}{amount:,}"


def _figure(amount: int, unit: int) -> str:
    whole, rest = divmod(amount, unit)
    digits = f"{rest * 100 // unit:02d}".rstrip("0")
    return f"{whole:,}.{digits}" if digits else f"{whole:,}"


def wan(amount: int | None) -> str:
    """An amount in whole 万元 as readers write it: 0 万元, 380 万元, 1.2 亿元; CNY 3.8 million."""
    if amount is None:
        return ""
    if amount == 0 and language() == "zh":
        return f"0{NBSP}万元"
    return yuan_whole(amount * WAN)


def wan_range(low: int | None, high: int | None) -> str:
    """A range in whole 万元: 300–380 万元; CNY 3–3.8 million, also where the lower end is less than one."""
    if low is None or high is None or low == high:
        return wan(high)
    if language() == "zh" and high * WAN < YI:
        return f"{low:,}–{wan(high)}"
    if language() == "en" and MILLION <= high * WAN < 1000 * MILLION and low * WAN >= MILLION // 10:
        return f"CNY{NBSP}{_figure(low * WAN, MILLION)}–{_figure(high * WAN, MILLION)}{NBSP}million"
    return f"{wan(low)}–{wan(high).removeprefix(f'CNY{NBSP}')}"


def yuan(fen: int | None) -> str:
    """An amount in fen as yuan: 6,800 元."""
    if fen is None:
        return ""
    whole, rest = divmod(fen, 100)
    text = f"{whole:,}" + (f".{rest:02d}" if rest else "")
    return f"{text}{NBSP}元" if language() == "zh" else f"CNY{NBSP}{text}"
