"""`marketplace match`: two files in the import format, a ranking with reasons, and no database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from marketplace.cli import main

EXAMPLES = Path(__file__).parents[2] / "marketplace" / "data" / "examples"


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    scenario = json.loads((EXAMPLES / "scenarios-1.json").read_text("utf-8"))
    products = json.loads((EXAMPLES / "products-1.json").read_text("utf-8"))
    cleaner = {
        "key": "C1", "name": {"zh": "扫地机器人"}, "domain": "household", "tasks": ["home_cleaning"],
        "summary": {"zh": "清扫居室。"},
        "specifications": [{"parameter": "payload", "value": "30公斤"}, {"parameter": "lift_ride", "value": False}],
    }  # fmt: skip
    products["products"].insert(0, cleaner)
    paths = tmp_path / "scenarios.json", tmp_path / "products.json"
    for path, data in zip(paths, (scenario, products)):
        path.write_text(json.dumps(data, ensure_ascii=False), "utf-8")
    return paths


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["match", *map(str, arguments)])


def _found(*arguments: object) -> Any:
    result = _run(*arguments)
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_the_ranking_names_what_is_met_what_is_short_and_where_it_stands(files: tuple[Path, Path]) -> None:
    found = _found(*files, "--on", "2026-03-02")
    assert found["on"] == "2026-03-02"
    (scenario,) = found["scenarios"]
    assert [(scenario[k]) for k in ("key", "products", "meets", "open", "short")] == ["A-01", 2, 0, 1, 1]
    first, second = scenario["ranking"]
    assert (first["product"], first["standing"], second["product"], second["standing"]) == ("M3", "open", "C1", "short")
    payload, cargo, lift, throughput = first["requirements"]
    assert (payload["answer"], payload["row"]) == ("metif", "$.scenarios[0].requirements[0]")
    assert payload["offered"]["row"] == "$.products[1].specifications[0]"
    assert payload["offered"]["condition"]["zh"] == "平地"
    assert (cargo["answer"], lift["answer"], throughput["level"]) == ("unknown", "met", "should")
    assert (second["requirements"][0]["short_by"], second["requirements"][0]["unit"]) == (10, "kg")
    for one in (first, second):
        assert round(sum(one["parts"].values()) * 10) == round(one["score"] * 10)


def test_a_variant_in_the_file_is_weighed_as_one_in_the_catalogue_is(files: tuple[Path, Path]) -> None:
    data = json.loads(files[1].read_text("utf-8"))
    robot = data["products"][1]
    robot["variants"].append({"name": {"zh": "加强型"}, "kind": "variant"})
    robot["specifications"].append({"variant": "加强型", "parameter": "cargo_temp", "value": "2-8℃"})
    files[1].write_text(json.dumps(data, ensure_ascii=False), "utf-8")
    first = _found(*files, "--on", "2026-03-02")["scenarios"][0]["ranking"][0]
    assert first["with"] == "加强型"
    offered = next(r["offered"] for r in first["requirements"] if r.get("offered", {}).get("variant"))
    assert (offered["variant"], offered["row"]) == ("加强型", "$.products[1].specifications[7]")


def test_only_so_many_are_explained(files: tuple[Path, Path]) -> None:
    scenario = _found(*files, "--explain", 1)["scenarios"][0]
    assert (scenario["products"], len(scenario["ranking"])) == (2, 1)


def test_mistakes_are_named_at_their_place_and_nothing_is_matched(files: tuple[Path, Path]) -> None:
    data = json.loads(files[1].read_text("utf-8"))
    data["products"][0]["specifications"][0]["value"] = "30 mm"
    files[1].write_text(json.dumps(data), "utf-8")
    result = _run(*files)
    assert result.exit_code == 1
    assert "$.products[0].specifications[0].value" in result.output


@pytest.mark.parametrize("swapped", [True, False])
def test_files_in_the_wrong_order_are_refused(files: tuple[Path, Path], swapped: bool) -> None:
    scenarios, products = files
    result = _run(*((products, scenarios) if swapped else (scenarios, scenarios)))
    assert result.exit_code == 1
    assert ("第一个文件要是场景" if swapped else "第二个文件要是产品") in result.output


def test_no_database_is_asked(files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("marketplace.cli._app", lambda *_: pytest.fail("the site was started"))
    monkeypatch.setattr("sqlalchemy.engine.base.Connection.__init__", lambda *_a, **_k: pytest.fail("a connection"))
    assert _found(*files)["scenarios"]
