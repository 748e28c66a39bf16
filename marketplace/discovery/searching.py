"""What can be asked of each search page: facets, order, and who sees what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from marketplace.infra.search.queries import Facet, Order, Query, Result
from marketplace.infra.search.services import engine
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.i18n import LazyText
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.i18n import lazy_gettext as _l
from marketplace.vocabulary.terms import districts, domains, label, tasks

if TYPE_CHECKING:
    from marketplace.infra.search.columns import Mask, Masks, Numbers, Positions, Table

DAY = 24 * 3600
MOST_TEXT = 200


def _challenge_state(table: Table, hits: Positions) -> Masks:
    """The public state, with open and closing soon read from the clock."""
    state = table.facet("state", hits)
    left = table.number("closes", hits) - clock.now().timestamp()
    published = state.has("published")
    ended = state.has("cancelled", "no_bids", "none_selected")
    notice, suspended = state.has("shortlisted"), state.has("suspended")
    return masks(
        open=published & (left > 0),
        soon=published & (left > 0) & (left <= 7 * DAY),
        closed=published & (left <= 0),
        suspended=suspended,
        evaluation=~(published | ended | notice | suspended),
        notice=notice,
        ended=ended,
    )


def _budget(table: Table, hits: Positions) -> Masks:
    amount = table.number("budget", hits)
    return masks(
        small=(amount > 0) & (amount < 200),
        middle=(amount >= 200) & (amount <= 500),
        large=amount > 500,
        negotiable=amount <= 0,
    )


def _period(table: Table, hits: Positions) -> Masks:
    months = table.number("period", hits)
    return masks(short=(months > 0) & (months <= 6), middle=(months > 6) & (months <= 12), long=months > 12)


def _notice_state(table: Table, hits: Positions) -> Masks:
    state = table.facet("state", hits)
    over = table.number("ends", hits) <= clock.now().timestamp()
    running = state.has("running")
    others = {v: state.has(v) for v in ("concluded", "revoked")}
    return masks(running=running & ~over, over=running & over, **others)


def masks(**found: Mask) -> Masks:
    """Values worked out now. NumPy is loaded with the first search, not with the site."""
    from marketplace.infra.search.columns import Masks

    return Masks(found)


def _plain(name: str) -> Facet:
    return Facet(name, lambda table, hits: table.facet(name, hits))


def _newest(name: str) -> Order:
    return lambda table, hits, _scores: -table.number(name, hits)


def _relevance(_table: Table, _hits: Positions, scores: Numbers) -> Numbers:
    return -scores


@dataclass(frozen=True)
class Page:
    """One search page."""

    kind: str
    facets: tuple[Facet, ...]
    orders: Mapping[str, Order]


FAR = 1e11
"""Seconds: later than any deadline."""


def _soonest(table: Table, hits: Positions, _scores: Numbers) -> Numbers:
    """Open ones by the time that is left, then the others, those closed last first."""
    closes = table.number("closes", hits)
    left = closes - clock.now().timestamp()
    is_open = (left > 0) & table.facet("state", hits).has("published")
    return is_open * left + ~is_open * (2 * FAR - closes)


CHALLENGES = Page(
    "challenge",
    (
        _plain("domain"),
        Facet("state", _challenge_state),
        Facet("budget", _budget),
        _plain("task"),
        _plain("district"),
        Facet("period", _period),
        _plain("mode"),
        _plain("consortium"),
    ),
    {"closing": _soonest, "relevance": _relevance, "newest": _newest("published"), "budget": _newest("budget")},
)
PRODUCTS = Page(
    "product",
    (_plain("domain"), _plain("task"), _plain("price"), _plain("lease"), _plain("district")),
    {"newest": _newest("changed"), "relevance": _relevance},
)
NOTICES = Page(
    "notice",
    (Facet("state", _notice_state), _plain("domain"), _plain("stage")),
    {
        "newest": _newest("published"),
        "relevance": _relevance,
        "ending": lambda table, hits, _scores: table.number("ends", hits),
    },
)


def run(actor: Actor, page: Page, arguments: Any, *, offset: int, limit: int) -> Result:
    """Search with what the address holds; unknown orders and values are ignored."""
    order = arguments.get("sort", "")
    text = arguments.get("q", "")[:MOST_TEXT]
    default = "relevance" if text.strip() else next(iter(page.orders))
    chosen = {f.name: frozenset(v for v in arguments.getlist(f.name)[:40] if is_known(f.name, v)) for f in page.facets}
    return engine().search(
        Query(
            kind=page.kind,
            keys=actor.keys,
            text=text,
            chosen=chosen,
            facets=page.facets,
            order=page.orders.get(order, page.orders[default]),
            offset=offset,
            limit=limit,
        )
    )


def is_known(facet: str, value: str) -> bool:
    """Whether a facet has such a value at all."""
    tables: dict[str, Any] = {"domain": domains, "task": tasks, "district": districts}
    if facet == "month":
        return True
    return value in tables[facet]() if facet in tables else (facet, value) in VALUES


def facet_titles() -> dict[str, str]:
    """The headings of the facets."""
    return {
        "domain": _("领域"),
        "state": _("状态"),
        "budget": _("预算"),
        "task": _("任务"),
        "district": _("所在区"),
        "period": _("交付期"),
        "mode": _("合作方式"),
        "consortium": _("联合体"),
        "price": _("参考价"),
        "lease": _("租赁"),
        "stage": _("阶段"),
    }


VALUES: dict[tuple[str, str], LazyText] = {
    ("state", "open"): _l("揭榜中"),
    ("state", "soon"): _l("七天内截止"),
    ("state", "closed"): _l("已截止，待启封"),
    ("state", "suspended"): _l("暂停"),
    ("state", "evaluation"): _l("评审中"),
    ("state", "notice"): _l("入围公示"),
    ("state", "ended"): _l("已结束"),
    ("state", "running"): _l("公示中"),
    ("state", "over"): _l("期满待结"),
    ("state", "concluded"): _l("已结束"),
    ("state", "revoked"): _l("已撤销"),
    ("budget", "small"): _l("200 万元以下"),
    ("budget", "middle"): _l("200–500 万元"),
    ("budget", "large"): _l("500 万元以上"),
    ("budget", "negotiable"): _l("面议"),
    ("period", "short"): _l("6 个月以内"),
    ("period", "middle"): _l("7–12 个月"),
    ("period", "long"): _l("12 个月以上"),
    ("mode", "purchase"): _l("采购"),
    ("mode", "lease"): _l("租赁"),
    ("mode", "raas"): _l("按次服务"),
    ("mode", "joint_rnd"): _l("联合研发"),
    ("mode", "pilot"): _l("试点"),
    ("consortium", "yes"): _l("允许"),
    ("consortium", "no"): _l("不允许"),
    ("price", "fixed"): _l("一口价"),
    ("price", "range"): _l("区间"),
    ("price", "on_request"): _l("面议"),
    ("lease", "yes"): _l("可租"),
    ("lease", "no"): _l("只售"),
    ("stage", "shortlist"): _l("入围"),
}
"""The names of values that are not in the vocabulary."""


def value_label(facet: str, value: str, language: str) -> str:
    """How a facet's value is written."""
    if facet in ("domain", "task", "district"):
        return label(facet, value).best(language)
    return str(VALUES.get((facet, value), value))


def ordered(facet: str, counts: Mapping[str, int], chosen: frozenset[str]) -> list[tuple[str, int]]:
    """A facet's values in their natural order, with those chosen even when nothing is left of them."""
    natural = [v for f, v in VALUES if f == facet]
    if facet == "domain":
        natural = list(domains())
    values = set(counts) | set(chosen)
    if natural:
        return [(v, counts.get(v, 0)) for v in natural if v in values]
    return sorted(((v, counts.get(v, 0)) for v in values), key=lambda pair: (-pair[1], pair[0]))
