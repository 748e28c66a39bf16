"""Pages of organisations."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from marketplace.accounts import queries as accounts
from marketplace.infra.files.services import check
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import Forbidden, NotFound
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.i18n import language
from marketplace.organisations import forms, queries, services, uscc
from marketplace.organisations.models import MemberRole, Organisation
from marketplace.organisations.policies import ORGANISATION
from marketplace.web.actor import current_actor, forget_actor, signed_in, staff
from marketplace.web.download import send
from marketplace.web.forms import Form
from marketplace.web.limits import limited
from marketplace.web.numbers import whole
from marketplace.web.page import page
from marketplace.web.panels import panels

bp = Blueprint("organisations", __name__)


def _particulars(form: forms.OrganisationForm, old: Organisation | None = None) -> services.Particulars:
    return services.Particulars(
        name=form.text("name", old.name if old else None),
        uscc=form.uscc.data or "",
        kinds=frozenset(form.kinds.data or ()),
        district=form.district.data,
        about=form.text("about", old.about if old else None),
        contact_name=form.contact_name.data or "",
        contact_email=form.contact_email.data or "",
        contact_phone=form.contact_phone.data or "",
    )


@bp.get("/organisations")
@signed_in
def mine() -> Any:
    """My organisations, or how to enter the first one."""
    return page("organisations/mine.html", organisations=queries.mine(current_actor()))


@bp.route("/organisations/new", methods=["GET", "POST"])
@signed_in
def new() -> Any:
    """Enter an organisation."""
    form = forms.OrganisationForm()
    if request.method == "GET":
        form.kinds.data = [k for k in request.args.getlist("kind") if k in ("owner", "vendor", "service_body")]
        form.contact_name.data, form.contact_email.data = current_user.name, current_user.email
    if form.validate_on_submit():
        with form.refusals():
            with unit_of_work():
                row = services.create(current_actor(), _particulars(form))
                organisation_id = row.id
            forget_actor()
            flash(_("已登记。接下来上传执照，提交核验。"), "ok")
            return redirect(url_for(".show", organisation_id=organisation_id))
    return page("organisations/edit.html", form=form, organisation=None)


@bp.route("/organisations/<int:organisation_id>", methods=["GET", "POST"])
def show(organisation_id: int) -> Any:
    """The organisation's page; for members also licence and verification."""
    actor = current_actor()
    row = queries.get(actor, organisation_id)
    form = forms.LicenceForm()
    if form.validate_on_submit():
        if not actor.is_signed_in:
            raise Forbidden(_("请先登录。"))
        act = request.form.get("act")
        with form.refusals():
            if act == "licence":
                upload = check(form.licence.data, field="licence")
                with unit_of_work():
                    services.attach_licence(actor, organisation_id, upload)
                flash(_("执照已上传。"), "ok")
            elif act == "submit":
                with unit_of_work():
                    services.submit(actor, organisation_id)
                flash(_("已提交核验，5 个工作日内会有邮件告知结果。"), "ok")
            else:
                raise NotFound()
            return redirect(url_for(".show", organisation_id=organisation_id))
        row = queries.get(actor, organisation_id)
    particulars = ORGANISATION.allows(actor, "see_particulars", row)
    return page(
        "organisations/show.html",
        form=form,
        organisation=row,
        particulars=particulars,
        code_warning=particulars and not uscc.has_organisation_check(row.uscc),
        more=panels("organisation", actor, row),
    )


@bp.route("/organisations/<int:organisation_id>/edit", methods=["GET", "POST"])
@signed_in
def edit(organisation_id: int) -> Any:
    """Change what the organisation says of itself."""
    actor = current_actor()
    row = queries.get(actor, organisation_id)
    ORGANISATION.require(actor, "edit", row)
    form = forms.OrganisationForm(data=_form_data(row))
    if form.validate_on_submit():
        with form.refusals():
            with unit_of_work():
                old = queries.get(actor, organisation_id)
                services.edit(actor, organisation_id, _particulars(form, old), seen=whole(form.revision.data))
            flash(_("已保存。"), "ok")
            return redirect(url_for(".show", organisation_id=organisation_id))
    return page("organisations/edit.html", form=form, organisation=queries.get(actor, organisation_id))


