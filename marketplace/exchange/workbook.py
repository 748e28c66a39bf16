"""Reading Excel. Whoever sends a workbook may mean harm: it is unpacked within limits and looked through before a
library opens it, formulas are named instead of believed, and nothing in it is ever calculated."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from marketplace.exchange.columns import FORMATS, MOST_ITEMS, Format, Sheet
from marketplace.exchange.records import Contents, Place, Record, unreadable, written
from marketplace.kernel.i18n import best
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import Text, fold

MOST_UNPACKED = 48 * 1024 * 1024
MOST_PARTS = 400
MOST_SHEET_ROWS = 20_000
MOST_COLUMNS = 100
MOST_CELLS = 600_000
MOST_CHARACTERS = 64 * 1024 * 1024
_CELL = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})", re.ASCII)
_ROW = re.compile(r"[1-9]\d{0,6}", re.ASCII)
_INDEX = re.compile(r"\d{0,8}", re.ASCII)
BOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
STRINGS, STYLES = "xl/sharedstrings.xml", "xl/styles.xml"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


class _Harmful(Exception):
    """More than a spreadsheet of this kind can need."""


@dataclass
class _Seen:
    """What a look through one sheet's XML has found."""

    formulas: set[tuple[int, int]] = field(default_factory=set)
    rows: int = 0
    columns: int = 0
    strings: list[int] = field(default_factory=list)


def _unpacked(data: bytes) -> dict[str, bytes]:
    """The parts that hold cells, all of them within the limit, under small letters: some readers tell no case apart."""
    parts: dict[str, bytes] = {}
    left = MOST_UNPACKED
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if len(archive.infolist()) > MOST_PARTS:
            raise _Harmful
        for entry in archive.infolist():
            if not entry.filename.endswith((".xml", ".rels")) or "/drawings/" in entry.filename:
                continue
            name = entry.filename.lower()
            if name in parts:
                raise _Harmful
            with archive.open(entry) as part:
                parts[name] = part.read(left + 1)
            left -= len(parts[name])
            if left < 0:
                raise _Harmful
    return parts


def _link(number: int, kind: str, target: str) -> str:
    return f'<Relationship Id="rId{number}" Type="{_DOCUMENT}/{kind}" Target="{target}"/>'


def _links(links: str) -> str:
    return f'<Relationships xmlns="{_PACKAGE}">{links}</Relationships>'


def _rebuilt(parts: dict[str, bytes], paths: list[str]) -> bytes:
    """A workbook of exactly those sheets, in that order, with names and relations of our own, uncompressed.

    What opens it finds nothing but what was looked through, however it would have read names, case and relations.
    """
    since_1904 = any(a.get("date1904") in ("1", "true") for a in _elements(parts.get(BOOK, b"<x/>"), "workbookPr"))
    numbers = range(1, len(paths) + 1)
    sheets = "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    links = "".join(_link(n, "worksheet", f"worksheets/s{n}.xml") for n in numbers)
    book = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}"><workbookPr date1904="{int(since_1904)}"/>'
        f"<sheets>{sheets}</sheets></workbook>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("_rels/.rels", _links(_link(1, "officeDocument", BOOK)))
        archive.writestr(BOOK, book)
        archive.writestr(RELATIONS, _links(links))
        for n, path in zip(numbers, paths, strict=True):
            archive.writestr(f"xl/worksheets/s{n}.xml", parts[path])
        for name, own in ((STRINGS, "xl/sharedStrings.xml"), (STYLES, STYLES)):
            if name in parts:
                archive.writestr(own, parts[name])
    return out.getvalue()


def _parser() -> Any:
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_arguments: object) -> None:
        raise _Harmful

    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    return parser


def _elements(body: bytes, wanted: str) -> list[dict[str, str]]:
    """The attributes of every element of that name."""
    found: list[dict[str, str]] = []
    parser = _parser()
    parser.StartElementHandler = lambda name, attributes: (
        found.append(attributes) if name.rpartition(":")[2] == wanted else None
    )
    parser.Parse(body, True)
    return found


def _lengths(body: bytes) -> list[int]:
    """How long each shared string is."""
    found: list[int] = []
    inside = False
    parser = _parser()

    def start(name: str, _attributes: dict[str, str]) -> None:
        nonlocal inside
        if name.rpartition(":")[2] == "si":
            if inside:
                raise ValueError("a string within a string")
            inside = True
            found.append(0)

    def end(name: str) -> None:
        nonlocal inside
        inside = inside and name.rpartition(":")[2] != "si"

    def characters(text: str) -> None:
        if found:
            found[-1] += len(text)

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = characters
    parser.Parse(body, True)
    return found


