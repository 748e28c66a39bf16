"""Whole numbers from addresses and hidden fields."""

from __future__ import annotations

from collections.abc import Iterable

from flask import request


def whole(typed: str | None) -> int | None:
    """A whole number that a database takes, or nothing: digits of other scripts and thirty-digit numbers are none."""
    return int(typed) if typed and typed.isascii() and typed.isdigit() and len(typed) < 10 else None


def asked_ids(name: str) -> list[int]:
    """The numbers that the address gives under ``name``, each once, at most forty."""
    return _each_once(request.args.getlist(name))[:40]


def sent_ids(name: str, most: int) -> list[int]:
    """The numbers that a form sends under ``name``, each once, at most ``most``."""
    return _each_once(request.form.getlist(name))[:most]


def _each_once(typed: Iterable[str]) -> list[int]:
    return list(dict.fromkeys(i for t in typed if (i := whole(t)) is not None))
