"""The demo's organisations and products: when each joins, what it enters, and how verification went."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from marketplace.catalogue import services as catalogue
from marketplace.catalogue.models import Evidence, PriceKind
from marketplace.demo import content
from marketplace.demo.timeline import Demo
from marketplace.kernel import clock
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.text import Text
from marketplace.organisations import services as organisations
from marketplace.vocabulary.parameters import parameters, parse

LEAD = 24
"""Days between joining and the first scenario or bid."""


def plan(demo: Demo) -> None:
    """All organisations and products."""
    office(demo)
    needed = content.first_needed()
    for number, data in enumerate(content.organisations(), 1):
        joined = demo.ago(max(needed.get(data["key"], 0) + LEAD, 40 + number * 4))
        demo.at(joined, "organisation", lambda data=data, number=number: _enter(demo, data, number))
        _verification(demo, data, joined)
    for number, data in enumerate(content.products()):
        vendor = data["vendor"]
        first = needed.get(vendor, 0) + LEAD - 6
        early = data["key"] in content.offered() or "withdrawn" in data
        entered = demo.ago(first if early else max(8, first - 3 * number))
        demo.at(entered, "product", lambda data=data: product(demo, data))
        later = [d for d in _dates(data) if d > clock.beijing(entered).date()]
        if later:
            seen = demo.now - timedelta(days=(clock.beijing(demo.now).date() - max(later)).days - 3)
            demo.at(max(seen, entered), "evidence", lambda data=data: _specifications(demo, data))
        if data.get("withdrawn"):
            demo.at(
                demo.ago(data["withdrawn"]),
                "withdraw",
                lambda data=data: catalogue.withdraw(demo.actor(data["vendor"]), demo.products[data["key"]]),
            )


OFFICE = 980
"""The number in the programme office's code, far from those of the data file."""


def office(demo: Demo) -> None:
    """The programme office as an organisation of its own: one officer drafts its research topics, another checks them."""

    def enter() -> None:
        row = organisations.create(
            demo.actor("officer"),
            organisations.Particulars(
                name=Text.of("示例项目办公室", "Example Programme Office"),
                uscc=content.code(OFFICE, "310101"),
                kinds=frozenset({"owner"}),
                district="310101",
                about=Text.of(
                    "组织场景征集和任务揭榜，并就还没有产品满足的要求立攻关课题。",
                    "Runs the calls and challenges, and posts research topics on what no product meets yet.",
                ),
                contact_name="周示例",
                contact_email="officer@programme.example",
                contact_phone="021-55500980",
            ),
        )
        demo.orgs["office"] = row.id
        organisations.attach_licence(demo.actor("officer"), row.id, content.paper("Example licence of the office"))
        organisations.submit(demo.actor("officer"), row.id)

    demo.at(demo.ago(440), "organisation", enter)
    demo.at(demo.ago(438), "verify", lambda: organisations.verify(demo.actor("officer2"), demo.orgs["office"]))


def _enter(demo: Demo, data: dict[str, Any], number: int) -> None:
    contact = data["contact"]
    role = "vendor" if "vendor" in data["kinds"] else "scenario owner"
    demo.add_person(
        data["key"], email=contact["email"], name=contact["name_zh"], role=role, organisation=data["name"]["zh"]
    )
    row = organisations.create(
        demo.actor(data["key"]),
        organisations.Particulars(
            name=content.text(data["name"]),
            uscc=content.code(number, data["district"]),
            kinds=frozenset(data["kinds"]),
            district=data["district"],
            about=content.text(data["about"]),
            contact_name=contact["name_zh"],
            contact_email=contact["email"],
            contact_phone=f"021-5550{number:04d}",
        ),
    )
    demo.orgs[data["key"]] = row.id
    if data.get("fate") == "draft":
        return
    person = demo.actor(data["key"])
    organisations.attach_licence(person, row.id, content.paper(f"Example licence {number}"))
    organisations.submit(person, row.id)


def _verification(demo: Demo, data: dict[str, Any], joined: datetime) -> None:
    key, fate = data["key"], data.get("fate", "verified")
    if fate in ("draft", "submitted"):
        return
    if fate == "returned":
        act = lambda: organisations.return_(demo.actor("officer"), demo.orgs[key], reason=data["reason"])  # noqa: E731
        demo.at(joined + timedelta(days=2), "return", act)
        return
    demo.at(joined + timedelta(days=2), "verify", lambda: organisations.verify(demo.actor("officer"), demo.orgs[key]))
    if fate == "suspended":
        pause = lambda: organisations.suspend(demo.actor("officer2"), demo.orgs[key], reason=data["reason"])  # noqa: E731
        demo.at(demo.ago(18), "suspend", pause)


def product(demo: Demo, data: dict[str, Any]) -> None:
    """A product as its vendor enters it, public at once where the vendor is verified."""
    actor = demo.actor(data["vendor"])
    price = data["price"]
    row = catalogue.create(
        actor,
        demo.orgs[data["vendor"]],
        catalogue.ProductData(
            name=content.text(data["name"]),
            model=data["model"],
            domain=data["domain"],
            tasks=tuple(data["tasks"]),
            summary=content.text(data["summary"]),
            description=content.text(data["description"]),
            price_kind=PriceKind(price["kind"]),
            price_min=price.get("min"),
            price_max=price.get("max"),
            lease_per_month=data.get("lease_per_month"),
            launched=str(data.get("launched", "")),
        ),
    )
    demo.products[data["key"]] = row.id
    _specifications(demo, data)
    if content.organisation(data["vendor"]).get("fate", "verified") in ("verified", "suspended"):
        catalogue.list_(actor, row.id)


def _dates(data: dict[str, Any]) -> list[date]:
    return [e["evidence_date"] for e in data["specs"] if isinstance(e.get("evidence_date"), date)]


def _specifications(demo: Demo, data: dict[str, Any]) -> None:
    """What can be said by now: a value whose evidence is still to come is claimed only."""
    rows, measured = [], []
    for entry in data["specs"]:
        row = specification(demo, entry)
        if row.evidence is Evidence.TRIAL:
            assert row.evidence_date is not None
            measured.append((row.parameter, row.evidence_date))
            row = replace(row, evidence=Evidence.LABORATORY)
        rows.append(row)
    product_id = demo.products[data["key"]]
    catalogue.set_specifications(demo.actor(data["vendor"]), product_id, rows)
    for key, on in measured:
        catalogue.measured_here(SYSTEM, product_id, key, on=on)


def specification(demo: Demo, entry: dict[str, Any]) -> catalogue.SpecificationData:
    """One line of a data file as it can be said by now; ``expires_in`` is in days from the demo's last day."""
    parameter = parameters()[entry["parameter"]]
    level, given = Evidence(entry["evidence"]), entry.get("evidence_date")
    on = given if isinstance(given, date) else None
    if on is not None and on > clock.today():
        level, on = Evidence.CLAIMED, None
    expires = clock.beijing(demo.now).date() + timedelta(days=entry["expires_in"]) if "expires_in" in entry else None
    return catalogue.SpecificationData(
        parameter=parameter.key,
        value=parse(parameter, entry["value"], entry.get("unit", ""), entry.get("counted", "")),
        condition=content.text(entry.get("condition")),
        evidence=level,
        evidence_date=on,
        expires=expires if on is not None and expires is not None and expires > on else None,
    )
