"""Pictures and files of some of the demo's products."""

from __future__ import annotations

from typing import Any

from marketplace.catalogue import queries
from marketplace.catalogue import services as catalogue
from marketplace.catalogue.models import FileKind, Product
from marketplace.demo import content
from marketplace.demo.drawings import drawing
from marketplace.demo.timeline import Demo
from marketplace.infra.files.pictures import in_sizes
from marketplace.infra.files.services import Upload
from marketplace.vocabulary.parameters import parameters, shown
from marketplace.vocabulary.terms import label


def plan(demo: Demo) -> None:
    """Every product that has pictures or files, a little after it was entered."""
    vendors = {p["key"]: p["vendor"] for p in content.products()}
    for number, (key, data) in enumerate(content.media().items()):
        moment = demo.ago(7 - number / 24)
        for entry in data.get("pictures", ()):
            demo.at(moment, "picture", lambda k=key, e=entry: _picture(demo, vendors[k], k, e))
        for entry in data.get("files", ()):
            demo.at(moment, "file", lambda k=key, e=entry: _file(demo, vendors[k], k, e))


def _picture(demo: Demo, vendor: str, key: str, data: dict[str, Any]) -> None:
    row = queries.get(demo.actor(vendor), demo.products[key])
    picture = in_sizes(drawing(data["machine"], row.domain, on_sheet=data.get("sheet", False)))
    catalogue.add_picture(demo.actor(vendor), row.id, picture, description=content.text(data["description"]))


def _file(demo: Demo, vendor: str, key: str, data: dict[str, Any]) -> None:
    actor, kind = demo.actor(vendor), FileKind(data["kind"])
    row = queries.get(actor, demo.products[key])
    upload = _datasheet(row) if kind is FileKind.DATASHEET else content.paper(data["paper"])
    catalogue.add_file(actor, row.id, upload, kind=kind, title=content.text(data["title"]))


def _datasheet(row: Product) -> Upload:
    """The product's own values as a plain text in both languages."""
    lines = []
    for language in ("zh", "en"):
        domain = label("domain", row.domain).best(language)
        lines += [row.name.best(language), f"{row.model} · {domain}", row.summary.best(language), ""]
        for entry in row.specifications:
            parameter = parameters()[entry.parameter]
            figure, unit = shown(entry.value, parameter, language)
            condition = f" ({entry.condition.best(language)})" if entry.condition else ""
            lines.append(f"{parameter.label.best(language)}: {figure} {unit}".rstrip() + condition)
        lines.append("")
    return Upload(f"{row.model}.txt", "text/plain", "\n".join(lines).encode())
