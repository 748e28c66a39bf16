"""The glossary: every word of the programme with one sentence in both languages, read once from the data file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from marketplace.kernel.text import Text, fold
from marketplace.vocabulary.terms import Term, load


@dataclass(frozen=True)
class Word(Term):
    """A term of art: what it means, and other ways in which people write it. ``key`` is its anchor on the page."""

    means: Text
    also: tuple[str, ...] = ()

    def is_found_by(self, folded: str) -> bool:
        """Whether a folded text stands in the word, its meaning or its other names, in either language."""
        texts = (self.label.zh, self.label.en, self.means.zh, self.means.en, *self.also)
        return any(folded in fold(text) for text in texts)


@dataclass(frozen=True)
class Group(Term):
    """Words that belong to one part of the way."""

    words: tuple[Word, ...]


def _word(entry: dict[str, object]) -> Word:
    means, also = entry["means"], entry.get("also", ())
    assert isinstance(means, dict)
    assert isinstance(also, list | tuple)
    label = Text.of(str(entry["zh"]), str(entry["en"]))
    return Word(str(entry["key"]), label, Text.of(means["zh"], means["en"]), tuple(also))


@lru_cache(maxsize=1)
def groups() -> tuple[Group, ...]:
    """The glossary in the order of its page."""
    return tuple(
        Group(g["key"], Text.of(g["zh"], g["en"]), tuple(_word(w) for w in g["words"]))
        for g in load("glossary.yaml")["groups"]
    )


@lru_cache(maxsize=1)
def words() -> dict[str, Word]:
    """All words by key."""
    return {w.key: w for g in groups() for w in g.words}


def matching(text: str) -> list[Group]:
    """The groups with the words that a typed text is found in, empty ones left out; every word for an empty text."""
    wanted = fold(text.strip())
    found = [Group(g.key, g.label, tuple(w for w in g.words if w.is_found_by(wanted))) for g in groups()]
    return [g for g in found if g.words]
