"""The pages' texts, read once from data files in which both languages stand side by side."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from marketplace.kernel.text import Text
from marketplace.vocabulary.terms import load

NAMES = ("owners", "vendors", "selection", "privacy", "terms")


@dataclass(frozen=True)
class Link:
    """A way on: an endpoint of the site, and what it says."""

    to: str
    words: Text


@dataclass(frozen=True)
class Step:
    """One step of a process. ``off_site``: people do it without this site today."""

    key: str
    picture: str
    name: Text
    time: Text
    off_site: bool
    paragraphs: tuple[Text, ...]
    link: Link | None


@dataclass(frozen=True)
class Table:
    """Columns and rows of a section."""

    head: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...]


@dataclass(frozen=True)
class Section:
    """A part of a page: paragraphs, then a list, a numbered list or a table, then paragraphs again."""

    key: str
    title: Text
    picture: str
    paragraphs: tuple[Text, ...]
    items: tuple[Text, ...]
    ordered: tuple[Text, ...]
    table: Table | None
    after: tuple[Text, ...]


@dataclass(frozen=True)
class Guide:
    """A page."""

    name: str
    title: Text
    description: Text
    lead: Text
    steps: tuple[Step, ...]
    sections: tuple[Section, ...]


def _text(entry: dict[str, str] | None) -> Text:
    return Text.of(entry["zh"], entry["en"]) if entry else Text()


def _texts(entries: list[dict[str, str]] | None) -> tuple[Text, ...]:
    return tuple(_text(e) for e in entries or ())


def _step(entry: dict[str, Any]) -> Step:
    return Step(
        key=entry["key"],
        picture=entry["picture"],
        name=_text(entry["name"]),
        time=_text(entry.get("time")),
        off_site=entry.get("off_site", False),
        paragraphs=_texts(entry["text"]),
        link=Link(entry["link"]["to"], _text(entry["link"])) if "link" in entry else None,
    )


def _section(entry: dict[str, Any]) -> Section:
    table = entry.get("table")
    return Section(
        key=entry["key"],
        title=_text(entry["title"]),
        picture=entry.get("picture", ""),
        paragraphs=_texts(entry.get("text")),
        items=_texts(entry.get("list")),
        ordered=_texts(entry.get("ordered")),
        table=Table(_texts(table["head"]), tuple(_texts(row) for row in table["rows"])) if table else None,
        after=_texts(entry.get("after")),
    )


@lru_cache(maxsize=1)
def criteria() -> dict[str, Any]:
    """How panels are made up and what counts how much, as ``data/criteria.yaml`` says."""
    return dict(load("criteria.yaml"))


@lru_cache(maxsize=len(NAMES))
def guide(name: str) -> Guide:
    """The page of that name, one of ``NAMES``."""
    entry = load(f"guide/{name}.yaml")
    return Guide(
        name=name,
        title=_text(entry["title"]),
        description=_text(entry["description"]),
        lead=_text(entry["lead"]),
        steps=tuple(_step(s) for s in entry.get("steps", ())),
        sections=tuple(_section(s) for s in entry["sections"]),
    )
