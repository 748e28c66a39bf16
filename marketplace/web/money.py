"""Amounts of money as pages show them: exactly, in whole fen or yuan, never through a binary fraction."""

from __future__ import annotations

from marketplace.kernel.i18n import language

WAN = 10_000
YI = 100_000_000
MILLION = 1_000_000
NBSP = "\N{NO-BREAK SPACE}"


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
    """A range in whole 万元: 300–380 万元; CNY 3 million–3.8 million."""
    if low is None or high is None or low == high:
        return wan(high)
    if language() == "zh" and high * WAN < YI:
        return f"{low:,}–{wan(high)}"
    return f"{wan(low)}–{wan(high).removeprefix(f'CNY{NBSP}')}"


def yuan(fen: int | None) -> str:
    """An amount in fen as yuan: 6,800 元."""
    if fen is None:
        return ""
    whole, rest = divmod(fen, 100)
    text = f"{whole:,}" + (f".{rest:02d}" if rest else "")
    return f"{text}{NBSP}元" if language() == "zh" else f"CNY{NBSP}{text}"