def _form_data(row: Organisation) -> dict[str, Any]:
    return {
        "name_zh": row.name.zh,
        "name_en": row.name.en,
        "about_zh": row.about.zh,
        "about_en": row.about.en,
        "uscc": row.uscc,
        "kinds": list(row.kinds),
        "district": row.district,
        "contact_name": row.contact_name,
        "contact_email": row.contact_email,
        "contact_phone": row.contact_phone,
        "revision": str(row.revision),
    }


@bp.get("/organisations/<int:organisation_id>/licence")
@signed_in
def licence(organisation_id: int) -> Response:
    """The scan of the licence, for members and staff."""
    actor = current_actor()
    row = queries.get(actor, organisation_id)
    if not ORGANISATION.allows(actor, "see_particulars", row) or row.licence is None:
        raise NotFound()
    return send(row.licence)


@bp.route("/organisations/<int:organisation_id>/members", methods=["GET", "POST"])
@signed_in
@limited("60 per hour")
def members(organisation_id: int) -> Any:
    """Members with their roles; invite, change, remove."""
    actor = current_actor()
    row = queries.get(actor, organisation_id)
    ORGANISATION.require(actor, "manage", row)
    form = forms.InvitationForm()
    act = request.form.get("act", "invite") if request.method == "POST" else ""
    if act == "invite" and form.validate_on_submit():
        with form.refusals():
            with unit_of_work():
                role = MemberRole(form.role.data)
                services.invite(actor, organisation_id, email=form.email.data, role=role, language=language())
            flash(_("邀请已发到对方邮箱，七天内有效。"), "ok")
            return redirect(url_for(".members", organisation_id=organisation_id))
    elif act in ("withdraw", "role", "remove"):
        plain = Form()
        if plain.validate_on_submit():
            with form.refusals():
                _member_act(act, organisation_id)
                return redirect(url_for(".members", organisation_id=organisation_id))
    row = queries.get(actor, organisation_id)
    people = {a.user_id: a for a in accounts.addressees([m.user_id for m in row.members])}
    invitations = queries.open_invitations(actor, organisation_id)
    return page("organisations/members.html", form=form, organisation=row, people=people, invitations=invitations)


def _member_act(act: str, organisation_id: int) -> None:
    which = request.form.get("id", "")
    if not (which.isascii() and which.isdigit() and len(which) < 10):
        raise NotFound()
    role = request.form.get("role", "")
    if act == "role" and role not in {r.value for r in MemberRole}:
        raise NotFound()
    with unit_of_work():
        if act == "withdraw":
            services.withdraw_invitation(current_actor(), int(which))
        else:
            new_role = MemberRole(role) if act == "role" else None
            services.change_member(current_actor(), organisation_id, int(which), role=new_role)
    flash(_("已保存。"), "ok")


@bp.route("/invitations/<token>", methods=["GET", "POST"])
@signed_in
def accept(token: str) -> Any:
    """Join an organisation by the mailed link."""
    form = Form()
    invitation = services.invitation_of(token)
    if invitation and form.validate_on_submit():
        with form.refusals():
            with unit_of_work():
                row = services.accept(current_actor(), token, email=current_user.email)
                organisation_id = row.id
            forget_actor()
            flash(_("您已加入。"), "ok")
            return redirect(url_for(".show", organisation_id=organisation_id))
    return page(
        "organisations/accept.html", form=form, invitation=invitation, status=form.status if invitation else 410
    )


@bp.route("/staff/organisations/<int:organisation_id>", methods=["GET", "POST"])
@staff("officer")
def verify(organisation_id: int) -> Any:
    """Staff compare code, name and licence, and verify or return with all reasons."""
    actor = current_actor()
    row = queries.get(actor, organisation_id)
    form = forms.ReasonForm()
    if form.validate_on_submit():
        act = request.form.get("act")
        with form.refusals():
            with unit_of_work():
                if act == "verify":
                    services.verify(actor, organisation_id)
                elif act == "return":
                    services.return_(actor, organisation_id, reason=form.reason.data or "")
                elif act == "suspend":
                    services.suspend(actor, organisation_id, reason=form.reason.data or "")
                elif act == "reinstate":
                    services.reinstate(actor, organisation_id)
                else:
                    raise NotFound()
            flash(_("已办理，对方会收到邮件。"), "ok")
            return redirect(url_for("console.queue", name="organisations"))
        row = queries.get(actor, organisation_id)
    warning = not uscc.has_organisation_check(row.uscc)
    return page("organisations/verify.html", form=form, organisation=row, code_warning=warning)
