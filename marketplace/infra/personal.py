"""What the site holds of a person: each feature declares its part, accounts exports and erases them without knowing any.

A feature's ``personal.py`` calls ``holds`` for what belongs in an export, ``ties`` for what must be settled before a
person leaves, and ``forgets`` for what it erases when an account is deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Rows = Iterable[Mapping[str, Any]]


@dataclass(frozen=True)
class Part:
    """One part of an export: a machine's key, a reader's title, the labels of its columns, and where rows come from."""

    key: str
    title: Any
    labels: Mapping[str, Any]
    rows: Callable[[int], Rows]


PARTS: dict[str, Part] = {}
_ties: list[Callable[[int], Iterable[str]]] = []
_forgets: list[Callable[[int], None]] = []


def holds(key: str, title: Any, labels: Mapping[str, Any], rows: Callable[[int], Rows]) -> None:
    """Declare a part of every person's export: ``rows(user_id)`` answers plain values by the keys of ``labels``."""
    PARTS[key] = Part(key, title, labels, rows)


def ties(check: Callable[[int], Iterable[str]]) -> Callable[[int], Iterable[str]]:
    """Register what keeps a person from leaving: sentences that say what to do first."""
    if check not in _ties:
        _ties.append(check)
    return check


def forgets(erase: Callable[[int], None]) -> Callable[[int], None]:
    """Register what is erased with an account, inside the unit of work that deletes it."""
    if erase not in _forgets:
        _forgets.append(erase)
    return erase


def tied(user_id: int) -> list[str]:
    """All that the person has to settle before leaving."""
    return [sentence for check in _ties for sentence in check(user_id)]


def forget(user_id: int) -> None:
    """Let every feature erase what it holds of the person."""
    for erase in _forgets:
        erase(user_id)
