"""Officers make rounds; from its opening on a round is everybody's."""

from __future__ import annotations

from marketplace.kernel.policy import Anyone, Grant, Policy, Role, Rule
from marketplace.rounds.models import Round

officer = Grant(Role("officer"))

ROUND = Policy(
    Round,
    view=Rule(Grant(Anyone(), when="is_public"), officer, Grant(Role("auditor"))),
    edit=Rule(officer),
    open=Rule(officer),
    close=Rule(officer),
    archive=Rule(officer),
)
