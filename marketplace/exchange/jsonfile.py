"""Reading and describing JSON: the same records as a workbook's, each value at its path."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from marketplace.exchange.columns import FORMATS, MOST_ITEMS, Column, Format, Sheet
from marketplace.exchange.records import Contents, Place, Record, unreadable
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import LANGUAGES
from marketplace.vocabulary.parameters import COUNTED

EXTRA = {"value": ("counted",), "target": ("counted",)}
"""What may stand beside a value, for machines that keep unit and counted thing apart."""


def _no_constant(_name: str) -> None:
    raise ValueError


def read(data: bytes) -> Contents:
    """The items of a JSON file with everything that is wrong with its shape; ``Invalid`` for what is no such file."""
    try:
        whole = json.loads(data.decode("utf-8-sig"), parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        message = _(
            "JSON 在第 %(row)s 行第 %(column)s 个字符处断了。请检查逗号和引号。", row=error.lineno, column=error.colno
        )
        raise unreadable(message) from error
    except (ValueError, RecursionError) as error:
        raise unreadable(_("这个文件不是 UTF-8 编码的 JSON。请另存后再上传。")) from error
    kinds = [k for k in FORMATS if isinstance(whole, dict) and k in whole]
    if len(kinds) != 1 or not isinstance(whole[kinds[0]], list):
        raise unreadable(_("JSON 的最外层要有“scenarios”或“products”其中一个列表。请看格式说明。"))
    format_ = FORMATS[kinds[0]]
    if len(whole[format_.kind]) > MOST_ITEMS:
        raise unreadable(_("一个文件最多 %(count)s 项。请分成几个文件。", count=MOST_ITEMS))
    contents = Contents(format_, [], [])
    for name in whole.keys() - {"$schema", format_.kind}:
        _unknown(contents, f"$.{name}", name, (-1,))
    for number, entry in enumerate(whole[format_.kind]):
        record = _record(contents, format_.items, entry, f"$.{format_.kind}[{number}]", (number,))
        if record is not None:
            contents.records.append(record)
            for part_number, part in enumerate(format_.parts, 1):
                _part(
                    contents,
                    record,
                    part,
                    entry.get(part.name),
                    f"$.{format_.kind}[{number}].{part.name}",
                    (number, part_number),
                )
    return contents


def _part(contents: Contents, record: Record, part: Sheet, lines: Any, path: str, order: tuple[int, ...]) -> None:
    if lines is None:
        return
    if not isinstance(lines, list):
        contents.wrong(Place(order, path=path), _("这里要一个列表。"))
        return
    # One more than allowed is enough to say that there are too many.
    found = [
        _record(contents, part, line, f"{path}[{n}]", (*order, n)) for n, line in enumerate(lines[: part.most + 1])
    ]
    record.parts[part.name] = [line for line in found if line is not None]


def _unknown(contents: Contents, path: str, name: str, order: tuple[int, ...]) -> None:
    contents.wrong(Place(order, path=path[:200]), _("没有“%(name)s”这一项。请看格式说明。", name=name[:40]))


def _record(contents: Contents, sheet: Sheet, entry: Any, path: str, order: tuple[int, ...]) -> Record | None:
    """One object as a record; what has the wrong shape is a problem and counts as not given."""
    if not isinstance(entry, dict):
        contents.wrong(Place(order, path=path), _("这里要一个对象。"))
        return None
    is_item = any(sheet is f.items for f in FORMATS.values())
    columns = {c.name: c for c in sheet.columns if is_item or c.name != "key"}
    nested = {name.partition(".")[0] for name in columns if "." in name}
    parts = {p.name for f in FORMATS.values() if sheet is f.items for p in f.parts}
    extra = {name for c in columns for name in EXTRA.get(c, ())}
    positions = {name: number for number, name in enumerate(sheet.cells)}
    where = _where(path, order, positions)
    given: dict[str, Any] = {}
    for name, value in entry.items():
        if name in nested:
            if isinstance(value, dict):
                for inner, text in value.items():
                    _take(contents, columns, f"{name}.{inner}", text, given, where)
            elif value is not None:
                contents.wrong(where(name), _("这里要一个对象。"))
        elif name not in parts:
            _take(contents, columns | dict.fromkeys(extra), name, value, given, where)
    return Record(sheet, given, where, named=frozenset(name for name, value in entry.items() if value is not None))


def _where(path: str, order: tuple[int, ...], positions: dict[str, int]) -> Callable[[str], Place]:
    def where(name: str) -> Place:
        position = positions.get(name, positions.get(f"{name}.zh", len(positions)))
        return Place((*order, 0, position), path=f"{path}.{name}"[:200])

    return where


def _take(
    contents: Contents, columns: dict[str, Any], name: str, value: Any, given: dict[str, Any],
    where: Callable[[str], Place],
) -> None:  # fmt: skip
    if name not in columns:
        _unknown(contents, where(name).path, name.rpartition(".")[2], where(name).order)
        return
    column: Column | None = columns[name]
    if value is None:
        return
    if column is not None and column.kind == "text" and isinstance(value, dict):
        for code, text in value.items():
            if code not in LANGUAGES:
                _unknown(contents, where(f"{name}.{code}").path, code, where(name).order)
            elif isinstance(text, str):
                given[f"{name}.{code}"] = text
            elif text is not None:
                contents.wrong(where(f"{name}.{code}"), _("这里要一段文字。"))
        return
    if column is not None and column.kind == "text":
        contents.wrong(where(name), _('这里要写成 {"zh": "…", "en": "…"}，其中一种语言就够。'))
        return
    if (
        column is not None
        and column.kind == "choices"
        and isinstance(value, list)
        and all(isinstance(v, str) for v in value)
    ):
        value = ", ".join(value)
    if not isinstance(value, (str, int, float)):
        contents.wrong(where(name), _("这里要一段文字或一个数。"))
        return
    given[name] = value


def _schema_of(column: Column) -> dict[str, Any]:
    named = {
        "title": column.label.en,
        "description": column.label.zh + (f"。{column.help.zh}" if column.help.zh else ""),
    }
    if column.kind == "text":
        properties = {c: {"type": "string", "maxLength": column.at_most(f"{column.name}.{c}")} for c in LANGUAGES}
        return named | {
            "type": "object",
            "properties": properties,
            "additionalProperties": False,
            "minProperties": int(column.required),
        }
    if column.kind == "choice" and column.choices:
        return named | {"type": "string", "enum": [*([] if column.required else [""]), *column.choices()]}
    if column.kind == "choices" and column.choices:
        return named | {
            "type": "array",
            "items": {"type": "string", "enum": list(column.choices())},
            "uniqueItems": True,
        }
    if column.kind == "whole":
        return named | {"type": ["integer", "null"], "minimum": column.least}
    if column.kind == "yes":
        return named | {"type": "boolean"}
    if column.kind == "value":
        return named | {"type": ["string", "number", "boolean"]}
    pattern = {"month": r"^(20\d\d-(0[1-9]|1[0-2]))?$", "date": r"^(\d{4}-\d\d-\d\d)?$"}.get(column.kind)
    shape: dict[str, Any] = {"pattern": pattern} if pattern else {"maxLength": column.limit}
    return named | {"type": "string", **shape, **({"minLength": 1} if column.required else {})}


def _object(sheet: Sheet, *, is_item: bool) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for column in sheet.columns:
        outer, _dot, inner = column.name.partition(".")
        if inner:
            empty = {"type": "object", "properties": {}, "additionalProperties": False}
            properties.setdefault(outer, empty)["properties"][inner] = _schema_of(column)
        elif is_item or column.name != "key":
            properties[column.name] = _schema_of(column)
            for extra in EXTRA.get(column.name, ()):
                properties[extra] = {"type": "string", "enum": ["", *COUNTED]}
    required = [c.name for c in sheet.columns if c.required and c.name in properties]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def schema(format_: Format, address: str) -> dict[str, Any]:
    """The format as JSON Schema, to be found at ``address`` for good."""
    item = _object(format_.items, is_item=True)
    for part in format_.parts:
        item["properties"][part.name] = {"type": "array", "maxItems": part.most, "items": _object(part, is_item=False)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address,
        "title": format_.name,
        "type": "object",
        "properties": {
            "$schema": {"type": "string"},
            format_.kind: {"type": "array", "maxItems": MOST_ITEMS, "items": item},
        },
        "required": [format_.kind],
        "additionalProperties": False,
    }
