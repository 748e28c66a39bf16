"""The format as it is published: schema, page, template and forms say the same."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from marketplace.catalogue.forms import ProductForm
from marketplace.exchange import queries, services
from marketplace.exchange.columns import FORMATS, Format
from marketplace.exchange.jsonfile import schema
from marketplace.exchange.services import File
from marketplace.exchange.writing import as_workbook
from marketplace.scenarios import forms
from marketplace.vocabulary.terms import DATA
from tests.exchange.shelf import filled
from tests.factories.world import World

ALL = list(FORMATS.values())


def _misfits(shape: dict[str, Any], value: Any, path: str = "$") -> list[str]:
    """Where a value breaks a schema: as much of JSON Schema as ours use."""
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool, "null": type(None)}  # fmt: skip
    wanted = shape["type"] if isinstance(shape["type"], list) else [shape["type"]]
    if not any(isinstance(value, kinds[k]) for k in wanted):
        return [f"{path}: {value!r} is no {wanted}"]
    found = []
    if isinstance(value, dict):
        found += [f"{path}.{k}: unknown" for k in value.keys() - shape["properties"].keys()]
        found += [f"{path}: lacks {k}" for k in shape.get("required", []) if k not in value]
        for name, inner in value.items():
            found += _misfits(shape["properties"][name], inner, f"{path}.{name}") if name in shape["properties"] else []
    if isinstance(value, list):
        found += [m for n, inner in enumerate(value) for m in _misfits(shape["items"], inner, f"{path}[{n}]")]
    if "enum" in shape and value not in shape["enum"]:
        found.append(f"{path}: {value!r} is not offered")
    if isinstance(value, str) and len(value) > shape.get("maxLength", len(value)):
        found.append(f"{path}: too long")
    return found


@pytest.mark.parametrize("kind", FORMATS)
def test_what_is_exported_and_what_is_shown_as_an_example_fit_the_schema(world: World, kind: str) -> None:
    filled(world)
    published = world.app.test_client().get(f"/schemas/{kind}-1.json")
    assert published.mimetype == "application/schema+json"
    assert published.json["$id"] == f"http://site.example/schemas/{kind}-1.json"
    actor = world.owner if kind == "scenarios" else world.vendor
    export = json.loads(queries.exported(actor, kind, "json", schema="x"))
    example = json.loads((DATA / "examples" / f"{kind}-1.json").read_text("utf-8"))
    assert len(export[kind]) > 15
    assert _misfits(published.json, export) == []
    assert _misfits(published.json, example) == []
    assert _misfits(published.json, {kind: [{"key": "", "foo": 1}]}) != []


@pytest.mark.parametrize("kind", FORMATS)
def test_the_example_is_read_without_a_mistake(app: Flask, kind: str) -> None:
    data = (DATA / "examples" / f"{kind}-1.json").read_bytes()
    _contents, items, problems = services.read(File("x.json", data))
    assert [str(p) for p in problems] == []
    assert len(items) == 1
    assert len(items[0].lines) == {"scenarios": 5, "products": 7}[kind]
    assert [label.en for label, _said in items[0].others] == (
        [] if kind == "scenarios" else ["Variants and accessories", "Certificates", "Deployments", "Services"]
    )


def test_texts_take_as_much_in_a_file_as_on_the_page(app: Flask) -> None:
    with app.test_request_context():
        pages = [forms.TaskForm(), forms.WorkForm(), forms.SiteForm(), forms.TermsForm(), forms.SafetyForm()]
        limits = {"scenarios": _limits(pages), "products": _limits([ProductForm()])}
    for format_ in ALL:
        for name, (_label, column) in format_.items.cells.items():
            if column.kind == "text":
                field = name.replace(".", "_")
                assert column.at_most(name) == limits[format_.kind][field], name


def _limits(pages: list[Any]) -> dict[str, int]:
    return {f.name: v.count for page in pages for f in page for v in f.validators if hasattr(v, "count")}


@pytest.mark.parametrize("format_", ALL, ids=lambda f: f.kind)
def test_the_template_offers_the_vocabulary_in_drop_downs_and_holds_no_formula(app: Flask, format_: Format) -> None:
    archive = zipfile.ZipFile(io.BytesIO(as_workbook(format_, {})))
    parts = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}
    for number, sheet in enumerate(format_.sheets, 1):
        offered = sum(column.choices is not None for column in sheet.columns)
        assert parts[f"xl/worksheets/sheet{number}.xml"].count('type="list"') == offered, sheet.name
    assert not any("<f>" in body for body in parts.values())
    strings = parts["xl/sharedStrings.xml"]
    for word in ("额定负载 · Rated payload", "医疗康养 · Healthcare and elder care", "件/h · pieces per h"):
        assert word in strings
    with pytest.raises(Exception, match="还没有内容"):
        services.read(File("x.xlsx", as_workbook(format_, {})))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_about_the_format_names_every_column(client: FlaskClient, language: str) -> None:
    page = client.get(f"/{language}/exchange/format")
    assert page.status_code == 200
    for format_ in ALL:
        for sheet in format_.sheets:
            for column in sheet.columns:
                assert column.label.best(language).replace("&", "&amp;") in page.text, column.name
                assert f"<code>{column.name}</code>" in page.text


def test_every_format_has_its_schema_with_every_column() -> None:
    for format_ in ALL:
        shape = schema(format_, "https://x.example/s.json")
        item = shape["properties"][format_.kind]["items"]
        assert set(item["properties"]) >= {c.name.partition(".")[0] for c in format_.items.columns}
        for part in format_.parts:
            line = item["properties"][part.name]["items"]["properties"]
            assert set(line) >= {c.name for c in part.columns if c.name != "key"}
