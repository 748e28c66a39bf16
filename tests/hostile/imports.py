"""Files to import that are right but for one to three hostile cells, and the way through upload, preview and export."""

from __future__ import annotations

import contextlib
import copy
import io
import json
import re
import zipfile
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from flask import Flask
from hypothesis import strategies as st

from marketplace.exchange import services
from marketplace.exchange.columns import FORMATS
from marketplace.exchange.services import File
from marketplace.exchange.writing import as_workbook, tables
from marketplace.vocabulary.terms import DATA
from tests.hostile.pages import read
from tests.hostile.requests import Request

Path = tuple[str | int, ...]
JSON_VALUES = (
    "NaN", "1e999", "-Infinity", "9" * 30, "-1", "0", "1.5", "true", "null", "[]", "{}", "[[[[[]]]]]", '"\\ud800"', '"\\u0000"', '"=1+1"',
    '"@SUM(A1)"', '{"zh": 1}', '{"zh": "x", "fr": "y"}', '{"zh": {"zh": "x"}}', '["a", 1, null]', '"\\u202e\\ufeff"', '"' + "x" * 300_000 + '"',
    '"2026-02-30"', '"99999-12"', '"0.0000000000000000000000000001 kg"', '"1e309 kg"', '"±"', '"≥≥1"', '"~"', '"１２"', '""', '" "', '"../x"',
    '"<script>"', '"%s{0}%(x)s"', '"∞ kg"', '"-0"', '"1~1~1"', '"-10~"', '"healthcare"', "9" * 5000,
)  # fmt: skip
WORDS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "=cmd|' /C calc'!A0",
    "\ud800",
    "a\x00b",
    "\u202eb",
    "<f>1</f>",
    "_x0041_",
    "'=1",
    "\uffff",
    "\x1b[0m",
    "http://x.example",
)
CELLS = (
    "<v>1e400</v>", "<v>NaN</v>", "<v></v>", "", "<f>1+1</f><v>2</v>", "<v>-1</v>", "<v>99999999999999999999999</v>", "<v>0.1</v>",
    "<v>2958466</v>", "<v>1</v><v>2</v>", "<is><t>x</t></is>",
)  # fmt: skip
TYPES = ("", "n", "b", "e", "d", "str", "s", "inlineStr", "nonsense")
TEXTS = (
    "=1+1", "@x", "&#10;", "x" * 40_000, "‮", "_x0000_", "<![CDATA[x]]>", "&amp;lt;", "1e999", "NaN", "９", "≥ kg", "2026-13-45", "\t", "是",
    "healthcare", "0", "-1", "9" * 30, "%s", "{0}", "∞", "１．５万", "1/0", "#REF!", "'=1", "±±", "~~",
)  # fmt: skip


@lru_cache
def _example(kind: str) -> Any:
    return json.loads((DATA / "examples" / f"{FORMATS[kind].name}.json").read_text("utf-8"))


def _paths(value: Any, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in inner:
        yield from _paths(below, (*path, key))


def _json(kind: str, chosen: list[tuple[Path, str]]) -> bytes:
    whole = copy.deepcopy(_example(kind))
    for number, (path, _text) in enumerate(chosen):
        where = whole
        with contextlib.suppress(LookupError, TypeError):  # an earlier change has already replaced what stood around it
            for key in path[:-1]:
                where = where[key]
            where[path[-1]] = f"@{number}@"
    text = json.dumps(whole, ensure_ascii=False)
    for number, (_path, value) in enumerate(chosen):
        text = text.replace(f'"@{number}@"', value)
    return text.encode("utf-8", "surrogatepass")


@lru_cache
def _workbook(kind: str) -> dict[str, str]:
    file = File("x.json", (DATA / "examples" / f"{FORMATS[kind].name}.json").read_bytes())
    items = services.read(file)[1]
    body = as_workbook(FORMATS[kind], tables(FORMATS[kind], [item.data for item in items]))
    archive = zipfile.ZipFile(io.BytesIO(body))
    return {name: archive.read(name).decode() for name in archive.namelist()}


def _xlsx(kind: str, cells: list[tuple[int, str, str]], texts: list[tuple[int, str]]) -> bytes:
    parts = dict(_workbook(kind))
    sheet = "xl/worksheets/sheet1.xml"
    for at, type_, inside in cells:
        found = list(re.finditer(r'<c r="([A-Z]+[2-9])"[^>]*?(?:/>|>.*?</c>)', parts[sheet]))
        if found:
            one = found[at % len(found)]
            new = f'<c r="{one[1]}"{f" t={json.dumps(type_)}" if type_ else ""}>{inside}</c>'
            parts[sheet] = parts[sheet][: one.start()] + new + parts[sheet][one.end() :]
    strings = "xl/sharedStrings.xml"
    for at, text in texts:
        found = list(re.finditer(r"<t[^>]*>([^<]*)</t>", parts[strings]))
        one = found[at % len(found)]
        parts[strings] = parts[strings][: one.start(1)] + text + parts[strings][one.end(1) :]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return out.getvalue()


def files(kind: str) -> st.SearchStrategy[tuple[bytes, bytes]]:
    """Names and bodies of files to import."""
    leaves = st.tuples(st.sampled_from(list(_paths(_example(kind)))), st.sampled_from(JSON_VALUES))
    written = [p for p in _paths(_example(kind)) if p[-1] in ("zh", "en", "model", "baseline")]
    words = st.tuples(st.sampled_from(written), st.sampled_from(WORDS).map(json.dumps))
    cell = st.tuples(st.integers(0, 80), st.sampled_from(TYPES), st.sampled_from(CELLS))
    text = st.tuples(st.integers(0, 200), st.sampled_from(TEXTS))
    return st.one_of(
        st.lists(leaves, min_size=1, max_size=3).map(lambda chosen: (b"a.json", _json(kind, chosen))),
        st.lists(words, min_size=1, max_size=3).map(lambda chosen: (b"a.json", _json(kind, chosen))),
        st.tuples(st.lists(cell, max_size=2), st.lists(text, max_size=2)).map(lambda c: (b"a.xlsx", _xlsx(kind, *c))),
    )


def carried_through(app: Flask, preview: Request, page: bytes) -> Iterator[Request]:
    """What somebody sends who confirms the preview and takes everything out again."""
    kind = preview.path.split(b"/")[3].decode()
    forms, _links = read(page.decode())
    for form in forms:
        if ("act", "confirm") in form.buttons:
            fields = tuple((k.encode(), v.encode()) for k, v in [*form.fields, ("act", "confirm")])
            yield Request("POST", preview.path, fields=fields, cookies=preview.cookies)
    for extension in ("xlsx", "json"):
        yield Request("GET", f"/zh/exchange/{kind}/export.{extension}".encode(), cookies=preview.cookies)
