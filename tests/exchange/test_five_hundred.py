"""A programme office's spreadsheet: five hundred scenarios, thirty mistakes of different kinds, each named at its place."""

from __future__ import annotations

import copy
import io
import time
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select
from xlsxwriter import Workbook

from marketplace.exchange import queries
from marketplace.exchange.columns import SCENARIOS
from marketplace.exchange.workbook import heading
from marketplace.exchange.writing import tables
from marketplace.kernel.db import session
from marketplace.scenarios.entering import ScenarioData
from marketplace.scenarios.models import Metric, Requirement, Scenario
from tests.exchange.shelf import filled
from tests.factories.world import World

Sheets = dict[str, list[dict[str, Any]]]


class Formula(str):
    """A cell that somebody filled with a formula."""


def workbook(sheets: Sheets, *, extra: dict[str, str] | None = None) -> bytes:
    """A workbook as somebody's own Excel would save it: dates, fractions and formulas are of their own kinds."""
    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for sheet in SCENARIOS.sheets:
        page = book.add_worksheet(sheet.title)
        columns = list(sheet.cells) + (list(extra or {}) if sheet is SCENARIOS.items else [])
        for number, name in enumerate(columns):
            page.write_string(0, number, heading(sheet.cells[name][0]) if name in sheet.cells else (extra or {})[name])
            for line, cells in enumerate(sheets[sheet.name], 1):
                value = cells.get(name)
                if isinstance(value, Formula):
                    page.write_formula(line, number, str(value), None, 900)
                elif isinstance(value, date):
                    page.write_datetime(line, number, value, day)
                elif isinstance(value, (int, float)):
                    page.write_number(line, number, value)
                elif value:
                    page.write_string(line, number, value)
    book.close()
    return out.getvalue()


def five_hundred(world: World) -> Sheets:
    """Five hundred scenarios like the demo's, with figures as people write them."""
    filled(world)
    known = [d for d in queries.items(world.owner, "scenarios") if isinstance(d, ScenarioData) and d.metrics]
    items = [
        ScenarioData(key=f"P-{n:03}", fields=d.fields, requirements=d.requirements, metrics=d.metrics)
        for n in range(1, 501)
        for d in [known[n % len(known)]]
    ]
    return tables(SCENARIOS, items)


MISTAKES: list[tuple[str, str, str, Any, str]] = [
    # sheet, key of the item (its first line), column, what was typed, what the message says
    ("scenarios", "P-002", "key", "", "请填一个编号"),
    ("scenarios", "P-004", "key", "P-003", "已经用在"),
    ("scenarios", "P-010", "title.zh", "标" * 61, "最多 60 个字，现在有 61 个"),
    ("scenarios", "P-012", "domain", "航天", "列表里没有“航天”"),
    ("scenarios", "P-014", "task", "居家清洁", "任务不属于所选领域"),
    ("scenarios", "P-016", "kind", "随便", "列表里没有“随便”"),
    ("scenarios", "P-018", "district", "苏州", "列表里没有“苏州”"),
    ("scenarios", "P-020", "budget_max", "约三百万", "请填大于 0 的整数"),
    ("scenarios", "P-022", "budget_max", 0, "请填 1 到 1000000 之间的整数"),
    ("scenarios", "P-024", "period_months", "600个月", "请填 1 到 60 之间的整数"),
    ("scenarios", "P-026", "consortium", "看情况", "请选“是”或“否”"),
    ("scenarios", "P-028", "mode", "白送", "列表里没有“白送”"),
    ("scenarios", "P-030", "quantity", 2.5, "请填大于 0 的整数"),
    ("scenarios", "P-032", "summary.zh", Formula("=A1&B1"), "这一格是公式"),
    ("requirements", "P-040", "parameter", "拉力", "列表里没有“拉力”"),
    ("requirements", "P-042", "parameter", "", "请填“参数”"),
    ("requirements", "P-044", "value", "", "请填一个值"),
    ("requirements", "P-046", "value", "很大", "请填"),
    ("requirements", "P-048", "unit", "光年", "看不懂单位“光年”"),
    ("requirements", "P-050", "unit", "V", "看不懂单位“V”"),
    ("requirements", "P-052", "op", "大概", "列表里没有“大概”"),
    ("requirements", "P-054", "level", "最好", "列表里没有“最好”"),
    ("requirements", "P-056", "weight", 9, "权重请填 1 到 5"),
    ("requirements", "P-058", "key", "P-999", "没有编号“P-999”"),
    ("requirements", "P-060", "key", "", "属于哪个编号"),
    ("requirements", "P-062", "value", date(2026, 2, 8), "变成了日期"),
    ("metrics", "P-070", "target", Formula("=1+1"), "这一格是公式"),
    ("metrics", "P-072", "target", "900 mg", "看不懂单位"),
    ("metrics", "P-074", "window.zh", "天" * 201, "最多 200 个字"),
    ("metrics", "P-076", "baseline", "约" * 61, "最多 60 个字"),
]


