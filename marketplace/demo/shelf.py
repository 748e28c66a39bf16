"""What some vendors of the demo say of a product beyond its page and specification sheet."""

from __future__ import annotations

from typing import Any

from marketplace.catalogue import services as catalogue
from marketplace.catalogue.models import VariantKind
from marketplace.demo import content, market
from marketplace.demo.timeline import Demo


def plan(demo: Demo) -> None:
    """Every product that has more to say, once it is entered."""
    vendors = {p["key"]: p["vendor"] for p in content.products()}
    for number, (key, data) in enumerate(content.shelf().items()):
        moment = demo.ago(6 - number / 24)
        for entry in data.get("variants", ()):
            demo.at(moment, "variant", lambda k=key, e=entry: _variant(demo, vendors[k], k, e))


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
