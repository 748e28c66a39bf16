"""The gap map over the market: what published challenges ask, the best that listed products offer, and what nobody meets.

Figures of challenges and products that everybody may read, and nothing else: no vendor, no owner, no draft, no bid.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from flask import current_app

from marketplace.fit.gaps import Gap, gap_map
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.i18n import language
from marketplace.matching.market import market
from marketplace.matching.offering import offers
from marketplace.vocabulary.parameters import Value, figure, groups, operator_sign, parameters, shown, unit_label
from marketplace.vocabulary.terms import domains, main_domains

MOST_BARS = 8
NBSP = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class GapMap:
    """All gaps as the market stands, those with most unmet requirements first."""

    needs: int
    products: int
    gaps: tuple[Gap, ...]

    @cached_property
    def by_key(self) -> dict[str, Gap]:
        """The gaps by what names each in an address."""
        return {key_of(gap): gap for gap in self.gaps}


@dataclass(frozen=True)
class Heat:
    """One row of the heat table: a group of parameters, the unmet requirements by domain, and its widest gap."""

    group: str
    counts: dict[str, int] = field(default_factory=dict)
    commonest: Gap | None = None


def current() -> GapMap:
    """The gap map of this moment; worked out anew only when a product or a challenge has changed."""
    with market() as now:
        version, needs = now.version, tuple(now.needs.values())
    kept: tuple[int, GapMap] | None = current_app.extensions.get("gap_map")
    if kept is None or kept[0] != version:
        products = offers()
        gaps = sorted(gap_map(needs, products.values()), key=lambda gap: -len(gap.unmet))
        kept = version, GapMap(len(needs), len(products), tuple(gaps))
        current_app.extensions["gap_map"] = kept
    return kept[1]


def key_of(gap: Gap) -> str:
    """What names a gap in a form."""
    return "|".join((gap.domain, gap.task, gap.parameter, gap.op, gap.counted))


def chosen(gaps: Iterable[Gap], *, domain: str = "", group: str = "", everything: bool = False) -> list[Gap]:
    """Those of a domain and of a group of parameters; those that somebody meets only with ``everything``."""
    return [
        gap
        for gap in gaps
        if (not domain or gap.domain == domain)
        and (not group or parameters()[gap.parameter].group == group)
        and (everything or gap.unmet)
    ]


def heat(gaps: Sequence[Gap]) -> list[Heat]:
    """Unmet requirements by group of parameters and domain; groups without any are left out."""
    found = []
    for group in groups():
        inside = [gap for gap in gaps if gap.unmet and parameters()[gap.parameter].group == group]
        if inside:
            counts = {key: sum(len(g.unmet) for g in inside if g.domain == key) for key in domains()}
            found.append(Heat(group, counts, max(inside, key=lambda g: len(g.unmet))))
    return found


def commonest(gaps: Iterable[Gap]) -> list[tuple[str, int]]:
    """The parameters that most requirements go unmet on, by key, with how many."""
    found: Counter[str] = Counter()
    for gap in gaps:
        found[gap.parameter] += len(gap.unmet)
    return [pair for pair in found.most_common(MOST_BARS) if pair[1]]


def by_domain(gaps: Iterable[Gap]) -> dict[str, int]:
    """Unmet requirements of each of the plan's domains, and of others where there are any."""
    found: Counter[str] = Counter({domain.key: 0 for domain in main_domains()})
    for gap in gaps:
        found[gap.domain] += len(gap.unmet)
    return dict(found)


def unmet_needs(gap: Gap) -> int:
    """How many challenges ask what nobody meets."""
    return len({one.need_id for one in gap.unmet})


def elsewhere(gap: Gap) -> int:
    """How many of them a product of another domain would meet."""
    return len({one.need_id for one in gap.unmet if one.elsewhere})


def written(value: Value, parameter: str, op: str = "") -> str:
    """A value with its unit in the reader's language, after the sign of its comparison."""
    text, unit = shown(value, parameters()[parameter], language())
    return NBSP.join(part for part in (operator_sign(op, value.kind), text, unit) if part)


def distances(gap: Gap) -> tuple[float, float] | None:
    """The least and the most by which the nearest product misses what nobody meets, where that is a number."""
    found = [one.nearest.gap for one in gap.unmet if one.nearest.gap is not None]
    return (min(found), max(found)) if found else None


def unit_of(gap: Gap) -> str:
    """The unit in which a gap is told."""
    return unit_label(parameters()[gap.parameter].unit, gap.counted).best(language())


def by_how_much(gap: Gap) -> str:
    """By how much the nearest product misses those requirements that nobody meets, in the parameter's unit."""
    parameter = parameters()[gap.parameter]
    ends = distances(gap)
    if ends:
        told = "–".join(dict.fromkeys(figure(end) for end in ends))
        much = f"{told}{NBSP}{unit_of(gap)}".strip()
        over = all(one.nearest.over for one in gap.unmet if one.nearest.gap is not None)
        return _("超 %(gap)s", gap=much) if over else _("差 %(gap)s", gap=much)
    missing = list(dict.fromkeys(item for one in gap.unmet for item in one.nearest.missing))
    if missing:
        names = [parameter.options[item].best(language()) if item in parameter.options else item for item in missing]
        return _("没有产品达到 %(items)s", items=("、" if language() == "zh" else ", ").join(names))
    if not gap.unmet:
        return ""
    return _("写明的产品都做不到") if gap.stated else _("没有产品写明这个参数")
