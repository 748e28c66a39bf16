"""Pictures and files of a product. Taking one away leaves its bytes: an earlier version of the page names them."""

from __future__ import annotations

from collections.abc import Sequence

from marketplace.catalogue import events, queries
from marketplace.catalogue.models import FileKind, Product, ProductFile, ProductPicture
from marketplace.infra.files.pictures import Picture
from marketplace.infra.files.services import OFFICE, Upload, keep
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import one_at_a_time, record, session
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import Text

MOST_PICTURES = 8
MOST_FILES = 10
FILE_KINDS = ("pdf", *OFFICE, "txt")
MOVES = ("first", "up", "down")


def _editable(actor: Actor, product_id: int) -> Product:
    """The product under a lock, so that two who add at once do not pass the limit or take the same place."""
    one_at_a_time(Product, product_id)
    return queries.editable(actor, product_id)


def _changed(actor: Actor, row: Product) -> None:
    """Record it apart from ``ProductChanged``: nothing that search or the match reads has changed, nor any open form."""
    session().flush()
    record(events.ProductMediaChanged(actor=actor, product_id=row.id))


def add_picture(actor: Actor, product_id: int, picture: Picture, *, description: Text) -> ProductPicture:
    """Add a picture behind the others, with what can be seen on it; the first one is the cover."""
    row = _editable(actor, product_id)
    _described(description)
    if len(row.pictures) >= MOST_PICTURES:
        raise Conflict(_("最多 %(count)s 张图片。请先删掉一张。", count=MOST_PICTURES))
    entry = ProductPicture(
        position=len(row.pictures),
        description=description,
        file=keep(actor, picture.large.upload),
        width=picture.large.width,
        height=picture.large.height,
        small_id=keep(actor, picture.small.upload).id,
        small_width=picture.small.width,
        small_height=picture.small.height,
    )
    row.pictures.append(entry)
    _changed(actor, row)
    return entry


def _described(description: Text) -> None:
    if not description:
        raise Invalid("description", _("请写图里是什么，看不到图片的人靠它了解。"))


def describe_picture(actor: Actor, product_id: int, picture_id: int, *, description: Text) -> Product:
    """Say anew what can be seen on a picture."""
    row = _editable(actor, product_id)
    entry = queries.part_of(row, "pictures", picture_id)
    _described(description)
    entry.description = description
    _changed(actor, row)
    return row


def move_picture(actor: Actor, product_id: int, picture_id: int, to: str) -> Product:
    """Put a picture one place "up" or "down", or "first", where it is the cover; at the end of the row it stays."""
    row = _editable(actor, product_id)
    entry = queries.part_of(row, "pictures", picture_id)
    if to not in MOVES:
        raise NotFound()
    others = [p for p in row.pictures if p is not entry]
    place = {"first": 0, "up": max(0, entry.position - 1), "down": entry.position + 1}[to]
    others.insert(place, entry)
    _place(others)
    _changed(actor, row)
    return row


def _place(pictures: Sequence[ProductPicture]) -> None:
    """Number them from 0 in this order; by way of numbers that nobody has, since no two may stand in one place."""
    for number, picture in enumerate(pictures, 1):
        picture.position = -number
    session().flush()
    for number, picture in enumerate(pictures):
        picture.position = number
    session().flush()


def remove_picture(actor: Actor, product_id: int, picture_id: int) -> Product:
    """Take a picture off the product; the next one becomes the cover where it was."""
    row = _editable(actor, product_id)
    row.pictures.remove(queries.part_of(row, "pictures", picture_id))
    session().flush()
    _place(row.pictures)
    _changed(actor, row)
    return row


def add_file(actor: Actor, product_id: int, upload: Upload, *, kind: FileKind, title: Text) -> ProductFile:
    """Add a file with its title."""
    row = _editable(actor, product_id)
    _titled(title)
    if len(row.files) >= MOST_FILES:
        raise Conflict(_("最多 %(count)s 个文件。请先删掉一个。", count=MOST_FILES))
    entry = ProductFile(kind=kind, title=title, file=keep(actor, upload))
    row.files.append(entry)
    _changed(actor, row)
    return entry


def _titled(title: Text) -> None:
    if not title:
        raise Invalid("title", _("请写文件标题，例如“M3 产品手册”。"))


def describe_file(actor: Actor, product_id: int, file_id: int, *, kind: FileKind, title: Text) -> Product:
    """Change a file's title, or say that it is of another kind."""
    row = _editable(actor, product_id)
    entry = queries.part_of(row, "files", file_id)
    _titled(title)
    entry.kind, entry.title = kind, title
    _changed(actor, row)
    return row


def remove_file(actor: Actor, product_id: int, file_id: int) -> Product:
    """Take a file off the product."""
    row = _editable(actor, product_id)
    row.files.remove(queries.part_of(row, "files", file_id))
    _changed(actor, row)
    return row
