"""What a weighty act asks for beside its own form: the password, and the code where a second factor is set up.

It is asked for in the very form that acts, so that nothing typed there is lost; for fifteen minutes it is not asked again.
"""

from __future__ import annotations

from typing import cast

from flask import Flask, g
from flask_login import current_user
from wtforms import PasswordField

from marketplace.accounts import queries, services
from marketplace.accounts.identity import has_proved, place
from marketplace.accounts.services.proving import Verdict
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.i18n import lazy_gettext as _l
from marketplace.web.actor import current_actor
from marketplace.web.forms import CodeField, Form


class Proof(Form):
    """The fields, under names of their own; the form that they stand in guards against forgery."""

    password = PasswordField(_l("您的密码"))
    code = CodeField(_l("验证码"))

    class Meta(Form.Meta):
        csrf = False

    needed = False
    with_code = False


def asked(*, always: bool = False) -> Proof:
    """What this request has to ask for; the same object in view and template, so that errors stand beside their field.

    ``always``: also of somebody who has proved it lately; a view says so before its template is rendered.
    """
    if "proof" not in g:
        g.proof = Proof(prefix="proof-")
        g.proof.needed = always or not has_proved(current_user)
        g.proof.with_code = g.proof.needed and queries.has_second_factor(current_user.id)
    return cast(Proof, g.proof)


def given(form: Form) -> bool:
    """Whether the person has proved who they are, lately or with this request; else ``form`` is refused and says why."""
    proof = asked()
    if not proof.needed:
        return True
    password, code = proof.password.data or "", proof.code.data or ""
    if not password or (proof.with_code and not code):
        form.refuse("", _("这一步影响较大，请先证明是您本人。"))
        if not password:
            proof.refuse("password", _("请再输一次密码。"))
        if proof.with_code and not code:
            proof.refuse("code", _("请输入应用里现在显示的 6 位数字，或一个恢复码。"))
        return False
    with unit_of_work():
        verdict = services.prove(current_actor(), current_user.session_id, password=password, code=code, place=place())
    if verdict is Verdict.PROVED:
        proof.needed = False
        return True
    form.refuse("", _("还没有证明是您本人，所以什么都没有改。"))
    if verdict is Verdict.WRONG_CODE:
        proof.refuse("code", wrong_code())
    else:
        proof.refuse("password", _("密码不对。请再输一次；连续输错 5 次会锁定 15 分钟。"))
    return False


def start(app: Flask) -> None:
    """Let every template ask for the proof beside its own button."""
    app.jinja_env.globals["proof_asked"] = asked


def wrong_code() -> str:
    """The same words for a wrong, a used and a locked code."""
    return _(
        "验证码不对，或已经用过。请等应用显示下一个 6 位数字再输；连续输错 5 次，15 分钟内不能再试。手机不在身边，可以输一个恢复码。"
    )
