"""The titles of one kind of document as one long text, so that the beginning of a word is found without a loop."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from marketplace.infra.search.columns import Mask

ENOUGH = 200
"""Titles that are found before they are put in order: more than anybody is shown, the newest first."""
BETWEEN = "\0"


class Titles:
    """Folded titles in the order of a table; made once for each state of the index."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._whole = BETWEEN.join(["", *texts, ""])
        self._starts = list(accumulate((len(text) + 1 for text in texts), initial=1))

    def holding(self, typed: str, allowed: Mask) -> dict[int, int]:
        """The first ``ENOUGH`` allowed positions whose title holds every word of ``typed`` (folded) at its beginning.

        A Latin word or a figure must begin where one begins there; Chinese may stand anywhere. The value is 0 when a
        title, or a line of it, begins with what was typed, else 1.
        """
        words = typed.split()
        if not words or BETWEEN in typed:
            return {}
        longest = max(words, key=len)
        found: dict[int, int] = {}
        last = len(self._whole)
        place = self._next(longest, 0, last)
        while place >= 0 and len(found) < ENOUGH:
            position = bisect_right(self._starts, place) - 1
            start, end = self._starts[position], self._starts[position + 1] - 1
            if allowed[position] and all(self._next(w, start, end) >= 0 for w in words):
                at_once = self._whole.startswith(typed, start) or self._whole.find(f"\n{typed}", start, end) >= 0
                found[position] = 0 if at_once else 1
            place = self._next(longest, end, last)
        return found

    def _next(self, word: str, start: int, end: int) -> int:
        """Where ``word`` next begins before ``end``; -1 where it does not."""
        whole = self._whole
        place = whole.find(word, start, end)
        if not (word[0].isascii() and word[0].isalnum()):
            return place
        while place > 0 and whole[place - 1].isascii() and whole[place - 1].isalnum():
            place = whole.find(word, place + 1, end)
        return place
