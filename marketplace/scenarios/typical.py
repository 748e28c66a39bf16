"""What postings of a task usually ask, to begin with."""

from __future__ import annotations

from functools import lru_cache

from marketplace.scenarios.models import Level
from marketplace.vocabulary.parameters import Parameter, parameters
from marketplace.vocabulary.terms import load


@lru_cache(maxsize=1)
def _by_task() -> dict[str, tuple[tuple[Parameter, Level], ...]]:
    known = parameters()
    return {
        task: tuple((known[key], Level(level)) for level, keys in asked.items() for key in keys)
        for task, asked in load("typical.yaml").items()
    }


def typical(task: str) -> tuple[tuple[Parameter, Level], ...]:
    """The parameters that postings of ``task`` usually name, those that decide first; none for a task unheard of."""
    return _by_task().get(task, ())
