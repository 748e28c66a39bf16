"""What is asked: a scenario or a challenge as the match sees it, plain and frozen."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from functools import cached_property

from marketplace.fit.compare import Ask, asking
from marketplace.fit.wording import Weigh, Weighed, said
from marketplace.kernel.text import Text
from marketplace.vocabulary.parameters import Parameter, Value, parameters
from marketplace.vocabulary.terms import tasks


class Level(enum.Enum):
    """How much a requirement binds: a must that is short excludes, a should weighs."""

    MUST = "must"
    SHOULD = "should"


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """One line of a need. ``row`` is whatever names the row that it came from; weight 1 to 5 among its level.

    ``parameter`` is a key of the vocabulary; empty for a need outside it, which has a ``label`` and ``unit`` of its own
    and is unknown of every product.
    """

    key: str
    value: Value
    op: str = ""
    level: Level = Level.MUST
    weight: int = 1
    parameter: str = ""
    label: Text = Text()
    unit: str = ""
    row: str = ""

    @cached_property
    def known(self) -> Parameter | None:
        """The parameter, where the vocabulary has it."""
        return parameters().get(self.parameter)

    @cached_property
    def ask(self) -> Ask | None:
        """The requirement made ready for many values, where the vocabulary has it."""
        return asking(self.known, self.op or self.known.op, self.value) if self.known else None

    @cached_property
    def is_must(self) -> bool:
        """Whether it excludes."""
        return self.level is Level.MUST


@dataclass(frozen=True, kw_only=True)
class Need:
    """A scenario's requirements with what tells its kind: domain, task and texts."""

    id: int
    requirements: tuple[Requirement, ...]
    domain: str = ""
    task: str = ""
    title: Text = Text()
    texts: tuple[Text, ...] = ()
    row: str = ""

    @cached_property
    def words(self) -> dict[str, int]:
        """The words that tell what is wanted, each with how much its place counts."""
        name = tasks()[self.task].label if self.task in tasks() and self.task != "other" else Text()
        return said(self.title, name, *self.texts)

    def weighed(self, weigh: Weigh) -> Weighed:
        """The words with their weights, those left out that no product's page says."""
        pairs = ((word, place * weigh(word)) for word, place in self.words.items())
        found = {pair[0]: pair for pair in pairs if pair[1]}
        return Weighed(found, sum(weight for _word, weight in found.values()))

    @cached_property
    def musts(self) -> tuple[Requirement, ...]:
        """The requirements that exclude."""
        return tuple(r for r in self.requirements if r.is_must)

    @cached_property
    def lines(self) -> tuple[tuple[Requirement, str, Ask | None, int, bool], ...]:
        """The requirements ready to be asked: each with its parameter, question, weight, and whether it is a must."""
        return tuple((r, r.parameter, r.ask, r.weight, r.is_must) for r in self.requirements)

    @cached_property
    def weights(self) -> tuple[int, int]:
        """The sum of the musts' weights and of the shoulds'."""
        whole = sum(r.weight for r in self.requirements)
        musts = sum(r.weight for r in self.musts)
        return musts, whole - musts
