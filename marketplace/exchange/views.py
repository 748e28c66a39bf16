"""Pages of import and export, the format's own page, and its schemas."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response

from marketplace.exchange import forms, jsonfile, queries, services
from marketplace.exchange.columns import FORMATS
from marketplace.exchange.services import Preview
from marketplace.exchange.understanding import as_understood
from marketplace.exchange.writing import as_workbook
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.kernel.i18n import gettext as _
from marketplace.organisations import queries as organisations
from marketplace.organisations import uscc
from marketplace.vocabulary.terms import DATA
from marketplace.web.actor import current_actor, signed_in
from marketplace.web.download import send_bytes
from marketplace.web.forms import Form
from marketplace.web.limits import limited
from marketplace.web.numbers import whole
from marketplace.web.page import page
from marketplace.web.pagination import Page, asked_page
from marketplace.web.workbook import XLSX

bp = Blueprint("exchange", __name__)
root = Blueprint("schemas", __name__)

MOST_SHOWN = 500
KIND = "<any(scenarios, products):kind>"


def _types_for_owners(actor: Actor, kind: str) -> bool:
    """Whether the person may type for owners to which it does not belong."""
    return kind == "scenarios" and "officer" in actor.roles


@bp.route(f"/exchange/{KIND}", methods=["GET", "POST"])
@signed_in
@limited("120 per hour")
def upload(kind: str) -> Any:
    """Take the template or an export away, bring a file in."""
    actor = current_actor()
    own = queries.own(actor, kind)
    for_owners = _types_for_owners(actor, kind)
    form = forms.UploadForm(own)
    found: Preview | None = None
    if (own or for_owners) and form.validate_on_submit():
        with form.refusals():
            file = services.received(form.file.data)
            organisation_id = _organisation(form, actor, kind)
            found = services.preview(actor, organisation_id, kind, services.read(file))
            session().rollback()
            if not found.problems:
                token = services.keep(actor, file, kind, organisation_id)
                return redirect(url_for(".preview", kind=kind, token=token))
            form.status = 422
    return page(
        "exchange/upload.html",
        form=form,
        kind=kind,
        own=own,
        for_owners=for_owners,
        found=found,
        most=MOST_SHOWN,
    )


def _organisation(form: forms.UploadForm, actor: Actor, kind: str) -> int:
    typed = uscc.normalise(form.uscc.data or "")
    if typed and _types_for_owners(actor, kind):
        row = organisations.proven(typed)
        if row is None or not (row.is_owner or row.is_service_body):
            raise Invalid("uscc", _("没有这家场景方。请核对代码；没有登记过的，请对方先登记单位并通过核验。"))
        return row.id
    organisation_id = whole(form.organisation.data)
    if organisation_id is None:
        raise Invalid("uscc", _("请填场景方的统一社会信用代码。"))
    return organisation_id


@bp.route(f"/exchange/{KIND}/preview/<token>", methods=["GET", "POST"])
@signed_in
def preview(kind: str, token: str) -> Any:
    """What was understood, item by item; nothing is entered before it is confirmed here, and then all of it."""
    actor = current_actor()
    kept = services.kept(actor, token)
    if kept.kind != kind:
        raise NotFound()
    form = Form()
    if form.validate_on_submit() and request.form.get("act") == "discard":
        services.discard(token)
        flash(_("没有导入，文件已删除。"), "ok")
        return redirect(url_for(".upload", kind=kind))
    read = services.read(kept.file)
    if form.is_submitted() and form.status == 200:
        try:
            with unit_of_work():
                found = services.preview(actor, kept.organisation_id, kind, read)
                done = services.enter(actor, kept.organisation_id, found, kept.file.sha256)
        except Conflict as error:
            form.refusal, form.status = error.message, error.status
        else:
            services.discard(token)
            flash(
                _("已导入：新增 %(new)s 项，更新 %(changed)s 项。", new=len(done.created), changed=len(done.changed)),
                "ok",
            )
            own = kept.organisation_id in actor.memberships
            back = {"scenarios": "scenarios.mine", "products": "catalogue.mine"}[kind]
            return redirect(url_for(back) if own else url_for(".upload", kind=kind))
    found = services.preview(actor, kept.organisation_id, kind, read)
    where = Page(asked_page(), len(found.items), 25)
    return page(
        "exchange/preview.html",
        form=form,
        kind=kind,
        token=token,
        found=found,
        organisation=organisations.get(actor, kept.organisation_id),
        file=kept.file,
        where=where,
        listed=list(zip(found.items, found.effects, strict=True))[where.offset : where.offset + where.per_page],
        as_understood=as_understood,
        is_own=kept.organisation_id in actor.memberships,
        most=MOST_SHOWN,
    )


@bp.get(f"/exchange/{KIND}/template.xlsx")
def template(kind: str) -> Response:
    """The empty workbook with its drop-downs."""
    return send_bytes(as_workbook(FORMATS[kind], {}), f"{kind}-template.xlsx", XLSX)


@bp.get(f"/exchange/{KIND}/export.<any(xlsx, json):extension>")
@signed_in
def export(kind: str, extension: str) -> Response:
    """All of one's own, or one that one may see, as the policy decides; people's names and contacts are not in it."""
    asked = request.args.get("id")
    row_id = whole(asked)
    if asked is not None and not row_id:
        raise NotFound()
    body = queries.exported(current_actor(), kind, extension, schema=_schema_address(kind), row_id=row_id)
    day = clock.today().isoformat()
    name = f"{kind}-{row_id}-{day}" if row_id else f"{kind}-{day}"
    return send_bytes(body, f"{name}.{extension}", XLSX if extension == "xlsx" else "application/json")


@bp.get("/exchange/format")
def format_() -> Any:
    """What a file holds, for people."""
    examples = {kind: (DATA / "examples" / f"{FORMATS[kind].name}.json").read_text("utf-8") for kind in FORMATS}
    addresses = {kind: _schema_address(kind) for kind in FORMATS}
    return page("exchange/format.html", formats=FORMATS, examples=examples, addresses=addresses)


def _schema_address(kind: str) -> str:
    return f"{current_app.config['SITE_URL'].rstrip('/')}{url_for('schemas.schema', name=FORMATS[kind].name)}"


@root.get("/schemas/<name>.json")
def schema(name: str) -> Response:
    """A format as JSON Schema, at its permanent address."""
    found = next((f for f in FORMATS.values() if f.name == name), None)
    if found is None:
        raise NotFound()
    answer = jsonify(jsonfile.schema(found, _schema_address(found.kind)))
    answer.mimetype = "application/schema+json"
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer
