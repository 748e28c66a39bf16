"""From records to what they mean: every value read and judged, every mistake kept with its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from marketplace.catalogue import services as catalogue
from marketplace.catalogue.entering import WholeProduct
from marketplace.catalogue.models import Evidence, PriceKind
from marketplace.exchange.columns import MOST_ROWS, YES, Column, both
from marketplace.exchange.records import Contents, Place, Problem, Record, written
from marketplace.kernel.i18n import best
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import Text, clean, fold
from marketplace.scenarios import services as scenarios
from marketplace.scenarios.entering import ScenarioData
from marketplace.scenarios.models import SITE_KEYS, BudgetKind, Kind, Level, Mode, ProcurementRoute, Scenario
from marketplace.vocabulary.parameters import BadValue, Parameter, Value, parameters
from marketplace.vocabulary.terms import domains
from marketplace.vocabulary.written import read

_LONE = re.compile(r"[\r\n\t]")


@dataclass(frozen=True)
class Line:
    """One figure as typed and as understood."""

    parameter: Parameter
    op: str
    typed: str
    value: Value
    record: Record


@dataclass
class Item:
    """One item of a file, understood."""

    record: Record
    data: ScenarioData | WholeProduct
    title: Text
    lines: list[Line] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The key by which the file names it."""
        return self.data.key

    def place(self) -> Place:
        """Where its key stands."""
        return self.record.where("key")


@lru_cache(maxsize=64)
def _spellings(column: Column) -> Mapping[str, tuple[str, ...]]:
    """The keys that a word may mean, by the word folded: key, Chinese, English, or as the drop-down shows it."""
    found: dict[str, tuple[str, ...]] = {}
    for key, label in (column.choices() if column.choices else {}).items():
        for word in {_word(w) for w in (key, label.zh, label.en, both(label)) if w}:
            found[word] = (*found.get(word, ()), key)
    return found


def _word(text: str) -> str:
    return "".join(fold(text).split())


