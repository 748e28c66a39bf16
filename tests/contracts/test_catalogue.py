"""The English catalogue is complete: nothing missing, left over, fuzzy or half translated."""

from __future__ import annotations

from tests.contracts.catalogue import problems


def test_every_text_is_in_english_too() -> None:
    assert problems() == []
