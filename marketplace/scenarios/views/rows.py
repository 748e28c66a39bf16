"""The steps made of rows of typed values: requirements and metrics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request

from marketplace.kernel.actor import Actor
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.i18n import language
from marketplace.kernel.text import Text
from marketplace.scenarios import forms, queries, services
from marketplace.scenarios.models import Level, Scenario
from marketplace.scenarios.typical import typical
from marketplace.scenarios.views.stepping import autosaved, common, is_autosave, onward
from marketplace.vocabulary import entry as entries
from marketplace.vocabulary.parameters import groups, parameters, shown
from marketplace.web.actor import current_actor
from marketplace.web.numbers import whole
from marketplace.web.page import page


def requirements(row: Scenario) -> Any:
    """The technical requirements; before the first is saved, what postings of this task usually ask stands there empty."""
    form = forms.StepForm(revision=str(row.revision))
    rows = [
        e
        for r in row.requirements
        if (e := entries.shown_again(
            r.parameter, r.value, key=r.key, op=r.op, level=r.level.value, weight=str(r.weight),
            test_zh=r.test.zh, test_en=r.test.en,
        ))
    ]  # fmt: skip

    if not rows:
        rows = [
            entries.Entry(p, unit=p.unit, extra={"op": p.op, "level": level.value, "weight": "1"}, suggested=True)
            for p, level in typical(row.task)
        ]

    def save(actor: Actor, sent: list[entries.Entry], seen: int | None) -> int:
        data = [
            services.RequirementData(
                parameter=e.parameter.key,
                op=e.extra["op"] or e.parameter.op,
                value=e.value,
                level=Level(e.extra["level"]) if e.extra["level"] in ("must", "should") else Level.MUST,
                weight=whole(e.extra["weight"]) or 1,
                test=Text.of(e.extra["test_zh"], e.extra["test_en"]),
                key=e.extra["key"],
            )
            for e in sent
            if e.value is not None
        ]
        return services.set_requirements(actor, row.id, data, seen=seen).revision

    extra = ("key", "op", "level", "weight", "test_zh", "test_en")
    return _rows(row, form, "requirements", rows, extra, save)


def metrics(row: Scenario) -> Any:
    """The acceptance metrics; before the first is saved, the musts that are figures stand there to be measured."""
    form = forms.StepForm(revision=str(row.revision))
    rows = [
        e
        for m in row.metrics
        if (e := entries.shown_again(
            m.parameter, m.target, key=m.key, op=m.op, baseline=m.baseline, method_zh=m.method.zh,
            method_en=m.method.en, window_zh=m.window.zh, window_en=m.window.en,
        ))
    ]  # fmt: skip

    if not rows:
        rows = [
            entry
            for r in row.requirements
            if r.level is Level.MUST and r.value.kind == "number"
            if (entry := entries.shown_again(r.parameter, r.value, op=r.op, method_zh=r.test.zh, method_en=r.test.en))
        ]

    def save(actor: Actor, sent: list[entries.Entry], seen: int | None) -> int:
        data = [
            services.MetricData(
                parameter=e.parameter.key,
                op=e.extra["op"] or e.parameter.op,
                target=e.value,
                baseline=e.extra["baseline"][:60],
                method=Text.of(e.extra["method_zh"], e.extra["method_en"]),
                window=Text.of(e.extra["window_zh"], e.extra["window_en"]),
                key=e.extra["key"],
            )
            for e in sent
            if e.value is not None
        ]
        return services.set_metrics(actor, row.id, data, seen=seen).revision

    extra = ("key", "op", "baseline", "method_zh", "method_en", "window_zh", "window_en")
    return _rows(row, form, "metrics", rows, extra, save)


def _rows(
    row: Scenario,
    form: forms.StepForm,
    step: str,
    rows: list[entries.Entry],
    extra: tuple[str, ...],
    save: Callable[[Actor, list[entries.Entry], int | None], int],
) -> Any:
    """A step made of rows of typed values. A wrong value stays on the page beside its message; the rest is kept too."""
    actor, scenario_id = current_actor(), row.id
    if form.validate_on_submit():
        rows = entries.read(request.form, extra, lists=request.form.to_dict(flat=False))
        added = parameters().get(request.form.get("add", ""))
        wrong = [e for e in rows if e.error]
        with form.refusals():
            if not wrong:
                with unit_of_work():
                    revision = save(actor, rows, whole(form.revision.data))
                form.revision.data = str(revision)
            elif not added:
                names = _("、").join(e.parameter.label.best(language()) for e in wrong)
                raise Invalid("rows", _("还有 %(count)s 处要改：%(names)s。", count=len(wrong), names=names))
            if not added:
                return autosaved(form, revision) if is_autosave() else onward(scenario_id, step)
        if added and form.status == 200:
            rows.append(
                entries.Entry(
                    added,
                    unit=added.unit,
                    is_new=True,
                    extra=dict.fromkeys(extra, "") | {"op": added.op, "level": "must", "weight": "1"},
                )
            )
    row = queries.get(actor, scenario_id)
    theirs: dict[str, str] = {}
    if form.status == 409:
        form.revision.data = str(row.revision)
        stored = [(r.parameter, r.value) for r in row.requirements]
        if step == "metrics":
            stored = [(m.parameter, m.target) for m in row.metrics]
        theirs = {key: " ".join(shown(value, parameters().get(key), language())) for key, value in stored}
    if is_autosave():
        return autosaved(form, row.revision)
    return page(
        f"scenarios/step_{step}.html",
        theirs=theirs,
        form=form,
        rows=rows,
        parameters=parameters(),
        groups=groups(),
        labels=forms.labels(),
        **common(row, step),
    )
