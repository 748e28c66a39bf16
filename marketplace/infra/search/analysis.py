"""From text to terms: width, case and script folded, Chinese segmented, English stemmed, synonyms known."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

SYNONYMS = Path(__file__).parents[2] / "data" / "synonyms.txt"
_RUNS = re.compile(r"[\u3400-\u9fff\U00020000-\U0002ffff]+|[a-z]+|\d+(?:\.\d+)?")
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0002ffff]")


@lru_cache(maxsize=1)
def _converter() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


@lru_cache(maxsize=1)
def _segmenter() -> Any:
    import rjieba

    # The module's own segmenter: one of our own would hold the dictionary a second time.
    for group in synonym_groups():
        for word in group:
            if _HAN.search(word):
                rjieba.add_word(word, 20000, "n")
    return rjieba


def normalise(text: str) -> str:
    """Half width, lower case, simplified script."""
    return str(_converter().convert(unicodedata.normalize("NFKC", text).casefold()))


def plain(lines: Iterable[str]) -> str:
    """Titles as somebody types their beginnings: folded, one on a line, single spaces, no word cut to its stem."""
    return "\n".join(" ".join(normalise(line).split()) for line in lines if line.strip())


def is_han(term: str) -> bool:
    """Whether the term holds a Chinese character."""
    return bool(_HAN.search(term))


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """An English word's stem; numbers stay."""
    from whoosh.lang.porter import stem as porter

    return str(porter(word)) if word.isalpha() and len(word) > 3 else word


@dataclass(frozen=True)
class Analysed:
    """A text as the index wants it: its terms twice, and flat, so that a phrase can be looked up in it."""

    words: list[str]
    grams: list[str]
    flat: str


def analyse(text: str) -> Analysed:
    """Terms and flat form of a text.

    ``words``: Chinese words (also those inside longer ones), English stems, numbers, in order. ``grams``: neighbouring
    pairs of Chinese characters, so that a query finds what segmentation cut differently. ``flat``: runs of Chinese
    and single stems, each between spaces.
    """
    found_words: list[str] = []
    found_grams: list[str] = []
    pieces: list[str] = []
    for run in _RUNS.findall(normalise(text)):
        if _HAN.match(run):
            found_words += [w for w in _segmenter().cut_for_search(run) if w.strip()]
            found_grams += [run[i : i + 2] for i in range(len(run) - 1)] or [run]
            pieces.append(run)
        else:
            root = stem(run)
            found_words.append(root)
            found_grams.append(root)
            pieces.append(root)
    return Analysed(found_words, found_grams, f" {' '.join(pieces)} ")


def words(text: str) -> list[str]:
    """The terms of a text in order: Chinese words (also those inside longer ones), English stems, numbers."""
    return analyse(text).words


def grams(text: str) -> list[str]:
    """Neighbouring pairs of Chinese characters, English stems and numbers, in order."""
    return analyse(text).grams


def pattern(term: str) -> str:
    """What a flat text must hold where ``term`` occurs: Latin pieces whole, Chinese anywhere."""
    pieces = analyse(term).flat.strip()
    if not pieces:
        return ""
    return f"{'' if _HAN.match(pieces) else ' '}{pieces}{'' if _HAN.match(pieces[-1]) else ' '}"


@lru_cache(maxsize=1)
def synonym_groups() -> tuple[tuple[str, ...], ...]:
    """The groups of words that find each other, as written."""
    lines = SYNONYMS.read_text("utf-8").splitlines()
    return tuple(
        tuple(w.strip() for w in line.split(",") if w.strip())
        for line in lines
        if line.strip() and not line.startswith("#")
    )


@lru_cache(maxsize=1)
def _synonym_index() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for group in synonym_groups():
        members = frozenset(normalise(w) for w in group)
        for member in members:
            found[member] = found.get(member, frozenset()) | members
    return found


