"""What was once broken in vocabulary, and must not break again."""

from __future__ import annotations

import pytest

from marketplace.vocabulary.parameters import BadValue, parameters, parse, shown


def test_a_figure_is_shown_with_all_its_decimals() -> None:
    value = parse(parameters()["error_rate"], "0.0004")
    assert shown(value, parameters()["error_rate"], "zh") == ("0.0004", "%")


def test_a_value_that_was_taken_can_be_shown() -> None:
    value = parse(parameters()["slope"], "−0")
    assert shown(value, parameters()["slope"], "zh")[0] == "0"


def test_a_decimal_comma_is_not_taken_for_thousands() -> None:
    with pytest.raises(BadValue):
        parse(parameters()["payload"], "0,5")


@pytest.mark.parametrize("typed", ["Ex IIC T9 Gb", "Ex IIC T0 Gb", "Ex IIB T4 Db", "Ex IIIB T135°C Gb"])
def test_an_ex_mark_that_no_plate_bears_is_refused(typed: str) -> None:
    with pytest.raises(BadValue):
        parse(parameters()["ex_mark"], typed)
