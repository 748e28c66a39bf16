"""Forms of the catalogue."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField, IntegerField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.validators import NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from marketplace.kernel.i18n import best
from marketplace.kernel.i18n import lazy_gettext as _l
from marketplace.vocabulary.terms import domains
from marketplace.web.forms import AtMost, Form, both_languages

PRICES = [("fixed", _l("一口价")), ("range", _l("区间")), ("on_request", _l("面议"))]
EVIDENCE = [("claimed", _l("自报")), ("video", _l("视频")), ("laboratory", _l("检测报告")), ("trial", _l("本市实测"))]
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
        both_languages("summary", _l("一句话，带最要紧的数字"), limit=120, required=_l("请用一句话写清楚能做什么。"))
    )
    vars().update(both_languages("description", _l("详细介绍"), limit=3000, area=True))
    price_kind = RadioField(_l("参考价"), choices=PRICES, default="on_request")
    price_min = IntegerField(_l("最低"), [Optional(), NumberRange(1, MOST, _l("请填大于 0 的整数。"))])
    price_max = IntegerField(_l("价格或最高"), [Optional(), NumberRange(1, MOST, _l("请填大于 0 的整数。"))])
    lease_per_month = IntegerField(_l("月租金"), [Optional(), NumberRange(1, MOST, _l("请填大于 0 的整数。"))])
    launched = StringField(_l("上市年月"), [AtMost(7)])
    revision = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.domain.choices = [(d.key, best(d.label)) for d in domains().values()]
        self.tasks.choices = [(t.key, best(t.label)) for d in domains().values() for t in d.tasks if t.key != "other"]


class VariantForm(Form):
    """A variant or an accessory; its values are typed as rows beside this form."""

    kind = RadioField(_l("这是什么"), choices=VARIANTS, default="accessory")
    vars().update(both_languages("name", _l("名称"), limit=60, required=_l("请填名称，例如“25 kg 夹爪”。")))
    extra_price = IntegerField(_l("加价"), [Optional(), NumberRange(0, MOST, _l("请填 0 或更大的整数。"))])
    revision = HiddenField()
