"""The plan's targets: reported by officers with source and date, shown to everybody, never a zero where nothing is known."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from marketplace.dashboard import queries, services
from marketplace.dashboard.models import Figure
from marketplace.dashboard.targets import targets, time_passed
from marketplace.dashboard.views import whole_amount
from marketplace.infra.audit.models import AuditRow
from marketplace.kernel import clock
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.errors import Forbidden, InvalidMany
from marketplace.kernel.text import Text
from tests.factories.stages import client, said, words
from tests.factories.world import World

SOURCE = Text.of("行业统计季报", "Quarterly statistics")


def _report(world: World, value: int, *, days_ago: int = 0, target: str = "backbone_enterprises") -> None:
    with unit_of_work():
        services.report(
            world.officer, target, value=value, as_of=clock.today() - timedelta(days=days_ago), source=SOURCE
        )


def test_the_newest_day_counts_and_the_older_figures_stay(world: World) -> None:
    _report(world, 58, days_ago=5)
    _report(world, 40, days_ago=90)
    standing = {s.target.key: s for s in queries.standings()}["backbone_enterprises"]
    assert [f.value for f in standing.figures] == [58, 40]
    assert standing.newest == standing.figures[0]


def test_a_correction_of_the_same_day_counts(world: World) -> None:
    _report(world, 58)
    _report(world, 57)
    assert next(s for s in queries.standings() if s.figures).newest.value == 57  # type: ignore[union-attr]


def test_what_was_not_reported_is_said_so_and_is_no_zero(world: World) -> None:
    page = words(client(world), "/zh/programme")
    assert page.count("未报送") >= len(targets())
    assert "0 / 100" not in page


def test_an_officer_reports_on_the_page_and_everybody_sees_it_with_source_and_day(world: World) -> None:
    officer = client(world, "officer")
    form = {
        "target": "industry_scale",
        "value": "380.5亿",
        "as_of": clock.today().isoformat(),
        "source_zh": "统计局季报",
    }
    answer = officer.post("/zh/staff/figures", data=form)
    assert answer.status_code == 302, said(answer.text)
    assert session().scalar(select(Figure.value)) == 38_050_000_000
    for path in ("/zh/", "/zh/programme"):
        assert client(world).get(path).status_code == 200
    page = words(client(world), "/zh/programme")
    assert "380.5" in page
    assert "统计局季报" in page
    english = words(client(world), "/en/programme")
    assert "38.05 billion" in english
    assert session().scalar(select(func.count()).select_from(AuditRow).where(AuditRow.subject == "FigureReported")) == 1


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("value", "很多", "请填整数"),
        ("value", "-3", "请填整数"),
        ("value", "12.345", "请填整数"),
        ("as_of", "2031-01-01", "请填方案施行日"),
        ("as_of", "2024-01-01", "请填方案施行日"),
        ("source_zh", "", "请写明数据来源"),
        ("target", "", "请选择一项目标"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field_and_the_rest_is_kept(
    world: World, field: str, typed: str, told: str
) -> None:
    form = {"target": "incubators", "value": "3", "as_of": clock.today().isoformat(), "source_zh": "孵化器名单"}
    answer = client(world, "officer").post("/zh/staff/figures", data=form | {field: typed})
    assert answer.status_code == 422
    assert told in answer.text
    if field != "source_zh":
        assert "孵化器名单" in answer.text
    assert session().scalar(select(func.count()).select_from(Figure)) == 0


def test_nobody_but_an_officer_reports(world: World) -> None:
    for name in ("owner", "vendor", "auditor"):
        with pytest.raises(Forbidden), unit_of_work():
            services.report(world.person(name), "incubators", value=1, as_of=clock.today(), source=SOURCE)


def test_an_unknown_target_is_refused(world: World) -> None:
    with pytest.raises(InvalidMany), unit_of_work():
        services.report(world.officer, "nonsense", value=1, as_of=clock.today(), source=SOURCE)


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("58", 58),
        ("1,200", 1200),
        ("380亿", 38_000_000_000),
        ("12.5 亿元", 1_250_000_000),
        ("3.5万", 35_000),
        ("38 billion", 38_000_000_000),
    ]
    + [("3.5", None), ("", None), ("五十", None), ("1e9", None), ("9" * 20, None), ("0.00001万", None)],
)
def test_amounts_as_people_write_them(typed: str, value: int | None) -> None:
    assert whole_amount(typed) == value


def test_time_passes_from_the_plans_first_day_to_the_end_of_2027() -> None:
    assert time_passed(date(2025, 7, 28)) == 0
    assert time_passed(date(2027, 12, 31)) == 1
    assert time_passed(date(2030, 1, 1)) == 1
    assert 0.54 < time_passed(date(2026, 11, 25)) < 0.56
