"""The unified social credit code: form, check characters and what people type instead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.organisations import uscc

VALID = [
    "91310118MA0DEM128D",
    "91310112MA0DEM136H",
    "91310113MA0DEM144T",
    "91310107MA0DEM1520",
    "123101040000DEM693",
    "52310101MJ0DEM171R",
    "91310115MA0D0013X0",
    "91310115MA0D0005XC",
]


@pytest.mark.parametrize("code", VALID)
def test_the_codes_of_the_design_are_valid_with_their_organisation_code(code: str) -> None:
    assert uscc.is_valid(code)
    assert uscc.has_organisation_check(code)


def test_a_remainder_of_nought_gives_the_check_character_0() -> None:
    assert uscc.check_character("91310115MA0D0013X") == "0"


def test_a_ten_in_the_organisation_code_is_written_x() -> None:
    assert uscc.organisation_check("91310115MA0D0013X0") == "X"


@pytest.mark.parametrize("code", VALID)
def test_any_other_check_character_is_refused(code: str) -> None:
    assert [c for c in uscc.ALPHABET if uscc.is_valid(code[:17] + c)] == [code[17]]


@given(st.sampled_from(VALID), st.integers(0, 16), st.sampled_from(uscc.ALPHABET))
def test_one_character_copied_wrongly_is_always_noticed(code: str, place: int, other: str) -> None:
    wrong = code[:place] + other + code[place + 1 :]
    assert uscc.is_valid(wrong) == (wrong == code)


@given(st.sampled_from(VALID), st.integers(0, 16))
def test_two_neighbours_swapped_are_always_noticed(code: str, place: int) -> None:
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert uscc.is_valid(swapped) == (swapped == code)


@pytest.mark.parametrize("code", ["", "9131011", "91310118MA0DEM128", "91310118MA0DEM128D1"])
def test_a_wrong_length_is_refused(code: str) -> None:
    assert not uscc.is_valid(code)


@pytest.mark.parametrize("letter", "IOSVZ")
def test_the_letters_that_look_like_figures_are_refused(letter: str) -> None:
    assert letter not in uscc.ALPHABET
    assert not uscc.is_valid(f"9131011{letter}MA0DEM128D")


@pytest.mark.parametrize(
    "typed",
    [
        "91310118ma0dem128d",
        " 9131 0118 MA0D EM12 8D ",
        "９１３１０１１８ＭＡ０ＤＥＭ１２８Ｄ",
        "91310118-MA0DEM12-8D",
        "91310118\u3000MA0DEM128D\n",
        "91310118\u00a0ma0dem128d",
    ],
)
def test_case_width_and_spaces_do_not_matter(typed: str) -> None:
    assert uscc.normalise(typed) == "91310118MA0DEM128D"


def test_the_first_eight_need_not_be_digits() -> None:
    first = "A1310118MA0DEM128"
    assert uscc.is_valid(first + uscc.check_character(first))


def test_an_organisation_code_that_does_not_hold_is_seen_beside_a_valid_code() -> None:
    first = "91310118MA0DEM129"
    code = first + uscc.check_character(first)
    assert uscc.is_valid(code)
    assert uscc.organisation_check(code) == "8"
    assert not uscc.has_organisation_check(code)
