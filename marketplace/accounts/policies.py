"""Who may see, change and end what of an account."""

from __future__ import annotations

from marketplace.accounts.models import KnownDevice, SignIn, User, UserSession
from marketplace.kernel.policy import Grant, Person, Policy, Role, Rule, System

administrator = Grant(Role("administrator"))
oneself = Grant(Person(User.id))
the_site = Grant(System())

USER = Policy(
    User,
    view=Rule(oneself, administrator),
    edit=Rule(oneself),
    set_roles=Rule(administrator),
    reset_second_factor=Rule(administrator, the_site),
    deactivate=Rule(oneself),
    reactivate=Rule(oneself),
    block=Rule(administrator),
    unblock=Rule(administrator),
    ask_deletion=Rule(oneself),
    keep=Rule(oneself, the_site),
    delete=Rule(the_site),
)
SESSION = Policy(
    UserSession, view=Rule(Grant(Person(UserSession.user_id))), end=Rule(Grant(Person(UserSession.user_id)))
)
SIGN_IN = Policy(SignIn, view=Rule(Grant(Person(SignIn.user_id))))
DEVICE = Policy(KnownDevice, view=Rule(Grant(Person(KnownDevice.user_id))))