def _spoilt(sheets: Sheets) -> tuple[Sheets, list[tuple[str, str]]]:
    """The sheets with thirty mistakes, and for each the place at which it has to be named and the message."""
    wrong = copy.deepcopy(sheets)
    expected = []
    for name, key, column, value, message in MISTAKES:
        sheet = next(s for s in SCENARIOS.sheets if s.name == name)
        line = next(n for n, cells in enumerate(sheets[name]) if cells["key"] == key)
        if name == "requirements" and column == "value":
            wrong[name][line] |= {"parameter": "额定负载 · Rated payload", "op": "≥", "unit": "kg"}
        wrong[name][line][column] = value
        if column == "unit":
            wrong[name][line]["parameter"], wrong[name][line]["value"] = "额定负载 · Rated payload", "20"
        at = column if column != "unit" else "value"
        number = list(sheet.cells).index(at)
        letters = ("" if number < 26 else chr(64 + number // 26)) + chr(65 + number % 26)
        label = sheet.cells[at][0].zh
        expected.append((f"「{sheet.label.zh}」第 {line + 2} 行「{label}」列（{letters}{line + 2}）", message))
    return wrong, expected


def _sent(world: World, data: bytes) -> Any:
    browser = world.client("owner")
    form = {"organisation": str(world.owner_id), "file": (io.BytesIO(data), "需求汇总.xlsx")}
    return browser, browser.post("/zh/exchange/scenarios", data=form, content_type="multipart/form-data")


def test_every_mistake_is_named_at_its_place_and_nothing_is_entered(world: World) -> None:
    sheets = five_hundred(world)
    before = session().scalar(select(func.count()).select_from(Scenario))
    wrong, expected = _spoilt(sheets)
    # A line whose item lost its key belongs to nobody: that is told too, once for every such line.
    lost = sum(c["key"] in ("P-002", "P-004") for part in ("requirements", "metrics") for c in sheets[part])
    _browser, answer = _sent(world, workbook(wrong))
    assert answer.status_code == 422
    found = [line.split("</li>")[0] for line in answer.text.partition('class="errs"')[2].split("<li><strong>")[1:]]
    told = dict(line.split("</strong>：", 1) for line in found)
    missing = [(place, message) for place, message in expected if message not in told.get(place, "")]
    assert missing == []
    assert len(found) == len(MISTAKES) + lost
    assert session().scalar(select(func.count()).select_from(Scenario)) == before


def test_mended_it_is_in_and_every_line_of_it(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    sheets = five_hundred(world)
    before = [session().scalar(select(func.count()).select_from(m)) or 0 for m in (Scenario, Requirement, Metric)]
    begun = time.perf_counter()
    browser, answer = _sent(world, workbook(sheets))
    assert answer.status_code == 302, answer.text
    uploaded = time.perf_counter()
    shown = browser.get(answer.location)
    assert shown.status_code == 200
    previewed = time.perf_counter()
    done = browser.post(answer.location, data={"act": "confirm"})
    confirmed = time.perf_counter()
    assert (done.status_code, done.location) == (302, "/zh/my/scenarios")
    after = [session().scalar(select(func.count()).select_from(m)) or 0 for m in (Scenario, Requirement, Metric)]
    added = [b - a for a, b in zip(before, after, strict=True)]
    assert added == [500, len(sheets["requirements"]), len(sheets["metrics"])]
    # All of them are found again: the list has pages.
    last = browser.get(f"/zh/my/scenarios?page={(sum(after[:1]) - 1) // 50 + 1}")
    assert last.text.count('<span class="when">') == (after[0] - 1) % 50 + 1
    with capsys.disabled():
        print(
            f"\n  500 scenarios, {sum(added)} rows: build and upload {uploaded - begun:.1f} s, "
            f"preview {previewed - uploaded:.1f} s, confirm {confirmed - previewed:.1f} s"
        )