def _looked_through(body: bytes) -> _Seen:
    """Where formulas stand, how far the cells reach, and which shared strings they repeat.

    ``ValueError`` for places and numbers that are not written as spreadsheets write them, or go backwards: another
    reader might understand "xfd01" or "+5" differently.
    """
    seen = _Seen()
    at = [0, 0]
    shared = reading = False
    digits = ""
    parser = _parser()

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal shared, reading, digits
        name = name.rpartition(":")[2]
        if name == "row":
            number = attributes.get("r", str(at[0] + 1))
            if not _ROW.fullmatch(number) or int(number) <= at[0]:
                raise ValueError("rows out of order")
            at[:] = [int(number), 0]
        elif name == "c":
            place = _CELL.fullmatch(attributes.get("r", f"{letters(at[1] + 1)}{max(at[0], 1)}"))
            if place is None or (here := [int(place[2]), _number(place[1])]) <= at:
                raise ValueError("cells out of order")
            at[:] = here
            shared = attributes.get("t") == "s"
        elif name == "f":
            seen.formulas.add((at[0], at[1]))
        elif name == "v":
            reading, digits = True, ""
        else:
            return
        seen.rows, seen.columns = max(seen.rows, at[0]), max(seen.columns, at[1])
        if seen.rows > MOST_SHEET_ROWS or seen.columns > MOST_COLUMNS or seen.rows * seen.columns > MOST_CELLS:
            raise _Harmful

    def end(name: str) -> None:
        nonlocal reading
        if name.rpartition(":")[2] == "v":
            reading = False
            if shared and not _INDEX.fullmatch(digits):
                raise ValueError("no number of a string")
            if shared and digits:
                seen.strings.append(int(digits))

    def characters(text: str) -> None:
        nonlocal digits
        if reading and len(digits) < 9:
            digits += text

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = characters
    parser.Parse(body, True)
    return seen


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def letters(number: int) -> str:
    """The name of a column, counted from 1."""
    name = ""
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def _paths(parts: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    """Every sheet's name with the part that holds it."""
    targets = {a.get("Id", ""): a.get("Target", "") for a in _elements(parts.get(RELATIONS, b"<x/>"), "Relationship")}
    for attributes in _elements(parts.get(BOOK, b"<x/>"), "sheet"):
        identity = next((v for k, v in attributes.items() if k.rpartition(":")[2] == "id"), "")
        target = targets.get(identity, "").lower()
        yield attributes.get("name", ""), target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _known(name: str) -> list[tuple[Format, Sheet]]:
    word = "".join(fold(name).split())
    return [
        (format_, sheet)
        for format_ in FORMATS.values()
        for sheet in format_.sheets
        if word in {"".join(fold(t).split()) for t in (sheet.name, sheet.label.zh, sheet.label.en, sheet.title)}
    ]


def _once(sheets: list[Sheet]) -> None:
    for number, sheet in enumerate(sheets):
        if any(sheet.name == other.name for other in sheets[:number]):
            raise unreadable(_("「%(sheet)s」这张表出现了两次。请删掉一张。", sheet=best(sheet.label)))


def read(data: bytes) -> Contents:
    """The items of a workbook with everything that is wrong with its shape; ``Invalid`` for what is no workbook."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        parts = _unpacked(data)
        lengths = _lengths(parts.get(STRINGS, b"<x/>"))
        found = [(path, *known) for name, path in _paths(parts) if path in parts for known in _known(name)[:1]]
        _once([sheet for _path, _format, sheet in found])
        seen = [_looked_through(parts[path]) for path, _format, _sheet in found]
        repeated = sum(lengths[n] for s in seen for n in s.strings if n < len(lengths))
        if repeated > MOST_CHARACTERS:
            raise _Harmful
        book = CalamineWorkbook.from_filelike(io.BytesIO(_rebuilt(parts, [path for path, _format, _sheet in found])))
        grids = [book.get_sheet_by_index(n).to_python(skip_empty_area=False) for n in range(len(found))]
    except _Harmful as error:
        raise unreadable(_("这个文件比一张导入表应有的大得多。请只留要导入的内容，另存后再传。")) from error
    except (CalamineError, zipfile.BadZipFile, zlib.error, expat.ExpatError, NotImplementedError, RuntimeError, OSError,
            ValueError, LookupError, EOFError) as error:  # fmt: skip
        raise unreadable(_("这个文件打不开。请用 Excel 或 WPS 另存为 .xlsx 再上传。")) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # the library's own collapse, which is no Exception
            raise
        raise unreadable(_("这个文件打不开。请用 Excel 或 WPS 另存为 .xlsx 再上传。")) from error
    sheets = {sheet.name: (grid, s.formulas) for (_path, _f, sheet), grid, s in zip(found, grids, seen, strict=True)}
    main = next((f for f in FORMATS.values() if f.items.name in sheets), None)
    if main is None:
        raise unreadable(_("没有找到“场景”或“产品”工作表。请用这里的模板，不要改工作表的名字。"))
    contents = Contents(main, [], [])
    rows = {
        sheet.name: _rows(contents, number, sheet, *sheets[sheet.name])
        for number, sheet in enumerate(main.sheets)
        if sheet.name in sheets
    }
    contents.records = rows.pop(main.items.name)
    if len(contents.records) > MOST_ITEMS:
        raise unreadable(_("一个文件最多 %(count)s 项。请分成几个文件。", count=MOST_ITEMS))
    _joined(contents, rows)
    return contents


def _rows(
    contents: Contents, order: int, sheet: Sheet, grid: list[list[Any]], formulas: set[tuple[int, int]]
) -> list[Record]:
    """A sheet's lines by the names of its columns, wherever these stand."""
    names: dict[int, str] = {}
    labels = {_word(text): name for name, (label, _c) in sheet.cells.items() for text in _spellings(name, label)}
    for index, heading in enumerate(grid[0] if grid else []):
        name = labels.get(_word(written(heading)))
        place = Place((order, 1, index), sheet.label, 1, Text.of(letters(index + 1)), f"{letters(index + 1)}1")
        if name in names.values():
            contents.wrong(place, _("这一列出现了两次。请删掉一列。"))
        elif name:
            names[index] = name
        elif any(index < len(row) and written(row[index]) for row in grid):
            contents.wrong(
                place, _("不认识“%(heading)s”这一列。请用模板的列名，或删掉这一列。", heading=written(heading)[:40])
            )
    for name, (label, column) in sheet.cells.items():
        if name not in names.values() and column.required and not name.endswith(".en"):
            contents.wrong(
                Place((order, 1), sheet.label), _("缺少“%(column)s”这一列。请从模板里补上。", column=best(label))
            )
    records = []
    for number, row in enumerate(grid[1:], 2):
        given = {names[i]: value for i, value in enumerate(row) if i in names and written(value)}
        wrong = [index for index in names if (number, index + 1) in formulas]
        where = _where(order, sheet, number, {name: index for index, name in names.items()})
        for index in wrong:
            given.pop(names[index], None)
            message = _("这一格是公式。请复制后“选择性粘贴”为数值，或直接填结果。")
            contents.wrong(where(names[index]), message)
        if given or wrong:
            records.append(Record(sheet, given, where, named=frozenset(names.values()), is_row=True))
    return records


def _word(text: str) -> str:
    return "".join(fold(text).split())


def _spellings(name: str, label: Text) -> tuple[str, ...]:
    return (name, label.zh, label.en, heading(label))


def heading(label: Text) -> str:
    """A column's heading, in both languages."""
    return f"{label.zh}\n{label.en}"


def _where(order: int, sheet: Sheet, number: int, columns: dict[str, int]) -> Any:
    def where(name: str) -> Place:
        index = columns.get(name, columns.get(f"{name}.zh"))
        if index is None:
            return Place((order, number), sheet.label, number)
        label = sheet.cells.get(name, sheet.cells.get(f"{name}.zh"))
        assert label is not None
        return Place((order, number, index), sheet.label, number, label[0], f"{letters(index + 1)}{number}")

    return where


def _joined(contents: Contents, rows: dict[str, list[Record]]) -> None:
    """Every line under the item whose key it names."""
    items = {record.text("key"): record for record in reversed(contents.records)}
    for record in contents.records:
        record.parts = {name: [] for name in rows}
    for name, lines in rows.items():
        for line in lines:
            key = line.text("key")
            if key and key in items:
                items[key].parts.setdefault(name, []).append(line)
                continue
            message = (
                _(
                    "「%(sheet)s」里没有编号“%(key)s”。请核对编号。",
                    sheet=best(contents.format.items.label),
                    key=key[:40],
                )
                if key
                else _("请写明这一行属于哪个编号。")
            )
            contents.wrong(line.where("key"), message)
