"""Forms of the catalogue."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import FileField
from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from marketplace.kernel.i18n import best
from marketplace.kernel.i18n import lazy_gettext as _l
from marketplace.vocabulary.terms import districts, domains
from marketplace.web.forms import AtMost, DateInput, Form, Money, Required, WholeNumber, Within, both_languages
from marketplace.web.money import WAN

PRICES = [("fixed", _l("一口价")), ("range", _l("区间")), ("on_request", _l("面议"))]
EVIDENCE = [("claimed", _l("自报")), ("video", _l("视频")), ("laboratory", _l("检测报告")), ("trial", _l("本市实测"))]
SERVICES = [
    ("maintenance", _l("维护保养")),
    ("training", _l("操作培训")),
    ("spare_parts", _l("备品备件")),
    ("on_site", _l("驻场支持")),
    ("remote", _l("远程支持")),
]
FILE_KINDS = [
    ("datasheet", _l("产品手册")),
    ("report", _l("检测报告")),
    ("manual", _l("使用说明")),
    ("other", _l("其他")),
]
MARKS = [("innovative", _l("创新产品推荐目录")), ("first_set", _l("首台（套）"))]
MOST = 1_000_000
VARIANTS = [("accessory", _l("配件：装在产品上，例如夹爪、低温套件")), ("variant", _l("型号：代替原型号的另一款"))]


class ProductForm(Form):
    """What a vendor says of a product."""

    vars().update(both_languages("name", _l("产品名称"), limit=80, required=_l("请填产品名称。")))
    model = StringField(_l("型号"), [AtMost(60)])
    domain = SelectField(_l("主要领域"))
    tasks = SelectMultipleField(
        _l("能做哪些任务"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(), validate_choice=False
    )
    vars().update(
        both_languages(
            "summary", _l("一句话，带最要紧的数字"), limit=120, area=True, required=_l("请用一句话写清楚能做什么。")
        )
    )
    vars().update(both_languages("description", _l("详细介绍"), limit=3000, area=True))
    price_kind = RadioField(_l("参考价"), choices=PRICES, default="on_request")
    price_min = Money(_l("最低"), [Optional(), Within(1, MOST, _l("请填大于 0 的整数。"))], unit=WAN)
    price_max = Money(_l("最高"), [Optional(), Within(1, MOST, _l("请填大于 0 的整数。"))], unit=WAN)
    lease_per_month = Money(_l("月租金"), [Optional(), Within(1, MOST, _l("请填大于 0 的整数。"))], unit=1)
    launched = StringField(_l("上市年月"), [AtMost(7)])
    revision = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.domain.choices = [(d.key, best(d.label)) for d in domains().values()]
        named = {t.key: best(t.label) for d in domains().values() for t in d.tasks}
        other = named.pop("other")  # every domain has it: it stands once, at the end
        self.tasks.choices = [*named.items(), ("other", other)]


class VariantForm(Form):
    """A variant or an accessory; its values are typed as rows beside this form."""

    kind = RadioField(_l("这是什么"), choices=VARIANTS, default="accessory")
    vars().update(both_languages("name", _l("名称"), limit=60, required=_l("请填名称，例如“25 kg 夹爪”。")))
    extra_price = Money(_l("加价"), [Optional(), Within(0, MOST, _l("请填 0 或更大的整数。"))], unit=WAN)
    revision = HiddenField()


class CertificateForm(Form):
    """One certificate."""

    standard = StringField(_l("标准或证书名称"), [Required(_l("请填标准或证书名称，例如“ISO 10218-1”。")), AtMost(80)])
    number = StringField(_l("证书编号"), [AtMost(60)])
    body = StringField(_l("发证机构"), [AtMost(80)])
    issued = DateInput(_l("发证日期"), [Optional()])
    expires = DateInput(_l("有效期至"), [Optional()])
    vars().update(both_languages("note", _l("说明"), limit=200))


class DeploymentForm(Form):
    """A place where the product works."""

    vars().update(
        both_languages("place", _l("在哪里用"), limit=120, required=_l("请写明在哪里用，例如“某三甲医院门诊楼”。"))
    )
    district = SelectField(_l("所在区"))
    since = StringField(_l("从哪年哪月起"), [Required(_l("请填年和月，例如 2025-09。")), AtMost(7)])
    units = WholeNumber(_l("台数"), [Optional(), Within(1, MOST, _l("请填大于 0 的整数。"))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.district.choices = [("", _l("不在上海，或不说"))] + [(k, best(d.label)) for k, d in districts().items()]


class ServicesForm(Form):
    """The services that come with a product."""

    services = SelectMultipleField(
        _l("随产品提供的服务"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(), choices=SERVICES
    )


class PictureForm(Form):
    """What can be seen on a picture."""

    vars().update(
        both_languages(
            "description", _l("图里是什么"), limit=200, required=_l("请写图里是什么，看不到图片的人靠它了解。")
        )
    )


class NewPictureForm(PictureForm):
    """A picture to add."""

    file = FileField(_l("一张图片"), [Required(_l("请先选择一张图片。"))])


class FileForm(Form):
    """What a file is called and what it is."""

    vars().update(both_languages("title", _l("标题"), limit=80, required=_l("请写文件标题，例如“M3 产品手册”。")))
    kind = RadioField(_l("这是什么文件"), choices=FILE_KINDS, default="datasheet")


class NewFileForm(FileForm):
    """A file to add."""

    file = FileField(_l("文件"), [Required(_l("请先选择一个文件。"))])


class MarkForm(Form):
    """The mark of a public list."""

    kind = RadioField(_l("哪个目录"), choices=MARKS, default="innovative")
    number = StringField(_l("编号或文号"), [Required(_l("请填目录里的编号或文号。")), AtMost(60)])
    year = WholeNumber(_l("公布年份"), [Required(_l("请填公布的年份，例如 2026。"))])


class DoubtForm(Form):
    """Why a value is doubted."""

    reason = TextAreaField(_l("为什么质疑"), [Required(_l("请写明理由。")), AtMost(500)])


class DoubtAnswerForm(Form):
    """The vendor's answer to a doubt, or staff's finding."""

    text = TextAreaField(_l("答复"), [Required(_l("请写明依据或结论。")), AtMost(500)])
