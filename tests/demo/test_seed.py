"""The demo: a year of a living programme, made through the services, with every state somewhere in it."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

import marketplace.features  # noqa: F401 - registers every workflow
from config import Settings
from marketplace.app import create_app
from marketplace.bids.models import Bid
from marketplace.catalogue.models import FileKind, Product, ProductFile, ProductPicture
from marketplace.challenges.models import Challenge
from marketplace.console.checks import differences
from marketplace.demo import content
from marketplace.demo.drawings import MACHINES
from marketplace.demo.seed import seed
from marketplace.infra.mail.models import OutboxMail
from marketplace.kernel import clock
from marketplace.kernel.db import db, session
from marketplace.kernel.workflow import WORKFLOWS
from marketplace.organisations.models import Organisation
from marketplace.scenarios.models import Scenario
from marketplace.vocabulary.terms import main_domains, tasks
from tests.factories.moment import empty


@pytest.fixture(scope="module")
def demo(site: Flask, database: str, request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """The demo's database: on SQLite the one that the README's command made; answers the lines of progress."""
    said: list[str] = []
    if database == "sqlite":
        made = request.getfixturevalue("seeded")
        said += made.with_suffix(".said").read_text("utf-8").partition("ready")[0].splitlines()
        site = _opened(made, request.getfixturevalue("tmp_path_factory").mktemp("seeded") / "demo")
    with site.app_context():
        if database == "postgresql":
            assert seed(said.append)
        yield said
        db.session.rollback()
        db.session.remove()
    if database == "postgresql":
        empty(site)


def _opened(made: Path, data: Path) -> Flask:
    shutil.copytree(made, data)
    keys = dict(line.split("=", 1) for line in (data / "secrets.env").read_text().splitlines())
    secret, master = keys["MARKETPLACE_SECRET_KEY"], keys["MARKETPLACE_MASTER_KEY"]
    return create_app(Settings(mode="test", data=data, secret_key=secret, master_key=master))


def _count(model: Any) -> int:
    return session().scalar(select(func.count()).select_from(model)) or 0


def test_it_is_as_large_as_a_programme(demo: list[str]) -> None:
    assert _count(Scenario) >= 60
    assert _count(Organisation) >= 40
    assert _count(Product) >= 120
    assert _count(Bid) >= 80
    assert len(demo) > 4


def test_every_domain_and_task_has_a_scenario(demo: list[str]) -> None:
    found = set(session().execute(select(Scenario.domain, Scenario.task)).tuples())
    assert {domain for domain, _task in found} == {d.key for d in main_domains()}
    assert {task for _domain, task in found} == set(tasks())


def test_it_reaches_a_year_back_and_is_alive_today(demo: list[str]) -> None:
    published = [p for p in session().scalars(select(Challenge.published_at)) if p is not None]
    assert clock.now() - min(published) > timedelta(days=345)
    assert clock.now() - max(published) < timedelta(days=8)
    months = Counter((p.year, p.month) for p in published)
    assert len(months) >= 10


@pytest.mark.parametrize("name", sorted(WORKFLOWS))
def test_every_state_of_every_lifecycle_is_somewhere(demo: list[str], name: str) -> None:
    table = WORKFLOWS[name]
    assert table.model is not None
    found = set(session().scalars(select(table.model.state)))
    assert {table.initial, *(step.to for step in table.steps)} - found == set()


def test_products_of_every_drawn_kind_have_pictures_and_some_have_files(demo: list[str]) -> None:
    covers = session().scalars(select(ProductPicture).where(ProductPicture.position == 0)).all()
    listed = set(session().scalars(select(Product.id).where(Product.is_listed)))
    assert {c.product_id for c in covers} <= listed
    assert sorted(c.file.name for c in covers) == sorted(f"{machine}-scene.webp" for machine in MACHINES)
    assert len({c.file.sha256 for c in covers}) == len(MACHINES)
    assert all(p.description.zh and p.description.en for p in session().scalars(select(ProductPicture)))
    kinds = Counter(session().scalars(select(ProductFile.kind)))
    assert kinds[FileKind.DATASHEET] >= 4
    assert kinds.keys() == {FileKind.DATASHEET, FileKind.REPORT, FileKind.MANUAL}


def test_it_differs_nowhere_from_what_follows_from_its_rows(demo: list[str]) -> None:
    assert list(differences()) == []


def test_its_mails_are_sent(demo: list[str]) -> None:
    assert session().scalar(select(func.count()).select_from(OutboxMail).where(OutboxMail.sent_at.is_(None))) == 0


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for value in node.values():
            yield from _texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value)
    elif isinstance(node, str):
        yield node


HAN = re.compile("[\u4e00-\u9fff]")


def _sentences(text: str) -> Iterator[str]:
    for sentence in re.split(r"[。！？；\n]|(?<=[a-z0-9])\. ", text):
        sentence = sentence.strip()
        if len(HAN.findall(sentence)) >= 12 or (not HAN.search(sentence) and len(sentence.split()) >= 8):
            yield sentence


def test_no_two_descriptions_share_a_sentence() -> None:
    rows = [*content.scenarios(), *content.products(), *content.organisations()]
    rows += [bid for found in content.bids().values() for bid in found]
    found = Counter(s for row in rows for s in {s for text in _texts(row) for s in _sentences(text)})
    assert [s for s, count in found.items() if count > 1] == []


def test_scenarios_and_products_are_written_in_both_languages() -> None:
    for row in (*content.scenarios(), *content.products(), *content.organisations()):
        for name in ("title", "name", "summary", "description", "situation", "about"):
            if name in row:
                assert all(row[name][code] for code in ("zh", "en")), (row["key"], name)


def test_invented_organisations_say_so() -> None:
    for row in content.organisations():
        assert "示例" in row["name"]["zh"]
        assert "Example" in row["name"]["en"]
