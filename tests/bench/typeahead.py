"""Typeahead: the index alone on 2,000 to 100,000 titles, then whole answers of the site with 20,000 documents."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from marketplace.discovery.suggesting import OWN, _open_first
from marketplace.infra.search.analysis import plain
from marketplace.infra.search.engines.whoosh import WhooshEngine
from marketplace.infra.search.queries import Beginning
from tests.bench.corpus import documents, sentences
from tests.bench.measure import Bench, Line, summary, times
from tests.bench.pages import WHO, Client, serving
from tests.bench.town import build

BAR = 15
VIEWER = frozenset({"any", "org:7"})


def beginnings(count: int, seed: int = 7) -> Iterator[str]:
    """What stands in the box after each pause of somebody who types: one to six characters of a sentence or a number."""
    chance = random.Random(seed)
    for number in range(count):
        if number % 10 == 0:
            yield f"CH-2026-{chance.randint(0, 99):02d}"[: chance.randint(2, 10)]
        elif number % 10 == 1:
            yield chance.choice(("没有这样的题目", "zzzz", "SH-2026", "车", "机器人"))
        else:
            words = chance.choice(sentences())
            start = chance.randint(0, max(0, len(words) - 6)) if "\u4e00" <= words[0] <= "\u9fff" else 0
            yield words[start : start + chance.randint(2, 6)]


def run(sizes: tuple[int, ...] = (2_000, 20_000, 100_000)) -> Bench:
    """The index at each size, then the site's answers at 20,000 documents."""
    bench = Bench("typeahead")
    asked = list(beginnings(400))
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            engine = WhooshEngine(Path(folder))
            engine.rebuild(documents(size))
            engine.snapshot()
            begun = [Beginning("challenge", VIEWER, plain([text]), _open_first, OWN) for text in asked]
            start = time.perf_counter()
            engine.beginning(begun[0])
            first = (time.perf_counter() - start) * 1000
            found = [t for _repeat in range(3) for t in times(engine.beginning, begun)]
            bench.add(Line("index alone", f"{size:,}", *summary(found), note=f"first of a new state {first:.0f} ms"))
    with serving(build(20_000, 0), 1) as (port, _server):
        client = Client(port)
        client.sign_in(WHO)

        def ask(text: str) -> None:
            status, _text = client.get(f"/zh/suggest?q={quote(text)}")
            assert status == 200, (text, status)

        def live(_text: str) -> None:
            assert client.get("/healthz")[0] == 200

        times(ask, asked[:50])
        found = [t for _repeat in range(3) for t in times(ask, asked)]
        yardstick = summary(times(live, asked))[1]
        line = Line("whole answer, signed in", "20,000", *summary(found), bar=f"p95 ≤ {BAR} ms", yardstick=yardstick)
        line.met = line.p95 <= BAR
        bench.add(line)
    return bench
