"""The few ways in which an act can be refused; each maps to one HTTP status in ``web.errors``."""

from __future__ import annotations


class Refused(Exception):
    """An act was refused; ``message`` says to a person what to do next."""

    status = 400

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


class NotFound(Refused):
    """The row does not exist, or does not exist for this actor (404)."""

    status = 404


class Forbidden(Refused):
    """The actor sees the row but may not do this (403)."""

    status = 403


class Conflict(Refused):
    """The row's state does not allow this act now (409)."""

    status = 409


class Stale(Conflict):
    """Somebody else changed the row after the form was opened (409)."""


class Late(Conflict):
    """The deadline had passed when the request arrived (409)."""


class Invalid(Refused):
    """A value breaks a rule; ``field`` names where it was typed (422)."""

    status = 422

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class InvalidMany(Refused):
    """Several values break rules; ``errors`` maps a field to its message (422)."""

    status = 422

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(next(iter(errors.values()), ""))
        self.errors = errors
