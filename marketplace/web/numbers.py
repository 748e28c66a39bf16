"""Whole numbers from addresses and hidden fields."""

from __future__ import annotations

from flask import request


def whole(typed: str | None) -> int | None:
    """A whole number that a database takes, or nothing: digits of other scripts and thirty-digit numbers are none."""
    return int(typed) if typed and typed.isascii() and typed.isdigit() and len(typed) < 10 else None


def asked_ids(name: str) -> list[int]:
    """The numbers that the address gives under ``name``, each once, at most forty."""
    found = (whole(typed) for typed in request.args.getlist(name))
    return list(dict.fromkeys(i for i in found if i is not None))[:40]
