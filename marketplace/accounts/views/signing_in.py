"""Registering, signing in in one or two steps, links in mails, signing out."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from marketplace.accounts import forms, identity, proof, services, tokens
from marketplace.accounts.models import User
from marketplace.accounts.services import second_factor
from marketplace.accounts.states import State
from marketplace.accounts.views.blueprint import bp
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.i18n import language
from marketplace.web.actor import current_actor, safe_next
from marketplace.web.limits import limited
from marketplace.web.page import page


@bp.route("/register", methods=["GET", "POST"])
@limited("10 per hour")
def register() -> Any:
    """Make an account; a mail confirms the address."""
    form = forms.RegisterForm()
    if form.validate_on_submit():
        with form.refusals():
            with unit_of_work():
                mark = services.register(
                    email=form.email.data, name=form.name.data, password=form.password.data, language=language()
                )
            identity.note_registration(mark)
            return redirect(url_for("accounts.registered"))
    return page("accounts/register.html", form=form)


@bp.get("/register/sent")
def registered() -> str:
    """What to do next: open the mail."""
    return render_template("accounts/registered.html")


@bp.route("/confirm/<token>", methods=["GET", "POST"])
@limited("30 per hour")
def confirm(token: str) -> Any:
    """Confirm the address by the mailed link: a button, so that a mail scanner that opens links confirms nothing.

    In another browser than the one that registered, the password of the registration is asked for as well: whoever owns
    the mailbox must not open an account whose password a stranger knows.
    """
    form = forms.ConfirmForm()
    known = tokens.read(token, "confirm")
    sent_here = known is not None and services.mark_of(known.password_hash) == identity.registration()
    if form.validate_on_submit():
        with form.refusals():
            user, inside = _confirm(token, form)
            if user is None:
                form.refuse("password", _("这不是注册时设的密码。忘了，或者不是您注册的，请用下面的链接重设密码。"))
            elif not inside:
                return redirect(url_for("accounts.second_step"))
            else:
                flash(_("邮箱已确认，您已登录。"), "ok")
                return redirect(url_for("organisations.mine"))
        known = tokens.read(token, "confirm")
    return page(
        "accounts/confirm.html", form=form, known=known, sent_here=sent_here, status=form.status if known else 410
    )


def _confirm(token: str, form: forms.ConfirmForm) -> tuple[User | None, bool]:
    """Who has confirmed the address, if it was whoever registered it, and whether they are in; a wrong guess is kept."""
    with unit_of_work():
        mark, password = identity.registration(), form.password.data or ""
        user = services.confirm(token, mark=mark, password=password, place=identity.place())
        return user, user is not None and identity.enter(user, by_mail=True)


@bp.route("/sign-in", methods=["GET", "POST"])
@limited("40 per hour; 10 per minute")
def sign_in() -> Any:
    """Sign in with address and password; a code follows where there is a second factor."""
    back = safe_next(request.args.get("next"))
    if current_actor().is_signed_in:
        return redirect(back or url_for("console.desk"))
    form = forms.SignInForm()
    unconfirmed = False
    if form.validate_on_submit():
        with form.refusals():
            user, where = _try(form, back)
            if user is None:
                form.refuse("password", _wrong())
            elif not where:
                unconfirmed = True
                form.refuse("email", _("这个邮箱还没有确认。请点确认邮件里的链接，或重新发送。"))
            else:
                return redirect(where)
    return page("accounts/sign_in.html", form=form, back=back, unconfirmed=unconfirmed)


def _try(form: forms.SignInForm, back: str | None) -> tuple[User | None, str]:
    """The person, if the password was right, and where to go next; nowhere for an address that is not confirmed."""
    with unit_of_work():
        user = services.authenticate(email=form.email.data, password=form.password.data, place=identity.place())
        if user is None or user.confirmed_at is None:
            return user, ""
        revived = user.state is State.DEACTIVATED
        inside = identity.enter(user)
        where = _next(user, back) if inside else url_for("accounts.second_step", next=back)
    if inside and revived:
        flash(_("欢迎回来，账号已恢复使用。"), "ok")
    return user, where


def _next(user: User, back: str | None) -> str:
    """Where a person goes who has just come in."""
    return back or url_for("console.desk", lang=user.language)


def _wrong() -> str:
    """The same words for a known, an unknown and a locked address: the page tells nobody who has an account."""
    return _(
        "邮箱或密码不对。连续输错 5 次，账号会锁定 15 分钟；那时我们会发一封邮件，用里面的链接重设密码就能马上登录。"
    )


@bp.route("/sign-in/code", methods=["GET", "POST"])
@limited("40 per hour; 10 per minute")
def second_step() -> Any:
    """The second step: the app's code, or a recovery code."""
    back = safe_next(request.args.get("next"))
    if current_actor().is_signed_in:
        return redirect(back or url_for("console.desk"))
    known = identity.pending()
    if known is None:
        flash(_("两步登录要在 10 分钟内完成。请重新输入密码。"), "due")
        return redirect(url_for("accounts.sign_in", next=back))
    form = forms.CodeForm()
    if form.validate_on_submit():
        with form.refusals():
            where = _try_code(known.id, form.code.data or "", back)
            if where:
                return redirect(where)
            form.refuse("code", proof.wrong_code())
    return page("accounts/second_step.html", form=form, back=back)


def _try_code(user_id: int, code: str, back: str | None) -> str:
    """Where to go next, or nowhere when the code was wrong; what it counts is kept either way."""
    with unit_of_work() as work:
        user = work.get_one(User, user_id)
        services.check_may_enter(user, by_mail=True)
        method = second_factor.check(user_id, code, place=identity.place())
        if method is None:
            return ""
        identity.sign_in(user, method)
        return _next(user, back)


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
        return redirect(url_for("accounts.registered"))
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
    """Set a new password by the mailed link; the second factor is asked for as ever."""
    known = tokens.read(token, "reset")
    form = forms.NewPasswordForm()
    if known and form.validate_on_submit():
        with form.refusals():
            with unit_of_work():
                inside = identity.enter(services.reset_password(token, form.password.data), by_mail=True)
            flash(_("密码已换好，其他地方的登录都已退出。"), "ok")
            return redirect(url_for("console.desk" if inside else "accounts.second_step"))
    return page("accounts/reset.html", form=form, known=known, status=form.status if known else 410)
