"""Pictures and files of a product: adding, putting in order, describing, removing, and handing them out."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from marketplace.catalogue import forms, queries, services
from marketplace.catalogue.models import FileKind
from marketplace.catalogue.views.blueprint import bp
from marketplace.infra.files.pictures import KINDS as PICTURE_KINDS
from marketplace.infra.files.pictures import in_sizes
from marketplace.infra.files.services import check as check_upload
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import LANGUAGES
from marketplace.web.actor import current_actor, signed_in
from marketplace.web.download import send, send_picture
from marketplace.web.forms import Form
from marketplace.web.page import page

_KINDS = "/products/<int:product_id>/<any(pictures, files):kind>"
KEPT = 600
"""Seconds for which a browser shows a public picture without asking again; so long it may outlast a withdrawal."""


@bp.get("/products/<int:product_id>/pictures/<int:file_id>")
def picture(product_id: int, file_id: int) -> Response:
    """One picture in one of its sizes, for those who may see the product."""
    row, public = queries.picture(current_actor(), product_id, file_id)
    return send_picture(row, seconds=KEPT if public else 0)


@bp.get("/products/<int:product_id>/files/<int:file_id>")
def file(product_id: int, file_id: int) -> Response:
    """A file, as a download, for those who may see the product."""
    return send(queries.file(current_actor(), product_id, file_id).file)


class _Kind(NamedTuple):
    """What differs between pictures and files: forms, template, what may be uploaded, how many, and which text each has."""

    new: type[Form]
    old: type[Form]
    template: str
    allowed: tuple[str, ...]
    most: int
    text: str


_OF = {
    "pictures": _Kind(
        forms.NewPictureForm,
        forms.PictureForm,
        "catalogue/pictures.html",
        PICTURE_KINDS,
        services.MOST_PICTURES,
        "description",
    ),
    "files": _Kind(
        forms.NewFileForm, forms.FileForm, "catalogue/files.html", services.FILE_KINDS, services.MOST_FILES, "title"
    ),
}


@bp.route(_KINDS, methods=["GET", "POST"])
@signed_in
def media(product_id: int, kind: str) -> Any:
    """The pictures or the files of a product, and a form to add one."""
    queries.editable(current_actor(), product_id)
    of = _OF[kind]
    form: Any = of.new()
    if form.validate_on_submit():
        with form.refusals():
            upload = check_upload(form.file.data, allowed=of.allowed)
            if kind == "pictures":
                scaled = in_sizes(upload)  # before the transaction: it takes its time
                with unit_of_work():
                    services.add_picture(current_actor(), product_id, scaled, description=form.text(of.text))
            else:
                what = FileKind(form.kind.data)
                with unit_of_work():
                    services.add_file(current_actor(), product_id, upload, kind=what, title=form.text(of.text))
            flash(_("已上传。"), "ok")
            return redirect(url_for("catalogue.media", product_id=product_id, kind=kind))
    return page(
        of.template,
        form=form,
        product=queries.get(current_actor(), product_id),
        kind=kind,
        kinds=of.allowed,
        most=of.most,
        labels=dict(forms.FILE_KINDS),
    )


@bp.route(f"{_KINDS}/<int:medium_id>/edit", methods=["GET", "POST"])
@signed_in
def medium(product_id: int, kind: str, medium_id: int) -> Any:
    """Say anew what a picture shows or how a file is called."""
    of, row = _OF[kind], queries.editable(current_actor(), product_id)
    old: Any = queries.part_of(row, kind, medium_id)
    text = getattr(old, of.text)
    data = {f"{of.text}_{code}": getattr(text, code) for code in LANGUAGES}
    form: Any = of.old(data=data if kind == "pictures" else data | {"kind": old.kind.value})
    if form.validate_on_submit():
        with form.refusals():
            said = form.text(of.text, text)
            with unit_of_work():
                if kind == "pictures":
                    services.describe_picture(current_actor(), product_id, medium_id, description=said)
                else:
                    what = FileKind(form.kind.data)
                    services.describe_file(current_actor(), product_id, medium_id, kind=what, title=said)
            flash(_("已保存。"), "ok")
            return redirect(url_for("catalogue.media", product_id=product_id, kind=kind))
        row = queries.get(current_actor(), product_id)
        old = queries.part_of(row, kind, medium_id)
    return page("catalogue/medium.html", form=form, product=row, kind=kind, medium=old)


@bp.post(f"{_KINDS}/<int:medium_id>/remove")
@signed_in
def remove_medium(product_id: int, kind: str, medium_id: int) -> Any:
    """Take a picture or a file off the product."""
    queries.editable(current_actor(), product_id)
    if Form().validate_on_submit():
        with unit_of_work():
            remove = services.remove_picture if kind == "pictures" else services.remove_file
            remove(current_actor(), product_id, medium_id)
        flash(_("已删除。"), "ok")
    return redirect(url_for("catalogue.media", product_id=product_id, kind=kind))


@bp.post("/products/<int:product_id>/pictures/<int:picture_id>/move")
@signed_in
def move_picture(product_id: int, picture_id: int) -> Any:
    """Put a picture one place on or back, or first, where it is the cover."""
    queries.editable(current_actor(), product_id)
    to = request.form.get("to", "")
    if to not in services.MOVES:
        raise NotFound()
    if Form().validate_on_submit():
        with unit_of_work():
            services.move_picture(current_actor(), product_id, picture_id, to)
    return redirect(url_for("catalogue.media", product_id=product_id, kind="pictures", _anchor=f"p{picture_id}"))
