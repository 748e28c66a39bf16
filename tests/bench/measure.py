"""Timings as tables: warm-up, repeats, percentiles, a yardstick in the same run, and the same as JSON."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(os.environ.get("BENCH_FOLDER", "var/bench"))


@dataclass
class Line:
    """One row of a table: milliseconds unless the bench says otherwise."""

    what: str
    size: str
    p50: float
    p95: float
    p99: float
    bar: str = ""
    met: bool | None = None
    yardstick: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times the yardstick's p95."""
        return self.p95 / self.yardstick if self.yardstick else None


@dataclass
class Bench:
    """A bench's lines, printed as they come."""

    name: str
    lines: list[Line] = field(default_factory=list)

    def add(self, line: Line) -> Line:
        """Print and keep a line."""
        if not self.lines:
            print(f"\n{self.name}   (load average {os.getloadavg()[0]:.2f})")
            print(f"{'what':<44} {'size':>16} {'p50':>9} {'p95':>9} {'p99':>9} {'yardstick':>10} {'ratio':>6}  bar")
        self.lines.append(line)
        ratio = f"{line.ratio:.1f}" if line.ratio else ""
        yard = f"{line.yardstick:.2f}" if line.yardstick is not None else ""
        mark = {True: "met", False: "NOT MET", None: ""}[line.met]
        print(
            f"{line.what:<44} {line.size:>16} {line.p50:>9.2f} {line.p95:>9.2f} {line.p99:>9.2f} {yard:>10} {ratio:>6}"
            f"  {line.bar} {mark} {line.note}".rstrip(),
            flush=True,
        )
        return line

    def write(self) -> None:
        """The lines as JSON under ``var/bench``."""
        FOLDER.mkdir(parents=True, exist_ok=True)
        found: dict[str, Any] = {
            "bench": self.name,
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "python": platform.python_version(),
            "cores": os.cpu_count(),
            "load": os.getloadavg()[0],
            "lines": [asdict(line) | {"ratio": line.ratio} for line in self.lines],
        }
        (FOLDER / f"{self.name}.json").write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", "utf-8")


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of the others do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]


def times(act: Callable[[Any], Any], arguments: Iterable[Any]) -> list[float]:
    """Milliseconds of each call."""
    found = []
    for argument in arguments:
        start = time.perf_counter()
        act(argument)
        found.append((time.perf_counter() - start) * 1000)
    return found


def summary(values: Sequence[float]) -> tuple[float, float, float]:
    """p50, p95 and p99."""
    return percentile(values, 0.5), percentile(values, 0.95), percentile(values, 0.99)
