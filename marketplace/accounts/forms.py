"""Forms of accounts."""

from __future__ import annotations

from wtforms import BooleanField, PasswordField, RadioField, StringField

from marketplace.kernel.i18n import lazy_gettext as _l
from marketplace.web.forms import AtMost, Email, Form, Required

LANGUAGES = [("zh", "中文"), ("en", "English")]


class SignInForm(Form):
    """Address and password."""

    email = StringField(_l("邮箱"), [Required(_l("请填注册时用的邮箱。")), AtMost(254)])
    password = PasswordField(_l("密码"), [Required(_l("请填密码。")), AtMost(200)])


class RegisterForm(Form):
    """A new account."""

    name = StringField(_l("姓名"), [Required(_l("请填您的姓名，邮件里用来称呼您。")), AtMost(80)])
    email = StringField(_l("邮箱"), [Required(_l("请填工作邮箱，用来收确认信和通知。")), AtMost(254), Email()])
    password = PasswordField(_l("密码"), [Required(_l("请设一个密码，至少 10 个字符。"))])
    agreed = BooleanField(_l("我已阅读并同意个人信息处理说明"), [Required(_l("需要您同意后才能保存账号信息。"))])


class AddressForm(Form):
    """An address that a link goes to."""

    email = StringField(_l("邮箱"), [Required(_l("请填注册时用的邮箱。")), AtMost(254), Email()])


class NewPasswordForm(Form):
    """A new password by a mailed link."""

    password = PasswordField(_l("新密码"), [Required(_l("请设一个密码，至少 10 个字符。"))])


class ChangePasswordForm(Form):
    """A new password, knowing the old."""

    old = PasswordField(_l("现在的密码"), [Required(_l("请填现在的密码。"))])
    new = PasswordField(_l("新密码"), [Required(_l("请设一个密码，至少 10 个字符。"))])


class ProofForm(Form):
    """The password once more before a weighty act."""

    password = PasswordField(_l("密码"), [Required(_l("请再输一次密码。"))])


class ProfileForm(Form):
    """Name and language."""

    name = StringField(_l("姓名"), [Required(_l("请填您的姓名，邮件里用来称呼您。")), AtMost(80)])
    language = RadioField(_l("邮件用哪种语言"), choices=LANGUAGES, default="zh")
