"""What holds for all figures: better never answers worse, and the unit of entry never changes the answer."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from marketplace.fit.compare import TOLERANCE, Answer, Fit, compare
from marketplace.vocabulary.parameters import Value, parameters, parse

RANK = {Fit.SHORT: 0, Fit.UNKNOWN: 1, Fit.MET_IF: 2, Fit.MET: 3}
FIGURES = st.decimals(min_value=1, max_value=9000, places=3)
# The unit of entry, the canonical unit and how many of the first are one of the second.
UNITS = [
    ("payload", "g", "kg", 1000),
    ("payload", "t", "kg", Fraction(1, 1000)),
    ("reach", "cm", "mm", Fraction(1, 10)),
    ("reach", "m", "mm", Fraction(1, 1000)),
    ("aisle_min", "m", "mm", Fraction(1, 1000)),
    ("link_distance", "km", "m", Fraction(1, 1000)),
    ("runtime", "min", "h", 60),
    ("charge_time", "min", "h", 60),
    ("stop_time", "s", "ms", Fraction(1, 1000)),
]


def _number(key: str, figure: Decimal) -> Value:
    return parse(parameters()[key], f"{figure:f}")


@given(st.sampled_from([">=", "<="]), FIGURES, FIGURES, FIGURES, st.booleans())
def test_a_better_figure_never_lowers_the_answer(
    op: str, wanted: Decimal, one: Decimal, other: Decimal, conditional: bool
) -> None:
    key = "payload"
    worse, better = sorted((one, other), reverse=op == "<=")
    parameter = parameters()[key]

    def answer(offered: Decimal) -> Answer:
        return compare(parameter, op, _number(key, wanted), _number(key, offered), conditional=conditional)

    assert RANK[answer(better).fit] >= RANK[answer(worse).fit]
    assert (answer(better).gap or 0) <= (answer(worse).gap or 0)


@given(FIGURES, FIGURES, st.sampled_from([">=", "<="]))
def test_a_figure_is_short_exactly_when_it_misses_and_by_what_it_misses(
    wanted: Decimal, offered: Decimal, op: str
) -> None:
    answer = compare(parameters()["payload"], op, _number("payload", wanted), _number("payload", offered))
    missing = wanted - offered if op == ">=" else offered - wanted
    spare = wanted * Decimal(str(TOLERANCE))
    if abs(missing - spare) > Decimal("1e-9"):
        assert (answer.fit is Fit.SHORT) == (missing > spare)
    assert answer.gap is None or abs(answer.gap - float(missing)) < 1e-6


@given(st.sampled_from(UNITS), st.integers(350, 9000), st.integers(350, 9000), st.sampled_from([">=", "<="]))
def test_the_unit_of_entry_never_changes_the_answer(
    unit: tuple[str, str, str, Fraction | int], wanted: int, offered: int, op: str
) -> None:
    key, entered, canonical, factor = unit
    parameter = parameters()[key]

    def both(number: int) -> tuple[Value, Value]:
        converted = Fraction(number) * factor
        typed = f"{Decimal(converted.numerator) / Decimal(converted.denominator):f}"
        return parse(parameter, str(number), canonical), parse(parameter, typed, entered)

    answers = {compare(parameter, op, w, o) for w in both(wanted) for o in both(offered)}
    assert len(answers) == 1


@given(st.integers(0, 6), st.integers(0, 9), st.integers(0, 6), st.integers(0, 9), st.integers(0, 6), st.integers(0, 9))
def test_a_tighter_enclosure_never_lowers_the_answer(a: int, b: int, c: int, d: int, up: int, upper: int) -> None:
    parameter = parameters()["ip_rating"]
    wanted, offered = parse(parameter, f"IP{a}{b}"), parse(parameter, f"IP{c}{d}")
    better = parse(parameter, f"IP{max(c, up)}{max(d, upper)}")
    before, after = compare(parameter, ">=", wanted, offered), compare(parameter, ">=", wanted, better)
    assert RANK[after.fit] >= RANK[before.fit]
    assert (before.fit is Fit.MET) == (c >= a and d >= b)


GROUPS, EPLS = ("IIA", "IIB", "IIC"), ("Gc", "Gb", "Ga")
MARK = st.tuples(st.integers(0, 2), st.integers(1, 6), st.integers(0, 2))


@given(MARK, MARK, MARK)
def test_a_stronger_explosion_mark_never_lowers_the_answer(
    wanted: tuple[int, int, int], offered: tuple[int, int, int], other: tuple[int, int, int]
) -> None:
    parameter = parameters()["ex_mark"]

    def mark(parts: tuple[int, int, int]) -> Value:
        return parse(parameter, f"Ex {GROUPS[parts[0]]} T{parts[1]} {EPLS[parts[2]]}")

    stronger = (max(offered[0], other[0]), max(offered[1], other[1]), max(offered[2], other[2]))
    before = compare(parameter, ">=", mark(wanted), mark(offered))
    after = compare(parameter, ">=", mark(wanted), mark(stronger))
    assert RANK[after.fit] >= RANK[before.fit]
    assert (before.fit is Fit.MET) == all(o >= w for o, w in zip(offered, wanted))


ENDS = st.tuples(st.integers(-60, 60), st.integers(0, 60), st.integers(0, 20), st.integers(0, 20))


@given(ENDS, st.integers(-60, 60), st.integers(0, 60))
def test_a_wider_range_never_covers_less(offered: tuple[int, int, int, int], low: int, width: int) -> None:
    parameter = parameters()["temperature"]
    start, length, down, up = offered
    wanted = parse(parameter, f"{low}~{low + width}")
    narrow = compare(parameter, "covers", wanted, parse(parameter, f"{start}~{start + length}"))
    wide = compare(parameter, "covers", wanted, parse(parameter, f"{start - down}~{start + length + up}"))
    assert RANK[wide.fit] >= RANK[narrow.fit]
    assert (wide.gap or 0) <= (narrow.gap or 0)


WORDS = st.sets(st.sampled_from(["5G", "Wi-Fi", "ROS 2", "OPC UA", "VDA 5050"]), min_size=1)


@given(WORDS, WORDS, WORDS, st.sampled_from(["superset", "any_of"]))
def test_more_items_never_lower_the_answer(wanted: set[str], offered: set[str], more: set[str], op: str) -> None:
    parameter = parameters()["comms"]
    asked = parse(parameter, ",".join(sorted(wanted)))
    before = compare(parameter, op, asked, parse(parameter, ",".join(sorted(offered))))
    after = compare(parameter, op, asked, parse(parameter, ",".join(sorted(offered | more))))
    assert RANK[after.fit] >= RANK[before.fit]
    assert set(after.missing) <= set(before.missing)
