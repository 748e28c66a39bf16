"""What the steps of the form share: their order, what is still missing, where to go next, and how a step is saved."""

from __future__ import annotations

from typing import Any

from flask import jsonify, redirect, request, url_for
from werkzeug.wrappers import Response

from marketplace.kernel import clock
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.i18n import lazy_gettext as _l
from marketplace.scenarios import services
from marketplace.scenarios.models import Scenario
from marketplace.web.actor import current_actor
from marketplace.web.forms import Form
from marketplace.web.panels import panels

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


def common(row: Scenario, step: str) -> dict[str, Any]:
    """What every step's page shows beside its own fields."""
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
        "beside": panels("scenario.step", current_actor(), row),
    }


def onward(row_id: int, step: str) -> Response:
    """To the next step, or back to this one where only saving was asked for."""
    names = list(STEPS)
    after = names[min(names.index(step) + 1, len(names) - 1)]
    where = step if request.form.get("stay") else after
    return redirect(url_for("scenarios.edit", scenario_id=row_id, step=where))


def autosaved(form: Form, revision: int) -> Response:
    """What the autosaving script reads: when it was saved, or what is wrong."""
    status = form.status
    saved = _("已保存，%(time)s", time=clock.beijing(clock.now()).strftime("%H:%M"))
    wrong = [{"id": i, "message": m} for i, _label, m in form.problems]
    answer = jsonify(saved=saved if status == 200 else "", revision=revision, problems=wrong, message=form.refusal)
    answer.status_code = status
    return answer


def is_autosave() -> bool:
    """Whether the script saves, not a person."""
    return request.headers.get("X-Autosave") == "1"
