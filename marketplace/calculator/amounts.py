"""Amounts of money as people type them: whole yuan inside, never a binary fraction."""

from __future__ import annotations

from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import gettext as _
from marketplace.web import money
from marketplace.web.money import WAN, YI

MOST = 100 * YI
"""No project of the plan comes near ten billion yuan; beyond it somebody has counted in the wrong unit."""


def read(typed: str) -> int:
    """An amount in whole yuan: ``380`` and ``380万`` are 3,800,000, ``3,800,000元`` too, ``1.2亿`` is 120,000,000.

    A bare figure counts in 万元, unless a currency stands before it. Fen are dropped, since ceilings are whole yuan.
    ``Invalid`` with what to enter for anything else, for nothing above zero, and above ten billion yuan.
    """
    amount = money.parse(typed, bare=WAN)
    if amount is None:
        raise Invalid("amount", _("请填金额，例如 380、380万、3,800,000元、1.2亿。"))
    yuan = int(amount)
    if yuan == 0:
        raise Invalid("amount", _("请填大于 0 的金额。"))
    if yuan > MOST:
        raise Invalid("amount", _("最多 100 亿元。没写单位的数按万元算；如果是元，请在后面写上“元”。"))
    return yuan


def percent(ten_thousandths: int) -> str:
    """A rate: 30%, 2.5%."""
    whole, rest = divmod(ten_thousandths, 100)
    return f"{whole}.{f'{rest:02d}'.rstrip('0')}%" if rest else f"{whole}%"
