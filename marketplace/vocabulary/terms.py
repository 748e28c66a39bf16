"""Domains, tasks and districts, read once from the data files."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from marketplace.kernel.text import Text

DATA = Path(__file__).parents[1] / "data"


def load(name: str) -> Any:
    """A data file of the product."""
    return yaml.safe_load((DATA / name).read_text("utf-8"))


@dataclass(frozen=True)
class Term:
    """A word of the programme with its names."""

    key: str
    label: Text


@dataclass(frozen=True)
class Domain(Term):
    """One of the plan's application domains (chapter four, articles 11 to 15) with its tasks."""

    tasks: tuple[Term, ...] = ()


@lru_cache(maxsize=1)
def domains() -> dict[str, Domain]:
    """The domains in the plan's order; every one also has a task "other"."""
    found = {}
    for entry in load("policy.yaml")["domains"]:
        tasks = [Term(t["key"], Text.of(t["zh"], t["en"])) for t in entry["tasks"]]
        if all(t.key != "other" for t in tasks):
            tasks.append(Term("other", Text.of("其他", "Other")))
        found[entry["key"]] = Domain(entry["key"], Text.of(entry["zh"], entry["en"]), tuple(tasks))
    return found


@lru_cache(maxsize=1)
def main_domains() -> tuple[Domain, ...]:
    """The five domains that the plan names."""
    return tuple(d for d in domains().values() if d.key != "other")


@lru_cache(maxsize=1)
def tasks() -> dict[str, Term]:
    """All tasks of all domains by key."""
    return {t.key: t for d in domains().values() for t in d.tasks}


@lru_cache(maxsize=1)
def districts() -> dict[str, Term]:
    """Shanghai's sixteen districts by GB/T 2260 code."""
    return {d["code"]: Term(d["code"], Text.of(d["zh"], d["en"])) for d in load("districts.yaml")}


def label(kind: str, key: str) -> Text:
    """The name of a domain, task or district; the key itself where it is unknown."""
    tables: dict[str, Any] = {"domain": domains, "task": tasks, "district": districts}
    known = tables[kind]()
    return known[key].label if key in known else Text.of(key, key)
