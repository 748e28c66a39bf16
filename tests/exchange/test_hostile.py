"""Files that mean harm: each is refused with a sentence, in bounded time and memory, and never with a 500."""

from __future__ import annotations

import contextlib
import io
import json
import re
import time
import zipfile
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.catalogue.entering import WholeProduct
from marketplace.exchange import services
from marketplace.exchange.columns import FORMATS, SCENARIOS
from marketplace.exchange.records import Contents
from marketplace.exchange.services import File
from marketplace.exchange.writing import as_json, as_workbook, tables
from marketplace.kernel.errors import Invalid
from marketplace.kernel.text import Text, clean
from marketplace.scenarios.entering import ScenarioData

INJECTED = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "@SUM(A1:A9)",
    "-2+3",
    '=HYPERLINK("http://x.example","y")',
    "\t=1",
    "_x0041_",
    "'=1",
]


def _refused(data: bytes, name: str = "file.xlsx") -> str:
    with pytest.raises(Invalid) as refusal:
        services.read(File(name, data))
    return refusal.value.message


def _template() -> dict[str, bytes]:
    archive = zipfile.ZipFile(io.BytesIO(as_workbook(SCENARIOS, {})))
    return {name: archive.read(name) for name in archive.namelist()}


def _zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return out.getvalue()


def _with_rows(rows: str, **more: bytes) -> bytes:
    """The template with other cells in its first sheet."""
    parts = _template()
    body = parts["xl/worksheets/sheet1.xml"].decode()
    head, tail = body.partition("<sheetData>")[0], body.partition("</sheetData>")[2]
    parts["xl/worksheets/sheet1.xml"] = f"{head}<sheetData>{rows}</sheetData>{tail}".encode()
    return _zipped(parts | more)


MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
BIG = "这个文件比一张导入表应有的大得多。请只留要导入的内容，另存后再传。"
SHUT = "这个文件打不开。请用 Excel 或 WPS 另存为 .xlsx 再上传。"


def test_a_bomb_that_unpacks_to_gigabytes_is_not_unpacked(app: Flask) -> None:
    data = _zipped(_template() | {"xl/worksheets/sheet9.xml": b" " * (60 * 1024 * 1024)})
    assert len(data) < 200_000
    assert _refused(data) == BIG


def test_a_lone_cell_in_the_farthest_corner_takes_no_memory(app: Flask) -> None:
    row = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
    assert _refused(_with_rows(f'<row r="1"><c r="A1"><v>1</v></c></row>{row}')) == BIG


def test_one_long_string_repeated_a_thousand_times_takes_no_memory(app: Flask) -> None:
    strings = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>' + b"x" * 4_000_000
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 1001))
    data = _with_rows(rows, **{"xl/sharedStrings.xml": strings + b"</t></si></sst>"})
    assert _refused(data) == BIG


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="cv20000"><v>2</v></c></row>',
        '<row r="1"><c r="CV020000"><v>2</v></c></row>',
        '<row r="A20000"><c><v>2</v></c></row>',
        '<row r="2"><c r="A1"><v>2</v></c></row>',
        '<row r="1"><c r="A1"/><c/><c r="A1"/><c/></row>',
        '<row r="1"><c r="A1" t="s"><v>+0</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>0000000000</v></c></row>',
    ],
    ids=range(7),
)
def test_a_place_or_number_that_two_readers_may_read_differently_is_refused(app: Flask, rows: str) -> None:
    assert _refused(_with_rows(rows)) == SHUT


def test_strings_under_a_name_of_another_case_are_counted_too(app: Flask) -> None:
    parts = _template()
    del parts["xl/sharedStrings.xml"]
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 801))
    body = parts["xl/worksheets/sheet1.xml"].decode()
    parts["xl/worksheets/sheet1.xml"] = re.sub(
        "<sheetData>.*</sheetData>", f"<sheetData>{rows}</sheetData>", body
    ).encode()
    parts["XL/SharedStrings.xml"] = b"<sst xmlns='%s'><si><t>%s</t></si></sst>" % (MAIN, b"x" * 100_000)
    assert _refused(_zipped(parts)) == BIG


