"""Officers report; everybody reads."""

from __future__ import annotations

from marketplace.dashboard.models import Figure
from marketplace.kernel.policy import Anyone, Grant, Policy, Role, Rule

FIGURE = Policy(Figure, view=Rule(Grant(Anyone())), report=Rule(Grant(Role("officer"))))
