"""The words of accounts, and what templates call to say them."""

from __future__ import annotations

from flask import Flask

from marketplace.accounts import devices
from marketplace.accounts.models import Method, Outcome
from marketplace.kernel.i18n import lazy_gettext as _l

ROLES = {
    "officer": _l("项目经办"),
    "reviewer": _l("复核"),
    "expert": _l("专家"),
    "auditor": _l("审计"),
    "administrator": _l("系统管理员"),
}
OUTCOMES = {
    Outcome.SIGNED_IN: _l("已登录"),
    Outcome.WRONG_PASSWORD: _l("密码不对"),
    Outcome.WRONG_CODE: _l("验证码不对"),
    Outcome.LOCKED: _l("锁定中，没有核对"),
}
METHODS = {Method.NONE: "", Method.APP: _l("验证码应用"), Method.RECOVERY: _l("恢复码")}


def role(key: str) -> str:
    """A staff role as people call it."""
    return str(ROLES[key])


def outcome(value: Outcome) -> str:
    """What became of an attempt to sign in."""
    return str(OUTCOMES[value])


def method(value: Method) -> str:
    """What proved the person beside the password."""
    return str(METHODS[value])


def start(app: Flask) -> None:
    """Give the words to every template."""
    app.jinja_env.globals.update(
        role_word=role, outcome_word=outcome, method_word=method, device_word=devices.plain, masked=devices.masked
    )
