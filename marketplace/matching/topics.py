"""From a gap to a research topic (关键技术攻关): a draft scenario of kind R&D that says the gap with its figures.

The programme office owns its topics as any organisation owns its scenarios: the officer drafts for an organisation of
which it is an editor, and the intake check is a colleague's, as for everybody's own scenario. So a topic needs no right
of its own and takes no short cut (decision 0017).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from marketplace.fit.gaps import Gap
from marketplace.kernel import clock
from marketplace.kernel.actor import EDITORS, Actor
from marketplace.kernel.errors import Conflict, Forbidden, NotFound
from marketplace.kernel.i18n import LANGUAGES, force_language, language
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import Text
from marketplace.matching import gapmap
from marketplace.organisations import queries as organisations
from marketplace.organisations.models import Organisation
from marketplace.scenarios import services as scenarios
from marketplace.scenarios.entering import begin_once
from marketplace.scenarios.models import Kind, Level, Mode, Scenario
from marketplace.vocabulary.parameters import parameters
from marketplace.vocabulary.terms import label

WEIGHT = 5
MONTHS = 24
"""What a research topic may take (domain.md, defaults); the officer changes it where it is less."""


def owners(actor: Actor) -> list[Organisation]:
    """The organisations for which this officer may draft a topic."""
    return [o for o in organisations.mine(actor) if o.is_owner and o.id in actor.organisations(EDITORS)]


def reference(key: str) -> str:
    """Under what the topic of the gap that ``key`` names is known to its owner."""
    return f"gap-{hashlib.sha256(key.encode()).hexdigest()[:16]}"


def draft(actor: Actor, key: str, *, owner_id: int | None = None) -> tuple[Scenario, bool]:
    """A draft topic from the gap that ``key`` names, with the strictest figure that is asked as its one must, and whether
    it is new: a gap has one topic of an owner, to which a second click leads, until that is rejected or withdrawn.

    404 when there is no such gap, 409 when somebody meets it by now or the officer has no organisation to draft for.
    """
    if "officer" not in actor.roles:
        raise Forbidden(_("这一页给项目办公室的其他角色用，您的角色打不开。"))
    found = gapmap.current()
    gap = found.by_key.get(key)
    if gap is None:
        raise NotFound()
    if not gap.unmet:
        raise Conflict(_("已经有产品满足这项要求，不用攻关了。请刷新页面再看。"))
    own = owners(actor)
    if owner_id is not None:
        own = [o for o in own if o.id == owner_id]
    if not own:
        raise Conflict(_("您还不是任何场景方单位的编辑。请先在“我的单位”登记项目办公室并勾选“场景方”，再来立题。"))
    parameter = parameters()[gap.parameter]
    row, is_new = begin_once(
        actor, own[0].id, reference(key), title=_both(_title, gap), domain=gap.domain, task=gap.task
    )
    if not is_new:
        return row, False
    scenarios.edit(
        actor,
        row.id,
        kind=Kind.RND,
        mode=Mode.JOINT_RND,
        period_months=MONTHS,
        summary=_both(_summary, gap),
        situation=_both(_situation, gap),
    )
    must = scenarios.RequirementData(
        parameter=parameter.key, op=gap.op, value=gap.strictest.value, level=Level.MUST, weight=WEIGHT
    )
    scenarios.set_requirements(actor, row.id, [must])
    return row, True


def _both(say: Callable[[Gap], str], gap: Gap) -> Text:
    """What ``say`` says, in both languages."""
    found = {}
    for code in LANGUAGES:
        with force_language(code):
            found[code] = say(gap)
    return Text.of(found["zh"], found["en"])


def _asked(gap: Gap) -> str:
    name = parameters()[gap.parameter].label.best(language())
    return f"{name} {gapmap.written(gap.strictest.value, gap.parameter, gap.op)}"


def _title(gap: Gap) -> str:
    return _("关键技术攻关：%(asked)s", asked=_asked(gap))


def _summary(gap: Gap) -> str:
    """What is wanted, and how far the nearest product is from it."""
    return _(
        "%(task)s：%(asked)s，已发布的榜题里有 %(count)s 项提出而没有产品满足，%(gap)s。",
        task=label("task", gap.task).best(language()),
        asked=_asked(gap),
        count=gapmap.unmet_needs(gap),
        gap=gapmap.by_how_much(gap),
    )


def _situation(gap: Gap) -> str:
    """The figures of the gap, each as the gap map shows it on that day."""
    name = parameters()[gap.parameter].label.best(language())
    said = [
        _(
            "截至 %(day)s，平台上%(domain)s领域有 %(needs)s 项已发布的榜题对“%(name)s”提出要求，最严的是 %(asked)s。",
            day=clock.today().isoformat(),
            domain=label("domain", gap.domain).best(language()),
            needs=gap.needs,
            name=name,
            asked=gapmap.written(gap.strictest.value, gap.parameter, gap.op),
        ),
        _("同领域在册产品中有 %(stated)s 款写明这个参数，没有一款达到。", stated=gap.stated)
        if gap.stated
        else _("同领域在册产品没有一款写明这个参数。"),
    ]
    if gap.best is not None:
        best = gapmap.written(gap.best.value, gap.parameter)
        said.append(_("现有最好的是 %(best)s，%(gap)s。", best=best, gap=gapmap.by_how_much(gap)))
    others = gapmap.elsewhere(gap)
    if others:
        said.append(_("其他领域有产品满足其中 %(count)s 项，可先看能否移用。", count=others))
    return ("" if language() == "zh" else " ").join(said)