@pytest.mark.parametrize("hidden", ["identity", "root", "case"])
def test_no_sheet_is_opened_but_the_one_that_was_looked_through(app: Flask, hidden: str) -> None:
    parts = _template()
    other = re.sub(
        b"<sheetData>.*</sheetData>",
        b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>key</t></is></c></row>'
        b'<row r="2"><c r="A2" t="inlineStr"><is><t>HIDDEN</t></is></c></row></sheetData>',
        parts["xl/worksheets/sheet1.xml"],
    )
    book, links = parts["xl/workbook.xml"], parts["xl/_rels/workbook.xml.rels"]
    if hidden == "identity":
        book = book.replace(b'r:id="rId1"', b'x:id="rId1" r:id="rId99"', 1)
        parts["xl/workbook.xml"] = book.replace(b"<workbook ", b'<workbook xmlns:x="x" ', 1)
        more = b'<Relationship Id="rId99" Type="worksheet" Target="worksheets/other.xml"/></Relationships>'
        parts["xl/_rels/workbook.xml.rels"] = links.replace(b"</Relationships>", more)
        parts["xl/worksheets/other.xml"] = other
    elif hidden == "root":
        parts["_rels/.rels"] = parts["_rels/.rels"].replace(b"xl/workbook.xml", b"xl/other.xml")
        parts["xl/other.xml"] = book.replace(b'r:id="rId1"', b'r:id="rId99"', 1)
        more = b'<Relationship Id="rId99" Type="worksheet" Target="worksheets/other.xml"/></Relationships>'
        parts["xl/_rels/other.xml.rels"] = links.replace(b"</Relationships>", more)
        parts["xl/_rels/workbook.xml.rels"] = links
        parts["xl/worksheets/other.xml"] = other
    else:
        parts = {"xl/worksheets/SHEET1.xml": other} | parts
    with contextlib.suppress(Invalid):
        contents, _items, _problems = services.read(File("file.xlsx", _zipped(parts)))
        assert [r.text("key") for r in contents.records] == []


def test_one_sheet_named_a_thousand_times_is_read_once(app: Flask) -> None:
    parts = _template()
    again = b"".join(b'<sheet name="Scenarios%s" sheetId="%d" r:id="rId1"/>' % (b" " * n, n + 9) for n in range(3))
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b"</sheets>", again + b"</sheets>")
    assert _refused(_zipped(parts)) == "「场景」这张表出现了两次。请删掉一张。"


def test_entities_are_not_expanded(app: Flask) -> None:
    evil = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
    assert _refused(_zipped(_template() | {"xl/sharedStrings.xml": evil})) == BIG


def test_a_hundred_thousand_parts_are_not_opened(app: Flask) -> None:
    assert _refused(_zipped(_template() | {f"xl/x{n}.xml": b"" for n in range(500)})) == BIG


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0" * 200, b"<html>", _zipped({"a.txt": b"x"})], ids=range(5)
)
def test_what_is_no_workbook_is_said_to_be_none(app: Flask, data: bytes) -> None:
    assert _refused(data) in (SHUT, "没有找到“场景”或“产品”工作表。请用这里的模板，不要改工作表的名字。")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"{", "JSON 在第 1 行第 2 个字符处断了。请检查逗号和引号。"),
        (b"\xff\xfe{}", "这个文件不是 UTF-8 编码的 JSON。请另存后再上传。"),
        (b"[" * 200_000, "这个文件不是 UTF-8 编码的 JSON。请另存后再上传。"),
        (b'{"scenarios": [{"key": NaN}]}', "这个文件不是 UTF-8 编码的 JSON。请另存后再上传。"),
        (b'{"scenarios": [' + b"9" * 5000 + b"]}", "这个文件不是 UTF-8 编码的 JSON。请另存后再上传。"),
        (b"[]", "JSON 的最外层要有“scenarios”或“products”其中一个列表。请看格式说明。"),
        (b'{"scenarios": [], "products": []}', "JSON 的最外层要有“scenarios”或“products”其中一个列表。请看格式说明。"),
        (b'{"scenarios": []}', "这个文件里还没有内容。请从第 2 行起填写后再上传。"),
    ],
)
def test_broken_json_is_refused_with_a_sentence(app: Flask, data: bytes, message: str) -> None:
    assert _refused(data, "file.json") == message


