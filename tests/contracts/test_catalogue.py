"""The English catalogue is complete: nothing missing, left over, fuzzy or half translated."""

from __future__ import annotations

import pytest

from tests.contracts.catalogue import has_lone_percent, problems


def test_every_text_is_in_english_too() -> None:
    assert problems() == []


@pytest.mark.parametrize(
    ("text", "from_template", "breaks"),
    [
        ("10 % becomes 0.1", True, True),
        ("10 % size", True, True),
        ("10 % becomes 0.1", False, False),
        ("%(n)s of 10 % are gone", False, True),
        ("%(n)s%% complete", True, False),
        ("10%% becomes 0.1", True, False),
    ],
)
def test_a_lone_percent_sign_is_found_where_a_text_is_filled_in(text: str, from_template: bool, breaks: bool) -> None:
    assert has_lone_percent(text, from_template=from_template) == breaks
