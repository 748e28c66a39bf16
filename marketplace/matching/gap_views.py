"""The gap map's page, the same as a workbook, and the officer's act that makes a research topic of a gap."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from marketplace.fit.gaps import Gap
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.i18n import best
from marketplace.kernel.i18n import gettext as _
from marketplace.matching import gapmap, topics
from marketplace.vocabulary.parameters import groups, parameters
from marketplace.vocabulary.terms import domains, label
from marketplace.web.actor import current_actor, staff
from marketplace.web.download import send_bytes
from marketplace.web.forms import Form
from marketplace.web.numbers import whole
from marketplace.web.page import page
from marketplace.web.pagination import Page, asked_page
from marketplace.web.workbook import XLSX, workbook

bp = Blueprint("gaps", __name__)
PER_PAGE = 20


def _asked() -> dict[str, Any]:
    """What the address asks for; a domain or group that is none means all."""
    domain, group = request.args.get("domain", ""), request.args.get("group", "")
    return {
        "domain": domain if domain in domains() else "",
        "group": group if group in groups() else "",
        "everything": request.args.get("all") == "1",
    }


@bp.get("/gaps")
def show() -> Any:
    """What published challenges ask and no listed product meets, by domain, task and parameter."""
    found, asked, actor = gapmap.current(), _asked(), current_actor()
    gaps = gapmap.chosen(found.gaps, **asked)
    where = Page(asked_page(), len(gaps), PER_PAGE)
    is_officer = "officer" in actor.roles
    return page(
        "matching/gaps.html",
        found=found,
        heat=gapmap.heat(found.gaps),
        by_parameter=[
            {"label": best(parameters()[key].label), "value": count} for key, count in gapmap.commonest(found.gaps)
        ],
        by_domain=[
            {"label": best(label("domain", key)), "value": count, "url": url_for(".show", domain=key, _anchor="list")}
            for key, count in gapmap.by_domain(found.gaps).items()
        ],
        rows=gaps[where.offset : where.offset + PER_PAGE],
        unmet=sum(len(gap.unmet) for gap in found.gaps),
        requirements=sum(gap.musts + gap.shoulds for gap in found.gaps),
        where=where,
        domains=domains(),
        groups=groups(),
        parameters=parameters(),
        gapmap=gapmap,
        is_officer=is_officer,
        owners=topics.owners(actor) if is_officer else [],
        **asked,
    )


@bp.get("/gaps.xlsx")
def file() -> Response:
    """The same rows as a workbook, all of them."""
    asked = _asked()
    heads = [
        _("领域"),
        _("任务"),
        _("参数"),
        _("提出的榜题"),
        _("最严的要求"),
        _("写明的产品"),
        _("满足最严要求的产品"),
        _("现有最好"),
    ]
    heads += [
        _("没有产品满足的榜题"),
        _("差多少"),
        _("最小差距"),
        _("最大差距"),
        _("差距的单位"),
        _("其他领域有产品满足的榜题"),
    ]
    rows = [_line(gap) for gap in gapmap.chosen(gapmap.current().gaps, **asked)]
    day = clock.today().isoformat()
    note = _("截至 %(day)s，只含已发布的榜题和在册产品。", day=day)
    return send_bytes(workbook(_("需求缺口"), note, heads, rows), f"gaps-{day}.xlsx", XLSX)


def _line(gap: Gap) -> list[Any]:
    parameter, distances = parameters()[gap.parameter], gapmap.distances(gap)
    return [
        best(label("domain", gap.domain)),
        best(label("task", gap.task)),
        best(parameter.label),
        gap.needs,
        gapmap.written(gap.strictest.value, gap.parameter, gap.op),
        gap.stated,
        gap.meeting,
        gapmap.written(gap.best.value, gap.parameter) if gap.best else "",
        gapmap.unmet_needs(gap),
        gapmap.by_how_much(gap),
        *(distances or ("", "")),
        gapmap.unit_of(gap) if distances else "",
        gapmap.elsewhere(gap),
    ]


@bp.post("/staff/gaps/topic")
@staff("officer")
def topic() -> Response:
    """Draft a research topic from a gap, or find the one that there is, and go to it."""
    actor = current_actor()
    form = Form()
    if not form.validate_on_submit():
        return redirect(url_for(".show"))
    with unit_of_work():
        key, owner_id = request.form.get("gap", ""), whole(request.form.get("owner")) or None
        row, is_new = topics.draft(actor, key, owner_id=owner_id)
        scenario_id = row.id
    if is_new:
        flash(_("攻关课题已拟成草稿，要求和缺口说明已填好。补齐其余内容后提交，由同事初审。"), "ok")
    else:
        flash(_("这项缺口已经立过课题，就是这一个，没有另立。"), "ok")
    return redirect(url_for("scenarios.show", scenario_id=scenario_id))
