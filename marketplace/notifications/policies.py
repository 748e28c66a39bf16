"""Everybody reads the own inbox only."""

from __future__ import annotations

from marketplace.kernel.policy import Grant, Person, Policy, Rule
from marketplace.notifications.models import InboxItem

INBOX = Policy(InboxItem, view=Rule(Grant(Person(InboxItem.user_id))), read=Rule(Grant(Person(InboxItem.user_id))))
