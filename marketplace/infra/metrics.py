"""Figures for Prometheus. None is counted per challenge, and bids are counted once they were opened only."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from flask import Flask, current_app

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
SEALED = frozenset({"bids", "recommending"})
"""Requests of these blueprints are one figure: told apart, they would say before the opening how many bids came in."""
Gauge = Callable[[], float]
_gauges: dict[str, tuple[str, Gauge]] = {}


def gauge(name: str, meaning: str) -> Callable[[Gauge], Gauge]:
    """Register a figure that is read from the rows whenever somebody asks for it."""

    def register(read: Gauge) -> Gauge:
        _gauges[name] = (meaning, read)
        return read

    return register


def start(app: Flask, *, processes: int) -> None:
    """A registry of this application's own; several processes share theirs through files in the data folder."""
    if processes > 1:
        folder = Path(app.config["DATA"]) / "metrics"
        folder.mkdir(parents=True, exist_ok=True)
        # The library looks at this when it is loaded, and never again.
        os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(folder))
    from prometheus_client import CollectorRegistry, Histogram

    registry = CollectorRegistry()
    app.extensions["metrics"] = registry
    app.extensions["request_seconds"] = Histogram(
        "marketplace_request_seconds",
        "Requests by endpoint and status, with their duration.",
        ["endpoint", "status"],
        buckets=BUCKETS,
        registry=registry,
    )


def observe(endpoint: str | None, status: int, seconds: float) -> None:
    """Count one answered request."""
    name, code = endpoint or "none", str(status)
    if name.partition(".")[0] in SEALED:
        name, code = "bids", "ok" if status < 400 else f"{status // 100}xx"
    current_app.extensions["request_seconds"].labels(name, code).observe(seconds)


class _FromRows:
    """The registered gauges, read when asked."""

    def collect(self) -> Iterator[Any]:
        """One figure each."""
        from prometheus_client.core import GaugeMetricFamily

        for name, (meaning, read) in sorted(_gauges.items()):
            yield GaugeMetricFamily(f"marketplace_{name}", meaning, value=read())


def exposition() -> tuple[bytes, str]:
    """Everything in the text format, with its media type."""
    from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest, multiprocess

    shared = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.MultiProcessCollector(shared)
        counted = generate_latest(shared)
    else:
        counted = generate_latest(current_app.extensions["metrics"])
    rows = CollectorRegistry(auto_describe=False)
    rows.register(_FromRows())
    return counted + generate_latest(rows), CONTENT_TYPE_LATEST
