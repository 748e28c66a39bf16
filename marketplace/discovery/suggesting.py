"""What may be meant by what somebody has begun to type: titles that the viewer may see, words of the programme, synonyms."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flask import url_for

from marketplace.catalogue import queries as catalogue
from marketplace.challenges import queries as challenges
from marketplace.discovery import searching
from marketplace.infra.search.analysis import highlight, is_han, plain, synonym_groups
from marketplace.infra.search.queries import Beginning, Order
from marketplace.infra.search.services import engine
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.i18n import language
from marketplace.kernel.text import Text
from marketplace.publicity import queries as publicity
from marketplace.vocabulary.terms import districts, domains, label, tasks
from marketplace.web.money import wan_range

if TYPE_CHECKING:
    from marketplace.infra.search.columns import Numbers, Positions, Table

MOST_TYPED = 60
OWN, OTHERS, WORDS = 5, 2, 4
"""How many of the list that the box stands on, of each other list, and of the programme's words."""
NOT_SHOWN = frozenset({"痴呆"})
"""Synonyms that are found and never displayed (the head of ``data/synonyms.txt`` says why)."""

Piece = tuple[str, str]
"""A text and its language where that is not the page's."""


@dataclass(frozen=True)
class Suggestion:
    """One line of the list: where it leads, its text with what was typed marked, and a note."""

    url: str
    pieces: tuple[tuple[str, bool], ...]
    lang: str = ""
    note: tuple[Piece, ...] = ()


@dataclass(frozen=True)
class Group:
    """Suggestions of one kind under their heading."""

    title: str
    items: tuple[Suggestion, ...]


def _open_first(table: Table, hits: Positions, inside: Numbers) -> Numbers:
    """Those that may be bid for now, then by where the title holds what was typed."""
    is_open = (table.number("closes", hits) > clock.now().timestamp()) & table.facet("state", hits).has("published")
    return inside + ~is_open * 2


@dataclass(frozen=True)
class _List:
    """One of the search pages as a place that suggestions lead to."""

    page: searching.Page
    endpoint: str
    title: Callable[[], str]
    rows: Callable[[Actor, Sequence[int]], Sequence[Any]]
    show: Callable[[Any], tuple[str, Text, tuple[Piece, ...]]]
    order: Order | None = None


def _challenge(row: Any) -> tuple[str, Text, tuple[Piece, ...]]:
    budget = wan_range(row.budget_min, row.budget_max)
    notes = [(row.number, ""), *([(budget, "")] if budget else []), _piece(row.owner.name)]
    return url_for("challenges.show", challenge_id=row.id), row.title, tuple(notes)


def _product(row: Any) -> tuple[str, Text, tuple[Piece, ...]]:
    return url_for("catalogue.show", product_id=row.id), row.name, (_piece(row.vendor.name),)


def _notice(row: Any) -> tuple[str, Text, tuple[Piece, ...]]:
    return url_for("publicity.show", notice_id=row.id), row.title, ((row.number, ""),)


LISTS = {
    "challenges": _List(
        searching.CHALLENGES, "discovery.all_challenges", lambda: _("榜题"), challenges.visible, _challenge, _open_first
    ),
    "products": _List(
        searching.PRODUCTS, "discovery.all_products", lambda: _("产品"), catalogue.named, _product
    ),
    "notices": _List(searching.NOTICES, "discovery.all_notices", lambda: _("公示"), publicity.visible, _notice),
}  # fmt: skip


def suggestions(actor: Actor, typed: str, place: str) -> list[Group]:
    """Groups of suggestions for a box on the list ``place`` (a key of ``LISTS``), its own first; none for a single letter.

    Rights hold twice, as in a search: by the index's keys, and by the policy when the rows are read.
    """
    text = plain([typed[:MOST_TYPED]])
    if len(text) < 2 and not is_han(text):
        return []
    place = place if place in LISTS else "challenges"
    own = LISTS[place]
    found = [
        Group(_("也搜索同义词"), tuple(_synonyms(text, own))),
        Group(own.title(), tuple(_titles(actor, text, own, OWN))),
        Group(_("按领域、任务和所在区"), tuple(_words(text, own))),
        *(Group(o.title(), tuple(_titles(actor, text, o, OTHERS))) for name, o in LISTS.items() if name != place),
    ]
    return [group for group in found if group.items]


