"""Forms of organisations."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.widgets import CheckboxInput, ListWidget

from marketplace.kernel.i18n import best
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.i18n import lazy_gettext as _l
from marketplace.vocabulary.terms import districts
from marketplace.web.forms import AtMost, Email, Form, Required, both_languages

KINDS = [
    ("owner", _l("场景方：有任务要交给机器人")),
    ("vendor", _l("机器人企业：提供产品与服务")),
    ("service_body", _l("家庭服务机构：替居民家庭提需求")),
]
MEMBER_ROLES = [
    ("manager", _l("管理员：可邀请成员、提交核验")),
    ("editor", _l("经办：可填写和提交")),
    ("viewer", _l("只读：只能查看")),
]


class OrganisationForm(Form):
    """What an organisation says of itself."""

    vars().update(both_languages("name", _l("单位全称"), limit=80, required=_l("请按营业执照填单位全称。")))
    uscc = StringField(_l("统一社会信用代码"), [Required(_l("请填营业执照上的 18 位代码。")), AtMost(60)])
    kinds = SelectMultipleField(
        _l("在这里做什么"), choices=KINDS, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    district = SelectField(_l("所在区"), [Required(_l("请选择所在区。"))])
    vars().update(both_languages("about", _l("单位简介"), limit=600, area=True))
    contact_name = StringField(_l("联系人"), [AtMost(80)])
    contact_email = StringField(_l("联系邮箱"), [AtMost(254)])
    contact_phone = StringField(_l("联系电话"), [AtMost(40)])
    revision = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.district.choices = [("", _("请选择")), *((t.key, best(t.label)) for t in districts().values())]


class LicenceForm(Form):
    """The scan of a licence."""

    licence = FileField(_l("营业执照或法人证书扫描件"))


class ScopeForm(Form):
    """What a recommending body answers for."""

    is_body = BooleanField(_l("是推荐单位"))
    districts = SelectMultipleField(
        _l("负责的区"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(), validate_choice=False
    )
    codes = TextAreaField(_l("负责的成员单位，一行一个统一社会信用代码"), [AtMost(8000)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.districts.choices = [(t.key, best(t.label)) for t in districts().values()]


class ReasonForm(Form):
    """A decision with its reason."""

    reason = TextAreaField(_l("理由或要改的地方"), [AtMost(2000)])


class InvitationForm(Form):
    """Whom to invite, as what."""

    email = StringField(_l("对方邮箱"), [Required(_l("请填对方的工作邮箱。")), AtMost(254), Email()])
    role = RadioField(_l("身份"), choices=MEMBER_ROLES, default="editor")


class HandoverForm(Form):
    """To whom to hand over, and what one is afterwards."""

    to = RadioField(_l("移交给谁"), [Required(_l("请选一位成员。"))], validate_choice=False)
    afterwards = RadioField(
        _l("移交之后，我"),
        choices=[("editor", _l("留下做经办")), ("viewer", _l("留下，只能查看")), ("leave", _l("离开这家单位"))],
        default="editor",
    )
