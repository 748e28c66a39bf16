"""From records to what they mean: every value read and judged, every mistake kept with its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from marketplace.catalogue import services as catalogue
from marketplace.catalogue.entering import WholeProduct
from marketplace.catalogue.models import Evidence, PriceKind, VariantKind
from marketplace.exchange.cells import Line, Reader
from marketplace.exchange.columns import PRODUCTS, SERVICE_WORDS, VARIANTS
from marketplace.exchange.records import Contents, Place, Problem, Record
from marketplace.kernel.i18n import best
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import Text, fold
from marketplace.scenarios import services as scenarios
from marketplace.scenarios.entering import ScenarioData
from marketplace.scenarios.models import SITE_KEYS, BudgetKind, Kind, Level, Mode, ProcurementRoute, Scenario
from marketplace.vocabulary.terms import districts, domains
from marketplace.web.money import wan


@dataclass
class Item:
    """One item of a file, understood."""

    record: Record
    data: ScenarioData | WholeProduct
    title: Text
    lines: list[Line] = field(default_factory=list)
    """Its figures in the order of the data: of a product its own, then those of each variant."""
    others: list[tuple[Text, list[str]]] = field(default_factory=list)
    """What else belongs to it, by the names of the sheets, a line each in words."""

    @property
    def key(self) -> str:
        """The key by which the file names it."""
        return self.data.key

    def place(self) -> Place:
        """Where its key stands."""
        return self.record.where("key")


def understand(contents: Contents) -> tuple[list[Item], list[Problem]]:
    """The items, and all that is wrong with the file in the order of the file."""
    problems = list(contents.problems)
    one = _scenario if contents.format.kind == "scenarios" else _product
    seen: dict[str, Place] = {}
    items = []
    for record in contents.records:
        reader = Reader(record, problems)
        key = reader.line("key")
        if not key:
            reader.wrong("key", _("请填一个编号，例如 A-01。再次导入时按它认出同一项。"))
        elif key in seen:
            reader.wrong("key", _("编号“%(key)s”已经用在%(place)s。请换一个。", key=key, place=str(seen[key])))
        seen.setdefault(key, record.where("key"))
        for part in contents.format.parts:
            if len(record.parts.get(part.name, [])) > part.most:
                first = record.parts[part.name][part.most]
                now = len(record.parts[part.name])
                message = _("最多 %(count)s 条，现在有 %(now)s 条。请只留要紧的。", count=part.most, now=now)
                problems.append(Problem(first.where("key"), message))
        items.append(one(reader, key, problems))
    # A cell is told its first mistake: what follows from it would only confuse.
    told = {(p.place, "" if p.place.cell or p.place.path else p.message): p for p in reversed(problems)}
    return items, sorted(told.values(), key=lambda p: p.place.order)


def _noted(reader: Reader, wrong: Mapping[str, str], before: int) -> None:
    """The refusals of a service, each beside its cell, unless the reader has already complained there."""
    told = {p.place for p in reader.problems[before:]}
    for name, message in wrong.items():
        if reader.record.where(name) not in told:
            reader.wrong(name, message)


def _lines(record: Record, part: str, name: str, problems: list[Problem]) -> list[tuple[Line, Reader]]:
    found: list[tuple[Line, Reader]] = []
    known: dict[tuple[str, str, str], Place] = {}
    for one in record.parts.get(part, []):
        reader = Reader(one, problems)
        line = reader.figure(name)
        if line is None:
            continue
        of = fold(one.text("variant")) if "variant" in reader.columns else ""
        identity = (line.parameter.key, line.op if "op" in reader.columns else "", of)
        if identity in known:
            reader.wrong("parameter", _twice(line, str(known[identity])))
            continue
        known[identity] = one.where("parameter")
        found.append((line, reader))
    return found


def _twice(line: Line, where: str) -> str:
    return _("“%(name)s”已经写在%(place)s。请留一条。", name=best(line.parameter.label), place=where)


def _scenario(reader: Reader, key: str, problems: list[Problem]) -> Item:
    before = len(problems)
    fields: dict[str, Any] = {name: reader.text(name) for name in scenarios.TEXTS}
    fields["site"] = {k: text for k in SITE_KEYS if (text := reader.text(f"site.{k}"))}
    fields |= {name: reader.choice(name) for name in ("domain", "task", "district")}
    fields["kind"], fields["mode"] = Kind(reader.choice("kind")), Mode(reader.choice("mode"))
    fields["procurement_route"] = ProcurementRoute(reader.choice("procurement_route"))
    fields |= {n: reader.whole(n) for n in ("budget_min", "budget_max", "period_months", "quantity")}
    fields["consortium"] = reader.yes("consortium")
    low, high = fields["budget_min"], fields["budget_max"]
    kind = reader.choice("budget_kind") or ("range" if low and high else "fixed" if high else "negotiable")
    fields["budget_kind"] = BudgetKind(kind)
    if kind == "negotiable" and (low or high):
        reader.wrong("budget_max" if high else "budget_min", _("预算方式是“面议”，就不要填预算数字。"))
    if kind == "fixed" and low:
        reader.wrong("budget_min", _("固定价只填“预算”，“预算最低”请空着，或把预算方式改成“区间”。"))
    wrong = scenarios.wrong_fields(Scenario(), fields)
    if reader.record.text("domain") and not fields["domain"]:  # the domain itself is told, not what follows from it
        wrong.pop("task", None)
    _noted(reader, wrong, before)
    requirements, metrics, lines = [], [], []
    for line, row in _lines(reader.record, "requirements", "value", problems):
        weight = row.whole("weight") or 1
        if not 1 <= weight <= 5:
            row.wrong("weight", _("权重请填 1 到 5。"))
        requirements.append(
            scenarios.RequirementData(
                parameter=line.parameter.key,
                op=line.op,
                value=line.value,
                level=Level(row.choice("level")),
                weight=weight,
                test=row.text("test"),
            )
        )
        lines.append(line)
    for line, row in _lines(reader.record, "metrics", "target", problems):
        metrics.append(
            scenarios.MetricData(
                parameter=line.parameter.key,
                op=line.op,
                target=line.value,
                baseline=row.line("baseline"),
                method=row.text("method"),
                window=row.text("window"),
            )
        )
        lines.append(line)
    data = ScenarioData(key=key, fields=fields, requirements=tuple(requirements), metrics=tuple(metrics))
    return Item(reader.record, data, fields["title"], lines)


def _product(reader: Reader, key: str, problems: list[Problem]) -> Item:
    before = len(problems)
    low, high = reader.whole("price_min"), reader.whole("price_max")
    kind = reader.choice("price_kind") or ("range" if low and high else "fixed" if high else "on_request")
    if kind == "on_request" and (low or high):
        reader.wrong("price_max" if high else "price_min", _("报价方式是“面议”，就不要填价格。"))
    if kind == "fixed" and low:
        reader.wrong("price_min", _("一口价只填“参考价”，“最低价”请空着，或把报价方式改成“区间”。"))
    domain = reader.choice("domain")
    page = catalogue.ProductData(
        name=reader.text("name"),
        model=reader.line("model"),
        domain=domain,
        tasks=reader.choices("tasks"),
        summary=reader.text("summary"),
        description=reader.text("description"),
        price_kind=PriceKind(kind),
        price_min=low,
        price_max=high,
        lease_per_month=reader.whole("lease_per_month"),
        launched=reader.month("launched"),
    )
    wrong = catalogue.wrong_fields(page)
    if domain not in domains():
        wrong.pop("tasks", None)
    _noted(reader, wrong, before)
    variants, by_name, others = _variants(reader.record, problems)
    own: list[tuple[Line, catalogue.SpecificationData]] = []
    theirs: dict[int, list[tuple[Line, catalogue.SpecificationData]]] = {n: [] for n in range(len(variants))}
    for line, row in _lines(reader.record, "specifications", "value", problems):
        name, one = row.line("variant"), _specification(line, row)
        if not name:
            own.append((line, one))
        elif (number := by_name.get(fold(name))) is not None:
            same = next((known for known, _data in theirs[number] if known.parameter is line.parameter), None)
            if same is not None:  # named once in Chinese and once in English
                where = str(same.record.where("parameter"))
                row.wrong("parameter", _twice(line, where))
                continue
            theirs[number].append((replace(line, variant=variants[number][1].name), one))
        else:
            row.wrong("variant", _("“型号与配件”里没有“%(name)s”。请核对名称，或在那里加一行。", name=name[:60]))
    for number, (row, _data) in enumerate(variants):
        if not theirs[number]:
            row.wrong("name", _("请至少填一项和产品本身不同的规格。"))
    certificates = _records(reader.record, "certificates", problems, _certificate, others)
    deployments = _records(reader.record, "deployments", problems, _deployment, others)
    services = _in_order(reader.choices("services")) if "services" in reader.record.named else None
    if services:
        others.append((reader.columns["services"].label, [_("、").join(best(SERVICE_WORDS[key]) for key in services)]))
    data = WholeProduct(
        key=key,
        page=page,
        specifications=tuple(one for _line, one in own),
        variants=tuple(
            replace(one, specifications=tuple(data for _line, data in theirs[n]))
            for n, (_row, one) in enumerate(variants)
        )
        if "variants" in reader.record.parts
        else None,
        certificates=certificates,
        deployments=deployments,
        services=services,
    )
    lines = [line for line, _data in (*own, *(pair for pairs in theirs.values() for pair in pairs))]
    return Item(reader.record, data, page.name, lines, others)


def _in_order(services: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(key for key in catalogue.SERVICES if key in services)


def _specification(line: Line, row: Reader) -> catalogue.SpecificationData:
    on, expires = row.date("evidence_date"), row.date("expires")
    if wrong_dates := catalogue.wrong_dates(on, expires):
        row.wrong("expires", wrong_dates)
    return catalogue.SpecificationData(
        parameter=line.parameter.key,
        value=line.value,
        condition=row.text("condition"),
        evidence=Evidence(row.choice("evidence")),
        evidence_date=on,
        expires=expires,
    )


Others = list[tuple[Text, list[str]]]


def _variants(
    record: Record, problems: list[Problem]
) -> tuple[list[tuple[Reader, catalogue.VariantData]], dict[str, int], Others]:
    """The variants without their values, the number of each by its names folded, and what they are in words."""
    found: list[tuple[Reader, catalogue.VariantData]] = []
    names: dict[str, int] = {}
    said = []
    for one in record.parts.get("variants", []):
        row = Reader(one, problems)
        name, kind, extra = row.text("name"), row.choice("kind"), row.whole("extra_price")
        if extra is not None and extra > catalogue.MOST_PRICE:
            row.wrong("extra_price", _("请填 0 到 %(most)s 的整数（万元）。", most=catalogue.MOST_PRICE))
        spelt = {fold(n) for n in (name.zh, name.en) if n}
        if spelt & names.keys():
            row.wrong("name", _("这款产品已经有同名的型号或配件。请换一个名称。"))
        names = dict.fromkeys(spelt, len(found)) | names
        found.append((row, catalogue.VariantData(kind=VariantKind(kind or "accessory"), name=name, extra_price=extra)))
        price = "" if extra is None else _("不加价") if not extra else _("加价 %(amount)s", amount=wan(extra))
        words = (best(name), best(VARIANTS()[kind]) if kind else "", price)
        said.append(" · ".join(w for w in words if w))
    others: Others = [(_label("variants"), said)] if said else []
    return found, names, others


def _label(part: str) -> Text:
    return next(sheet.label for sheet in PRODUCTS.parts if sheet.name == part)


Given = TypeVar("Given", catalogue.CertificateData, catalogue.DeploymentData)


def _records(
    record: Record, part: str, problems: list[Problem], one_of: Callable[[Reader], tuple[Given, str]], others: Others
) -> tuple[Given, ...] | None:
    """The certificates or places of a product; nothing where the file does not speak of them."""
    if part not in record.parts:
        return None
    found, said = [], []
    for one in record.parts[part]:
        before = len(problems)
        row = Reader(one, problems)
        data, words = one_of(row)
        _noted(row, data.wrong(), before)
        found.append(data)
        said.append(words)
    if said:
        others.append((_label(part), said))
    return tuple(found)


def _certificate(row: Reader) -> tuple[catalogue.CertificateData, str]:
    data = catalogue.CertificateData(
        standard=row.line("standard"),
        number=row.line("number"),
        body=row.line("body"),
        issued=row.date("issued"),
        expires=row.date("expires"),
        note=row.text("note"),
    )
    until = _("有效至 %(day)s", day=data.expires.isoformat()) if data.expires else ""
    return data, " · ".join(w for w in (data.standard, data.number, data.body, until) if w)


def _deployment(row: Reader) -> tuple[catalogue.DeploymentData, str]:
    data = catalogue.DeploymentData(
        place=row.text("place"), district=row.choice("district"), since=row.month("since"), units=row.whole("units")
    )
    district = best(districts()[data.district].label) if data.district else ""
    units = _("%(n)s 台", n=data.units) if data.units else ""
    return data, " · ".join(w for w in (best(data.place), district, data.since, units) if w)


def as_understood(line: Line) -> tuple[str, str]:
    """The figure in the parameter's canonical unit, and the unit's key; nothing for what has no figure."""
    value = line.value
    if value.low is None or value.high is None:
        return "", ""
    figures = [f"{n:.9f}".rstrip("0").rstrip(".") for n in dict.fromkeys((value.low, value.high))]
    joined = "–".join("0" if f == "-0" else f.replace("-", "−") for f in figures)
    return joined, line.parameter.unit
