"""Forms of accounts."""

from __future__ import annotations

from wtforms import BooleanField, PasswordField, RadioField, StringField, TextAreaField

from marketplace.kernel.i18n import lazy_gettext as _l
from marketplace.web.forms import AtMost, CodeField, Email, Form, Required

LANGUAGES = [("zh", "中文"), ("en", "English")]


class SignInForm(Form):
    """Address and password."""

    email = StringField(_l("邮箱"), [Required(_l("请填注册时用的邮箱。")), AtMost(254)])
    password = PasswordField(_l("密码"), [Required(_l("请填密码。")), AtMost(200)])


class CodeForm(Form):
    """The code of an app, or a recovery code."""

    code = CodeField(_l("验证码"), [Required(_l("请输入应用里现在显示的 6 位数字，或一个恢复码。")), AtMost(64)])


class RegisterForm(Form):
    """A new account."""

    name = StringField(_l("姓名"), [Required(_l("请填您的姓名，邮件里用来称呼您。")), AtMost(80)])
    email = StringField(_l("邮箱"), [Required(_l("请填工作邮箱，用来收确认信和通知。")), AtMost(254), Email()])
    password = PasswordField(_l("密码"), [Required(_l("请设一个密码，至少 10 个字符。"))])
    agreed = BooleanField(_l("我已阅读并同意隐私说明"), [Required(_l("需要您同意后才能保存账号信息。"))])


class ConfirmForm(Form):
    """The password of the registration, in another browser than the one that registered."""

    password = PasswordField(_l("注册时设的密码"), [AtMost(200)])


class AddressForm(Form):
    """An address that a link goes to."""

    email = StringField(_l("邮箱"), [Required(_l("请填注册时用的邮箱。")), AtMost(254), Email()])


class NewPasswordForm(Form):
    """A new password by a mailed link."""

    password = PasswordField(_l("新密码"), [Required(_l("请设一个密码，至少 10 个字符。"))])


class ChangePasswordForm(Form):
    """A new password; the old one, and the code, stand beside it as the proof."""

    new = PasswordField(_l("新密码"), [Required(_l("请设一个密码，至少 10 个字符。"))])


class ProfileForm(Form):
    """Name and language."""

    name = StringField(_l("姓名"), [Required(_l("请填您的姓名，邮件里用来称呼您。")), AtMost(80)])
    language = RadioField(_l("邮件用哪种语言"), choices=LANGUAGES, default="zh")


class ReasonForm(Form):
    """Why an administrator does something to an account."""

    reason = TextAreaField(_l("理由"), [AtMost(500)])
