"""What is exported imports again unchanged: every scenario and product of the demo, in both formats."""

from __future__ import annotations

from dataclasses import replace

import pytest

from marketplace.catalogue.entering import WholeProduct
from marketplace.catalogue.models import Evidence
from marketplace.exchange import queries, services
from marketplace.exchange.columns import FORMATS
from marketplace.exchange.services import File
from marketplace.exchange.writing import Data, as_json, as_workbook, tables
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import unit_of_work
from marketplace.organisations.entering import Effect
from tests.exchange.shelf import filled
from tests.factories.world import World

SCHEMA = "http://site.example/schemas/any.json"


def written(kind: str, extension: str, data: list[Data]) -> File:
    """Those items as a file of either format."""
    format_ = FORMATS[kind]
    body = as_json(format_, data, SCHEMA) if extension == "json" else as_workbook(format_, tables(format_, data))
    return File(f"file.{extension}", body)


def previewed(actor: Actor, organisation_id: int, file: File) -> services.Preview:
    """What the site makes of a file."""
    found = services.read(file)
    return services.preview(actor, organisation_id, found[0].format.kind, found)


def _whose(world: World, kind: str) -> tuple[Actor, int]:
    return (world.owner, world.owner_id) if kind == "scenarios" else (world.vendor, world.vendor_id)


@pytest.mark.parametrize("extension", ["json", "xlsx"])
@pytest.mark.parametrize("kind", ["scenarios", "products"])
def test_the_export_of_everything_changes_nothing(world: World, kind: str, extension: str) -> None:
    filled(world)
    actor, organisation_id = _whose(world, kind)
    body = queries.exported(actor, kind, extension, schema=SCHEMA)
    found = previewed(actor, organisation_id, File(f"all.{extension}", body))
    assert [str(p) for p in found.problems] == []
    assert set(found.effects) == {Effect.UNCHANGED}
    assert len(found.items) == len(queries.items(actor, kind)) > 15


def _as_claimed(data: Data) -> Data:
    """A file cannot bring "measured here" to another organisation."""
    if not isinstance(data, WholeProduct):
        return data
    lower = {Evidence.TRIAL: Evidence.LABORATORY}
    kept = tuple(replace(s, evidence=lower.get(s.evidence, s.evidence)) for s in data.specifications)
    return replace(data, specifications=kept)


@pytest.mark.parametrize("extension", ["json", "xlsx"])
@pytest.mark.parametrize("kind", ["scenarios", "products"])
def test_everything_enters_another_organisation_and_comes_out_the_same(world: World, kind: str, extension: str) -> None:
    filled(world)
    before = [_as_claimed(d) for d in queries.items(_whose(world, kind)[0], kind)]
    other_id = world.organisation("other", "owner", "vendor").id
    other = world.person("other")
    file = written(kind, extension, before)
    found = previewed(other, other_id, file)
    assert [str(p) for p in found.problems] == []
    with unit_of_work():
        done = services.enter(other, other_id, found, file.sha256)
    assert len(done.created) == len(before)
    assert queries.items(other, kind) == before
    assert set(previewed(other, other_id, file).effects) == {Effect.UNCHANGED}
