"""What templates may call of the vocabulary: names of terms, units, values, gauges, words of states."""

from __future__ import annotations

from typing import Any

from flask import Flask

from marketplace.kernel.i18n import LazyText, language
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.i18n import lazy_gettext as _l
from marketplace.vocabulary import glossary
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


def gauge_range(wanted: Value, op: str, offered: Value | None) -> dict[str, Any] | None:
    """Where a wanted range, the offered one and what is missing stand on one scale; nothing unless both are ranges."""
    if offered is None or wanted.kind != "range" or offered.kind != "range" or op not in ("covers", "in"):
        return None
    if wanted.low is None or wanted.high is None or offered.low is None or offered.high is None:
        return None
    low, high = min(wanted.low, offered.low), max(wanted.high, offered.high)
    width = high - low or 1.0

    def at(value: float) -> float:
        return round(12 + 96 * (value - low) / width, 1)

    outer, inner = (offered, wanted) if op == "covers" else (wanted, offered)
    assert outer.low is not None and outer.high is not None and inner.low is not None and inner.high is not None  # noqa: PT018
    gaps = [(at(inner.low), at(min(outer.low, inner.high)))] if outer.low > inner.low else []
    gaps += [(at(max(outer.high, inner.low)), at(inner.high))] if outer.high < inner.high else []
    need, have = (at(wanted.low), at(wanted.high)), (at(offered.low), at(offered.high))
    return {"need": need, "have": have, "gaps": gaps}


STATE_WORDS: dict[str, dict[str, LazyText]] = {
    "challenge": {
        "draft": _l("草稿"),
        "open": _l("揭榜中"),
        "closed": _l("已截止，待启封"),
        "suspended": _l("暂停"),
        "evaluation": _l("评审中"),
        "notice": _l("入围公示"),
        "ended": _l("已结束"),
    },
    "scenario": {
        "draft": _l("草稿"),
        "submitted": _l("初审中"),
        "returned": _l("已退回修改"),
        "admitted": _l("已入库"),
        "matching": _l("对接中"),
        "listed": _l("已发榜"),
        "landed": _l("已落地"),
        "rejected": _l("不予受理"),
        "withdrawn": _l("已撤回"),
    },
    "bid": {
        "draft": _l("草稿"),
        "submitted": _l("已提交"),
        "withdrawn": _l("已撤回"),
        "opened": _l("已启封"),
        "disqualified": _l("未通过资格审查"),
        "void": _l("随榜题结束"),
    },
    "product": {"draft": _l("草稿"), "listed": _l("已公开"), "withdrawn": _l("已下架")},
    "organisation": {
        "draft": _l("未核验"),
        "submitted": _l("核验中"),
        "returned": _l("已退回修改"),
        "verified": _l("已核验"),
        "suspended": _l("已暂停"),
    },
    "account": {
        "active": _l("使用中"),
        "deactivated": _l("本人停用"),
        "blocked": _l("管理员停用"),
        "leaving": _l("待删除"),
        "deleted": _l("已删除"),
    },
    "notice": {"running": _l("公示中"), "over": _l("期满待结"), "concluded": _l("已结束"), "revoked": _l("已撤销")},
    "objection": {
        "received": _l("待受理"),
        "admitted": _l("已受理"),
        "inadmissible": _l("不予受理"),
        "upheld": _l("成立"),
        "dismissed": _l("不成立"),
    },
    "specification_doubt": {"open": _l("待答复"), "answered": _l("已答复"), "closed": _l("已办结")},
    "round": {
        "draft": _l("草稿"),
        "coming": _l("即将征集"),
        "calling": _l("征集中"),
        "called": _l("征集已截止"),
        "closed": _l("征集已结束"),
        "archived": _l("已归档"),
    },
    "recommendation": {
        "pending": _l("待推荐"),
        "recommended": _l("已推荐"),
        "declined": _l("未予推荐"),
        "lapsed": _l("逾期未推荐"),
        "withdrawn": _l("已撤回"),
    },
    "introduction": {
        "pending": _l("等答复"),
        "accepted": _l("正在谈"),
        "declined": _l("已谢绝"),
        "withdrawn": _l("已收回"),
        "lapsed": _l("随对接结束"),
        "concluded": _l("已有结果"),
    },
    "slot": {
        "offered": _l("待选"),
        "booked": _l("已约定"),
        "dropped": _l("没有选"),
        "cancelled": _l("已取消"),
    },
    "stage": {"pending": _l("待审"), "passed": _l("通过"), "failed": _l("不通过")},
    "outcome": {"selected": _l("入围"), "reserve": _l("候补"), "not_selected": _l("未入围")},
}


def state_word(kind: str, value: str) -> str:
    """The word for a state, as its readers know it."""
    return str(STATE_WORDS[kind].get(value, value))


def state_css(kind: str, value: str) -> str:
    """The mark's colour: never alone, always beside the word."""
    good = {"open", "verified", "listed", "admitted", "passed", "selected", "submitted", "opened", "running"}
    good |= {"calling", "recommended", "active", "matching", "landed", "accepted", "booked"}
    bad = {"returned", "rejected", "failed", "disqualified", "revoked", "suspended", "upheld", "declined", "blocked"}
    if value in good:
        return "open"
    if value in bad:
        return "bad"
    ended = {
        "withdrawn",
        "void",
        "ended",
        "dismissed",
        "inadmissible",
        "archived",
        "lapsed",
        "deactivated",
        "deleted",
        "concluded",
        "dropped",
        "cancelled",
    }
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
        gauge_range=gauge_range,
        state_word=state_word,
        state_css=state_css,
        op_word=op_word,
        glossary=lambda key: glossary.words()[key],
        parameters_all=vocabulary.parameters,
    )
