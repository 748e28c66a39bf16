"""The match: one scenario against all products, what its requirements cost, a changed product, everything against everything.

The yardstick is the bare comparison of the same columns with NumPy in the same run. Ranks, scores and standings are held
against the naive reference of tests/fit in the same run too: on every product at 1,000, on a sample at more, where it
would take minutes; relaxed steps and one product against all scenarios likewise.
"""

from __future__ import annotations

import gc
import random
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np

from marketplace.fit.board import Board
from marketplace.fit.columns import Catalogue
from marketplace.fit.needs import Need
from marketplace.fit.offers import Evidence, Offer, Specification, Track
from marketplace.fit.ranking import rank
from marketplace.fit.relax import relax
from marketplace.kernel.text import Text
from marketplace.vocabulary.terms import domains
from tests.bench.corpus import document
from tests.bench.measure import Bench, Line, summary, times
from tests.fit import made, reference

BARS = {1_000: 3, 10_000: 6, 100_000: 20}
TODAY = made.TODAY
STATED = 30
"""Of the 79 parameters a product states so many, on average."""


@dataclass
class Market:
    """Products by id and the same as columns."""

    offers: dict[int, Offer]
    catalogue: Catalogue

    def fetch(self, _ids: Any) -> dict[int, Offer]:
        return self.offers


class Maker:
    """Products and scenarios by seed: values and pages come from pools, so that a hundred thousand fit into memory."""

    def __init__(self) -> None:
        dice = random.Random(5)
        self.pages = [
            Offer(id=0, vendor_id=0, specifications=(), changed=TODAY, name=Text.of(d.title[0]), texts=(Text.of(d.body[0]),))
            for d in (document(number, length=(80, 200)) for number in range(2_000))
        ]  # fmt: skip
        self.lines = {
            key: [
                Specification(
                    parameter=key,
                    value=dice.choice(values),
                    condition=Text.of("空载") if dice.random() < 0.2 else Text(),
                    evidence=Evidence(dice.randint(0, 3)),
                    expires=dice.choice((None, None, TODAY - timedelta(days=9), TODAY + timedelta(days=90))),
                )
                for _ in range(150)
            ]
            for key, values in made.values().items()
        }
        self.kinds = [(domain.key, [task.key for task in domain.tasks]) for domain in domains().values()]

    def offer(self, number: int) -> Offer:
        """The product of that number; one in five has a variant."""
        dice = random.Random(number)
        page = dice.choice(self.pages)
        keys = dice.sample(list(self.lines), dice.randint(STATED - 10, STATED + 10))
        lines = [dice.choice(self.lines[key]) for key in keys]
        if dice.random() < 0.2:
            lines += [replace(dice.choice(self.lines[key]), variant="双指夹爪") for key in dice.sample(keys, 3)]
        domain, tasks = dice.choice(self.kinds)
        made_ = Offer(
            id=number, vendor_id=number // 3, specifications=tuple(lines), changed=TODAY - timedelta(dice.randint(0, 900)),
            domain=domain, tasks=(dice.choice(tasks),), name=page.name, texts=page.texts,
            track=Track(dice.choice((0, 0, 0, 1))),
        )  # fmt: skip
        made_.__dict__["words"] = page.words  # the same text need not be cut twice
        return made_

    def need(self, number: int) -> Need:
        """A scenario with 8 musts, 4 shoulds and a text."""
        page = self.pages[number % len(self.pages)]
        return replace(made.need(number, musts=8, shoulds=4, easy=True), title=page.name, texts=page.texts)

    def market(self, size: int) -> tuple[Market, float]:
        """So many products, and the seconds that their columns took to build."""
        offers = {number: self.offer(number) for number in range(1, size + 1)}
        start = time.perf_counter()
        catalogue = Catalogue(offers.values())
        return Market(offers, catalogue), time.perf_counter() - start


def run(sizes: tuple[int, ...] = tuple(BARS), needs: int = 2_000, challenges: int = 10_000) -> Bench:
    """All sizes; 2,000 × 10,000; a changed product against 10,000."""
    bench = Bench("match")
    maker = Maker()
    asked = [maker.need(number) for number in range(60)]
    for need in asked:
        assert need.words
    for size in sizes:
        market, built = maker.market(size)
        gc.collect()
        gc.freeze()  # the bench holds all products; a site brings the fifty that it explains
        bench.add(Line("columns built, seconds", f"{size:,}", built, built, built))
        _one_scenario(bench, market, asked, size)
        if size == 10_000:
            _relaxation(bench, market, asked)
            _changed(bench, maker, market, challenges)
            _all(bench, maker, market, needs)
    return bench


def _repeated(act: Callable[[Any], Any], asked: list[Need], repeats: int = 3) -> list[float]:
    times(act, asked)
    return [t for _repeat in range(repeats) for t in times(act, asked)]


