"""Amounts of money as people type them: whole yuan inside, never a binary fraction."""

from __future__ import annotations

import re
from decimal import Decimal

from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import fold
from marketplace.web.money import MILLION, WAN, YI

MOST = 100 * YI
"""No project of the plan comes near ten billion yuan; beyond it somebody has counted in the wrong unit."""

_UNITS = {
    "": WAN,
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


def read(typed: str) -> int:
    """An amount in whole yuan: ``380`` and ``380万`` are 3,800,000, ``3,800,000元`` too, ``1.2亿`` is 120,000,000.

    A bare figure counts in 万元, unless a currency stands before it. Fen are dropped, since ceilings are whole yuan.
    ``Invalid`` with what to enter for anything else, for nothing above zero, and above ten billion yuan.
    """
    text = "".join(fold(typed).split()).removesuffix("人民币")
    match = _TYPED.fullmatch(text)
    if match is None or match["unit"] not in _UNITS:
        raise Invalid("amount", _("请填金额，例如 380、380万、3,800,000元、1.2亿。"))
    factor = 1 if match["currency"] and not match["unit"] else _UNITS[match["unit"]]
    # What is longer than any amount, or finer than any coin, is not multiplied.
    if len(match["figure"]) > 20:
        raise Invalid("amount", _too_much())
    yuan = int(Decimal(match["figure"].replace(",", "")) * factor)
    if yuan == 0:
        raise Invalid("amount", _("请填大于 0 的金额。"))
    if yuan > MOST:
        raise Invalid("amount", _too_much())
    return yuan


def _too_much() -> str:
    return _("最多 100 亿元。没写单位的数按万元算；如果是元，请在后面写上“元”。")


def percent(ten_thousandths: int) -> str:
    """A rate: 30%, 2.5%."""
    whole, rest = divmod(ten_thousandths, 100)
    return f"{whole}.{f'{rest:02d}'.rstrip('0')}%" if rest else f"{whole}%"
