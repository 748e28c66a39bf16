"""Writing JSON and Excel. Every text is written as a text: what looks like a formula stays the words that it is."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date
from enum import Enum
from typing import Any

from marketplace.catalogue.entering import WholeProduct
from marketplace.catalogue.services import CertificateData, DeploymentData, SpecificationData
from marketplace.exchange.columns import MOST_ITEMS, YES, Column, Format, Sheet, both
from marketplace.exchange.workbook import heading
from marketplace.kernel.text import LANGUAGES, Text
from marketplace.scenarios.entering import ScenarioData
from marketplace.scenarios.services import MetricData, RequirementData
from marketplace.vocabulary.parameters import Value, groups, parameters, unit_label
from marketplace.vocabulary.terms import domains
from marketplace.vocabulary.written import units_of

Cells = dict[str, Any]
"""What one line says, by the names of cells; choices by their keys."""
Data = ScenarioData | WholeProduct
_TEXT_ROWS = MOST_ITEMS + 1
_VOCABULARY = "词表 Vocabulary"


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def _spread(name: str, text: Text) -> Cells:
    return {f"{name}.{code}": getattr(text, code) for code in LANGUAGES}


def _cells(given: Mapping[str, Any]) -> Cells:
    found: Cells = {}
    for name, value in given.items():
        if isinstance(value, Text):
            found |= _spread(name, value)
        elif isinstance(value, Value):
            found |= {name: value, "unit": value.unit, "counted": value.counted}
        elif isinstance(value, Mapping):
            found |= _cells({f"{name}.{key}": text for key, text in value.items()})
        else:
            found[name] = _plain(value)
    return found


def _line(data: RequirementData | MetricData | SpecificationData | CertificateData | DeploymentData) -> Cells:
    return _cells({f.name: getattr(data, f.name) for f in fields(data) if f.name != "key"})


def lines(data: Data) -> tuple[Cells, dict[str, list[Cells]]]:
    """An item and what belongs to it, as flat lines."""
    if isinstance(data, ScenarioData):
        parts = {"requirements": [_line(r) for r in data.requirements], "metrics": [_line(m) for m in data.metrics]}
        return {"key": data.key} | _cells(data.fields), parts
    page = {f.name: getattr(data.page, f.name) for f in fields(data.page)}
    variants = data.variants or ()
    parts = {
        "specifications": [
            *({"variant": ""} | _line(s) for s in data.specifications),
            *({"variant": v.name.best("zh")} | _line(s) for v in variants for s in v.specifications),
        ],
        "variants": [_cells({"name": v.name, "kind": v.kind, "extra_price": v.extra_price}) for v in variants],
        "certificates": [_line(c) for c in data.certificates or ()],
        "deployments": [_line(d) for d in data.deployments or ()],
    }
    return {"key": data.key} | _cells(page) | {"services": data.services or ()}, parts


def differing(format_: Format, old: Data, new: Data) -> list[Text]:
    """The names of what two items say differently, in the order of the file."""
    (before, before_parts), (after, after_parts) = lines(old), lines(new)
    cells = format_.items.cells.items()
    found = [label for name, (label, _column) in cells if (before.get(name) or "") != (after.get(name) or "")]
    return found + [p.label for p in format_.parts if before_parts[p.name] != after_parts[p.name]]


def as_json(format_: Format, items: Iterable[Data], schema: str) -> bytes:
    """The items as JSON that names its schema."""
    found = []
    for data in items:
        whole, parts = lines(data)
        nested = _nested(format_.items, whole)
        for part in format_.parts:
            nested[part.name] = [_nested(part, cells) for cells in parts[part.name]]
        found.append(nested)
    return (json.dumps({"$schema": schema, format_.kind: found}, ensure_ascii=False, indent=1) + "\n").encode()


def _nested(sheet: Sheet, cells: Cells) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for column in sheet.columns:
        if column.name not in cells and column.cells[0][0] not in cells:
            continue
        if column.kind == "text":
            value: Any = {code: text for code in LANGUAGES if (text := cells[f"{column.name}.{code}"])}
        else:
            value = cells[column.name]
        if isinstance(value, Value):
            value = value.typed
        if isinstance(value, tuple):
            value = list(value)
        if value in (None, "", {}) and not column.required:
            continue
        outer, _dot, inner = column.name.partition(".")
        if inner:
            found.setdefault(outer, {})[inner] = value
        else:
            found[outer] = value
    if cells.get("counted"):
        found["counted"] = cells["counted"]
    return found


def _shown(column: Column, name: str, cells: Cells) -> Any:
    """A cell as people read it: names instead of keys."""
    value = cells.get(name)
    if isinstance(value, Value):
        return _written(value, cells["parameter"])
    if column.kind == "unit":
        return both(unit_label(value, cells.get("counted", ""))) if value else ""
    if column.kind == "yes":
        return both(YES["yes" if value else "no"])
    names = column.choices() if column.choices else {}
    if isinstance(value, (list, tuple)):
        return "、".join(both(names[key]) if key in names else key for key in value)
    return both(names[value]) if isinstance(value, str) and value in names else value


def _written(value: Value, parameter: str) -> str:
    if value.kind == "bool":
        return both(YES["yes" if value.flag else "no"])
    options = parameters()[parameter].options
    if value.kind in ("ordinal", "set") and options:
        return "、".join(both(options[i]) if i in options else i for i in value.items)
    return value.typed


def tables(format_: Format, items: Iterable[Data]) -> dict[str, list[Cells]]:
    """The lines of every sheet as they will stand in Excel."""
    found: dict[str, list[Cells]] = {sheet.name: [] for sheet in format_.sheets}
    for data in items:
        whole, parts = lines(data)
        found[format_.items.name].append(_row(format_.items, whole))
        for part in format_.parts:
            found[part.name] += [_row(part, {"key": data.key} | cells) for cells in parts[part.name]]
    return found


def _row(sheet: Sheet, cells: Cells) -> Cells:
    return {name: _shown(column, name, cells) for name, (_label, column) in sheet.cells.items()}


def as_workbook(format_: Format, rows: Mapping[str, list[Cells]]) -> bytes:
    """A workbook with those lines, or the empty template: headings in both languages, drop-downs, a vocabulary."""
    from xlsxwriter import Workbook

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = Workbook(out, options)
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E8EEF7", "border": 1})
    # Cells of texts are of Excel's kind "text": what somebody types there stays as typed, 2-8 and 10% included.
    text = book.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
    lists = _lists(format_)
    for sheet in format_.sheets:
        page = book.add_worksheet(sheet.title)
        page.freeze_panes(1, 2)
        page.set_row(0, 34)
        for number, (name, (label, column)) in enumerate(sheet.cells.items()):
            page.set_column(number, number, _width(name, column), None if column.kind == "whole" else text)
            page.write_string(0, number, heading(label), head)
            _guide(page, number, column, lists)
            for line, cells in enumerate(rows.get(sheet.name, ()), 1):
                value = cells.get(name)
                if isinstance(value, int) and not isinstance(value, bool):
                    page.write_number(line, number, value)
                elif value not in (None, ""):
                    page.write_string(line, number, str(value), text)
        page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    _vocabulary(book.add_worksheet(_VOCABULARY), lists, head)
    book.close()
    return out.getvalue()


def _width(name: str, column: Column) -> int:
    if column.kind == "text":
        return 34 if column.limit > 60 else 26
    return {"key": 16, "parameter": 34, "value": 18, "target": 18}.get(name, 20)


def _lists(format_: Format) -> dict[str, tuple[str, list[str], str]]:
    """Every drop-down once: its heading, its words, and where they stand in the vocabulary sheet."""
    found: dict[str, tuple[str, list[str], str]] = {}
    for sheet in format_.sheets:
        for column in sheet.columns:
            if column.choices is None or _list_name(column) in found:
                continue
            words = [both(label) for label in column.choices().values()]
            place = len(found)
            found[_list_name(column)] = (heading(column.label), words, _range(place, len(words)))
    return found


def _list_name(column: Column) -> str:
    return "tasks" if column.name == "task" else column.name


def _range(place: int, count: int) -> str:
    from xlsxwriter.utility import xl_range_abs

    return f"='{_VOCABULARY}'!{xl_range_abs(1, place, max(count, 1), place)}"


def _guide(page: Any, number: int, column: Column, lists: Mapping[str, tuple[str, list[str], str]]) -> None:
    """A drop-down where there is a list; it warns and does not forbid, since the site reads more than the list says."""
    rule: dict[str, Any] = {"validate": "any"}
    if column.choices is not None:
        rule = {"validate": "list", "source": lists[_list_name(column)][2], "error_type": "information"}
        rule |= {"show_error": column.kind == "choice"}
    if column.help:
        rule |= {"input_title": column.label.zh[:32], "input_message": f"{column.help.zh}\n{column.help.en}"[:255]}
    if len(rule) > 1:
        page.data_validation(1, number, _TEXT_ROWS, number, rule)


def _vocabulary(page: Any, lists: Mapping[str, tuple[str, list[str], str]], head: Any) -> None:
    for number, (title, words, _place) in enumerate(lists.values()):
        page.set_column(number, number, 26)
        page.write_string(0, number, title, head)
        for line, word in enumerate(words, 1):
            page.write_string(line, number, word)
    start = len(lists) + 1
    titles = ("领域\nDomain", "任务\nTask")
    for offset, title in enumerate(titles):
        page.write_string(0, start + offset, title, head)
    pairs = [(both(d.label), both(t.label)) for d in domains().values() for t in d.tasks]
    for line, pair in enumerate(pairs, 1):
        for offset, word in enumerate(pair):
            page.write_string(line, start + offset, word)
    start += len(titles) + 1
    titles_ = ("参数\nParameter", "组\nGroup", "比较\nOperators", "单位\nUnits", "可填\nOptions")
    for offset, title in enumerate(titles_):
        page.write_string(0, start + offset, title, head)
    for line, parameter in enumerate(parameters().values(), 1):
        units = units_of(parameter).values() if parameter.kind in ("number", "range") else ()
        row = (
            both(parameter.label),
            both(groups()[parameter.group]),
            "  ".join(parameter.ops),
            "  ".join(unit_label(*pair).zh for pair in units),
            "、".join(both(label) for label in parameter.options.values()),
        )
        for offset, word in enumerate(row):
            page.write_string(line, start + offset, word)
    page.set_column(start, start + len(titles_) - 1, 26)
    page.freeze_panes(1, 0)
