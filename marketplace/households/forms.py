"""The form at a service body's desk."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, RadioField, SelectField, TextAreaField

from marketplace.households.models import Giver, Persons
from marketplace.households.services import AREAS, DWELLINGS, MOST_TEXT
from marketplace.kernel.i18n import best
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.i18n import lazy_gettext as _l
from marketplace.vocabulary.terms import districts, domains
from marketplace.web.forms import AtMost, DateInput, Form, Required, both_languages

PERSONS = {"1": _l("1 人"), "2": _l("2 人"), "3_4": _l("3–4 人"), "5_more": _l("5 人以上")}
GIVERS = {"person": _l("本人"), "guardian": _l("监护人")}


class NeedForm(Form):
    """Someone needs …; bands and plain words only."""

    task = SelectField(_l("需要哪一类帮助"), [Required(_l("请选择需要哪一类帮助。"))])
    need = TextAreaField(_l("需要什么"), [Required(_l("请用一两句话写需要什么。")), AtMost(MOST_TEXT)])
    district = SelectField(_l("所在区"), [Required(_l("请选择所在区。"))])
    dwelling = SelectField(_l("住房"), [Required(_l("请选择住房。"))])
    area = SelectField(_l("面积"), [Required(_l("请选择面积。"))])
    persons = SelectField(_l("同住几人"), [Required(_l("请选择同住几人。"))])
    consent_by = RadioField(_l("谁同意的"), [Required(_l("请选择谁同意的。"))], choices=list(GIVERS.items()))
    consent_on = DateInput(_l("哪天同意的"), [Required(_l("请填同意的日期。"))])
    agreed = BooleanField(_l("已把上面的说明读给对方听，对方同意"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        open_ = ("", _("请选择"))  # nothing is chosen for anybody
        self.task.choices = [open_, *((t.key, best(t.label)) for t in domains()["household"].tasks)]
        self.district.choices = [open_, *((t.key, best(t.label)) for t in districts().values())]
        self.dwelling.choices = [open_, *((key, best(text)) for key, text in DWELLINGS.items())]
        self.area.choices = [open_, *((key, best(text)) for key, text in AREAS.items())]
        self.persons.choices = [open_, *PERSONS.items()]
        assert {p.value for p in Persons} == set(PERSONS)
        assert {g.value for g in Giver} == set(GIVERS)


class PoolForm(Form):
    """The title of the scenario that several homes become."""

    vars().update(both_languages("title", _l("场景标题"), limit=60))
    agreed_again = BooleanField(
        _l("勾选的家庭里标着“要再问一次”的，今天已重新读过说明，对方仍同意"), render_kw={"form": "pool"}
    )
