"""Files matched with files, without a database: scenarios and products as they are imported, ranked and explained."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from marketplace.catalogue.entering import WholeProduct
from marketplace.exchange import jsonfile
from marketplace.exchange.records import Problem, unreadable
from marketplace.exchange.understanding import Item, understand
from marketplace.fit.columns import Catalogue
from marketplace.fit.explain import Match, Standing, as_data
from marketplace.fit.needs import Level, Need, Requirement
from marketplace.fit.offers import Evidence, Offer, Specification
from marketplace.fit.ranking import Ranking, rank
from marketplace.kernel.i18n import gettext as _
from marketplace.scenarios.entering import ScenarioData


class Wrong(Exception):
    """A file with mistakes in it, each at its place; nothing is matched."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(*map(str, problems))
        self.problems = problems


def matched(scenarios: bytes, products: bytes, *, today: date, explained: int) -> dict[str, Any]:
    """Every scenario of the one file against all products of the other, both in the import format.

    A file says neither who sells nor what was seen of a product, nor when its page was last changed: each product is
    its own vendor's, without a record, confirmed today. ``Wrong`` names the mistakes, ``Invalid`` what is no such file.
    """
    needs, offers = _read(scenarios, "scenarios"), _read(products, "products")
    by_id = {n: _offer(n, item, today) for n, item in enumerate(offers, 1)}
    names = {n: item.key for n, item in enumerate(offers, 1)}
    catalogue = Catalogue(by_id.values())
    found = []
    for number, item in enumerate(needs, 1):
        need = _need(number, item)
        ranking = rank(catalogue, need, lambda _ids: by_id, today=today, explained=explained)
        found.append(_told(item, need, ranking, names))
    return {"on": today.isoformat(), "scenarios": found}


def _told(item: Item, need: Need, ranking: Ranking, names: dict[int, str]) -> dict[str, Any]:
    return {
        "key": item.key,
        "row": need.row,
        "title": {"zh": item.title.zh, "en": item.title.en},
        "products": len(ranking.ids),
        **{standing.name.lower(): ranking.count(standing) for standing in reversed(Standing)},
        "ranking": [_match(place, match, names) for place, match in enumerate(ranking.matches, 1)],
    }


def _match(place: int, match: Match, names: dict[int, str]) -> dict[str, Any]:
    found: dict[str, Any] = {"place": place, "product": names[match.offer_id]} | as_data(match.explanation)
    return found | ({"instead": as_data(match.instead)} if match.instead else {})


def _read(data: bytes, kind: str) -> list[Item]:
    contents = jsonfile.read(data)
    if contents.format.kind != kind:
        raise unreadable(
            _("第一个文件要是场景，第二个要是产品。")
            if kind == "scenarios"
            else _("第二个文件要是产品，第一个是场景。")
        )
    items, problems = understand(contents)
    if problems:
        raise Wrong(problems)
    return items


def _rows(item: Item) -> Iterable[str]:
    """Where each figure stands, in the order of the file."""
    return (str(line.record.where("parameter")).removesuffix(".parameter") for line in item.lines)


def _need(number: int, item: Item) -> Need:
    data = item.data
    assert isinstance(data, ScenarioData)
    fields = data.fields
    lines = tuple(
        Requirement(key=r.parameter, parameter=r.parameter, op=r.op, value=r.value, level=Level(r.level.value),
                    weight=r.weight, row=row)
        for r, row in zip(data.requirements, _rows(item))
    )  # fmt: skip
    texts = tuple(fields[name] for name in ("summary", "situation", "workflow", "objects"))
    return Need(id=number, requirements=lines, domain=fields["domain"], task=fields["task"], title=fields["title"],
                texts=texts, row=str(item.place()).removesuffix(".key"))  # fmt: skip


def _offer(number: int, item: Item, today: date) -> Offer:
    data = item.data
    assert isinstance(data, WholeProduct)
    lines = tuple(
        Specification(parameter=s.parameter, value=s.value, condition=s.condition, row=row,
                      variant=line.variant.best("zh"), evidence=Evidence[s.evidence.name],
                      evidence_date=s.evidence_date, expires=s.expires)
        for s, line, row in zip(data.values, item.lines, _rows(item), strict=True)
    )  # fmt: skip
    page = data.page
    variants = tuple((v.name.best("zh"), v.name) for v in data.variants or ())
    return Offer(id=number, vendor_id=number, specifications=lines, changed=today, domain=page.domain, tasks=page.tasks,
                 name=page.name, texts=(page.summary, page.description), variants=variants, row=str(item.place()).removesuffix(".key"))  # fmt: skip
