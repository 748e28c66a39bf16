"""What templates may call of the vocabulary: names of terms, units, values, gauges, words of states."""

from __future__ import annotations

from typing import Any

from flask import Flask

from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.i18n import language
from marketplace.vocabulary import parameters as vocabulary
from marketplace.vocabulary.parameters import Parameter, Value
from marketplace.vocabulary.terms import label


def term(kind: str, key: str) -> str:
    """The name of a domain, task or district."""
    return label(kind, key).best(language())


def unit_label(unit: str, counted: str = "") -> str:
    """How a unit is written here."""
    return vocabulary.unit_label(unit, counted).best(language())


def shown(value: Value, parameter: Parameter | None = None) -> tuple[str, str]:
    """A value's figure and unit."""
    return vocabulary.shown(value, parameter, language())


def fit_word(key: str) -> str:
    """The word for how a product answers."""
    return {"met": _("满足"), "metif": _("有条件满足"), "unknown": _("未知"), "short": _("不足")}[key]


def evidence_word(key: str) -> str:
    """The word for a rung of the evidence ladder."""
    return {"claimed": _("自报"), "video": _("视频"), "laboratory": _("检测报告"), "trial": _("本市实测")}[key]


def gauge_points(wanted: Value, op: str, offered: Value | None) -> dict[str, Any] | None:
    """Where flag, dot and gap stand on a scale of the requirement ± 40 %, clamped; nothing where a ruler says nothing."""
    if offered is None or wanted.kind != "number" or offered.kind != "number" or op not in (">=", "<="):
        return None
    if not wanted.low or offered.low is None:
        return None
    ratio = (offered.low / wanted.low - 1) / 0.4
    dot = round(60 + 54 * max(-1.0, min(1.0, ratio)), 1)
    short = offered.low < wanted.low if op == ">=" else offered.low > wanted.low
    left, right = sorted((dot, 60.0))
    return {"need": 60, "good_end": 114 if op == ">=" else 6, "dot": dot, "short": short, "left": left, "right": right}


def state_word(kind: str, value: str) -> str:
    """The word for a state, as its readers know it."""
    words: dict[str, dict[str, str]] = {
        "challenge": {
            "draft": _("草稿"),
            "open": _("揭榜中"),
            "closed": _("已截止，待启封"),
            "suspended": _("暂停"),
            "evaluation": _("评审中"),
            "notice": _("入围公示"),
            "ended": _("已结束"),
        },
        "scenario": {
            "draft": _("草稿"),
            "submitted": _("初审中"),
            "returned": _("退回修改"),
            "admitted": _("已入库"),
            "listed": _("已发榜"),
            "rejected": _("不予受理"),
            "withdrawn": _("已撤回"),
        },
        "bid": {
            "draft": _("草稿"),
            "submitted": _("已提交"),
            "withdrawn": _("已撤回"),
            "opened": _("已启封"),
            "disqualified": _("未通过资格审查"),
            "void": _("随榜题结束"),
        },
        "product": {"draft": _("草稿"), "listed": _("已公开"), "withdrawn": _("已下架")},
        "organisation": {
            "draft": _("未核验"),
            "submitted": _("核验中"),
            "returned": _("退回修改"),
            "verified": _("已核验"),
            "suspended": _("已暂停"),
        },
        "account": {
            "active": _("使用中"),
            "deactivated": _("本人停用"),
            "blocked": _("管理员停用"),
            "leaving": _("待删除"),
            "deleted": _("已删除"),
        },
        "notice": {"running": _("公示中"), "over": _("期满待结"), "concluded": _("已结束"), "revoked": _("已撤销")},
        "objection": {
            "received": _("待受理"),
            "admitted": _("已受理"),
            "inadmissible": _("不予受理"),
            "upheld": _("成立"),
            "dismissed": _("不成立"),
        },
        "round": {
            "draft": _("草稿"),
            "coming": _("即将征集"),
            "calling": _("征集中"),
            "called": _("征集已截止"),
            "closed": _("征集已结束"),
            "archived": _("已归档"),
        },
        "recommendation": {
            "pending": _("待推荐"),
            "recommended": _("已推荐"),
            "declined": _("未予推荐"),
            "lapsed": _("逾期未推荐"),
            "withdrawn": _("已撤回"),
        },
        "stage": {"pending": _("待审"), "passed": _("通过"), "failed": _("不通过")},
        "outcome": {"selected": _("入围"), "reserve": _("候补"), "not_selected": _("未入围")},
    }
    return words[kind].get(value, value)


def state_css(kind: str, value: str) -> str:
    """The mark's colour: never alone, always beside the word."""
    good = {"open", "verified", "listed", "admitted", "passed", "selected", "concluded", "submitted", "opened"}
    good |= {"calling", "recommended", "active"}
    bad = {"returned", "rejected", "failed", "disqualified", "revoked", "suspended", "upheld", "declined", "blocked"}
    if value in good:
        return "open"
    if value in bad:
        return "bad"
    ended = {"withdrawn", "void", "ended", "dismissed", "inadmissible", "archived", "lapsed", "deactivated", "deleted"}
    return "end" if value in ended else ""


def op_word(op: str) -> str:
    """A comparison as people choose it."""
    words = {
        "covers": _("覆盖"),
        "in": _("在内"),
        "superset": _("全有"),
        "any_of": _("有其一"),
        ">=": "≥",
        "<=": "≤",
        "=": "=",
    }
    return words.get(op, op)


def start(app: Flask) -> None:
    """Give them to every template."""
    app.jinja_env.globals.update(
        term=term,
        unit_label=unit_label,
        shown=shown,
        sign=vocabulary.operator_sign,
        fit_word=fit_word,
        evidence_word=evidence_word,
        gauge_points=gauge_points,
        state_word=state_word,
        state_css=state_css,
        op_word=op_word,
        parameters_all=vocabulary.parameters,
    )
