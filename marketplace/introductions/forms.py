"""Forms of introductions. Moments are typed and shown in Beijing time and kept in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from wtforms import BooleanField, Field, RadioField, SelectField, StringField, TextAreaField

from marketplace.catalogue.models import Product
from marketplace.introductions.models import Meeting, Result
from marketplace.introductions.services.approaching import MOST_NOTE
from marketplace.introductions.services.meeting import MOST
from marketplace.introductions.words import MEETINGS, RESULTS
from marketplace.kernel import clock
from marketplace.kernel.i18n import best
from marketplace.kernel.i18n import lazy_gettext as _l
from marketplace.scenarios.models import Scenario
from marketplace.web.forms import AtMost, DateInput, Form, Required, WholeNumber

TYPED = "%Y-%m-%dT%H:%M"


class MomentInput(StringField):
    """A date and time in Beijing, as browsers send it; the value is aware."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        typed = (valuelist[0] if valuelist else "").strip().replace(" ", "T")
        if not typed:
            return
        try:
            moment = datetime.strptime(typed[:16], TYPED).replace(tzinfo=clock.BEIJING)
        except ValueError as error:
            raise ValueError(_l("请填日期和时间，例如 2026-12-11 14:00。")) from error
        if not 2000 <= moment.year < 2100:
            raise ValueError(_l("请填日期和时间，例如 2026-12-11 14:00。"))
        self.data = moment

    def _value(self) -> str:
        if isinstance(self.data, datetime):
            return clock.beijing(self.data).strftime(TYPED)
        return str(self.raw_data[0])[:40] if self.raw_data else ""


class NoteForm(Form):
    """A few words to the other side."""

    note = TextAreaField(_l("留言"), [Required(_l("请写一两句，说明为什么合适。")), AtMost(MOST_NOTE)])


class InterestForm(NoteForm):
    """A vendor's product for a scenario."""

    product = SelectField(_l("用哪款产品"), validators=[Required(_l("请选一款已公开的产品。"))])

    def offer(self, products: Sequence[Product]) -> None:
        """Name the vendor's listed products."""
        self.product.choices = [("", _l("请选择"))] + [(str(p.id), best(p.name)) for p in products]


class InviteForm(NoteForm):
    """An owner's scenario for a vendor."""

    scenario = SelectField(_l("请对方看哪个场景"), validators=[Required(_l("请选一个正在对接的场景。"))])

    def offer(self, scenarios: Sequence[Scenario]) -> None:
        """Name the owner's scenarios in direct matching."""
        self.scenario.choices = [("", _l("请选择"))] + [(str(s.id), best(s.title)) for s in scenarios]


class ActForm(Form):
    """An answer, or why something is called off."""

    product = SelectField(_l("准备用哪款产品（可不选）"), default="")
    reason = TextAreaField(_l("理由"), [AtMost(MOST_NOTE)])
    for_good = BooleanField(_l("以后也不再接收这家单位的对接"))

    def offer(self, products: Sequence[Product]) -> None:
        """Name the vendor's listed products."""
        self.product.choices = [("", _l("暂不选"))] + [(str(p.id), best(p.name)) for p in products]


class OfferForm(Form):
    """Times to meet."""

    kind = SelectField(_l("做什么"), choices=[(k.value, w) for k, w in MEETINGS.items()])
    minutes = WholeNumber(_l("时长"), [Required(_l("请填分钟数，例如 60。"))])
    place = StringField(_l("地点或会议链接"), [Required(_l("请写地点，或线上会议的链接。")), AtMost(300)])
    vars().update({f"start_{n}": MomentInput(_l("时间 %(number)s", number=n)) for n in range(1, MOST + 1)})

    @property
    def starts(self) -> list[Field]:
        """The fields of the moments."""
        return [self[f"start_{n}"] for n in range(1, MOST + 1)]

    @property
    def meeting(self) -> Meeting:
        """For what they meet."""
        return Meeting(self.kind.data)


class OutcomeForm(Form):
    """What came of it, as one side says."""

    result = RadioField(
        _l("结果"), [Required(_l("请选一个结果。"))], choices=[(r.value, w) for r, w in RESULTS.items()]
    )
    amount = WholeNumber(_l("金额"))
    starts_on = DateInput(_l("开始日期"))
    reason = TextAreaField(_l("说明"), [AtMost(1000)])

    @property
    def outcome(self) -> Result:
        """What came of it."""
        return Result(self.result.data)
