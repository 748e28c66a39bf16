"""What two texts have in common: words that tell something, by the place where they stand and by how rare they are.

Figures are left out, since requirements compare them, and so are single characters and the commonest English words.
Words of one synonym group count as one. A word weighs its place times its rarity, both whole numbers:

- title 3, name of the task 2, everything else 1;
- ⌊log₂(products / products whose page has the word)⌋ + 1, and 0 for a word that no page has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from marketplace.infra.search.analysis import is_han, normalise, stem, synonym_groups, words
from marketplace.kernel.text import Text

PLACES = (3, 2)
MOST_SAID = 60
"""A need's words beyond these do not count, nor do a page's beyond ``MOST_TOLD``: nobody wins by writing more."""
MOST_TOLD = 250
_PLAIN = frozenset({"and", "for", "from", "that", "the", "them", "thei", "they", "thi", "with", "are", "ar", "our"})

Weigh = Callable[[str], int]
"""How rare a word is among the products that are compared."""


class Weighed(NamedTuple):
    """The words of a need, each with itself and its weight, and the sum of all weights."""

    words: Mapping[str, tuple[str, int]]
    said: int

    def shared(self, page: Iterable[str]) -> tuple[tuple[str, int], ...]:
        """The words that the page says too, in its order."""
        words = self.words
        return tuple([words[word] for word in page if word in words])


def alike(word: str) -> int:
    """Every word as rare as any other, where there is no catalogue."""
    return 1


def rarity(products: int, pages: int) -> int:
    """⌊log₂(products / pages)⌋ + 1 in whole numbers; 0 when no page has the word."""
    return (products // pages).bit_length() if pages else 0


@lru_cache(maxsize=1)
def _one_for_all() -> dict[str, str]:
    """For each single word of a synonym group the word that stands for the group."""
    found: dict[str, str] = {}
    for group in synonym_groups():
        known = [normalise(word) for word in group]
        known = [word if is_han(word) else stem(word) for word in known if " " not in word]
        for word in known:
            found.setdefault(word, known[0])
    return found


def _telling(text: str) -> Iterator[str]:
    one_for_all = _one_for_all()
    for word in words(text):
        if len(word) > (1 if is_han(word) else 2) and not word[0].isdigit() and word not in _PLAIN:
            yield one_for_all.get(word, word)


def telling(text: str) -> list[str]:
    """The words of a page that tell something, each once, in order."""
    return list(islice(dict.fromkeys(_telling(text)), MOST_TOLD))


def said(title: Text, task: Text, *texts: Text) -> dict[str, int]:
    """The words of a need with the weight of the best place where each stands, in order.

    They are taken in the language in which the title was written, so that a translation neither helps nor harms.
    """
    language = "zh" if title.zh or not title.en else "en"
    places = [(title, PLACES[0]), (task, PLACES[1]), *((text, 1) for text in texts)]
    found: dict[str, int] = {}
    for text, place in places:
        for word in _telling(text.best(language)):
            found.setdefault(word, place)
    return dict(islice(found.items(), MOST_SAID))
