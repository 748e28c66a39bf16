"""Up to four listed products side by side. What is compared stands in the address, so it needs no session and can be sent on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from marketplace.catalogue import forms, queries
from marketplace.catalogue.models import Product, Specification
from marketplace.catalogue.views.blueprint import bp
from marketplace.kernel.text import Text
from marketplace.vocabulary.parameters import Parameter, Value, groups, in_canonical_unit, parameters
from marketplace.web.actor import current_actor
from marketplace.web.numbers import asked_ids
from marketplace.web.page import page

MOST = 4
LIKE = 8


@dataclass(frozen=True)
class Line:
    """One parameter over the products: what each gives, and whether those that give it differ."""

    parameter: Parameter
    values: tuple[Specification | None, ...]
    differs: bool

    def in_one_unit(self, given: Specification) -> Value | None:
        """What is given in the canonical unit, where the products of this line use several and this one another."""
        units = {s.value.unit for s in self.values if s and s.value.kind in ("number", "range")}
        if len(units) < 2 or given.value.unit == self.parameter.unit:
            return None
        return in_canonical_unit(given.value, self.parameter)


@bp.get("/products/compare")
def compare() -> Any:
    """Products side by side: facts, price, values with their evidence, and which of them differ."""
    asked = asked_ids("id")
    found = [row for row in queries.visible(current_actor(), asked) if row.is_listed]
    rows = found[:MOST]
    ids = [row.id for row in rows]
    like = queries.like(current_actor(), rows[0], ids, LIKE) if rows and len(rows) < MOST else []
    return page(
        "catalogue/compare.html",
        rows=rows,
        ids=ids,
        like=like,
        too_many=len(found) > MOST,
        missing=len(asked) - len(found),
        most=MOST,
        grouped=list(_grouped(rows)),
        offered=dict(forms.SERVICES),
        differing=_differing(rows),
    )


def _grouped(rows: list[Product]) -> Iterator[tuple[Text, list[Line]]]:
    given = [{s.parameter: s for s in row.specifications} for row in rows]
    known = set().union(*given) if given else set()
    for key, label in groups().items():
        lines = []
        for parameter in parameters().values():
            if parameter.group == key and parameter.key in known:
                values = tuple(of.get(parameter.key) for of in given)
                lines.append(Line(parameter, values, len({_compared(s.value) for s in values if s}) > 1))
        if lines:
            yield label, lines


def _compared(value: Value) -> tuple[Any, ...]:
    """A value without how it was typed: 1 t is 1,000 kg."""
    return value.low, value.high, value.flag, frozenset(value.items), value.counted


def _differing(rows: list[Product]) -> set[str]:
    """The facts in which the products that give them differ, by name."""
    facts: dict[str, set[Any]] = {
        "price": {(r.price_kind, r.price_min, r.price_max) for r in rows},
        "lease": {r.lease_per_month for r in rows if r.lease_per_month},
        "launched": {r.launched for r in rows if r.launched},
        "tasks": {frozenset(r.tasks) for r in rows if r.tasks},
        "services": {frozenset(r.services) for r in rows if r.services},
    }
    return {name for name, values in facts.items() if len(values) > 1}
