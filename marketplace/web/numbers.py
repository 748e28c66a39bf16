"""Whole numbers from addresses and hidden fields."""

from __future__ import annotations


def whole(typed: str | None) -> int | None:
    """A whole number that a database takes, or nothing: digits of other scripts and thirty-digit numbers are none."""
    return int(typed) if typed and typed.isascii() and typed.isdigit() and len(typed) < 10 else None
