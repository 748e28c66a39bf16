"""Typed values of a product with their evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from marketplace.catalogue import events, queries
from marketplace.catalogue.models import Evidence, Product, ProductVariant, Specification
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import record, session
from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import Text
from marketplace.vocabulary.parameters import Value


@dataclass(frozen=True, kw_only=True)
class SpecificationData:
    """One value with its evidence."""

    parameter: str
    value: Value
    condition: Text
    evidence: Evidence
    evidence_date: date | None = None
    expires: date | None = None


def wrong_dates(evidence_date: date | None, expires: date | None) -> str:
    """What is wrong with the last day of a value's evidence, for a person; empty when nothing is."""
    if expires is not None and evidence_date is None:
        return _("填了有效期，请把证据日期也填上。")
    if expires is not None and evidence_date is not None and expires <= evidence_date:
        return _("有效期要晚于证据日期。")
    return ""


def set_specifications(
    actor: Actor, product_id: int, data: list[SpecificationData], *, seen: int | None = None
) -> Product:
    """Replace the product's specifications. "Measured in a trial here" is staff's to give, never the vendor's."""
    row = queries.editable(actor, product_id)
    row.revise(seen)
    write_specifications(actor, row, data)
    row.changed_at = clock.now()
    record(events.ProductChanged(actor=actor, product_id=row.id))
    return row


def write_specifications(actor: Actor, row: Product | ProductVariant, data: Sequence[SpecificationData]) -> None:
    """Put specifications into a product or a variant, or ``Invalid``."""
    known = {s.parameter: s for s in row.specifications}
    wanted = {d.parameter: d for d in data}
    if len(wanted) != len(data):
        raise Invalid("rows", _("同一个参数填了两次。请留一个。"))
    for parameter, old in known.items():
        if parameter not in wanted:
            row.specifications.remove(old)
    for parameter, new in wanted.items():
        entry = known.get(parameter)
        if entry is None:
            entry = Specification(parameter=parameter)
            if isinstance(row, ProductVariant):
                entry.product_id = row.product_id
            row.specifications.append(entry)
        if wrong := wrong_dates(new.evidence_date, new.expires):
            raise Invalid("rows", wrong)
        if new.evidence is Evidence.TRIAL and not is_as_measured(entry, new) and not actor.is_system:
            raise Invalid("rows", _("“本市实测”由项目办公室在应用验证后填写。请先选检测报告或视频。"))
        entry.value_json, entry.condition = new.value.as_json(), new.condition
        entry.evidence, entry.evidence_date, entry.expires = new.evidence, new.evidence_date, new.expires


def is_as_measured(known: Specification | None, new: SpecificationData) -> bool:
    """Whether ``new`` says of a value no more than what was measured here: the same value, condition and days."""
    return (
        known is not None
        and known.evidence is Evidence.TRIAL
        and known.value_json == new.value.as_json()
        and (known.condition.zh, known.condition.en) == (new.condition.zh, new.condition.en)
        and (known.evidence_date, known.expires) == (new.evidence_date, new.expires)
    )


def measured_here(actor: Actor, product_id: int, parameter: str, *, on: date) -> None:
    """Record that a value was measured in a trial in this programme."""
    if not actor.is_system:
        raise NotFound()
    row = session().get_one(Product, product_id)
    entry = row.specification(parameter)
    if entry is None:
        raise NotFound()
    entry.evidence, entry.evidence_date, entry.expires = Evidence.TRIAL, on, None
    record(events.ProductChanged(actor=actor, product_id=row.id))
