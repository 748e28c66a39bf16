"""What happens to accounts. What no workflow step records is audited here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from marketplace.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class AccountFact(Event):
    """Something about one account that a workflow step has put into the audit already."""

    user_id: int


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


@dataclass(frozen=True, kw_only=True)
class NewDevice(AccountEvent):
    """A person who had signed in elsewhere before signed in with a browser not seen before."""

    sign_in_id: int


class SignInFailed(AccountEvent):
    """A wrong password was given for an account."""


class LockedOut(AccountEvent):
    """Too many wrong passwords in a row."""


class CodeFailed(AccountEvent):
    """After the right password a wrong code was given."""


class CodeLockedOut(AccountEvent):
    """Too many wrong codes in a row, by somebody who knows the password."""


class SecondFactorOn(AccountEvent):
    """An authenticator app was confirmed by its first code."""


class SecondFactorOff(AccountEvent):
    """The person turned the second factor off."""


class RecoveryCodesMade(AccountEvent):
    """New recovery codes took the place of the old."""


@dataclass(frozen=True, kw_only=True)
class RecoveryCodeUsed(AccountEvent):
    """A recovery code was used in the place of the app."""

    left: int


@dataclass(frozen=True, kw_only=True)
class SecondFactorReset(AccountEvent):
    """An administrator took a person's second factor away, so that the person can set up another."""

    reason: str


class Proved(AccountEvent):
    """The person proved anew who it is, before a weighty act."""


class ResetAsked(AccountEvent):
    """Somebody asked for a new password."""


class PasswordChanged(AccountEvent):
    """The password was changed; all other sessions ended."""


class SessionsEnded(AccountEvent):
    """One or all sessions were ended by their owner."""


class DataExported(AccountEvent):
    """The person took a copy of what the site holds of them."""


@dataclass(frozen=True, kw_only=True)
class RoleChanged(AccountEvent):
    """An administrator gave or took a staff role."""

    role: str
    given: bool


class AccountDeactivated(AccountFact):
    """The person put the account out of use."""


class AccountReactivated(AccountFact):
    """The person took the account back into use by signing in."""


class AccountBlocked(AccountFact):
    """An administrator shut the account."""


class AccountUnblocked(AccountFact):
    """An administrator opened the account again."""


class DeletionAsked(AccountFact):
    """The person asked for the account to be deleted in a week."""


class DeletionWithdrawn(AccountFact):
    """The person changed their mind."""


class DeletionStopped(AccountFact):
    """On the day something still had to be handed over, so nothing was deleted."""


class AccountDeleted(AccountFact):
    """Name, address and all that only served the person are gone."""
