"""Users, their staff roles, sessions, second factors, devices and sign-ins."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy import Text as LongText
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.states import LIFECYCLE, State
from marketplace.kernel.db import Base, Identified, UTCDateTime, choice


class StaffRole(enum.Enum):
    """Separate roles of the programme office; nobody needs two of them for one act."""

    OFFICER = "officer"
    REVIEWER = "reviewer"
    EXPERT = "expert"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Outcome(enum.Enum):
    """What became of an attempt to sign in."""

    SIGNED_IN = "signed_in"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - no password
    WRONG_CODE = "wrong_code"
    LOCKED = "locked"


class Method(enum.Enum):
    """What proved a person beside the password."""

    NONE = "none"
    APP = "app"
    RECOVERY = "recovery"


class User(Identified, Base):
    """A person with an account."""

    __tablename__ = "user_account"
    __table_args__ = (CheckConstraint("(state = 'deleted') = (deleted_at IS NOT NULL)", name="deleted_at"),)

    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    password_hash: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(2), default="zh")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    failed_sign_ins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    state: Mapped[State] = mapped_column(choice(State), server_default="active")
    state_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    state_reason: Mapped[str] = mapped_column(LongText, default="", server_default="")
    # Where the receipt of a deletion goes; emptied once it was sent.
    receipt_to: Mapped[str] = mapped_column(String(254), default="", server_default="")
    deleted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    roles: Mapped[list[UserRole]] = relationship(back_populates="user", cascade="all, delete-orphan")
    second_factor: Mapped[SecondFactor | None] = relationship(back_populates="user")

    @hybrid_property
    def hears(self) -> bool:
        """Whether ordinary mails are sent: not to somebody who has left, or may not come in."""
        return self.state in (State.ACTIVE, State.LEAVING)

    @hears.inplace.expression
    @classmethod
    def _hears(cls) -> Any:
        return cls.state.in_((State.ACTIVE, State.LEAVING))

    @property
    def has_second_factor(self) -> bool:
        """Whether a code is asked for beside the password."""
        return self.second_factor is not None and self.second_factor.confirmed_at is not None


LIFECYCLE.attach(User)


class UserRole(Identified, Base):
    """A staff role of one person."""

    __tablename__ = "user_role"
    __table_args__ = (UniqueConstraint("user_id", "role"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    role: Mapped[StaffRole] = mapped_column(choice(StaffRole))

    user: Mapped[User] = relationship(back_populates="roles")


class UserSession(Identified, Base):
    """One sign-in on one device; ending the row ends the session at its next request."""

    __tablename__ = "user_session"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    proved_at: Mapped[datetime] = mapped_column(UTCDateTime)
    address: Mapped[str] = mapped_column(String(60), default="")
    device: Mapped[str] = mapped_column(String(300), default="")
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    user: Mapped[User] = relationship()


class SecondFactor(Identified, Base):
    """A person's authenticator app (TOTP, RFC 6238). It counts once a first code has confirmed it."""

    __tablename__ = "second_factor"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), unique=True)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # The newest 30-second step whose code was taken: no code is taken twice.
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    failed: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UTCDateTime)

    user: Mapped[User] = relationship(back_populates="second_factor")


class RecoveryCode(Identified, Base):
    """A one-time code for somebody without the phone; only its keyed hash is kept."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("user_id", "code_hash"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class KnownDevice(Identified, Base):
    """A browser in which a person has signed in before, known by the hash of its long-lived cookie."""

    __tablename__ = "known_device"
    __table_args__ = (UniqueConstraint("user_id", "token_hash"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(String(64))
    device: Mapped[str] = mapped_column(String(300), default="")
    first_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class SignIn(Identified, Base):
    """One attempt to sign in to an account, successful or not; kept for a year."""

    __tablename__ = "sign_in"
    __table_args__ = (Index("ix_sign_in_person", "user_id", "at"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    outcome: Mapped[Outcome] = mapped_column(choice(Outcome))
    method: Mapped[Method] = mapped_column(choice(Method))
    new_device: Mapped[bool] = mapped_column(default=False)
    address: Mapped[str] = mapped_column(String(60), default="")
    device: Mapped[str] = mapped_column(String(300), default="")
