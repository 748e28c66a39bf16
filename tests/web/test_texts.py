"""Texts on pages: what belongs together stays on one line."""

from __future__ import annotations

import pytest

from marketplace.web.helpers import lines, unparted


@pytest.mark.parametrize(
    ("written", "held"),
    [
        ("valve shut 97 % of the time", "valve shut 97~% of the time"),
        ("docks within ±8 mm, 40 kg", "docks within ±8~mm, 40~kg"),
        ("箱温 2–8 °C，0.5 N", "箱温 2–8~°C，0.5~N"),
        ("at 1.2 m/s over 40 m²", "at 1.2~m/s over 40~m²"),
        ("12 months, 3 trips, 2 metres", "12 months, 3 trips, 2 metres"),
        ("M3 mm", "M3~mm"),
    ],
)
def test_no_line_ends_between_a_figure_and_its_unit(written: str, held: str) -> None:
    assert unparted(written) == held.replace("~", "\N{NO-BREAK SPACE}")


def test_lines_are_kept_and_marks_are_harmless() -> None:
    assert lines("<b>5 kg</b>\n6") == "&lt;b&gt;5\N{NO-BREAK SPACE}kg&lt;/b&gt;<br>6"
