"""The public pages of rounds, and where staff make and edit them."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for

from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import gettext as _
from marketplace.rounds import forms, queries, services
from marketplace.rounds.defaults import DEFAULTS
from marketplace.rounds.models import Round, Stage
from marketplace.vocabulary.calendar import CLOSING
from marketplace.web.actor import current_actor, staff
from marketplace.web.forms import Form
from marketplace.web.numbers import whole
from marketplace.web.page import page
from marketplace.web.panels import panels

bp = Blueprint("rounds", __name__)
ACTS = {"open": services.open_, "close": services.close, "archive": services.archive}


@bp.get("/rounds")
def listing() -> Any:
    """All public rounds; staff also see drafts."""
    return page("rounds/list.html", rounds=queries.visible(current_actor()))


@bp.get("/rounds/<int:round_id>")
def show(round_id: int) -> Any:
    """One round: its call, its figures, its challenges."""
    actor = current_actor()
    row = queries.get(actor, round_id)
    return page("rounds/show.html", round=row, defaults=DEFAULTS, more=panels("round", actor, row))


@bp.route("/staff/rounds/new", methods=["GET", "POST"])
@staff("officer")
def new() -> Any:
    """Draft a round."""
    actor = current_actor()
    form = forms.RoundForm(data={name: rule.value for name, rule in DEFAULTS.items()})
    if form.validate_on_submit():
        with form.refusals():
            with unit_of_work():
                round_id = services.create(actor, _data(form)).id
            flash(_("批次已存为草稿，公开之前只有工作人员能看到。"), "ok")
            return redirect(url_for(".edit", round_id=round_id))
    return page("rounds/edit.html", form=form, round=None, defaults=DEFAULTS, act=Form())


@bp.route("/staff/rounds/<int:round_id>", methods=["GET", "POST"])
@staff("officer")
def edit(round_id: int) -> Any:
    """Change a round, open it, close it, put it away."""
    actor = current_actor()
    row = queries.get(actor, round_id)
    act = request.form.get("act", "")
    form, plain = forms.RoundForm(data=_initial(row)), Form()
    if act and act != "save":
        if act not in ACTS:
            raise NotFound()
        if plain.validate_on_submit():
            form = forms.RoundForm(formdata=None, data=_initial(row))
            with form.refusals():
                with unit_of_work():
                    ACTS[act](actor, round_id)
                flash(_("已办理。"), "ok")
                return redirect(url_for(".edit", round_id=round_id))
    elif form.validate_on_submit():
        with form.refusals():
            with unit_of_work():
                _save(actor, round_id, form)
            flash(_("已保存。"), "ok")
            return redirect(url_for(".edit", round_id=round_id))
        if form.status == 409:
            form.revision.data = str(queries.get(actor, round_id).revision)
    return page("rounds/edit.html", form=form, round=queries.get(actor, round_id), defaults=DEFAULTS, act=plain)


def _save(actor: Actor, round_id: int, form: forms.RoundForm) -> None:
    old = queries.get(actor, round_id)
    services.edit(actor, round_id, _data(form, old), reason=form.reason.data or "", seen=whole(form.revision.data))


def _at(day: Any, hour: time) -> datetime:
    return datetime.combine(day, hour, clock.BEIJING)


def _data(form: forms.RoundForm, old: Round | None = None) -> services.RoundData:
    until = form.recommend_until_on.data
    return services.RoundData(
        title=form.text("title", old.title if old else None),
        note=form.text("note", old.note if old else None),
        call_opens_at=_at(form.call_opens_on.data, time(0)),
        call_closes_at=_at(form.call_closes_on.data, CLOSING),
        figures=form.figures(),
        stage=Stage(form.stage.data),
        recommend_until=_at(until, CLOSING) if until else None,
        quota=form.quota.data,
        lead_cap=form.lead_cap.data,
        part_cap=form.part_cap.data,
    )


def _initial(row: Round) -> dict[str, Any]:
    until = row.recommend_until
    rules = {name: getattr(row.rules, name) for name in DEFAULTS}
    return rules | {
        "title_zh": row.title.zh,
        "title_en": row.title.en,
        "note_zh": row.note.zh,
        "note_en": row.note.en,
        "call_opens_on": clock.beijing(row.call_opens_at).date(),
        "call_closes_on": clock.beijing(row.call_closes_at).date(),
        "stage": row.stage.value,
        "recommend_until_on": clock.beijing(until).date() if until else None,
        "quota": row.quota,
        "lead_cap": row.lead_cap,
        "part_cap": row.part_cap,
        "revision": str(row.revision),
    }