def as_json(groups: Sequence[Group]) -> dict[str, Any]:
    """The suggestions for the script, with what a screen reader is told."""
    count = sum(len(group.items) for group in groups)
    return {
        "said": _("%(count)s 条建议，用上下键选", count=count) if count else _("没有建议"),
        "groups": [
            {
                "title": g.title,
                "items": [{"url": i.url, "pieces": i.pieces, "lang": i.lang, "note": i.note} for i in g.items],
            }
            for g in groups
        ],
    }


def _titles(actor: Actor, text: str, place: _List, most: int) -> Iterator[Suggestion]:
    ids = engine().beginning(Beginning(place.page.kind, actor.keys, text, place.order, most))
    for row in place.rows(actor, ids) if ids else ():
        url, title, note = place.show(row)
        shown, lang = _piece(title)
        yield Suggestion(url, _marked(shown, text), lang, note)


def _words(text: str, place: _List) -> Iterator[Suggestion]:
    """The domains, tasks and districts that the list can be narrowed to."""
    facets = {facet.name for facet in place.page.facets}
    matching = [(f, key) for f, key, names in _vocabulary() if f in facets and _begins(names, text)]
    for facet, key in matching[:WORDS]:
        shown, lang = _piece(label(facet, key))
        note = searching.facet_titles()[facet]
        narrowed: dict[str, Any] = {facet: key}
        yield Suggestion(url_for(place.endpoint, **narrowed), _marked(shown, text), lang, ((note, ""),))


@lru_cache(maxsize=1)
def _vocabulary() -> tuple[tuple[str, str, str], ...]:
    """Facet, key and folded names of every domain, task and district."""
    tables: dict[str, Any] = {"domain": domains(), "task": tasks(), "district": districts()}
    return tuple(
        (facet, term.key, plain([term.label.zh, term.label.en]))
        for facet, table in tables.items()
        for term in table.values()
        if term.key != "other"
    )


def _synonyms(text: str, place: _List) -> Iterator[Suggestion]:
    """Groups of words of which one begins with what was typed: the search finds them all."""
    meant = [
        (group, next(w for w, f in zip(group, folded, strict=True) if f.startswith(text)))
        for group, folded in _synonym_names()
        if any(f.startswith(text) for f in folded)
    ]
    for group, begun in meant[:OTHERS]:
        displayed = [w for w in group if w not in NOT_SHOWN]
        word = begun if begun in displayed else displayed[0]
        others = tuple(_word(w) for w in displayed if w != word)
        shown, lang = _word(word)
        yield Suggestion(url_for(place.endpoint, q=word), _marked(shown, text), lang, others)


@lru_cache(maxsize=1)
def _synonym_names() -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    return tuple((group, tuple(plain([w]) for w in group)) for group in synonym_groups())


def _begins(names: str, text: str) -> bool:
    """Whether folded names, one on a line, hold the text: Chinese anywhere, Latin at the beginning of a word."""
    if is_han(text[0]):
        return text in names
    return any(f" {line}".find(f" {text}") >= 0 for line in names.split("\n"))


def _marked(shown: str, text: str) -> tuple[tuple[str, bool], ...]:
    return tuple(highlight(shown, [frozenset(text.split())]))


def _piece(text: Text) -> Piece:
    """Bilingual content in the reader's language, or in the other with its mark."""
    code = text.language_shown(language())
    return text.best(language()), "" if code == language() else _tag(code)


def _word(word: str) -> Piece:
    """A synonym: Chinese words in an English page say so; Latin ones (AGV) are read in either."""
    return word, "zh-CN" if is_han(word) and language() != "zh" else ""


def _tag(code: str) -> str:
    return "zh-CN" if code == "zh" else "en"