class _Reader:
    """Reads the cells of one record; what is wrong is noted and reads as empty."""

    def __init__(self, record: Record, problems: list[Problem]) -> None:
        self.record, self.problems = record, problems
        self.columns = {c.name: c for c in record.sheet.columns}

    def wrong(self, name: str, message: str) -> None:
        self.problems.append(Problem(self.record.where(name), message))

    def line(self, name: str) -> str:
        text = _LONE.sub(" ", self.record.text(name))
        return self._fitting(name, text)

    def _fitting(self, name: str, text: str) -> str:
        _label, column = self.record.sheet.cells[name]
        most = column.at_most(name)
        if most and len(text) > most:
            self.wrong(name, _("最多 %(count)s 个字，现在有 %(now)s 个。请删减一些。", count=most, now=len(text)))
            return text[:most]
        return text

    def text(self, name: str) -> Text:
        zh, en = (self._fitting(f"{name}.{code}", clean(self.record.text(f"{name}.{code}"))) for code in ("zh", "en"))
        if self.columns[name].required and not zh and not en:
            self.wrong(name, _("请填“%(label)s”，中文或英文都行。", label=best(self.columns[name].label)))
        return Text.of(zh, en)

    def choice(self, name: str) -> str:
        column = self.columns[name]
        text = self.record.text(name)
        if not text:
            if column.required:
                self.wrong(name, _("请填“%(label)s”。", label=best(column.label)))
            return column.default
        keys = _spellings(column).get(_word(text), ())
        if not keys:
            self.wrong(name, _("列表里没有“%(value)s”。请从列表里选。", value=text[:40]))
            return column.default
        return keys[0]

    def choices(self, name: str) -> tuple[str, ...]:
        parts = [p for p in re.split(r"[,，、;；\n]", self.record.text(name)) if p.strip()]
        found = {p: _spellings(self.columns[name]).get(_word(p), ()) for p in parts}
        for part, keys in found.items():
            if not keys:
                self.wrong(name, _("列表里没有“%(value)s”。请从列表里选。", value=part.strip()[:40]))
        return tuple(dict.fromkeys(keys[0] for keys in found.values() if keys))

    def yes(self, name: str) -> bool:
        text = _word(self.record.text(name) or self.columns[name].default)
        if text in {"true", "1", "y", "允许", *(_word(w) for w in ("yes", YES["yes"].zh, both(YES["yes"])))}:
            return True
        if text not in {"false", "0", "n", "不允许", *(_word(w) for w in ("no", YES["no"].zh, both(YES["no"])))}:
            self.wrong(name, _("请选“是”或“否”。"))
        return False

    def whole(self, name: str) -> int | None:
        text = _word(self.record.text(name) or self.columns[name].default)
        for unit in sorted(self.columns[name].units, key=len, reverse=True):
            if text.endswith(_word(unit)) and len(text) > len(unit):
                text = text[: -len(_word(unit))]
                break
        if not text:
            return None
        if re.fullmatch(r"\d{1,3}(,\d{3})+", text):
            text = text.replace(",", "")
        if not re.fullmatch(r"\d{1,9}", text):
            self.wrong(name, _("请填大于 0 的整数。"))
            return None
        return int(text)

    def month(self, name: str) -> str:
        text = _word(written(self.record.given.get(name)))
        if isinstance(self.record.given.get(name), date):
            return text[:7]
        match = re.fullmatch(r"(20\d\d)[-/.年](\d{1,2})月?", text)
        return f"{match[1]}-{int(match[2]):02}" if match else text[:20]

    def date(self, name: str) -> date | None:
        text = _word(written(self.record.given.get(name)))
        if not text:
            return None
        match = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", text)
        try:
            return date(int(match[1]), int(match[2]), int(match[3])) if match else date.fromisoformat(text)
        except ValueError:
            self.wrong(name, _("日期请填成 2026-03-01 这样。"))
            return None

    def operator(self, parameter: Parameter, inside: str) -> str:
        """The operator in the value, else the column's, else the parameter's own."""
        chosen = inside or (self.choice("op") if "op" in self.columns else "") or parameter.op
        if chosen not in parameter.ops and "op" in self.columns:
            signs = "、".join(_sign(op) for op in parameter.ops)
            where = "op" if not inside else ("target" if "target" in self.columns else "value")
            self.wrong(where, _("“%(name)s”只能用 %(signs)s。", name=best(parameter.label), signs=signs))
            return parameter.op
        return chosen if chosen in parameter.ops else parameter.op

    def figure(self, name: str) -> Line | None:
        """Parameter, operator and value of a line; nothing when one of them is wrong."""
        parameter = parameters().get(self.choice("parameter"))
        given = self.record.given.get(name)
        typed, unit = self._fitting(name, self.record.text(name)), self._fitting("unit", self.record.text("unit"))
        if parameter is None or not typed:
            if not typed:
                self.wrong(name, _("请填一个值。"))
            return None
        if self.record.is_row and not _trustworthy(parameter, given, unit):
            self.wrong(name, _excels_own(given))
            return None
        try:
            found = read(parameter, typed, unit, self.record.text("counted"))
        except BadValue as problem:
            self.wrong(name, str(problem))
            return None
        shown = f"{typed} {unit}".strip()
        return Line(parameter, self.operator(parameter, found.op), shown, found.value, self.record)


def _sign(op: str) -> str:
    words = {"covers": _("覆盖"), "in": _("在内"), "superset": _("全有"), "any_of": _("有其一")}
    return words.get(op, {">=": "≥", "<=": "≤"}.get(op, op))


def _trustworthy(parameter: Parameter, given: Any, unit: str) -> bool:
    """Whether Excel left the value as it was typed: it makes a date of 2-8, and 0.1 of 10%."""
    if isinstance(given, (str, bool)):
        return True
    if isinstance(given, (int, float)):
        percent = "percent" in parameter.enter and (not unit or "%" in fold(unit))
        return not (percent and 0 < given <= 1)
    return False


