"""The steps of the form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask_login import current_user

from marketplace.infra.files.services import check as check_upload
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.i18n import best
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import Text
from marketplace.rounds import queries as rounds
from marketplace.rounds.models import Round
from marketplace.scenarios import forms, queries, services
from marketplace.scenarios.models import SITE_KEYS, BudgetKind, Kind, Mode, ProcurementRoute, Scenario
from marketplace.scenarios.policies import SCENARIO
from marketplace.scenarios.views.blueprint import bp
from marketplace.scenarios.views.rows import metrics, requirements
from marketplace.scenarios.views.stepping import STEPS, autosaved, common, is_autosave, onward
from marketplace.vocabulary import calendar
from marketplace.vocabulary.queries import overrides
from marketplace.web.actor import current_actor, signed_in
from marketplace.web.helpers import day
from marketplace.web.numbers import whole
from marketplace.web.page import page

_TEXT_STEPS = {
    "task": ("title", "summary", "situation"),
    "work": ("workflow", "objects", "volumes"),
    "terms": ("payment", "ip", "data_rights", "eligibility"),
    "safety": ("safety",),
}
_FORMS: dict[str, type[forms.StepForm]] = {
    "task": forms.TaskForm,
    "work": forms.WorkForm,
    "site": forms.SiteForm,
    "terms": forms.TermsForm,
    "safety": forms.SafetyForm,
}


@bp.route("/scenarios/<int:scenario_id>/edit/<step>", methods=["GET", "POST"])
@signed_in
def edit(scenario_id: int, step: str) -> Any:
    """One step of the form; saved as one types where script runs, by the button otherwise."""
    actor = current_actor()
    if step not in STEPS:
        raise NotFound()
    row = queries.get(actor, scenario_id)
    SCENARIO.require(actor, "edit", row)
    if row.state not in services.EDITABLE:
        flash(_("已经提交，现在不能改。工作人员退回后可以再改。"), "due")
        return redirect(url_for("scenarios.show", scenario_id=scenario_id))
    special: dict[str, Callable[[Scenario], Any]] = {
        "requirements": requirements, "metrics": metrics, "files": _files, "submit": _submit,
    }  # fmt: skip
    return special[step](row) if step in special else _fields(row, step)


def _initial(row: Scenario, step: str) -> dict[str, Any]:
    data: dict[str, Any] = {"revision": str(row.revision)}
    for name in _TEXT_STEPS.get(step, ()):
        text: Text = getattr(row, name)
        data |= {f"{name}_zh": text.zh, f"{name}_en": text.en}
    if step == "task":
        data |= {"domain": row.domain, "task": row.task, "district": row.district, "kind": row.kind.value}
    if step == "site":
        for key in SITE_KEYS:
            data |= {f"site_{key}_zh": row.site_text(key).zh, f"site_{key}_en": row.site_text(key).en}
    if step == "terms":
        data |= {n: getattr(row, n) for n in ("budget_min", "budget_max", "period_months", "quantity", "consortium")}
        data |= {n: getattr(row, n).value for n in ("budget_kind", "mode", "procurement_route")}
    return data


def _changes(form: Any, row: Scenario, step: str) -> dict[str, Any]:
    changes: dict[str, Any] = {name: form.text(name, getattr(row, name)) for name in _TEXT_STEPS.get(step, ())}
    if step == "task":
        changes |= {"domain": form.domain.data, "task": form.task.data, "district": form.district.data}
        changes["kind"] = Kind(form.kind.data)
    if step == "site":
        changes["site"] = {k: form.text(f"site_{k}", row.site_text(k)) for k in SITE_KEYS}
    if step == "terms":
        changes |= {n: form[n].data for n in ("budget_min", "budget_max", "period_months", "quantity", "consortium")}
        changes |= {"budget_kind": BudgetKind(form.budget_kind.data), "mode": Mode(form.mode.data)}
        changes["procurement_route"] = ProcurementRoute(form.procurement_route.data)
    return changes


def _fields(row: Scenario, step: str) -> Any:
    actor, scenario_id = current_actor(), row.id
    form = _FORMS[step](data=_initial(row, step))
    other: Scenario | None = None
    if form.validate_on_submit():
        with form.refusals():
            with unit_of_work():
                old = queries.get(actor, scenario_id)
                saved = services.edit(actor, scenario_id, seen=whole(form.revision.data), **_changes(form, old, step))
                revision = saved.revision
            return autosaved(form, revision) if is_autosave() else onward(scenario_id, step)
        if form.status == 409:
            other = queries.get(actor, scenario_id)
            form.revision.data = str(other.revision)
    row = queries.get(actor, scenario_id)
    if is_autosave():
        return autosaved(form, row.revision)
    theirs = _initial(other, step) if other else {}
    return page(f"scenarios/step_{step}.html", form=form, theirs=theirs, labels=forms.labels(), **common(row, step))


def _files(row: Scenario) -> Any:
    actor, scenario_id = current_actor(), row.id
    form = forms.FileForm()
    if form.validate_on_submit():
        with form.refusals():
            drop = whole(request.form.get("drop"))
            if drop:
                with unit_of_work():
                    services.detach(actor, scenario_id, drop)
                flash(_("附件已删除。"), "ok")
            else:
                if not form.file.data:
                    raise Invalid("file", _("请先选择一个文件。"))
                upload = check_upload(form.file.data)
                with unit_of_work():
                    services.attach(actor, scenario_id, upload, is_public=bool(form.is_public.data))
                flash(_("附件已上传。"), "ok")
            return redirect(url_for("scenarios.edit", scenario_id=scenario_id, step="files"))
    row = queries.get(actor, scenario_id)
    return page("scenarios/step_files.html", form=form, labels=forms.labels(), **common(row, "files"))


def _submit(row: Scenario) -> Any:
    actor, scenario_id = current_actor(), row.id
    chosen = str(row.round_id or "")
    form = forms.SubmitForm(
        data={"revision": str(row.revision), "declared_by": row.declared_by or current_user.name, "round": chosen}
    )
    offered = _rounds(row)
    form.round.choices = [("", _("不限批次（全年都收）"))] + [(str(r.id), best(r.title)) for r in offered]
    if form.validate_on_submit():
        with form.refusals():
            with unit_of_work():
                sent = services.submit(
                    actor,
                    scenario_id,
                    declared_by=form.declared_by.data,
                    seen=whole(form.revision.data),
                    round_id=whole(form.round.data),
                )
                since, days = sent.with_staff_at, sent.rules.intake_days
            if since is None:
                flash(_("已提交，先由推荐单位推荐，结果会发到邮箱。"), "ok")
            else:
                by = day(calendar.answer_by(since, days, overrides()))
                flash(_("已提交。工作人员 %(n)s 个工作日内答复，最晚 %(day)s，结果会发到邮箱。", n=days, day=by), "ok")
            return redirect(url_for("scenarios.show", scenario_id=scenario_id))
    row = queries.get(actor, scenario_id)
    return page(
        "scenarios/step_submit.html", form=form, rounds=_rounds(row), labels=forms.labels(), **common(row, "submit")
    )


def _rounds(row: Scenario) -> list[Round]:
    """The rounds that may be chosen now; none once staff have had the scenario, which then keeps its round."""
    if row.with_staff_at is not None:
        return []
    offered = rounds.taking_scenarios()
    if row.round is not None and row.body_id and row.round not in offered:
        offered.append(row.round)
    return offered
