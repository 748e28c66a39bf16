"""Pictures and files of a product: adding, putting in order, describing, removing, and handing them out."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from marketplace.catalogue import forms, queries, services
from marketplace.catalogue.models import FileKind, Product
from marketplace.catalogue.policies import PRODUCT
from marketplace.catalogue.views.blueprint import bp
from marketplace.infra.files.pictures import KINDS as PICTURE_KINDS
from marketplace.infra.files.pictures import in_sizes
from marketplace.infra.files.services import check as check_upload
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import gettext as _
from marketplace.web.actor import current_actor, signed_in
from marketplace.web.download import send, send_picture
from marketplace.web.forms import Form
from marketplace.web.page import page

_KINDS = "/products/<int:product_id>/<any(pictures, files):kind>"
KEPT = 600
"""Seconds for which a browser shows a public picture without asking again; so long it may outlast a withdrawal."""


def _editable(product_id: int) -> Product:
    row = queries.get(current_actor(), product_id)
    PRODUCT.require(current_actor(), "edit", row)
    return row


@bp.get("/products/<int:product_id>/pictures/<int:file_id>")
def picture(product_id: int, file_id: int) -> Response:
    """One picture in one of its sizes, for those who may see the product."""
    row, public = queries.picture(current_actor(), product_id, file_id)
    return send_picture(row, seconds=KEPT if public else 0)


@bp.get("/products/<int:product_id>/files/<int:file_id>")
def file(product_id: int, file_id: int) -> Response:
    """A file, as a download, for those who may see the product."""
    return send(queries.file(current_actor(), product_id, file_id).file)


@bp.route(_KINDS, methods=["GET", "POST"])
@signed_in
def media(product_id: int, kind: str) -> Any:
    """The pictures or the files of a product, and a form to add one."""
    _editable(product_id)
    form: Any = forms.NewPictureForm() if kind == "pictures" else forms.NewFileForm()
    if form.validate_on_submit():
        with form.refusals():
            if kind == "pictures":
                _add_picture(product_id, form)
                flash(_("图片已上传。"), "ok")
            else:
                _add_file(product_id, form)
                flash(_("文件已上传。"), "ok")
            return redirect(url_for("catalogue.media", product_id=product_id, kind=kind))
    return page(
        "catalogue/pictures.html" if kind == "pictures" else "catalogue/files.html",
        form=form,
        product=queries.get(current_actor(), product_id),
        kind=kind,
        kinds=PICTURE_KINDS if kind == "pictures" else services.FILE_KINDS,
        most=services.MOST_PICTURES if kind == "pictures" else services.MOST_FILES,
        labels=dict(forms.FILE_KINDS),
    )


def _add_picture(product_id: int, form: Any) -> None:
    scaled = in_sizes(check_upload(form.file.data, allowed=PICTURE_KINDS))
    with unit_of_work():
        services.add_picture(current_actor(), product_id, scaled, description=form.text("description"))


def _add_file(product_id: int, form: Any) -> None:
    upload = check_upload(form.file.data, allowed=services.FILE_KINDS)
    with unit_of_work():
        services.add_file(current_actor(), product_id, upload, kind=FileKind(form.kind.data), title=form.text("title"))


@bp.route(f"{_KINDS}/<int:medium_id>/edit", methods=["GET", "POST"])
@signed_in
def medium(product_id: int, kind: str, medium_id: int) -> Any:
    """Say anew what a picture shows or how a file is called."""
    row = _editable(product_id)
    old: Any = services.picture_of(row, medium_id) if kind == "pictures" else services.file_of(row, medium_id)
    form: Any
    if kind == "pictures":
        text = old.description
        form = forms.PictureForm(data={"description_zh": text.zh, "description_en": text.en})
    else:
        text = old.title
        form = forms.FileForm(data={"title_zh": text.zh, "title_en": text.en, "kind": old.kind.value})
    if form.validate_on_submit():
        with form.refusals():
            with unit_of_work():
                if kind == "pictures":
                    said = form.text("description", text)
                    services.describe_picture(current_actor(), product_id, medium_id, description=said)
                else:
                    said, what = form.text("title", text), FileKind(form.kind.data)
                    services.describe_file(current_actor(), product_id, medium_id, kind=what, title=said)
            flash(_("已保存。"), "ok")
            return redirect(url_for("catalogue.media", product_id=product_id, kind=kind))
        row = queries.get(current_actor(), product_id)
        old = services.picture_of(row, medium_id) if kind == "pictures" else services.file_of(row, medium_id)
    return page("catalogue/medium.html", form=form, product=row, kind=kind, medium=old)


@bp.post(f"{_KINDS}/<int:medium_id>/remove")
@signed_in
def remove_medium(product_id: int, kind: str, medium_id: int) -> Any:
    """Take a picture or a file off the product."""
    _editable(product_id)
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
    _editable(product_id)
    to = request.form.get("to", "")
    if to not in services.MOVES:
        raise NotFound()
    if Form().validate_on_submit():
        with unit_of_work():
            services.move_picture(current_actor(), product_id, picture_id, to)
    return redirect(url_for("catalogue.media", product_id=product_id, kind="pictures", _anchor=f"p{picture_id}"))
