"""Rows of typed values as a page sends them: parameter, value, unit and what else the row asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from marketplace.kernel.text import clean
from marketplace.vocabulary.parameters import BadValue, Parameter, Value, parameters, parse

MOST = 60


@dataclass
class Entry:
    """One row as typed, with its value or what is wrong with it."""

    parameter: Parameter
    typed: str = ""
    unit: str = ""
    counted: str = ""
    extra: dict[str, str] = field(default_factory=dict)
    value: Value | None = None
    error: str = ""
    is_new: bool = False
    """Just added by the person, who is about to fill it in."""
    suggested: bool = False
    """Put there by the site: it counts only once it is filled in."""

    def check(self) -> None:
        """Read the typed value; ``error`` says what to type instead."""
        try:
            self.value, self.error = parse(self.parameter, self.typed, self.unit, self.counted), ""
        except BadValue as problem:
            self.value, self.error = None, str(problem)


def read(
    form: Mapping[str, str], extra: Sequence[str] = (), *, lists: Mapping[str, Sequence[str]] | None = None
) -> list[Entry]:
    """The rows of a sent page (``rows-0-parameter``, ``rows-0-value`` …), unknown parameters left out, values checked."""
    found: list[Entry] = []
    for number in range(MOST):
        key = form.get(f"rows-{number}-parameter", "")
        if key not in parameters() or form.get(f"rows-{number}-drop"):
            continue
        typed = clean(form.get(f"rows-{number}-value", ""))[:200]
        if lists is not None and len(chosen := lists.get(f"rows-{number}-value", ())) > 1:
            typed = ", ".join(clean(c) for c in chosen)[:200]
        entry = Entry(
            parameters()[key],
            typed,
            clean(form.get(f"rows-{number}-unit", ""))[:20],
            clean(form.get(f"rows-{number}-counted", ""))[:20],
            {name: clean(form.get(f"rows-{number}-{name}", ""))[:2000] for name in extra},
            suggested=bool(form.get(f"rows-{number}-suggested")) and not typed,
        )
        if not entry.suggested:
            entry.check()
        found.append(entry)
    return found


def shown_again(parameter: str, value: Value, **extra: str) -> Entry | None:
    """A stored value as a row to edit; nothing for a parameter that the vocabulary no longer holds."""
    if parameter not in parameters():
        return None
    return Entry(parameters()[parameter], value.typed, value.unit, value.counted, dict(extra), value)
