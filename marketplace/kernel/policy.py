"""Permissions, written once and read three ways: ``allows`` a row, ``where`` of a query, ``keys`` of a search document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, false, or_, true
from sqlalchemy.orm import InstrumentedAttribute

from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Forbidden
from marketplace.kernel.i18n import gettext as _


class Audience(Protocol):
    """Some actors, possibly depending on the row."""

    def allows(self, actor: Actor, row: Any) -> bool: ...
    def where(self, actor: Actor) -> ColumnElement[bool]: ...
    def keys(self, row: Any) -> frozenset[str]: ...


@dataclass(frozen=True)
class Anyone:
    """Everybody, signed in or not."""

    def allows(self, actor: Actor, row: Any) -> bool:
        return not actor.is_system

    def where(self, actor: Actor) -> ColumnElement[bool]:
        return true() if not actor.is_system else false()

    def keys(self, row: Any) -> frozenset[str]:
        return frozenset({"any"})


@dataclass(frozen=True)
class SignedIn:
    """Everybody with an account."""

    def allows(self, actor: Actor, row: Any) -> bool:
        return actor.is_signed_in

    def where(self, actor: Actor) -> ColumnElement[bool]:
        return true() if actor.is_signed_in else false()

    def keys(self, row: Any) -> frozenset[str]:
        return frozenset({"signed-in"})


@dataclass(frozen=True, init=False)
class Role:
    """Programme staff in one of the named roles."""

    names: frozenset[str]

    def __init__(self, *names: str) -> None:
        object.__setattr__(self, "names", frozenset(names))

    def allows(self, actor: Actor, row: Any) -> bool:
        return bool(self.names & actor.roles)

    def where(self, actor: Actor) -> ColumnElement[bool]:
        return true() if self.names & actor.roles else false()

    def keys(self, row: Any) -> frozenset[str]:
        return frozenset(f"role:{name}" for name in self.names)


@dataclass(frozen=True)
class System:
    """The site itself, acting by the clock."""

    def allows(self, actor: Actor, row: Any) -> bool:
        return actor.is_system

    def where(self, actor: Actor) -> ColumnElement[bool]:
        return true() if actor.is_system else false()

    def keys(self, row: Any) -> frozenset[str]:
        return frozenset({"system"})


@dataclass(frozen=True, init=False)
class MembersOf:
    """Members of the organisation that a column names, with one of ``roles`` if given."""

    column: InstrumentedAttribute[Any]
    roles: frozenset[str] | None

    def __init__(self, column: Any, roles: frozenset[str] | None = None) -> None:
        object.__setattr__(self, "column", column)
        object.__setattr__(self, "roles", roles)

    def allows(self, actor: Actor, row: Any) -> bool:
        return getattr(row, self.column.key) in actor.organisations(self.roles)

    def where(self, actor: Actor) -> ColumnElement[bool]:
        ids = actor.organisations(self.roles)
        return self.column.in_(sorted(ids)) if ids else false()

    def keys(self, row: Any) -> frozenset[str]:
        organisation = getattr(row, self.column.key)
        if self.roles is None:
            return frozenset({f"org:{organisation}"})
        return frozenset(f"org:{organisation}:{role}" for role in self.roles)


@dataclass(frozen=True, init=False)
class Person:
    """The person that a column names."""

    column: InstrumentedAttribute[Any]

    def __init__(self, column: Any) -> None:
        object.__setattr__(self, "column", column)

    def allows(self, actor: Actor, row: Any) -> bool:
        return actor.user_id is not None and getattr(row, self.column.key) == actor.user_id

    def where(self, actor: Actor) -> ColumnElement[bool]:
        return self.column == actor.user_id if actor.user_id is not None else false()

    def keys(self, row: Any) -> frozenset[str]:
        return frozenset({f"user:{getattr(row, self.column.key)}"})


@dataclass(frozen=True)
class Grant:
    """An audience, with an optional condition: the name of a hybrid of the row that must be true."""

    audience: Audience
    when: str | None = None

    def allows(self, actor: Actor, row: Any) -> bool:
        return self.audience.allows(actor, row) and (self.when is None or bool(getattr(row, self.when)))

    def where(self, actor: Actor, model: type[Any]) -> ColumnElement[bool]:
        expression = self.audience.where(actor)
        return expression if self.when is None else and_(expression, getattr(model, self.when))

    def keys(self, row: Any) -> frozenset[str]:
        if self.when is not None and not getattr(row, self.when):
            return frozenset()
        return self.audience.keys(row)


@dataclass(frozen=True, init=False)
class Rule:
    """Any of the grants opens it; any of ``unless`` beats them all."""

    grants: tuple[Grant, ...]
    unless: tuple[Grant, ...]

    def __init__(self, *grants: Grant, unless: tuple[Grant, ...] = ()) -> None:
        object.__setattr__(self, "grants", grants)
        object.__setattr__(self, "unless", unless)

    def allows(self, actor: Actor, row: Any) -> bool:
        return any(g.allows(actor, row) for g in self.grants) and not any(u.allows(actor, row) for u in self.unless)

    def where(self, actor: Actor, model: type[Any]) -> ColumnElement[bool]:
        granted = or_(false(), *(g.where(actor, model) for g in self.grants))
        if not self.unless:
            return granted
        return and_(granted, *(~u.where(actor, model) for u in self.unless))

    def keys(self, row: Any) -> frozenset[str]:
        return frozenset().union(*(g.keys(row) for g in self.grants))


POLICIES: dict[type[Any], Policy] = {}


class Policy:
    """The rules of one model: a ``view`` rule and one for every act."""

    def __init__(self, model: type[Any], *, view: Rule, **rules: Rule) -> None:
        self.model = model
        self.rules: dict[str, Rule] = {"view": view, **rules}
        POLICIES[model] = self

    def allows(self, actor: Actor, act: str, row: Any) -> bool:
        """Whether ``actor`` may do ``act`` to ``row``; an act without a rule is a programming error."""
        return self.rules[act].allows(actor, row)

    def require(self, actor: Actor, act: str, row: Any) -> None:
        """Nothing, or ``Forbidden``."""
        if not self.allows(actor, act, row):
            raise Forbidden(_("您的账号不能做这一步。如果应当可以，请联系本单位的管理员或项目办公室。"))

    def where(self, actor: Actor, act: str = "view") -> ColumnElement[bool]:
        """The rows that ``actor`` may ``act`` on, as a condition for a query."""
        return self.rules[act].where(actor, self.model)

    def keys(self, row: Any) -> frozenset[str]:
        """The audience keys that may see ``row``, for a search document."""
        return self.rules["view"].keys(row)


def can(actor: Actor, act: str, row: Any) -> bool:
    """The policy's answer for templates: ``can(actor, "publish", challenge)``."""
    return POLICIES[type(row)].allows(actor, act, row)
