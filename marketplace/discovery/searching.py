"""What can be asked of each search page: facets, order, and who sees what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from marketplace.infra.search.queries import Facet, Order, Query, Result
from marketplace.infra.search.services import engine
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.i18n import gettext as _
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
    {"relevance": _relevance, "newest": _newest("changed")},
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
    return value in tables[facet]() if facet in tables else (facet, value) in value_labels()


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


def value_label(facet: str, value: str, language: str) -> str:
    """How a facet's value is written."""
    if facet in ("domain", "task", "district"):
        return label(facet, value).best(language)
    return value_labels().get((facet, value), value)


def value_labels() -> dict[tuple[str, str], str]:
    """The names of values that are not in the vocabulary."""
    return {
        ("state", "open"): _("揭榜中"),
        ("state", "soon"): _("七天内截止"),
        ("state", "closed"): _("已截止，待启封"),
        ("state", "suspended"): _("暂停"),
        ("state", "evaluation"): _("评审中"),
        ("state", "notice"): _("入围公示"),
        ("state", "ended"): _("已结束"),
        ("state", "running"): _("公示中"),
        ("state", "over"): _("期满待结"),
        ("state", "concluded"): _("已结束"),
        ("state", "revoked"): _("已撤销"),
        ("budget", "small"): _("200 万元以下"),
        ("budget", "middle"): _("200–500 万元"),
        ("budget", "large"): _("500 万元以上"),
        ("budget", "negotiable"): _("面议"),
        ("period", "short"): _("6 个月以内"),
        ("period", "middle"): _("7–12 个月"),
        ("period", "long"): _("12 个月以上"),
        ("mode", "purchase"): _("采购"),
        ("mode", "lease"): _("租赁"),
        ("mode", "raas"): _("按次服务"),
        ("mode", "joint_rnd"): _("联合研发"),
        ("mode", "pilot"): _("试点"),
        ("consortium", "yes"): _("允许"),
        ("consortium", "no"): _("不允许"),
        ("price", "fixed"): _("一口价"),
        ("price", "range"): _("区间"),
        ("price", "on_request"): _("面议"),
        ("lease", "yes"): _("可租"),
        ("lease", "no"): _("只售"),
        ("stage", "shortlist"): _("入围"),
    }


def ordered(facet: str, counts: Mapping[str, int], chosen: frozenset[str]) -> list[tuple[str, int]]:
    """A facet's values in their natural order, with those chosen even when nothing is left of them."""
    natural = [v for f, v in value_labels() if f == facet]
    if facet == "domain":
        natural = list(domains())
    values = set(counts) | set(chosen)
    if natural:
        return [(v, counts.get(v, 0)) for v in natural if v in values]
    return sorted(((v, counts.get(v, 0)) for v in values), key=lambda pair: (-pair[1], pair[0]))
