"""Every text of a scenario that publication makes public: what is screened of a pool."""

from __future__ import annotations

from collections.abc import Iterator

from marketplace.challenges.content import TEXT_FIELDS, Bilingual, content_of
from marketplace.scenarios.models import Scenario
from marketplace.vocabulary.parameters import Value

FIGURES = ("number", "range", "bool")
"""Values in which nothing can be said of anybody."""


def texts_of(row: Scenario) -> Iterator[str]:
    """All that a person typed into it and that stands on a challenge's page: texts, site, how it is tested and measured,
    values in words, and the names of public attachments."""
    content = content_of(row)
    for name in TEXT_FIELDS:
        yield from _both(getattr(content, name))
    for said in content.site.values():
        yield from _both(said)
    for line in content.requirements:
        yield from (*_both(line.test), *_typed(line.typed))
    for metric in content.metrics:
        yield from (*_both(metric.method), *_both(metric.window), metric.baseline, *_typed(metric.typed))
    for attachment in row.files:
        if attachment.is_public:
            yield attachment.file.name


def _both(said: Bilingual) -> tuple[str, str]:
    return said.zh, said.en


def _typed(value: Value) -> tuple[str, ...]:
    return () if value.kind in FIGURES else (value.typed, *value.items)
