"""What some vendors of the demo say of a product beyond its page and specification sheet."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from marketplace.catalogue import services as catalogue
from marketplace.catalogue.models import Mark, VariantKind
from marketplace.demo import content, market
from marketplace.demo.timeline import Demo
from marketplace.kernel import clock


def plan(demo: Demo) -> None:
    """Every product that has more to say, once it is entered."""
    vendors = {p["key"]: p["vendor"] for p in content.products()}
    for number, (key, data) in enumerate(content.shelf().items()):
        moment = demo.ago(6 - number / 24)
        for entry in data.get("variants", ()):
            demo.at(moment, "variant", lambda k=key, e=entry: _variant(demo, vendors[k], k, e))
        demo.at(moment, "records", lambda k=key, d=data: _records(demo, vendors[k], k, d))
        for entry in data.get("doubts", ()):
            demo.at(demo.ago(4 - number / 24), "doubt", lambda k=key, e=entry: _doubt(demo, vendors[k], k, e))
        if "mark" in data:
            demo.at(moment, "mark", lambda k=key, m=data["mark"]: _mark(demo, k, m))


def _variant(demo: Demo, vendor: str, key: str, data: dict[str, Any]) -> None:
    catalogue.save_variant(
        demo.actor(vendor),
        demo.products[key],
        None,
        catalogue.VariantData(
            kind=VariantKind(data["kind"]),
            name=content.text(data["name"]),
            extra_price=data.get("extra_price"),
            specifications=tuple(market.specification(demo, s) for s in data["specs"]),
        ),
    )


def _records(demo: Demo, vendor: str, key: str, data: dict[str, Any]) -> None:
    actor, product_id, last = demo.actor(vendor), demo.products[key], clock.beijing(demo.now).date()
    catalogue.set_services(actor, product_id, data.get("services", ()))
    for entry in data.get("certificates", ()):
        given = {"expires": last + timedelta(days=entry["expires_in"]), "note": content.text(entry.get("note"))}
        kept = {name: entry[name] for name in ("standard", "number", "body", "issued")}
        catalogue.save_record(actor, product_id, None, catalogue.CertificateData(**kept, **given))
    for entry in data.get("deployments", ()):
        since = (last - timedelta(days=30 * entry["months_ago"])).strftime("%Y-%m")
        place = catalogue.DeploymentData(
            place=content.text(entry["place"]), district=entry["district"], since=since, units=entry["units"]
        )
        catalogue.save_record(actor, product_id, None, place)


def _mark(demo: Demo, key: str, data: dict[str, Any]) -> None:
    officer, product_id = demo.actor("officer"), demo.products[key]
    catalogue.give_mark(officer, product_id, Mark(data["kind"]), number=data["number"], year=data["year"])


def _doubt(demo: Demo, vendor: str, key: str, data: dict[str, Any]) -> None:
    doubt = catalogue.raise_doubt(
        demo.actor(data["by"]), demo.products[key], parameter=data["parameter"], variant_id=None, reason=data["reason"]
    )
    if "answer" in data:
        catalogue.answer_doubt(demo.actor(vendor), doubt.id, text=data["answer"])
    if "finding" in data:
        catalogue.close_doubt(demo.actor("officer"), doubt.id, text=data["finding"])