def _one_scenario(bench: Bench, market: Market, asked: list[Need], size: int) -> None:
    bare = summary(_repeated(lambda need: _bare(market.catalogue, need), asked))
    values = _repeated(lambda need: rank(market.catalogue, need, market.fetch, today=TODAY), asked)
    line = Line(
        "rank all, explain the top 50", f"{size:,}", *summary(values), bar=f"p50 ≤ {BARS[size]} ms", yardstick=bare[1]
    )
    line.met, line.note = line.p50 <= BARS[size], _identical(market, asked, size)
    bench.add(line)
    judging = _repeated(lambda need: market.catalogue.judge(need, TODAY), asked)
    bench.add(Line("  of it: score of every product", f"{size:,}", *summary(judging), yardstick=bare[1]))


def _bare(catalogue: Catalogue, need: Need) -> Any:
    """The comparison alone: one test for each requirement on its column, and how many musts hold."""
    found = np.zeros(catalogue.used, np.int8)
    for requirement in need.requirements:
        field = catalogue.columns[requirement.parameter].fields[0][: catalogue.used]
        found += field >= (requirement.value.low or 0.0)
    return found


def _identical(market: Market, asked: list[Need], size: int) -> str:
    """Ranks and scores equal the naive reference's; said with how much was compared."""
    offers = list(market.offers.values())
    few = 3 if size <= 1_000 else 1
    sample = offers if size <= 1_000 else random.Random(1).sample(offers, 1_000)
    for need in asked[:few]:
        ranking = rank(market.catalogue, need, market.fetch, today=TODAY)
        words = {word: place * market.catalogue.weigh(word) for word, place in need.words.items()}
        if size <= 10_000:
            assert words == reference.weights(need, offers)
        found = dict(zip(ranking.ids.tolist(), zip(ranking.scores.tolist(), ranking.standings.tolist())))
        assert all(found[o.id] == reference.judge(need, o, words, TODAY) for o in sample)
        by_hand = sorted(found, key=lambda i: (-found[i][0], i))
        assert ranking.ids.tolist() == by_hand
        assert [(m.offer_id, m.score) for m in ranking.matches] == [(i, found[i][0]) for i in by_hand[:50]]
    return f"= reference on {few} × {len(sample):,}"


def _relaxation(bench: Bench, market: Market, asked: list[Need]) -> None:
    eased = [replace(need, requirements=(*need.requirements[:3], *need.requirements[8:])) for need in asked[:20]]
    values = _repeated(lambda need: relax(market.catalogue, need, market.fetch, today=TODAY), asked)
    fewer = _repeated(lambda need: relax(market.catalogue, need, market.fetch, today=TODAY), eased)
    bar = "p50 ≤ 20 ms"
    line = Line("what each requirement costs", "10,000", *summary(values), bar=bar)
    line.met = line.p50 <= 20
    found = [relax(market.catalogue, need, market.fetch, today=TODAY, misses=0) for need in eased[:2]]
    offers = list(market.offers.values())
    for need, table in zip(eased, found):
        for cost in [c for c in table.costs if c.requirement.is_must][:1]:
            assert cost.without == len(reference.meeting(need, offers, cost.requirement.key))
    line.note = "= reference on 2 × 10,000"
    bench.add(line)
    steps = sum(len(cost.steps) for table in found for cost in table.costs)
    bench.add(Line("  with 3 musts, many steps", "10,000", *summary(fewer), bar=bar, met=summary(fewer)[0] <= 20,
                   note=f"{steps} steps in two tables"))  # fmt: skip


def _changed(bench: Bench, maker: Maker, market: Market, challenges: int) -> None:
    needs = [maker.need(number) for number in range(challenges)]
    start = time.perf_counter()
    board = Board(needs, market.catalogue.weigh)
    built = time.perf_counter() - start
    some = list(market.offers.values())[:50]
    suited = _repeated_offers(lambda offer: board.suit(offer, TODAY), some)
    found = board.suit(some[0], TODAY)
    for position in range(0, challenges, max(1, challenges // 200)):
        need = needs[position]
        words = {word: place * market.catalogue.weigh(word) for word, place in need.words.items()}
        assert (found.scores[position], found.standings[position]) == reference.judge(need, some[0], words, TODAY)
    size = f"1 × {challenges:,}"
    bench.add(Line("a changed product against all scenarios", size, *summary(suited),
                   note=f"= reference on 200; board built in {built:.1f} s"))  # fmt: skip
    put = _repeated_offers(market.catalogue.put, some)
    bench.add(Line("  its row written in place", f"{len(market.offers):,}", *summary(put)))


def _repeated_offers(act: Callable[[Any], Any], offers: list[Offer]) -> list[float]:
    times(act, offers)
    return times(act, offers)


def _all(bench: Bench, maker: Maker, market: Market, count: int) -> None:
    needs = [maker.need(number) for number in range(count)]
    for need in needs:
        assert need.words  # cut when a scenario is posted, not when it is matched
    start = time.perf_counter()
    kept = []
    for need in needs:
        judged = market.catalogue.judge(need, TODAY)
        order = judged.order()[:50]
        kept.append((judged.ids[order], judged.scores[order]))
    took = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    line = Line("all scenarios × all products, seconds", f"{count:,} × 10,000", took, took, took, bar="≤ 4 s, < 1 GiB")
    line.met, line.note = took <= 4 and memory < 1024, f"{memory:.0f} MB with all products held"
    bench.add(line)
