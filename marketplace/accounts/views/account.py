"""One's own account: profile, password, devices and history, and proving anew who one is."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_login import current_user

from marketplace.accounts import forms, identity, proof, queries, services
from marketplace.accounts.models import User, UserSession
from marketplace.accounts.views.blueprint import bp
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import gettext as _
from marketplace.web.actor import current_actor, safe_next, signed_in
from marketplace.web.limits import limited
from marketplace.web.numbers import whole
from marketplace.web.page import page
from marketplace.web.pagination import Page, asked_page


@bp.route("/account", methods=["GET", "POST"])
@signed_in
def profile() -> Any:
    """Name and language, and how the account stands."""
    user = queries.oneself(current_actor())
    form = forms.ProfileForm(obj=user)
    if form.validate_on_submit():
        with form.refusals():
            with unit_of_work():
                services.edit_profile(current_actor(), name=form.name.data, language=form.language.data)
            flash(_("已保存。"), "ok")
            return redirect(url_for("accounts.profile"))
    return page("accounts/profile.html", form=form, user=queries.oneself(current_actor()))


@bp.route("/account/password", methods=["GET", "POST"])
@signed_in
@limited("20 per hour")
def password() -> Any:
    """Change the password, proving with the old one who one is; other devices are signed out."""
    form = forms.ChangePasswordForm()
    proof.asked(always=True)
    if form.validate_on_submit():
        with form.refusals():
            actor = current_actor()
            services.check_password_rules(form.new.data or "", current_user.email, "new")
            if proof.given(form):
                with unit_of_work() as work:
                    services.change_password(actor, new=form.new.data)
                    user = work.get_one(User, actor.user_id)
                    identity.sign_in(user, identity.method_of(user))
                flash(_("密码已换好，其他地方的登录都已退出。"), "ok")
                return redirect(url_for("accounts.profile"))
    return page("accounts/password.html", form=form)


@bp.route("/account/sessions", methods=["GET", "POST"])
@signed_in
def sessions() -> Any:
    """Where the person is signed in, and every attempt of the last year; end one session, the others or all."""
    form = forms.Form()
    if form.validate_on_submit():
        which = request.form.get("session", "")
        with unit_of_work():
            number = whole(which)
            if which == "all":
                services.end_all_sessions(current_actor())
            elif which == "others":
                services.end_other_sessions(current_actor(), current_user.session_id)
            elif number is not None:
                services.end_session(current_actor(), number)
            else:
                raise NotFound()
        if session().get_one(UserSession, current_user.session_id).ended_at:
            identity.sign_out()
            flash(_("已从所有地方退出。") if which == "all" else _("您已退出。"), "ok")
            return redirect(url_for("accounts.sign_in"))
        flash(_("其他地方都已退出。") if which == "others" else _("那一处已退出。"), "ok")
        return redirect(url_for("accounts.sessions"))
    actor = current_actor()
    where = Page(asked_page(), queries.count_sign_ins(actor))
    return page(
        "accounts/sessions.html",
        form=form,
        sessions=queries.open_sessions(actor),
        own=current_user.session_id,
        attempts=queries.sign_ins(actor, offset=where.offset, limit=where.per_page),
        where=where,
        devices=queries.known_devices(actor),
    )


@bp.route("/account/prove", methods=["GET", "POST"])
@signed_in
@limited("20 per hour")
def prove() -> Any:
    """Prove who one is before a page that shows what others must not see; acts ask beside their own form."""
    back = safe_next(request.args.get("next"))
    form = forms.Form()
    proof.asked(always=True)
    if form.validate_on_submit() and proof.given(form):
        return redirect(back or url_for("console.desk"))
    return page("accounts/prove.html", form=form, back=back)
