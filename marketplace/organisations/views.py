"""Pages of organisations."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from marketplace.accounts import proof
from marketplace.accounts import queries as accounts
from marketplace.infra.files.services import IMAGES, check
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import Forbidden, NotFound
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.i18n import language
from marketplace.organisations import forms, queries, services, uscc
from marketplace.organisations.models import VERIFICATION_DAYS, MemberRole, Organisation
from marketplace.organisations.policies import HANDOVER, ORGANISATION
from marketplace.organisations.states import State
from marketplace.vocabulary import calendar
from marketplace.vocabulary.queries import overrides
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
                upload = check(form.licence.data, field="licence", allowed=("pdf", *IMAGES))
                with unit_of_work():
                    services.attach_licence(actor, organisation_id, upload)
                flash(_("执照已上传。"), "ok")
            elif act == "submit":
                with unit_of_work():
                    services.submit(actor, organisation_id)
                flash(_("已提交核验，结果会发邮件告知。"), "ok")
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
        answer_by=calendar.answer_by(row.submitted_at, VERIFICATION_DAYS, overrides())
        if row.state is State.SUBMITTED and row.submitted_at
        else None,
        code_warning=particulars and not uscc.has_organisation_check(row.uscc),
        more=panels("organisation", actor, row),
        handover=queries.open_handover(actor, organisation_id) if actor.is_signed_in else None,
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
    act = request.form.get("act", "remove" if "remove" in request.form else "invite") if request.form else ""
    if act == "invite" and form.validate_on_submit() and proof.given(form):
        with form.refusals():
            with unit_of_work():
                role = MemberRole(form.role.data)
                services.invite(actor, organisation_id, email=form.email.data, role=role, language=language())
            flash(_("邀请已发到对方邮箱，七天内有效。"), "ok")
            return redirect(url_for(".members", organisation_id=organisation_id))
    elif act in ("withdraw", "roles", "remove"):
        # Not the form in the page's margin: what is typed there is no part of this act, and is not judged.
        form, plain = forms.InvitationForm(formdata=None), Form()
        if plain.validate_on_submit() and (act == "withdraw" or proof.given(form)):
            with form.refusals():
                _member_act(act, organisation_id)
                return redirect(url_for(".members", organisation_id=organisation_id))
    row = queries.get(actor, organisation_id)
    return page(
        "organisations/members.html",
        form=form,
        organisation=row,
        people={a.user_id: a for a in accounts.addressees([m.user_id for m in row.members])},
        invitations=queries.open_invitations(actor, organisation_id),
        handover=queries.open_handover(actor, organisation_id),
        typed={m.user_id: request.form.get(f"role-{m.user_id}") for m in row.members},
    )


def _member_act(act: str, organisation_id: int) -> None:
    actor = current_actor()
    which = whole(request.form.get("remove" if act == "remove" else "id"))
    if which is None and act != "roles":
        raise NotFound()
    with unit_of_work():
        if act == "withdraw":
            services.withdraw_invitation(actor, which or 0)
        elif act == "remove":
            services.change_member(actor, organisation_id, which or 0, role=None)
        else:
            services.change_members(actor, organisation_id, _chosen_roles(organisation_id))
    forget_actor()
    flash(_("已保存。"), "ok")


def _chosen_roles(organisation_id: int) -> dict[int, MemberRole]:
    """The role chosen for each member whose select was sent with a role in it."""
    known = {r.value for r in MemberRole}
    members = queries.get(current_actor(), organisation_id).members
    sent = {m.user_id: request.form.get(f"role-{m.user_id}", "") for m in members}
    return {user_id: MemberRole(role) for user_id, role in sent.items() if role in known}


@bp.route("/organisations/<int:organisation_id>/hand-over", methods=["GET", "POST"])
@signed_in
@limited("20 per hour")
def hand_over(organisation_id: int) -> Any:
    """Hand the management over to another member, or take the offer back."""
    actor = current_actor()
    row = queries.get(actor, organisation_id)
    ORGANISATION.require(actor, "manage", row)
    people = {a.user_id: a for a in accounts.addressees([m.user_id for m in row.members])}
    form = forms.HandoverForm() if request.form.get("act") != "withdraw" else Form()
    others = [(str(i), f"{p.name}（{p.email}）") for i, p in people.items() if i != actor.user_id]
    if isinstance(form, forms.HandoverForm):
        form.to.choices = others
    if form.validate_on_submit() and (request.form.get("act") == "withdraw" or proof.given(form)):
        with form.refusals():
            with unit_of_work():
                if isinstance(form, forms.HandoverForm):
                    then = None if form.afterwards.data == "leave" else MemberRole(form.afterwards.data)
                    services.offer_handover(actor, organisation_id, to=whole(form.to.data) or 0, afterwards=then)
                else:
                    services.withdraw_handover(actor, organisation_id)
            flash(_("已发给对方，七天内答复。接受之前什么都不变。") if form.data.get("to") else _("移交已撤回。"), "ok")
            return redirect(url_for(".hand_over", organisation_id=organisation_id))
    row = queries.get(actor, organisation_id)
    handover = queries.open_handover(actor, organisation_id)
    return page(
        "organisations/hand_over.html", form=form, organisation=row, people=people, others=others, handover=handover
    )


@bp.route("/organisations/<int:organisation_id>/take-over", methods=["GET", "POST"])
@signed_in
@limited("20 per hour")
def take_over(organisation_id: int) -> Any:
    """Accept or decline the management that a manager has offered."""
    actor = current_actor()
    row = queries.get(actor, organisation_id)
    handover = queries.open_handover(actor, organisation_id)
    if handover is not None and not HANDOVER.allows(actor, "accept", handover):
        handover = None
    form = Form()
    act = request.form.get("act", "")
    if handover is not None and form.validate_on_submit() and (act == "decline" or proof.given(form)):
        with form.refusals():
            with unit_of_work():
                if act == "accept":
                    services.accept_handover(actor, organisation_id)
                elif act == "decline":
                    services.decline_handover(actor, organisation_id)
                else:
                    raise NotFound()
            forget_actor()
            flash(_("您现在是管理员了。") if act == "accept" else _("已谢绝，对方会收到邮件。"), "ok")
            return redirect(url_for(".show", organisation_id=organisation_id))
        row, handover = queries.get(actor, organisation_id), queries.open_handover(actor, organisation_id)
    names = accounts.names([handover.from_id]) if handover else {}
    return page(
        "organisations/take_over.html",
        form=form,
        organisation=row,
        handover=handover,
        former=next(iter(names.values()), ""),
        status=form.status if handover else 410,
    )


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


@bp.route("/staff/organisations/<int:organisation_id>/scope", methods=["GET", "POST"])
@staff("officer")
def scope(organisation_id: int) -> Any:
    """Staff say whether an organisation recommends, and for whom."""
    actor = current_actor()
    row = queries.get(actor, organisation_id)
    districts, members = queries.scope_of(row.id)
    form = forms.ScopeForm(
        data={
            "is_body": row.is_recommending_body,
            "districts": districts,
            "codes": "\n".join(o.uscc for o in members),
        }
    )
    if form.validate_on_submit():
        with form.refusals():
            with unit_of_work():
                services.set_scope(
                    actor,
                    organisation_id,
                    is_body=bool(form.is_body.data),
                    districts=list(form.districts.data or ()),
                    codes=(form.codes.data or "").split(),
                )
            flash(_("已保存。"), "ok")
            return redirect(url_for(".scope", organisation_id=organisation_id))
        row = queries.get(actor, organisation_id)
    return page("organisations/scope.html", form=form, organisation=row, members=members)
