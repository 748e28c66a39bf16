"""Who may see and end what of an account."""

from __future__ import annotations

from marketplace.accounts.models import User, UserSession
from marketplace.kernel.policy import Grant, Person, Policy, Role, Rule

administrator = Grant(Role("administrator"))

USER = Policy(
    User,
    view=Rule(Grant(Person(User.id)), administrator),
    edit=Rule(Grant(Person(User.id))),
    set_roles=Rule(administrator),
)
SESSION = Policy(
    UserSession, view=Rule(Grant(Person(UserSession.user_id))), end=Rule(Grant(Person(UserSession.user_id)))
)
