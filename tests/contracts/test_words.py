"""Whatever the program can do or be has a word for its readers: acts in the audit, states on marks."""

from __future__ import annotations

import dataclasses

import marketplace.features  # noqa: F401
from marketplace.console import words
from marketplace.infra.audit.models import AuditRow
from marketplace.kernel import events
from marketplace.kernel.workflow import WORKFLOWS
from marketplace.vocabulary.helpers import STATE_WORDS

SHOWN_BY_A_PUBLIC_STATE = {"challenge", "round", "notice"}
"""Readers are told a small vocabulary of these; a test of each feature holds that."""


def test_every_step_of_every_workflow_has_a_word_in_the_audit() -> None:
    steps = {f"{subject}.{name}" for subject, table in WORKFLOWS.items() for name in table.names}
    assert steps - set(words.STEPS) == set()
    assert set(words.STEPS) - steps == set()
    assert set(WORKFLOWS) - set(words.SUBJECTS) == set()


def test_every_audited_event_has_a_word_in_the_audit() -> None:
    abstract = {c.__bases__[0].__name__ for c in events._by_name.values()}
    audited = {name for name, kind in events._by_name.items() if kind.audited and name not in abstract}
    assert audited - set(words.EVENTS) == set()
    assert set(words.EVENTS) - audited == set()


def test_what_an_event_of_the_audit_happened_to_has_a_word() -> None:
    named = set()
    for name in words.EVENTS:
        kind = events.event_named(name)
        ids = {f.name: 7 for f in dataclasses.fields(kind) if f.name.endswith("_id")}
        word = words.object_word(AuditRow(subject=name, subject_id=7, data=ids))
        assert word in {str(w) for w in words.SUBJECTS.values()}, name
        named.add(word)
    assert {"账号", "单位", "榜题", "家庭需要"} <= named


def _states(subject: str) -> set[str]:
    return {s.value for step in WORKFLOWS[subject].steps for s in (*step.sources, step.to)}


def test_every_state_has_a_word() -> None:
    named = {"bid_stage": "stage", "decision": ""}
    for subject in WORKFLOWS:
        kind = named.get(subject, subject)
        if kind and kind not in SHOWN_BY_A_PUBLIC_STATE:
            assert _states(subject) - set(STATE_WORDS[kind]) == set(), subject


def test_every_state_has_a_word_in_the_audit() -> None:
    assert {s: _states(s) - set(words.words_of_states(s)) for s in WORKFLOWS} == {s: set() for s in WORKFLOWS}
