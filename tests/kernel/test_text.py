"""Texts of people: what is cleaned away, what compares as the same, and when a translation is stale."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.text import Text, clean, fold


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  夜间 转运 \n", "夜间 转运"),
        ("一行\r\n二行\r三行", "一行\n二行\n三行"),
        ("a\x00b\x07c\x1bd\x7fe\x9ff", "abcdef"),
        ("制表\t符", "制表\t符"),
        ("safe\u202egpj.exe", "safegpj.exe"),
        ("\u2066左\u2069右\ufeff", "左右"),
        ("半\ud83d个", "半个"),
        ("机器人🤖", "机器人🤖"),
        ("\u3000全角空格\u3000", "全角空格"),
        ("", ""),
    ],
)
def test_what_cannot_be_read_is_cleaned_away_and_the_rest_stays(typed: str, kept: str) -> None:
    assert clean(typed) == kept


@given(st.text())
def test_a_cleaned_text_can_be_stored_and_is_clean(typed: str) -> None:
    once = clean(typed)
    once.encode()
    assert clean(once) == once
    assert "\r" not in once


def test_width_and_case_are_folded_for_comparing() -> None:
    assert fold("ＡＧＶ Ⅱ") == fold("agv ii")


def test_both_languages_written_together_are_fresh() -> None:
    text = Text.of("转运", "Transport")
    assert (text.source, text.is_stale) == ("zh", False)


def test_a_text_written_in_english_only_has_english_as_its_source() -> None:
    text = Text.of("", "Transport")
    assert (text.source, text.is_stale, text.best("zh"), text.language_shown("zh")) == ("en", False, "Transport", "en")


def test_a_translation_left_behind_becomes_stale() -> None:
    text = Text.of("转运", "Transport").revised("夜间转运", "Transport")
    assert text.is_stale
    assert (text.zh, text.en) == ("夜间转运", "Transport")


def test_a_stale_translation_stays_stale_while_nobody_touches_it() -> None:
    text = Text.of("转运", "Transport").revised("夜间转运", "Transport")
    assert text.revised("夜间转运", "Transport").is_stale
    assert text.revised("夜间药品转运", "Transport").is_stale


def test_a_translation_brought_up_to_date_is_fresh_again() -> None:
    text = Text.of("转运", "Transport").revised("夜间转运", "Transport")
    assert not text.revised("夜间转运", "Transport at night").is_stale


def test_a_source_put_back_makes_its_translation_fresh_again() -> None:
    text = Text.of("转运", "Transport").revised("夜间转运", "Transport")
    assert text.revised("转运", "Transport") == Text.of("转运", "Transport")


def test_both_edited_or_only_the_translation_edited_is_fresh() -> None:
    old = Text.of("转运", "Transport")
    assert not old.revised("夜间转运", "Night transport").is_stale
    assert not old.revised("转运", "Transportation").is_stale


def test_a_text_without_translation_is_never_stale() -> None:
    assert not Text.of("转运").revised("夜间转运", "").is_stale
    assert not Text.of("转运", "Transport").revised("夜间转运", "").is_stale


def test_staleness_survives_storing() -> None:
    text = Text.of("转运", "Transport").revised("夜间转运", "Transport")
    assert Text.from_json(text.as_json()) == text
    assert not Text.from_json({"zh": "转运", "en": "Transport"}).is_stale
    assert Text.from_json(None) == Text.of()


def test_an_empty_text_is_false_and_one_language_is_enough() -> None:
    assert not Text.of()
    assert Text.of("", "Transport")
    assert Text.of("转运", "Transport").best("en") == "Transport"
    assert Text.of("转运").best("en") == "转运"
