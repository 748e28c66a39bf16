"""Who acts: one value, built once per request, that the policies read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

EDITORS = frozenset({"manager", "editor"})
"""Member roles that may write on an organisation's behalf."""


@dataclass(frozen=True)
class Actor:
    """A person (or nobody, or the site itself) with all that rights depend on, loaded at once."""

    user_id: int | None = None
    name: str = ""
    roles: frozenset[str] = frozenset()
    memberships: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    is_system: bool = False

    @property
    def is_signed_in(self) -> bool:
        """Whether a person with an account acts."""
        return self.user_id is not None

    @property
    def is_staff(self) -> bool:
        """Whether the person works for the programme in any role."""
        return bool(self.roles)

    def organisations(self, member_roles: frozenset[str] | None = None) -> frozenset[int]:
        """Ids of the organisations the person belongs to, only those with one of ``member_roles`` if given."""
        return frozenset(o for o, role in self.memberships.items() if member_roles is None or role in member_roles)

    @cached_property
    def keys(self) -> frozenset[str]:
        """The audience keys that a search document may carry and this actor holds."""
        if self.is_system:
            return frozenset({"system"})
        found = {"any"}
        if self.is_signed_in:
            found |= {"signed-in", f"user:{self.user_id}"}
        found |= {f"role:{role}" for role in self.roles}
        for organisation, role in self.memberships.items():
            found |= {f"org:{organisation}", f"org:{organisation}:{role}"}
        return frozenset(found)


NOBODY = Actor()
SYSTEM = Actor(name="system", is_system=True)
"""The site itself: the worker opening, timing and seeding. No policy grants it by accident; rules name it."""
