"""A challenge as a search document."""

from __future__ import annotations

from typing import Any

from marketplace.challenges import events
from marketplace.challenges.models import Challenge
from marketplace.challenges.policies import CHALLENGE
from marketplace.infra.search.documents import Document, document
from marketplace.vocabulary.parameters import parameters, shown
from marketplace.vocabulary.terms import label

REFRESH = dict.fromkeys(
    (
        events.ChallengePublished,
        events.ChallengeExtended,
        events.ChallengeSuspended,
        events.ChallengeResumed,
        events.ChallengeCancelled,
        events.ChallengeMoved,
    ),
    "challenge_id",
)


@document("challenge", model=Challenge, policy=CHALLENGE, refresh_on=REFRESH)
def challenge_document(row: Challenge) -> Document | None:
    """Title, texts, requirements and owner, in both languages; drafts are not searched."""
    if not row.versions or row.published_at is None or row.closes_at is None:
        return None
    content = row.content
    figures = []
    for requirement in content.requirements:
        parameter = parameters().get(requirement.parameter)
        if parameter is None:
            continue
        for language in ("zh", "en"):
            figure, unit = shown(requirement.typed, parameter, language)
            figures.append(f"{parameter.label.best(language)} {figure} {unit} {getattr(requirement.test, language)}")
    texts: tuple[Any, ...] = (
        content.summary,
        content.situation,
        content.workflow,
        content.objects,
        content.volumes,
        *content.site.values(),
    )
    names: tuple[Any, ...] = (
        label("domain", row.domain),
        label("task", row.task),
        label("district", row.district),
        row.owner.name,
    )
    return Document(
        title=(content.title.zh, content.title.en, row.number),
        body=(*(t for text in (*texts, *names) for t in (text.zh, text.en)), *figures),
        facets={
            "domain": (row.domain,),
            "task": (row.task,),
            "district": (row.district,),
            "mode": (row.mode,),
            "consortium": ("yes" if row.consortium else "no",),
            "state": (row.state.value,),
        },
        numbers={
            "closes": row.closes_at.timestamp(),
            "published": row.published_at.timestamp(),
            "budget": float(row.budget_max or 0),
            "period": float(row.period_months or 0),
        },
        keys=CHALLENGE.keys(row),
    )
