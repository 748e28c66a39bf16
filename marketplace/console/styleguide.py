"""Invented rows for the style guide: every part in every state, without the database."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from wtforms import BooleanField, FileField, RadioField, SelectField, StringField, TextAreaField

from marketplace.catalogue.models import Evidence
from marketplace.dashboard.targets import targets
from marketplace.fit.compare import Answer, Fit, compare
from marketplace.fit.explain import Explanation, explain
from marketplace.fit.needs import Level, Need, Requirement
from marketplace.fit.offers import Offer, Specification
from marketplace.kernel import clock
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.i18n import lazy_gettext as _l
from marketplace.kernel.text import Text
from marketplace.vocabulary.parameters import Value, groups, parameters, parse
from marketplace.web.forms import Form, Required, WholeNumber, both_languages
from marketplace.web.pagination import Page

BOTH = Text.of("住院部药品与标本转运", "Drug and specimen transport")
ONLY_ZH, ONLY_EN = Text.of("只有中文的一句话，读者看得出来。"), Text.of("", "Only English here, and readers can tell.")
STALE = Text("药箱 40 kg、温区 2–8 °C。", "A 50 kg box at 2–8 °C.", "zh", "an older text")
ASKED = (
    ("payload", ">=", "40", "must"),
    ("aisle_min", "<=", "900", "must"),
    ("noise", "<=", "55", "should"),
    ("temperature", "covers", "2-8", "must"),
    ("lift_ride", "=", "yes", "must"),
    ("ip_rating", ">=", "IP54", "should"),
)
OFFERED = {"M3": {"payload": "37", "aisle_min": "820", "noise": "52", "temperature": "0-10", "lift_ride": "yes"}}
OFFERED |= {"M2": {"payload": "45", "aisle_min": "760", "temperature": "4-30", "ip_rating": "IP65"}}


class SampleForm(Form):
    """One field of each kind."""

    class Meta(Form.Meta):
        csrf = False

    name = StringField(_l("单位名称"), [Required()])
    load = WholeNumber(_l("额定负载"))
    choice = SelectField(_l("领域"), choices=[("a", _l("请选择"))])
    agree = BooleanField(_l("允许"))
    kind = RadioField(_l("身份"), choices=[("owner", _l("场景方")), ("vendor", _l("机器人企业"))])
    note = TextAreaField(_l("说明"))
    file = FileField(_l("附件"))
    vars().update(both_languages("title", _l("批次名称"), limit=60))


def samples() -> dict[str, Any]:
    """Everything that the page shows."""
    form, wrong = SampleForm(meta={"csrf": False}), SampleForm(prefix="w-", meta={"csrf": False})
    wrong.name.errors = [_("请填写“%(label)s”。", label=_("单位名称"))]
    wrong.load.errors = [_("请填整数。")]
    known = parameters()
    explained, offer = _explained()
    return {
        "form": form,
        "wrong": wrong,
        "both": BOTH,
        "only_zh": ONLY_ZH,
        "only_en": ONLY_EN,
        "stale": STALE,
        "challenges": _challenges(),
        "product": _product(),
        "requirements": _requirements(),
        "metrics": _metrics(),
        "against": [_product_against(name) for name in OFFERED],
        "parameters": known,
        "groups": groups(),
        "gauges": _gauges(),
        "answers": _answers(),
        "explained": explained,
        "explained_offer": offer,
        "standings": _standings(),
        "soon": clock.now() + timedelta(days=3, hours=4),
        "today": clock.today(),
        "earlier": clock.today() - timedelta(days=90),
        "later": clock.today() + timedelta(days=400),
        "where": Page(2, 61),
        "weeks": _weeks(),
        "facet": _facet(),
    }


def _value(key: str, typed: str) -> Value:
    parameter = parameters()[key]
    return parse(parameter, typed, parameter.unit, parameter.counted[0] if parameter.counted else "")


def _requirements() -> list[Any]:
    test = SimpleNamespace(text=Text.of("满载走一遍全程", "One full round, fully loaded"))
    none = SimpleNamespace(text=Text())
    return [
        SimpleNamespace(key=key, parameter=key, op=op, typed=_value(key, typed), level=level, test=none if n else test)
        for n, (key, op, typed, level) in enumerate(ASKED)
    ]


def _metrics() -> list[Any]:
    text = SimpleNamespace(text=Text.of("连续 30 天", "30 days running"))
    return [
        SimpleNamespace(
            parameter="payload", op=">=", typed=_value("payload", "40"), baseline="20", method=text, window=text
        )
    ]


def _product_against(name: str) -> dict[str, Any]:
    answers = {}
    for key, op, typed, _level in ASKED:
        offered = OFFERED[name].get(key)
        value = _value(key, offered) if offered else None
        spec = SimpleNamespace(value=value, condition=Text(), variant="") if value else None
        answers[key] = (compare(parameters()[key], op, _value(key, typed), value), spec)
    return {"name": name, "answers": answers}


def _explained() -> tuple[Explanation, Offer]:
    """A real explanation of the sample product against the sample requirements."""
    lines = tuple(
        Requirement(key=key, parameter=key, op=op, value=_value(key, typed), level=Level(level))
        for key, op, typed, level in ASKED
    )
    offered = tuple(Specification(parameter=key, value=_value(key, typed)) for key, typed in OFFERED["M3"].items())
    need = Need(id=1, requirements=lines, domain="healthcare", task="medical_assistance", title=BOTH)
    offer = Offer(id=1, vendor_id=1, specifications=offered, changed=clock.today(), domain="healthcare", name=BOTH)
    return explain(need, offer, today=clock.today()).explanation, offer


def _gauges() -> list[tuple[str, Value, str, Value | None]]:
    cases = [("payload", "40", ">=", "46"), ("payload", "40", ">=", "32"), ("noise", "55", "<=", "52")]
    cases += [
        ("noise", "55", "<=", "62"),
        ("temperature", "2-8", "covers", "0-10"),
        ("temperature", "-10-45", "covers", "0-40"),
    ]
    cases += [("lift_ride", "yes", "=", "yes"), ("payload", "40", ">=", "")]
    return [(key, _value(key, asked), op, _value(key, got) if got else None) for key, asked, op, got in cases]


def _answers() -> list[Answer]:
    return [Answer(Fit.MET), Answer(Fit.MET_IF), Answer(Fit.UNKNOWN), Answer(Fit.SHORT, gap=3.0, unit="kg")]


def _challenges() -> list[Any]:
    now = clock.now()
    owner = SimpleNamespace(name=Text.of("青禾示例医院", "Qinghe Example Hospital"))
    rows = []
    for n, (domain, task, state) in enumerate(
        [
            ("healthcare", "nursing_care", "open"),
            ("manufacturing", "inspection", "closed"),
            ("logistics", "parcel_sorting", "ended"),
        ]
    ):
        title = (BOTH, ONLY_ZH, STALE)[n]
        rows.append(
            SimpleNamespace(
                id=1, domain=domain, task=task, public_state=state, title=title, summary=STALE if n else BOTH, owner=owner,
                budget_min=None, budget_max=(220, None, 12_000)[n], closes_at=now + timedelta(days=(3, -2, -60)[n]),
            )
        )  # fmt: skip
    return rows


def _weeks() -> list[list[Any]]:
    today = clock.today()
    monday = today - timedelta(days=today.weekday())
    rows = _challenges()
    return [
        [
            SimpleNamespace(
                date=monday + timedelta(days=7 * week + n), challenges=rows[:2] if (week, n) == (1, 2) else rows[2:] if n == 4 else (),
                is_of_month=week < 2, is_working=n < 5, is_today=monday + timedelta(days=7 * week + n) == today,
            )
            for n in range(7)
        ]
        for week in range(3)
    ]  # fmt: skip


def _product() -> Any:
    return SimpleNamespace(
        id=1, domain="healthcare", tasks=["nursing_care"], name=BOTH, summary=ONLY_EN, specifications=[1] * 14,
        vendor=SimpleNamespace(name=Text.of("拂晓示例机器人", "Fuxiao Example Robotics")), price_min=20, price_max=30,
        state=SimpleNamespace(value="draft"), cover=None,
    )  # fmt: skip


def _standings() -> list[Any]:
    known = list(targets().values())
    figure = SimpleNamespace(value=58, as_of=date(2026, 9, 30), source=ONLY_ZH)
    return [SimpleNamespace(target=known[2], newest=figure), SimpleNamespace(target=known[5], newest=None)]


def _facet() -> dict[str, Any]:
    values = [("a", _("物流装配"), 17, True), ("b", _("医疗康养"), 0, False)]
    return {
        "name": "sample",
        "title": _("领域"),
        "values": [{"value": v, "label": label, "count": n, "on": on} for v, label, n, on in values],
    }


EVIDENCE = tuple(e.value for e in Evidence)
