"""What happens to accounts. All are audited here, since an account has no workflow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from marketplace.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class AccountEvent(Event):
    """Something about one account."""

    audited: ClassVar[bool] = True

    user_id: int


class Registered(AccountEvent):
    """Somebody registered; the address is not confirmed yet."""


class RegisteredAgain(AccountEvent):
    """Somebody registered with an address that has an account already."""


class Confirmed(AccountEvent):
    """The address was confirmed by its link."""


class SignedIn(AccountEvent):
    """A person signed in."""


class SignInFailed(AccountEvent):
    """A wrong password was given for an account."""


class LockedOut(AccountEvent):
    """Too many wrong passwords in a row."""


class ResetAsked(AccountEvent):
    """Somebody asked for a new password."""


class PasswordChanged(AccountEvent):
    """The password was changed; all other sessions ended."""


class SessionsEnded(AccountEvent):
    """One or all sessions were ended by their owner."""


@dataclass(frozen=True, kw_only=True)
class RoleChanged(AccountEvent):
    """An administrator gave or took a staff role."""

    role: str
    given: bool
