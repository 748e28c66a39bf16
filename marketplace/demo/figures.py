"""The programme's figures in the demo: reported quarter by quarter, two targets not at all."""

from __future__ import annotations

from datetime import timedelta

from marketplace.dashboard import services
from marketplace.demo.timeline import Demo
from marketplace.kernel import clock
from marketplace.kernel.text import Text

REPORTED: dict[str, tuple[tuple[int, int], ...]] = {
    "backbone_enterprises": ((330, 31), (240, 40), (150, 49), (60, 58)),
    "scenarios_landed": ((330, 2), (240, 7), (150, 14), (60, 23)),
    "products_promoted": ((240, 18), (150, 30), (60, 41)),
    "core_breakthroughs": ((150, 4), (60, 6)),
}
"""Days ago and value of each report."""
SOURCES = {
    "backbone_enterprises": Text.of("虚构：行业统计季报", "Invented: quarterly industry statistics"),
    "scenarios_landed": Text.of("虚构：项目办公室台账", "Invented: register of the programme office"),
    "products_promoted": Text.of("虚构：产品推广季报", "Invented: quarterly report on products"),
    "core_breakthroughs": Text.of("虚构：攻关项目验收汇总", "Invented: summary of accepted research projects"),
}


def plan(demo: Demo) -> None:
    """Put the reports into the calendar of acts."""
    for target, reports in REPORTED.items():
        for days, value in reports:
            demo.at(demo.ago(days), "figure", lambda t=target, v=value: _report(demo, t, v))


def _report(demo: Demo, target: str, value: int) -> None:
    as_of = clock.today() - timedelta(days=5)
    services.report(demo.actor("officer"), target, value=value, as_of=as_of, source=SOURCES[target])
