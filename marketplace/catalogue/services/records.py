"""What a vendor states beside the specifications: certificates, where the product works, which services come with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from marketplace.catalogue import events, queries
from marketplace.catalogue.models import Certificate, Deployment, Product
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import record, session
from marketplace.kernel.errors import Conflict, Invalid, InvalidMany
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import Text
from marketplace.vocabulary.terms import districts

SERVICES = ("maintenance", "training", "spare_parts", "on_site", "remote")
MOST_RECORDS = 40
MOST_UNITS = 1_000_000


@dataclass(frozen=True, kw_only=True)
class CertificateData:
    """One certificate: the standard or scheme, its number, who issued it, from when to when."""

    standard: str
    number: str = ""
    body: str = ""
    issued: date | None = None
    expires: date | None = None
    note: Text = Text()

    def wrong(self) -> dict[str, str]:
        """What is wrong with it, by field."""
        wrong: dict[str, str] = {}
        if not self.standard:
            wrong["standard"] = _("请填标准或证书名称，例如“ISO 10218-1”。")
        if self.issued is not None and self.issued > clock.today():
            wrong["issued"] = _("发证日期不能晚于今天。")
        if self.issued is not None and self.expires is not None and self.expires <= self.issued:
            wrong["expires"] = _("有效期要晚于发证日期。")
        return wrong


@dataclass(frozen=True, kw_only=True)
class DeploymentData:
    """A place where the product works; ``since`` is a month such as 2025-09."""

    place: Text
    district: str = ""
    since: str
    units: int | None = None

    def wrong(self) -> dict[str, str]:
        """What is wrong with it, by field."""
        wrong: dict[str, str] = {}
        if not self.place:
            wrong["place"] = _("请写明在哪里用，例如“某三甲医院门诊楼”。")
        if self.district and self.district not in districts():
            wrong["district"] = _("请选择区，不在上海就空着。")
        if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", self.since):
            wrong["since"] = _("请填年和月，例如 2025-09。")
        elif self.since > clock.today().strftime("%Y-%m"):
            wrong["since"] = _("开始使用的月份不能晚于本月。")
        if self.units is not None and not 0 < self.units <= MOST_UNITS:
            wrong["units"] = _("请填大于 0 的整数。")
        return wrong


Data = CertificateData | DeploymentData
_ROWS: dict[type[Data], tuple[str, type[Certificate] | type[Deployment]]] = {
    CertificateData: ("certificates", Certificate),
    DeploymentData: ("deployments", Deployment),
}


def _changed(actor: Actor, row: Product) -> None:
    row.revise(None)
    row.changed_at = clock.now()
    session().flush()
    record(events.ProductChanged(actor=actor, product_id=row.id))


def save_record(actor: Actor, product_id: int, record_id: int | None, data: Data) -> Product:
    """Enter a certificate or a place (``record_id`` none) or replace what one says."""
    row = queries.editable(actor, product_id)
    kind, model = _ROWS[type(data)]
    entry = queries.part_of(row, kind, record_id) if record_id is not None else model(product_id=row.id)
    if wrong := data.wrong():
        raise InvalidMany(wrong)
    if record_id is None:
        if len(getattr(row, kind)) >= MOST_RECORDS:
            raise Conflict(_("最多 %(count)s 条。请先删掉过时的。", count=MOST_RECORDS))
        getattr(row, kind).append(entry)
    for field in fields(data):
        setattr(entry, field.name, getattr(data, field.name))
    _changed(actor, row)
    return row


def write_records(row: Product, data: Sequence[Data], kind: str) -> None:
    """Put all certificates or places ("certificates", "deployments") of a product into its rows, or ``InvalidMany``; what
    says the same stays the same row."""
    if len(data) > MOST_RECORDS:
        raise Conflict(_("最多 %(count)s 条。请先删掉过时的。", count=MOST_RECORDS))
    old: list[Any] = list(getattr(row, kind))
    for one in data:
        if wrong := one.wrong():
            raise InvalidMany(wrong)
        same = next((entry for entry in old if _said(entry) == one), None)
        if same is not None:
            old.remove(same)
            continue
        given = {field.name: getattr(one, field.name) for field in fields(one)}
        getattr(row, kind).append(_ROWS[type(one)][1](product_id=row.id, **given))
    for entry in old:
        getattr(row, kind).remove(entry)


def _said(entry: Certificate | Deployment) -> Data:
    return certificate_data(entry) if isinstance(entry, Certificate) else deployment_data(entry)


def certificate_data(entry: Certificate) -> CertificateData:
    """What a certificate says, its note as written now."""
    return CertificateData(
        standard=entry.standard,
        number=entry.number,
        body=entry.body,
        issued=entry.issued,
        expires=entry.expires,
        note=Text.of(entry.note.zh, entry.note.en),
    )


def deployment_data(entry: Deployment) -> DeploymentData:
    """What a place says, its name as written now."""
    return DeploymentData(
        place=Text.of(entry.place.zh, entry.place.en),
        district=entry.district,
        since=entry.since,
        units=entry.units,
    )


def remove_record(actor: Actor, product_id: int, kind: str, record_id: int) -> Product:
    """Take a certificate or a place off the product."""
    row = queries.editable(actor, product_id)
    getattr(row, kind).remove(queries.part_of(row, kind, record_id))
    _changed(actor, row)
    return row


def set_services(actor: Actor, product_id: int, keys: Sequence[str]) -> Product:
    """Say which services come with the product, of ``SERVICES``."""
    row = queries.editable(actor, product_id)
    if not set(keys) <= set(SERVICES):
        raise Invalid("services", _("请从列表里选。"))
    row.services = [key for key in SERVICES if key in keys]
    _changed(actor, row)
    return row
