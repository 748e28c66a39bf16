"""How well the match ranks, by what people judged, and what each part of the score is worth to it.

No clock runs here: a line is precision@5 and nDCG@10 of the half that may be tuned for and of the half that may not.
Every product of the demo is ranked; tests/fit/judging.py says how a figure is made.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

from marketplace.fit.score import Parts
from tests.bench.measure import FOLDER
from tests.fit.judging import HALVES, mean, without
from tests.fit.test_quality import FLOOR

ALONE = {"figures": ("musts", "clear", "shoulds"), "kind": ("kind",), "text": ("text",), "order of entry": ()}


@dataclass(frozen=True)
class Measured:
    """One line: both metrics of each half, in the order of ``HALVES``."""

    what: str
    precision: tuple[float, float]
    ndcg: tuple[float, float]


@dataclass
class Quality:
    """The lines, printed as they come."""

    lines: list[Measured] = field(default_factory=list)

    def add(self, what: str, counted: tuple[str, ...], note: str = "") -> Measured:
        """Measure, print and keep a line."""
        tuned, held_out = (mean(half, counted) for half in HALVES)
        line = Measured(what, (tuned[0], held_out[0]), (tuned[1], held_out[1]))
        self.lines.append(line)
        figures = f"{tuned[0]:>9.3f} {tuned[1]:>9.3f} {held_out[0]:>9.3f} {held_out[1]:>9.3f}"
        print(f"{what:<24} {figures}  {note}".rstrip(), flush=True)
        return line

    def write(self) -> None:
        """The lines as JSON under ``var/bench``."""
        FOLDER.mkdir(parents=True, exist_ok=True)
        found = {"bench": "quality", "halves": HALVES, "floor": FLOOR, "lines": [asdict(line) for line in self.lines]}
        (FOLDER / "quality.json").write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", "utf-8")


def run() -> Quality:
    """The whole score, the score without each of its parts, and some parts alone."""
    print(f"\nquality\n{'':<24} {'tuned half':>19} {'held-out half':>19}")
    print(f"{'score':<24} {'P@5':>9} {'nDCG@10':>9} {'P@5':>9} {'nDCG@10':>9}")
    bench = Quality()
    bench.add("whole", Parts._fields, f"≥ {FLOOR:.2f} {'met' if min(mean('held_out')) >= FLOOR else 'NOT MET'}")
    for part in Parts._fields:
        bench.add(f"without {part}", tuple(without(part)))
    for name, counted in ALONE.items():
        bench.add(f"{name} alone" if counted else name, counted)
    return bench
