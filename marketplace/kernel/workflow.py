"""State machines as tables. A state is written by ``Workflow.fire`` and by nothing else."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import object_session

from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict
from marketplace.kernel.i18n import gettext as _

_firing: ContextVar[object | None] = ContextVar("firing", default=None)


@dataclass(frozen=True)
class Step:
    """One legal move: its name, from which states, to which."""

    name: str
    sources: tuple[enum.Enum, ...]
    to: enum.Enum


def step(name: str, *sources: enum.Enum, to: enum.Enum) -> Step:
    """Declare a move from any of ``sources`` to ``to``."""
    return Step(name, sources, to)


@dataclass(frozen=True)
class Transition:
    """A move that was made, told to the listeners (the audit log) in the same transaction."""

    subject: str
    row: Any
    name: str
    source: str
    to: str
    actor: Actor
    reason: str


_listeners: list[Callable[[Transition], None]] = []
WORKFLOWS: dict[str, Workflow] = {}


def on_transition(listener: Callable[[Transition], None]) -> None:
    """Tell ``listener`` of every transition before the commit."""
    if listener not in _listeners:
        _listeners.append(listener)


class Workflow:
    """A named table of steps for one model's ``state`` column."""

    def __init__(self, subject: str, initial: enum.Enum, *steps: Step) -> None:
        self.subject = subject
        self.initial = initial
        self.steps = steps
        self.model: type[Any] | None = None
        names = [s.name for s in steps]
        if len(set(names)) != len(names):
            raise ValueError(f"{subject}: a step is declared twice")
        WORKFLOWS[subject] = self

    def __getitem__(self, name: str) -> Step:
        return next(s for s in self.steps if s.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all steps."""
        return tuple(s.name for s in self.steps)

    def attach(self, model: type[Any]) -> None:
        """Guard ``model.state``: new rows start in the initial state, later writes come from ``fire`` only."""
        self.model = model

        @event.listens_for(model, "init")
        def start(target: Any, _args: Any, kwargs: dict[str, Any]) -> None:
            if "state" in kwargs:
                raise ValueError("a row starts in its workflow's initial state")
            token = _firing.set(target)
            target.state = self.initial
            _firing.reset(token)

        @event.listens_for(model.state, "set")
        def guard(target: Any, value: Any, old: Any, _initiator: Any) -> None:
            if _firing.get() is not target:
                raise RuntimeError(f"{self.subject}: the state is written by the workflow only")

    def allows(self, row: Any, name: str) -> bool:
        """Whether the table holds this move from the row's present state."""
        return row.state in self[name].sources

    def fire(self, row: Any, name: str, *, actor: Actor, reason: str = "") -> None:
        """Make the move, or refuse it with ``Conflict`` when the table does not hold it from here.

        The state counts as it is now, not as it was when the row was read: of two people who decide at the same moment
        the second waits for the first and is refused.
        """
        move = self[name]
        _read_state_again(row)
        if row.state not in move.sources:
            raise _moved_on()
        source = row.state
        token = _firing.set(row)
        try:
            row.state = move.to
        finally:
            _firing.reset(token)
        work = object_session(row)
        if work is not None:
            work.flush()
        for listener in _listeners:
            listener(Transition(self.subject, row, name, source.value, move.to.value, actor, reason))

    def diagram(self) -> str:
        """The table as a Mermaid state diagram."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial.value}"]
        for move in self.steps:
            lines += [f"    {s.value} --> {move.to.value}: {move.name}" for s in move.sources]
        return "\n".join(lines)


def _read_state_again(row: Any) -> None:
    work = object_session(row)
    if work is None or not inspect(row).persistent:
        return
    try:
        with work.no_autoflush:
            work.refresh(row, ["state"], with_for_update={"key_share": True})
    except InvalidRequestError as gone:  # the row was deleted meanwhile
        raise _moved_on() from gone


def _moved_on() -> Conflict:
    return Conflict(_("这一步现在不能做：状态已经变了。请刷新页面，看看最新情况。"))


def legal(steps: Iterable[Step], state: enum.Enum) -> list[str]:
    """Names of the moves that are legal from ``state``."""
    return [s.name for s in steps if state in s.sources]