def _excels_own(given: Any) -> str:
    if isinstance(given, (int, float)):
        return _(
            "这一格是数 %(value)s，分不清是 %(value)s%% 还是 %(times)s%%。请把单元格设为文本，连同 %% 一起写。",
            value=written(given),
            times=written(float(given) * 100),
        )
    return _("Excel 把这一格变成了日期或时间。请把单元格设为文本，再填一次，例如 2-8。")


def understand(contents: Contents) -> tuple[list[Item], list[Problem]]:
    """The items, and all that is wrong with the file in the order of the file."""
    problems = list(contents.problems)
    one = _scenario if contents.format.kind == "scenarios" else _product
    seen: dict[str, Place] = {}
    items = []
    for record in contents.records:
        reader = _Reader(record, problems)
        key = reader.line("key")
        if not key:
            reader.wrong("key", _("请填一个编号，例如 A-01。再次导入时按它认出同一项。"))
        elif key in seen:
            reader.wrong("key", _("编号“%(key)s”已经用在%(place)s。请换一个。", key=key, place=str(seen[key])))
        seen.setdefault(key, record.where("key"))
        for part in contents.format.parts:
            if len(record.parts.get(part.name, [])) > MOST_ROWS:
                first = record.parts[part.name][MOST_ROWS]
                message = _("最多 %(count)s 条。请只留真正影响成败的。", count=MOST_ROWS)
                problems.append(Problem(first.where("key"), message))
        items.append(one(reader, key, problems))
    # A cell is told its first mistake: what follows from it would only confuse.
    told = {(p.place, "" if p.place.cell or p.place.path else p.message): p for p in reversed(problems)}
    return items, sorted(told.values(), key=lambda p: p.place.order)


def _noted(reader: _Reader, wrong: Mapping[str, str], before: int) -> None:
    """The refusals of a service, each beside its cell, unless the reader has already complained there."""
    told = {p.place for p in reader.problems[before:]}
    for name, message in wrong.items():
        if reader.record.where(name) not in told:
            reader.wrong(name, message)


def _lines(record: Record, part: str, name: str, problems: list[Problem]) -> list[tuple[Line, _Reader]]:
    found: list[tuple[Line, _Reader]] = []
    known: dict[tuple[str, str], Place] = {}
    for one in record.parts.get(part, []):
        reader = _Reader(one, problems)
        line = reader.figure(name)
        if line is None:
            continue
        identity = (line.parameter.key, line.op if "op" in reader.columns else "")
        if identity in known:
            message = _(
                "“%(name)s”已经写在%(place)s。请留一条。", name=best(line.parameter.label), place=str(known[identity])
            )
            reader.wrong("parameter", message)
            continue
        known[identity] = one.where("parameter")
        found.append((line, reader))
    return found


def _scenario(reader: _Reader, key: str, problems: list[Problem]) -> Item:
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


def _product(reader: _Reader, key: str, problems: list[Problem]) -> Item:
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
    specifications, lines = [], []
    for line, row in _lines(reader.record, "specifications", "value", problems):
        on, expires = row.date("evidence_date"), row.date("expires")
        if wrong_dates := catalogue.wrong_dates(on, expires):
            row.wrong("expires", wrong_dates)
        specifications.append(
            catalogue.SpecificationData(
                parameter=line.parameter.key,
                value=line.value,
                condition=row.text("condition"),
                evidence=Evidence(row.choice("evidence")),
                evidence_date=on,
                expires=expires,
            )
        )
        lines.append(line)
    data = WholeProduct(key=key, page=page, specifications=tuple(specifications))
    return Item(reader.record, data, page.name, lines)


def as_understood(line: Line) -> tuple[str, str]:
    """The figure in the parameter's canonical unit, and the unit's key; nothing for what has no figure."""
    value = line.value
    if value.low is None or value.high is None:
        return "", ""
    figures = [f"{n:.9f}".rstrip("0").rstrip(".") for n in dict.fromkeys((value.low, value.high))]
    joined = "–".join("0" if f == "-0" else f.replace("-", "−") for f in figures)
    return joined, line.parameter.unit
