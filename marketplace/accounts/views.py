"""Pages of accounts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from marketplace.accounts import forms, identity, queries, services, tokens
from marketplace.accounts.models import StaffRole, User, UserSession
from marketplace.kernel import clock
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.i18n import language
from marketplace.web.actor import current_actor, safe_next, signed_in, staff
from marketplace.web.limits import limited
from marketplace.web.page import page

bp = Blueprint("accounts", __name__)


@bp.route("/register", methods=["GET", "POST"])
@limited("10 per hour")
def register() -> Any:
    """Make an account; a mail confirms the address."""
    form = forms.RegisterForm()
    if form.validate_on_submit():
        with form.refusals():
            with unit_of_work():
                services.register(
                    email=form.email.data, name=form.name.data, password=form.password.data, language=language()
                )
            return redirect(url_for(".registered"))
    return page("accounts/register.html", form=form)


@bp.get("/register/sent")
def registered() -> str:
    """What to do next: open the mail."""
    return render_template("accounts/registered.html")


@bp.route("/confirm/<token>", methods=["GET", "POST"])
@limited("30 per hour")
def confirm(token: str) -> Any:
    """Confirm the address by the mailed link: a button, so that a mail scanner that opens links confirms nothing."""
    form = forms.Form()
    known = tokens.read(token, "confirm")
    if form.validate_on_submit():
        with form.refusals():
            with unit_of_work():
                user = services.confirm(token)
                identity.sign_in(user)
            flash(_("邮箱已确认，您已登录。"), "ok")
            return redirect(url_for("organisations.mine"))
    return page("accounts/confirm.html", form=form, known=known, status=200 if known else 410)


@bp.route("/sign-in", methods=["GET", "POST"])
@limited("40 per hour; 10 per minute")
def sign_in() -> Any:
    """Sign in with address and password."""
    back = safe_next(request.args.get("next"))
    if current_actor().is_signed_in:
        return redirect(back or url_for("console.desk"))
    form = forms.SignInForm()
    unconfirmed = False
    if form.validate_on_submit():
        with unit_of_work():
            user = services.authenticate(email=form.email.data, password=form.password.data)
            if user is not None and user.confirmed_at is not None:
                identity.sign_in(user)
                where = back or url_for("console.desk", lang=user.language)
        if user is None:
            form.refuse("password", _wrong())
        elif user.confirmed_at is None:
            unconfirmed = True
            form.refuse("email", _("这个邮箱还没有确认。请点确认邮件里的链接，或重新发送。"))
        else:
            return redirect(where)
    return page("accounts/sign_in.html", form=form, back=back, unconfirmed=unconfirmed)


def _wrong() -> str:
    """The same words for a known, an unknown and a locked address: the page tells nobody who has an account."""
    return _(
        "邮箱或密码不对。连续输错 5 次，账号会锁定 15 分钟；那时我们会发一封邮件，用里面的链接重设密码就能马上登录。"
    )


@bp.post("/sign-out")
def sign_out() -> Response:
    """End this session."""
    if current_actor().is_signed_in:
        with unit_of_work():
            services.end_session(current_actor(), current_user.session_id)
    identity.sign_out()
    flash(_("您已退出。"), "ok")
    return redirect(url_for("discovery.home"))


@bp.route("/confirm", methods=["GET", "POST"])
@limited("10 per hour")
def send_again() -> Any:
    """Send the confirming mail once more."""
    form = forms.AddressForm(email=request.args.get("email", "")[:254])
    if form.validate_on_submit():
        with unit_of_work():
            services.ask_confirmation(form.email.data)
        return redirect(url_for(".registered"))
    return page("accounts/send_again.html", form=form)


@bp.route("/forgot", methods=["GET", "POST"])
@limited("10 per hour")
def forgot() -> Any:
    """Ask for a link to a new password."""
    form = forms.AddressForm()
    if form.validate_on_submit():
        with unit_of_work():
            services.ask_reset(form.email.data)
        return render_template("accounts/forgot_sent.html")
    return page("accounts/forgot.html", form=form)


@bp.route("/reset/<token>", methods=["GET", "POST"])
@limited("30 per hour")
def reset(token: str) -> Any:
    """Set a new password by the mailed link."""
    known = tokens.read(token, "reset")
    form = forms.NewPasswordForm()
    if known and form.validate_on_submit():
        with form.refusals():
            with unit_of_work():
                user = services.reset_password(token, form.password.data)
                identity.sign_in(user)
            flash(_("密码已换好，其他地方的登录都已退出。"), "ok")
            return redirect(url_for("console.desk"))
    return page("accounts/reset.html", form=form, known=known, status=form.status if known else 410)


@bp.route("/account", methods=["GET", "POST"])
@signed_in
def profile() -> Any:
    """Name, language, and links to password and sessions."""
    user = session().get(User, current_actor().user_id)
    if user is None:
        raise NotFound()
    form = forms.ProfileForm(obj=user)
    if form.validate_on_submit():
        with form.refusals():
            with unit_of_work():
                services.edit_profile(current_actor(), name=form.name.data, language=form.language.data)
            flash(_("已保存。"), "ok")
            return redirect(url_for(".profile"))
    return page("accounts/profile.html", form=form, email=user.email)


@bp.route("/account/password", methods=["GET", "POST"])
@signed_in
@limited("20 per hour")
def password() -> Any:
    """Change the password; other devices are signed out."""
    form = forms.ChangePasswordForm()
    if form.validate_on_submit():
        with form.refusals():
            with unit_of_work() as work:
                services.change_password(current_actor(), old=form.old.data, new=form.new.data)
                identity.sign_in(work.get_one(User, current_actor().user_id))
            flash(_("密码已换好，其他地方的登录都已退出。"), "ok")
            return redirect(url_for(".profile"))
    return page("accounts/password.html", form=form)


@bp.route("/account/sessions", methods=["GET", "POST"])
@signed_in
def sessions() -> Any:
    """Where the person is signed in; end one session or all."""
    form = forms.Form()
    if form.validate_on_submit():
        which = request.form.get("session", "")
        with unit_of_work():
            if which == "all":
                services.end_all_sessions(current_actor())
            elif which.isascii() and which.isdigit() and len(which) < 10:
                services.end_session(current_actor(), int(which))
            else:
                raise NotFound()
        if which == "all" or session().get_one(UserSession, current_user.session_id).ended_at:
            identity.sign_out()
            flash(_("已从所有地方退出。"), "ok")
            return redirect(url_for(".sign_in"))
        flash(_("那一处已退出。"), "ok")
        return redirect(url_for(".sessions"))
    rows = queries.open_sessions(current_actor())
    return page("accounts/sessions.html", form=form, sessions=rows, own=current_user.session_id)


@bp.route("/account/prove", methods=["GET", "POST"])
@signed_in
@limited("20 per hour")
def prove() -> Any:
    """The password once more, before a weighty act."""
    back = safe_next(request.args.get("next"))
    form = forms.ProofForm()
    if form.validate_on_submit():
        if services.verify_password(current_actor(), form.password.data):
            with unit_of_work() as work:
                work.get_one(UserSession, current_user.session_id).proved_at = clock.real_now()
            return redirect(back or url_for("console.desk"))
        form.refuse("password", _("密码不对。请再输一次。"))
    return page("accounts/prove.html", form=form, back=back)


@bp.route("/staff/people", methods=["GET", "POST"])
@staff("administrator")
def people() -> Any:
    """Accounts and their staff roles; an administrator gives and takes them."""
    form = forms.Form()
    if form.validate_on_submit():
        which, role = request.form.get("user", ""), request.form.get("role", "")
        if not (which.isascii() and which.isdigit() and len(which) < 10) or role not in {r.value for r in StaffRole}:
            raise NotFound()
        if not identity.has_proved(current_user):
            return redirect(url_for(".prove", next=url_for(".people")))
        with form.refusals():
            with unit_of_work():
                services.set_role(
                    current_actor(), int(which), role=StaffRole(role), given=request.form.get("given") == "yes"
                )
            flash(_("角色已更新。"), "ok")
            return redirect(url_for(".people"))
    return page("accounts/people.html", form=form, people=queries.visible_users(current_actor()), roles=list(StaffRole))