@pytest.mark.parametrize(
    ("entry", "least"),
    [
        ({"requirements": [1] * 400_000}, 61),
        ({"requirements": [{"parameter": "payload", "value": "1 kg"}] * 100_000}, 61),
        ({"requirements": [{"parameter": "payload", "value": " " * 400_000 + "1 kg" + " " * 400_000 + "~"}]}, 1),
        ({"title": {"zh": "x" * 2_000_000}}, 1),
    ],
    ids=range(4),
)
def test_more_than_anybody_needs_is_told_and_not_worked_through(app: Flask, entry: dict[str, Any], least: int) -> None:
    whole = {"scenarios": [{"key": "A-1", "title": {"zh": "标题"}} | entry]}
    begun = time.perf_counter()
    _contents, _items, problems = services.read(File("x.json", json.dumps(whole).encode()))
    assert least <= len(problems) <= 200
    assert time.perf_counter() - begun < 20  # seconds where it takes milliseconds; quadratic it would be hours


def test_a_file_of_nothing_but_mistakes_is_refused_as_a_whole(app: Flask) -> None:
    whole = {"scenarios": [{f"x{n}": 1 for n in range(100_000)}]}
    message = "这个文件几乎处处有错，多半不是导入用的。请对照格式说明。"
    assert _refused(json.dumps(whole).encode(), "x.json") == message


_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "key",
                    "title",
                    "zh",
                    "en",
                    "site",
                    "area",
                    "requirements",
                    "metrics",
                    "parameter",
                    "value",
                    "op",
                    "unit",
                    "tasks",
                    "specifications",
                    "name",
                    "domain",
                    "budget_max",
                    "consortium",
                    "launched",
                    "evidence_date",
                    "x",
                ]
            ),  # fmt: skip
            inner,
            max_size=6,
        )
    ),
    max_leaves=25,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=st.lists(_anything, min_size=1, max_size=3), kind=st.sampled_from(sorted(FORMATS)))
def test_json_of_any_shape_is_read_or_refused(app: Flask, entries: list[Any], kind: str) -> None:
    contents, _items, problems = services.read(File("x.json", json.dumps({kind: entries}).encode()))
    assert isinstance(contents, Contents)
    assert all(str(p) and p.place.path.startswith("$") for p in problems)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 20_000), junk=st.binary(min_size=1, max_size=40), part=st.sampled_from(sorted(_template())))
def test_a_damaged_workbook_is_read_or_refused(app: Flask, at: int, junk: bytes, part: str) -> None:
    parts = _template()
    body = parts[part]
    at %= len(body) + 1
    parts[part] = body[:at] + junk + body[at + len(junk) :]
    with contextlib.suppress(Invalid):
        services.read(File("x.xlsx", _zipped(parts)))


def _item(text: str) -> ScenarioData:
    [item] = services.read(
        File("x.json", json.dumps({"scenarios": [{"key": "A-1", "title": {"zh": "标题"}}]}).encode())
    )[1]
    assert isinstance(item.data, ScenarioData)
    fields = {n: Text.of(text, text) if isinstance(v, Text) else v for n, v in item.data.fields.items()}
    return ScenarioData(key="A-1", fields=fields | {"site": {"area": Text.of(text, text)}})


def _again(data: ScenarioData | WholeProduct, extension: str) -> ScenarioData | WholeProduct:
    body = as_json(SCENARIOS, [data], "x") if extension == "json" else as_workbook(SCENARIOS, tables(SCENARIOS, [data]))
    _contents, items, problems = services.read(File(f"x.{extension}", body))
    assert [str(p) for p in problems] == []
    return items[0].data


@pytest.mark.parametrize("extension", ["json", "xlsx"])
@pytest.mark.parametrize("text", INJECTED)
def test_what_looks_like_a_formula_stays_a_text_in_every_cell(app: Flask, text: str, extension: str) -> None:
    data = _item(clean(text))
    assert _again(data, extension) == data
    if extension == "xlsx":
        archive = zipfile.ZipFile(io.BytesIO(as_workbook(SCENARIOS, tables(SCENARIOS, [data]))))
        assert not any(
            b"<f>" in archive.read(n) or b"<f " in archive.read(n) for n in archive.namelist() if "sheet" in n
        )
        assert not any("hyperlink" in archive.read(n).decode() for n in archive.namelist() if n.endswith(".rels"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cn")), min_size=1, max_size=60),
    extension=st.sampled_from(["json", "xlsx"]),
)
def test_any_text_comes_back_as_it_was(app: Flask, text: str, extension: str) -> None:
    data = _item(clean(text) or "空")
    assert _again(data, extension) == data