def query_terms(text: str) -> list[frozenset[str]]:
    """What a query asks for: one set of interchangeable terms for each word; all words must be found.

    A synonym is recognised before segmentation, longest first, so that 无人搬运车 is one word and also finds AGV.
    """
    index = _synonym_index()
    longest = max(map(len, index))
    wanted: list[frozenset[str]] = []
    for chunk in normalise(text).split():
        rest = ""
        position = 0
        while position < len(chunk):
            match = next(
                (
                    chunk[position : position + size]
                    for size in range(min(longest, len(chunk) - position), 1, -1)
                    if chunk[position : position + size] in index and _stands_alone(chunk, position, size)
                ),
                None,
            )
            if match:
                wanted += _plain(rest)
                rest = ""
                wanted.append(index[match])
                position += len(match)
            else:
                rest += chunk[position]
                position += 1
        wanted += _plain(rest)
    return _with_phrases(normalise(text), wanted, index)


def _stands_alone(chunk: str, position: int, size: int) -> bool:
    """A Latin synonym must not be part of a longer Latin word."""
    if is_han(chunk[position : position + size]):
        return True
    before = chunk[position - 1] if position else " "
    after = chunk[position + size] if position + size < len(chunk) else " "
    return not (before.isascii() and before.isalnum()) and not (after.isascii() and after.isalnum())


def _with_phrases(text: str, wanted: list[frozenset[str]], index: dict[str, frozenset[str]]) -> list[frozenset[str]]:
    """English synonyms of several words ("mobile robot") replace the words they consist of."""
    for phrase, members in index.items():
        if " " in phrase and re.search(rf"\b{re.escape(phrase)}\b", text):
            parts = {stem(p) for p in phrase.split()}
            kept = [w for w in wanted if not (len(w) == 1 and next(iter(w)) in parts)]
            wanted = [*kept, members]
    return wanted


def _plain(rest: str) -> list[frozenset[str]]:
    found: list[frozenset[str]] = []
    for run in _RUNS.findall(rest):
        if is_han(run):
            found += [frozenset({w}) for w in _segmenter().cut(run)]
        else:
            found.append(frozenset({stem(run)}))
    return found


def highlight(text: str, terms: Iterable[frozenset[str]]) -> list[tuple[str, bool]]:
    """``text`` as pieces, each with whether it answers one of the terms."""
    folded, places = _folded(text)
    spans = []
    for term, latin in _finders(tuple(terms)):
        if latin is not None:
            spans += [match.span() for match in latin.finditer(folded)]
            continue
        start = folded.find(term)
        while start >= 0:
            spans.append((start, start + len(term)))
            start = folded.find(term, start + 1)
    pieces: list[tuple[str, bool]] = []
    done = 0
    for start, end in sorted(spans):
        if places is not None:
            start, end = places[start], places[end - 1] + 1
        if end <= done:
            continue
        if start > done:
            pieces.append((text[done:start], False))
            pieces.append((text[start:end], True))
        elif pieces:
            pieces[-1] = (pieces[-1][0] + text[done:end], True)
        else:
            pieces.append((text[:end], True))
        done = end
    if done < len(text):
        pieces.append((text[done:], False))
    return pieces


@lru_cache(maxsize=500)
def _finders(terms: tuple[frozenset[str], ...]) -> list[tuple[str, re.Pattern[str] | None]]:
    """Each term with its pattern; Chinese terms need none."""
    wanted = sorted({t for group in terms for t in group})
    return [(t, None if is_han(t) else re.compile(rf"(?<![a-z0-9]){re.escape(t)}[a-z]*")) for t in wanted]


@lru_cache(maxsize=4000)
def _folded(text: str) -> tuple[str, list[int] | None]:
    """The text as terms are written, and where each of its characters stands in the text unless they pair off."""
    whole = normalise(text)
    if len(whole) == len(text):
        return whole, None
    folded = [(piece, place) for place, character in enumerate(text) for piece in _fold_one(character)]
    return "".join(piece for piece, _place in folded), [place for _piece, place in folded]


@lru_cache(maxsize=20_000)
def _fold_one(character: str) -> str:
    return normalise(character)
