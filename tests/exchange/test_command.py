"""`marketplace import`: the same reading and rules, mistakes named on the terminal."""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import select

from marketplace.exchange.command import carry_out
from marketplace.kernel.db import session
from marketplace.kernel.errors import Forbidden, Invalid
from marketplace.kernel.i18n import force_language
from marketplace.organisations.models import Organisation
from marketplace.scenarios.models import Scenario
from tests.exchange.test_pages import item, product
from tests.factories.world import World


def _file(folder: Path, kind: str, *items: object) -> Path:
    path = folder / "list.json"
    path.write_text(json.dumps({kind: items}, ensure_ascii=False), encoding="utf-8")
    return path


def _run(path: Path, email: str, code: str | None = None, *, dry_run: bool = False) -> tuple[int, list[str]]:
    said: list[str] = []
    return carry_out(said.append, path, email=f"{email}@people.example", code=code, dry_run=dry_run), said


def _keys() -> list[str | None]:
    session().rollback()
    return list(session().scalars(select(Scenario.reference).order_by(Scenario.id)))


def test_a_dry_run_says_all_and_does_nothing(world: World, tmp_path: Path) -> None:
    path = _file(tmp_path, "scenarios", item(), item("A-02"))
    status, said = _run(path, "owner", dry_run=True)
    assert status == 0
    assert "new        A-01  转运 A-01" in said
    assert "    额定负载: ≥40公斤 → ≥ 40 kg  = 40 kg" in said
    assert said[-1] == "没有写入任何内容。"
    assert _keys() == []
    status, said = _run(path, "owner")
    assert (status, said[-1]) == (0, "已导入：新增 2 项，更新 0 项。")
    assert _keys() == ["A-01", "A-02"]


def test_every_mistake_is_named_and_the_answer_is_one(world: World, tmp_path: Path) -> None:
    wrong = item(domain="nowhere", requirements=[{"parameter": "payload", "value": "40 mm"}, {"parameter": "x"}])
    status, said = _run(_file(tmp_path, "scenarios", item("A-00"), wrong), "owner")
    assert status == 1
    assert [s.partition("：")[0] for s in said if s.startswith("$")] == [
        "$.scenarios[1].domain",
        "$.scenarios[1].requirements[0].value",
        "$.scenarios[1].requirements[1].parameter",
        "$.scenarios[1].requirements[1].value",
    ]
    assert _keys() == []
    with force_language("en"):
        _status, said = _run(_file(tmp_path, "scenarios", wrong), "owner")
    assert (
        "$.scenarios[0].requirements[0].value: “mm” is not a unit of “Rated payload”. Convert it to kg, g, t." in said
    )


def test_the_person_and_the_organisation_decide_as_on_the_page(world: World, tmp_path: Path) -> None:
    path = _file(tmp_path, "scenarios", item())
    code = session().get_one(Organisation, world.owner_id).uscc
    for email, uscc, refusal in (
        ("nobody", None, Invalid),
        ("officer", None, Invalid),
        ("rival", code, Forbidden),
        ("owner", "0", Invalid),
    ):
        try:
            _run(path, email, uscc)
        except refusal:
            pass
        else:
            raise AssertionError(email)
    assert _keys() == []
    assert _run(path, "officer", code)[0] == 0
    assert _keys() == ["A-01"]
    assert _run(_file(tmp_path, "products", product()), "vendor")[0] == 0
