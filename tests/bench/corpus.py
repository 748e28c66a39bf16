"""Postings as long as real ones and queries as people type them, made from the demo's own words with a fixed seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import lru_cache

from marketplace.demo import content
from marketplace.infra.search.analysis import synonym_groups, words
from marketplace.infra.search.documents import Document
from marketplace.vocabulary.terms import districts, domains, tasks


@lru_cache(maxsize=1)
def sentences() -> tuple[str, ...]:
    """The Chinese and English sentences of the demo's scenarios and products."""
    found: list[str] = []
    for row in (*content.scenarios(), *content.products()):
        for name in ("title", "name", "summary", "situation", "workflow", "objects", "volumes", "description"):
            for text in (row.get(name) or {}).values():
                found += [s for s in text.replace(". ", "。").replace("；", "。").split("。") if len(s) > 3]
    return tuple(found)


@lru_cache(maxsize=1)
def _by_language() -> tuple[list[str], list[str]]:
    zh = [s for s in sentences() if any("\u4e00" <= c <= "\u9fff" for c in s)]
    en = [s for s in sentences() if s not in set(zh)]
    return zh, en


def document(number: int, *, length: tuple[int, int] = (200, 600)) -> Document:
    """One posting: 200 to 600 Han characters with some English, facets and numbers as a challenge has them."""
    chance = random.Random(number)
    zh, en = _by_language()
    wanted = chance.randint(*length)
    body = ""
    while len(body) < wanted:
        body += chance.choice(zh) + "。"
    title = chance.choice(zh)[: chance.randint(6, 24)]
    return Document(
        title=(title, chance.choice(en)[:60], f"CH-2026-{number:05d}"),
        body=(body, " ".join(chance.choice(en) for _ in range(3))),
        facets={
            "domain": (chance.choice(list(domains())),),
            "task": (chance.choice(list(tasks())),),
            "district": (chance.choice(list(districts())),),
            "mode": (chance.choice(("purchase", "lease", "raas", "joint_rnd", "pilot")),),
            "consortium": (chance.choice(("yes", "no")),),
            "state": (chance.choice(("published", "published", "evaluation", "shortlisted", "cancelled")),),
        },
        numbers={
            "closes": 1.79e9 + chance.randint(-200, 40) * 86400.0,
            "published": 1.78e9 + chance.randint(-200, 0) * 86400.0,
            "budget": float(chance.choice((0, 80, 150, 300, 480, 900, 1500))),
            "period": float(chance.choice((0, 3, 6, 9, 12, 18, 24))),
        },
        keys=frozenset({"any"}) if chance.random() < 0.9 else frozenset({f"org:{chance.randint(1, 50)}"}),
    )


def documents(count: int) -> dict[tuple[str, int], Document]:
    """``count`` postings."""
    return {("challenge", number): document(number) for number in range(1, count + 1)}


def queries(count: int, seed: int = 7) -> Iterator[tuple[str, str]]:
    """Kind and text of mixed queries: one word, two words, a rare one, English, a synonym, a phrase, everything."""
    chance = random.Random(seed)
    zh, en = _by_language()
    common = [w for s in zh[:200] for w in words(s) if len(w) >= 2 and not w.isascii()]
    kinds = ("word", "two words", "rare", "english", "synonym", "phrase", "character", "all")
    for number in range(count):
        kind = kinds[number % len(kinds)]
        if kind == "word":
            yield kind, chance.choice(common)
        elif kind == "two words":
            yield kind, f"{chance.choice(common)} {chance.choice(common)}"
        elif kind == "rare":
            yield kind, f"CH-2026-{chance.randint(1, 2000):05d}"
        elif kind == "english":
            yield kind, " ".join(w for w in chance.choice(en).split()[:2])
        elif kind == "synonym":
            yield kind, chance.choice(chance.choice(synonym_groups()))
        elif kind == "phrase":
            sentence = "".join(c for c in chance.choice(zh) if "\u4e00" <= c <= "\u9fff") or "机器人"
            start = chance.randint(0, max(0, len(sentence) - 5))
            yield kind, sentence[start : start + chance.randint(3, 5)]
        elif kind == "character":
            yield kind, chance.choice("箱药车线门梯")
        else:
            yield kind, ""
