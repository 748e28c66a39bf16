"""Posting a scenario step by step, and checking it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from marketplace.infra.files.services import check as check_upload
from marketplace.kernel import clock
from marketplace.kernel.actor import EDITORS, Actor
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.i18n import best, language
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.i18n import lazy_gettext as _l
from marketplace.kernel.text import Text
from marketplace.organisations import queries as organisations
from marketplace.rounds import queries as rounds
from marketplace.rounds.models import Round
from marketplace.scenarios import forms, queries, services
from marketplace.scenarios.models import SITE_KEYS, BudgetKind, Kind, Level, Mode, ProcurementRoute, Scenario
from marketplace.scenarios.policies import SCENARIO
from marketplace.vocabulary import entry as entries
from marketplace.vocabulary.parameters import groups, parameters, shown
from marketplace.web.actor import current_actor, signed_in, staff
from marketplace.web.download import send
from marketplace.web.forms import Form
from marketplace.web.numbers import whole
from marketplace.web.page import page
from marketplace.web.pagination import Page, asked_page
from marketplace.web.panels import panels

bp = Blueprint("scenarios", __name__)

STEPS = {
    "task": _l("任务与现状"),
    "work": _l("作业"),
    "requirements": _l("技术要求"),
    "metrics": _l("考核指标"),
    "site": _l("现场条件"),
    "terms": _l("商务条款"),
    "safety": _l("安全自评"),
    "files": _l("附件"),
    "submit": _l("核对提交"),
}
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


@bp.get("/my/scenarios")
@signed_in
def mine() -> Any:
    """The scenarios of my organisations with where each is."""
    actor = current_actor()
    tally = queries.tally(actor)
    where = Page(asked_page(), sum(tally.values()), 50)
    rows = queries.mine(actor, where.per_page, where.offset)
    return page("scenarios/mine.html", scenarios=rows, owners=_owners(actor), where=where, tally=tally)


def _owners(actor: Actor) -> list[Any]:
    own = organisations.mine(actor)
    return [o for o in own if (o.is_owner or o.is_service_body) and o.id in actor.organisations(EDITORS)]


@bp.route("/scenarios/new", methods=["GET", "POST"])
@signed_in
def new() -> Any:
    """Start with a title."""
    actor = current_actor()
    owners = _owners(actor)
    form = forms.TitleForm()
    owner_id = whole(request.values.get("owner")) or (owners[0].id if owners else None)
    if owners and form.validate_on_submit():
        with form.refusals():
            with unit_of_work():
                scenario_id = services.create(actor, owner_id or 0, title=form.text("title")).id
            return redirect(url_for(".edit", scenario_id=scenario_id, step="task"))
    return page("scenarios/new.html", form=form, owners=owners, owner_id=owner_id)


@bp.get("/scenarios/<int:scenario_id>")
@signed_in
def show(scenario_id: int) -> Any:
    """The scenario as its owner and staff see it, with where it is."""
    actor = current_actor()
    row = queries.get(actor, scenario_id)
    return page("scenarios/show.html", scenario=row, labels=_labels(), more=panels("scenario", actor, row), form=Form())


def _labels() -> dict[str, Any]:
    return {
        "kind": dict(forms.KINDS),
        "mode": dict(forms.MODES),
        "route": dict(forms.ROUTES),
        "site": forms.SITE_LABELS,
        "budget": dict(forms.BUDGETS),
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
        return redirect(url_for(".show", scenario_id=scenario_id))
    special: dict[str, Callable[[Scenario], Any]] = {
        "requirements": _requirements, "metrics": _metrics, "files": _files, "submit": _submit,
    }  # fmt: skip
    return special[step](row) if step in special else _fields(row, step)


def _common(row: Scenario, step: str) -> dict[str, Any]:
    gaps = services.gaps(row)
    names = list(STEPS)
    position = names.index(step)
    return {
        "scenario": row,
        "step": step,
        "steps": STEPS,
        "gaps": gaps,
        "open_steps": {g.step for g in gaps},
        "before": names[position - 1] if position else None,
        "after": names[position + 1] if position + 1 < len(names) else None,
    }


def _next(row_id: int, step: str) -> Response:
    names = list(STEPS)
    after = names[min(names.index(step) + 1, len(names) - 1)]
    where = step if request.form.get("stay") else after
    return redirect(url_for(".edit", scenario_id=row_id, step=where))


def _autosaved(form: Form, revision: int) -> Response:
    """What the autosaving script reads: when it was saved, or what is wrong."""
    status = form.status
    saved = _("已保存，%(time)s", time=clock.beijing(clock.now()).strftime("%H:%M"))
    wrong = [{"id": i, "message": m} for i, _label, m in form.problems]
    answer = jsonify(saved=saved if status == 200 else "", revision=revision, problems=wrong, message=form.refusal)
    answer.status_code = status
    return answer


def _is_autosave() -> bool:
    return request.headers.get("X-Autosave") == "1"


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
            return _autosaved(form, revision) if _is_autosave() else _next(scenario_id, step)
        if form.status == 409:
            other = queries.get(actor, scenario_id)
            form.revision.data = str(other.revision)
    row = queries.get(actor, scenario_id)
    if _is_autosave():
        return _autosaved(form, row.revision)
    theirs = _initial(other, step) if other else {}
    return page(f"scenarios/step_{step}.html", form=form, theirs=theirs, labels=_labels(), **_common(row, step))


def _requirements(row: Scenario) -> Any:
    form = forms.StepForm(revision=str(row.revision))
    rows = [
        e
        for r in row.requirements
        if (e := entries.shown_again(
            r.parameter, r.value, key=r.key, op=r.op, level=r.level.value, weight=str(r.weight),
            test_zh=r.test.zh, test_en=r.test.en,
        ))
    ]  # fmt: skip

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


def _metrics(row: Scenario) -> Any:
    form = forms.StepForm(revision=str(row.revision))
    rows = [
        e
        for m in row.metrics
        if (e := entries.shown_again(
            m.parameter, m.target, key=m.key, op=m.op, baseline=m.baseline, method_zh=m.method.zh,
            method_en=m.method.en, window_zh=m.window.zh, window_en=m.window.en,
        ))
    ]  # fmt: skip

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
                return _autosaved(form, revision) if _is_autosave() else _next(scenario_id, step)
        if added and form.status == 200:
            rows.append(
                entries.Entry(
                    added,
                    unit=added.unit,
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
    if _is_autosave():
        return _autosaved(form, row.revision)
    return page(
        f"scenarios/step_{step}.html",
        theirs=theirs,
        form=form,
        rows=rows,
        parameters=parameters(),
        groups=groups(),
        labels=_labels(),
        **_common(row, step),
    )


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
            return redirect(url_for(".edit", scenario_id=scenario_id, step="files"))
    row = queries.get(actor, scenario_id)
    return page("scenarios/step_files.html", form=form, labels=_labels(), **_common(row, "files"))


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
                held, days = sent.with_staff_at is None, sent.rules.intake_days
            if held:
                flash(_("已提交，先由推荐单位推荐，结果会发到邮箱。"), "ok")
            else:
                flash(_("已提交。工作人员 %(n)s 个工作日内答复，结果会发到邮箱。", n=days), "ok")
            return redirect(url_for(".show", scenario_id=scenario_id))
    row = queries.get(actor, scenario_id)
    return page(
        "scenarios/step_submit.html", form=form, rounds=_rounds(row), labels=_labels(), **_common(row, "submit")
    )


def _rounds(row: Scenario) -> list[Round]:
    """The rounds that may be chosen now; none once staff have had the scenario, which then keeps its round."""
    if row.with_staff_at is not None:
        return []
    offered = rounds.taking_scenarios()
    if row.round is not None and row.body_id and row.round not in offered:
        offered.append(row.round)
    return offered


@bp.post("/scenarios/<int:scenario_id>/withdraw")
@signed_in
def withdraw(scenario_id: int) -> Response:
    """Take the scenario back."""
    form = Form()
    queries.get(current_actor(), scenario_id)
    if form.validate_on_submit():
        with unit_of_work():
            services.withdraw(current_actor(), scenario_id)
        flash(_("场景已撤回。"), "ok")
    return redirect(url_for(".mine"))


@bp.get("/scenarios/<int:scenario_id>/files/<int:file_id>")
@signed_in
def file(scenario_id: int, file_id: int) -> Response:
    """An attachment, for those who see the scenario."""
    return send(queries.file(current_actor(), scenario_id, file_id).file)


@bp.route("/staff/scenarios/<int:scenario_id>", methods=["GET", "POST"])
@staff("officer")
def check(scenario_id: int) -> Any:
    """初审: admit, return with all reasons, or reject."""
    actor = current_actor()
    row = queries.get(actor, scenario_id)
    form = forms.CheckForm()
    acts = {"admit": services.admit, "return": services.return_, "reject": services.reject}
    if form.validate_on_submit():
        act = acts.get(request.form.get("act", ""))
        if act is None:
            raise NotFound()
        with form.refusals():
            with unit_of_work():
                act(actor, scenario_id, reason=form.reason.data or "")
            flash(_("已办理，对方会收到邮件。"), "ok")
            if request.form["act"] == "admit":
                return redirect(url_for(".show", scenario_id=scenario_id))
            return redirect(url_for("console.queue", name="scenarios"))
        row = queries.get(actor, scenario_id)
    return page(
        "scenarios/check.html",
        form=form,
        scenario=row,
        labels=_labels(),
        words=services.classified_words(row),
        more=panels("scenario.check", actor, row),
    )
