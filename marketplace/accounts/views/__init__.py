"""Pages of accounts: signing in, one's own account, one's data, and the people whom an administrator looks after."""

from __future__ import annotations

from marketplace.accounts.views import account, data, people, second_factor, signing_in
from marketplace.accounts.views.blueprint import bp

__all__ = ["account", "bp", "data", "people", "second_factor", "signing_in"]
