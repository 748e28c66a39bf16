"""Reading the cells of one record: what each means by its column's kind, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from marketplace.exchange.columns import YES, Column, both
from marketplace.exchange.records import Problem, Record, written
from marketplace.kernel.i18n import best
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import Text, clean, fold
from marketplace.vocabulary.parameters import BadValue, Parameter, Value, parameters
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
    variant: Text = Text()
    """The variant or accessory with which it is so; empty for the product's own, and for what is asked."""


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


class Reader:
    """Reads the cells of one record; what is wrong is noted and reads as empty."""

    def __init__(self, record: Record, problems: list[Problem]) -> None:
        self.record, self.problems = record, problems
        self.columns = {c.name: c for c in record.sheet.columns}

    def wrong(self, name: str, message: str) -> None:
        """Note what is wrong with a cell."""
        self.problems.append(Problem(self.record.where(name), message))

    def line(self, name: str) -> str:
        """One line of text."""
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
        """A text in both languages."""
        zh, en = (self._fitting(f"{name}.{code}", clean(self.record.text(f"{name}.{code}"))) for code in ("zh", "en"))
        if self.columns[name].required and not zh and not en:
            self.wrong(name, _("请填“%(label)s”，中文或英文都行。", label=best(self.columns[name].label)))
        return Text.of(zh, en)

    def choice(self, name: str) -> str:
        """The key of what was chosen, the column's default for nothing."""
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
        """The keys of what was chosen."""
        parts = [p for p in re.split(r"[,，、;；\n]", self.record.text(name)) if p.strip()]
        found = {p: _spellings(self.columns[name]).get(_word(p), ()) for p in parts}
        for part, keys in found.items():
            if not keys:
                self.wrong(name, _("列表里没有“%(value)s”。请从列表里选。", value=part.strip()[:40]))
        return tuple(dict.fromkeys(keys[0] for keys in found.values() if keys))

    def yes(self, name: str) -> bool:
        """Whether it says yes."""
        text = _word(self.record.text(name) or self.columns[name].default)
        if text in {"true", "1", "y", "允许", *(_word(w) for w in ("yes", YES["yes"].zh, both(YES["yes"])))}:
            return True
        if text not in {"false", "0", "n", "不允许", *(_word(w) for w in ("no", YES["no"].zh, both(YES["no"])))}:
            self.wrong(name, _("请选“是”或“否”。"))
        return False

    def whole(self, name: str) -> int | None:
        """A whole number, or nothing."""
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
            self.wrong(name, _("请填大于 0 的整数。") if self.columns[name].least else _("请填 0 或更大的整数。"))
            return None
        return int(text)

    def month(self, name: str) -> str:
        """A month such as 2025-09, or what was typed."""
        text = _word(written(self.record.given.get(name)))
        if isinstance(self.record.given.get(name), date):
            return text[:7]
        match = re.fullmatch(r"(20\d\d)[-/.年](\d{1,2})月?", text)
        return f"{match[1]}-{int(match[2]):02}" if match else text[:20]

    def date(self, name: str) -> date | None:
        """A day, or nothing."""
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
