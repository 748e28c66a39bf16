"""Organisations, memberships and invitations."""

from __future__ import annotations

import enum
from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy import Text as LongText
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.infra.files.models import StoredFile
from marketplace.kernel.db import Base, Identified, Revised, UTCDateTime, choice
from marketplace.kernel.text import Text, TextType
from marketplace.organisations.states import LIFECYCLE, State

INVITATION_LIFE = timedelta(days=7)
HANDOVER_LIFE = timedelta(days=7)
VERIFICATION_DAYS = 5
"""In how many working days staff verify an organisation."""


HELD = "state IN ('submitted','verified','suspended')"


class MemberRole(enum.Enum):
    """What a member may do: read, write, or also invite and submit identity."""

    MANAGER = "manager"
    EDITOR = "editor"
    VIEWER = "viewer"


class Organisation(Identified, Revised, Base):
    """A scenario owner, vendor or service body, or several of these at once."""

    __tablename__ = "organisation"
    # A code belongs to whoever showed the licence. A draft holds nothing, or a stranger could keep a firm out with its own code.
    __table_args__ = (
        Index("ix_organisation_code_held", "uscc", unique=True, sqlite_where=text(HELD), postgresql_where=text(HELD)),
        Index("ix_organisation_uscc", "uscc"),
    )

    name: Mapped[Text] = mapped_column(TextType)
    uscc: Mapped[str] = mapped_column(String(18))
    is_owner: Mapped[bool] = mapped_column(default=False)
    is_vendor: Mapped[bool] = mapped_column(default=False)
    is_service_body: Mapped[bool] = mapped_column(default=False)
    is_recommending_body: Mapped[bool] = mapped_column(default=False)
    district: Mapped[str] = mapped_column(String(6))
    about: Mapped[Text] = mapped_column(TextType)
    contact_name: Mapped[str] = mapped_column(String(80), default="")
    contact_email: Mapped[str] = mapped_column(String(254), default="")
    contact_phone: Mapped[str] = mapped_column(String(40), default="")
    licence_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    state: Mapped[State] = mapped_column(choice(State))
    state_reason: Mapped[str] = mapped_column(LongText, default="")
    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    verified_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    licence: Mapped[StoredFile | None] = relationship()
    members: Mapped[list[Membership]] = relationship(back_populates="organisation", order_by="Membership.id")

    @hybrid_property
    def is_verified(self) -> bool:
        """Whether staff have verified it."""
        return self.state == State.VERIFIED

    @property
    def kinds(self) -> tuple[str, ...]:
        """Its kinds, in order."""
        flags = (
            ("owner", self.is_owner),
            ("vendor", self.is_vendor),
            ("service_body", self.is_service_body),
            ("recommending_body", self.is_recommending_body),
        )
        return tuple(kind for kind, yes in flags if yes)


LIFECYCLE.attach(Organisation)


class ScopeEntry(Identified, Base):
    """What a recommending body answers for: a district, or a named member organisation. Each has one body at most."""

    __tablename__ = "scope_entry"
    __table_args__ = (CheckConstraint("(district IS NULL) != (organisation_id IS NULL)", name="either"),)

    body_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    district: Mapped[str | None] = mapped_column(String(6), unique=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), unique=True)


class Membership(Identified, Base):
    """A person in an organisation."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("organisation_id", "user_id"),)

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    role: Mapped[MemberRole] = mapped_column(choice(MemberRole))

    organisation: Mapped[Organisation] = relationship(back_populates="members")


class Invitation(Identified, Base):
    """An invitation by e-mail, open until it is accepted, taken back or a week old."""

    __tablename__ = "invitation"

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    email: Mapped[str] = mapped_column(String(254))
    role: Mapped[MemberRole] = mapped_column(choice(MemberRole))
    language: Mapped[str] = mapped_column(String(2), default="zh")
    invited_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    organisation: Mapped[Organisation] = relationship()


class Handover(Identified, Base):
    """A manager's offer to hand over to another member, open until it is answered, taken back or a week old.

    ``afterwards`` is the former manager's role once it is accepted; nothing means that they leave.
    """

    __tablename__ = "handover"
    __table_args__ = (
        CheckConstraint("accepted_at IS NULL OR ended_at IS NULL", name="answered_once"),
        CheckConstraint("from_id <> to_id", name="two_people"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    from_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    afterwards: Mapped[MemberRole | None] = mapped_column(choice(MemberRole))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    organisation: Mapped[Organisation] = relationship()
