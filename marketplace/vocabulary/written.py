"""Values as people write them in a cell: figure, unit, counted thing and operator in one text, told apart for ``parse``.

"≥900件/小时", "20公斤", "±0.05 mm", "-10~45℃", "IP65及以上", "不超过 75 dB", full width or not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.i18n import language
from marketplace.kernel.text import fold
from marketplace.vocabulary.parameters import (
    COUNTED,
    BadValue,
    Parameter,
    Value,
    certificates,
    languages,
    parse,
    unit_label,
)

# How people write each unit, folded (half width, lower case, no spaces); the vocabulary's own word and labels are added.
_WRITTEN: dict[str, tuple[str, ...]] = {
    "kg": ("公斤", "千克", "kgs", "kilogram", "kilograms"),
    "g": ("克", "gram", "grams"),
    "t": ("吨", "公吨", "tonne", "tonnes"),
    "mm": ("毫米", "millimetre", "millimetres"),
    "cm": ("厘米", "公分", "centimetre", "centimetres"),
    "m": ("米", "公尺", "metre", "metres"),
    "km": ("公里", "千米", "kilometre", "kilometres"),
    "m/s": ("米/秒", "米每秒", "mps"),
    "mm/s": ("毫米/秒", "毫米每秒"),
    "km/h": ("公里/小时", "公里/时", "千米/小时", "公里每小时", "kmh", "kph"),
    "N": ("牛", "牛顿", "newton", "newtons"),
    "N*m": ("nm", "n.m", "n-m", "牛米", "牛·米", "牛顿米", "牛顿·米"),
    "degree": ("度", "deg", "degrees"),
    "percent": ("percent", "pct", "%rh", "rh%"),
    "degC": ("摄氏度", "度", "c", "°", "degc"),
    "h": ("小时", "时", "钟头", "hr", "hrs", "hour", "hours"),
    "min": ("分钟", "分", "mins", "minute", "minutes"),
    "s": ("秒", "秒钟", "sec", "secs", "second", "seconds"),
    "ms": ("毫秒", "msec"),
    "dB(A)": ("db", "dba", "分贝"),
    "m**2/h": ("m2/h", "平方米/小时", "平米/小时", "平方米/h", "平米/h", "m2/小时"),
    "month": ("月", "month", "mo"),
    "day": ("日", "day", "天"),
    "1": ("个", "台", "轴", "级", "自由度", "dof", "次"),
}
_THINGS: dict[str, tuple[str, ...]] = {
    "piece": ("pcs", "pc", "piece", "个", "包裹", "item", "items"),
    "line": ("line", "订单行"),
    "tote": ("tote", "料箱", "box", "boxes"),
    "trip": ("trip",),
    "person": ("person", "persons", "人"),
    "point": ("point", "点位", "个点"),
}
_PER = {"1/h": ("h", "hr", "hour", "小时", "时"), "1/day": ("day", "d", "天", "日")}
_AT_LEAST = (
    "≥",
    ">=",
    "≧",
    "⩾",
    "=>",
    "不低于",
    "不少于",
    "不小于",
    "大于等于",
    "至少",
    "最少",
    "at least",
    "no less than",
)
_AT_MOST = (
    "≤",
    "<=",
    "≦",
    "⩽",
    "=<",
    "不超过",
    "不高于",
    "不大于",
    "小于等于",
    "不多于",
    "至多",
    "最多",
    "at most",
    "no more than",
)
_OR_MORE = ("及以上", "或以上", "以上", "or more", "or better")
_OR_LESS = ("及以下", "或以下", "以下", "以内", "之内", "or less")
_FIGURE = r"[+-]?\d[\d,]*(?:\.\d+)?"
_ONE = re.compile(rf"(?P<figure>{_FIGURE})\s*(?P<unit>\D.*)?", re.S)
_TWO = re.compile(
    rf"(?P<low>{_FIGURE})\s*(?P<first>[^\d~+-]*?)\s*(?:-|~|到|至|to)\s*(?P<high>{_FIGURE})\s*(?P<unit>\D.*)?", re.S
)
_DASHES = str.maketrans({"−": "-", "–": "-", "—": "-", "‐": "-", "〜": "~", "∼": "~", "·": "·", "•": "·", "⋅": "·"})
_SUPERSCRIPTS = str.maketrans({"²": "2", "³": "3"})


@dataclass(frozen=True)
class Written:
    """What a text says: the value, and the operator where the text names one."""

    value: Value
    op: str = ""


@dataclass(frozen=True)
class _Unit:
    unit: str
    counted: str = ""


def _folded(text: str) -> str:
    return "".join(fold(text.translate(_SUPERSCRIPTS)).translate(_DASHES).split())


@lru_cache(maxsize=1)
def _units() -> dict[str, frozenset[_Unit]]:
    """Every way of writing a unit, with what it may mean: a degree is an angle or a temperature."""
    found: dict[str, set[_Unit]] = {}

    def add(meaning: _Unit, words: Iterable[str]) -> None:
        for word in words:
            if word:
                found.setdefault(_folded(word), set()).add(meaning)

    for unit, written in _WRITTEN.items():
        label = unit_label(unit)
        add(_Unit(unit), (unit, label.zh, label.en, f"{label.zh} · {label.en}", *written))
    for unit, pers in _PER.items():
        label = unit_label(unit)
        add(_Unit(unit), (unit, label.zh, label.en, f"{label.zh} · {label.en}"))
        add(_Unit(unit), (f"{times}{join}{per}" for times in ("次", "") for join in ("/", "每", "per") for per in pers))
        for thing, things in _THINGS.items():
            named = (COUNTED[thing].zh, COUNTED[thing].en, *things)
            add(
                _Unit(unit, thing),
                (f"{name}{join}{per}" for name in named for join in ("/", "每", "per") for per in pers),
            )
            add(_Unit(unit, thing), (f"每{per}{name}" for name in named for per in pers))
            label = unit_label(unit, thing)
            add(_Unit(unit, thing), (label.zh, label.en, f"{label.zh} · {label.en}"))
    for thing, things in _THINGS.items():
        add(_Unit("", thing), (COUNTED[thing].zh, COUNTED[thing].en, *things))
    return {word: frozenset(meanings) for word, meanings in found.items()}


def units_of(parameter: Parameter) -> dict[str, tuple[str, str]]:
    """What may stand in a unit column for this parameter: key to unit and counted thing."""
    if parameter.counted:
        return {f"{parameter.unit} {thing}": (parameter.unit, thing) for thing in parameter.counted}
    return {unit: (unit, "") for unit in parameter.enter}


def _names(parameter: Parameter) -> str:
    here = language()
    words = [unit_label(*pair).best(here) or pair[0] for pair in units_of(parameter).values()]
    return ("、" if here == "zh" else ", ").join(words)


def _unit(parameter: Parameter, written: str) -> _Unit | None:
    """The unit that a text names for this parameter; ``BadValue`` where it is unknown or of another kind."""
    word = _folded(written)
    if not word:
        return None
    meanings = _units().get(word)
    name = parameter.label.best(language())
    if meanings is None:
        raise BadValue(
            _("看不懂单位“%(unit)s”。“%(name)s”请用 %(units)s。", unit=written[:20], name=name, units=_names(parameter))
        )
    fitting = [m for m in meanings if m.unit in ("", parameter.unit, *parameter.enter)]
    fitting = [m for m in fitting if not m.counted or m.counted in parameter.counted]
    if not fitting or (fitting == [_Unit("", fitting[0].counted)] and not parameter.counted):
        raise BadValue(
            _(
                "“%(unit)s”不是“%(name)s”的单位。请换算成 %(units)s。",
                unit=written[:20],
                name=name,
                units=_names(parameter),
            )
        )
    return min(fitting, key=lambda m: (not m.unit, m.unit != parameter.unit, m.unit))


def _operator(text: str) -> tuple[str, str]:
    """A text without the operator that it begins or ends with, and the operator."""
    low = text.casefold()
    for op, before, after in ((">=", _AT_LEAST, _OR_MORE), ("<=", _AT_MOST, _OR_LESS)):
        for word in before:
            if low.startswith(word):
                return text[len(word) :].strip(), op
        for word in after:
            if low.endswith(word):
                return text[: -len(word)].strip(), op
    if text[:1] in "<>" and len(text) > 1:
        raise BadValue(_("“大于”和“小于”要写明含不含这个数。请写 ≥ 或 ≤。"))
    return (text[1:].strip(), "=") if text[:1] == "=" else (text, "")


@lru_cache(maxsize=64)
def _options(parameter: Parameter) -> dict[str, str]:
    """The names of an option in either language, folded, with its key."""
    found = {}
    for key, label in parameter.options.items():
        for word in (key, label.zh, label.en, f"{label.zh} · {label.en}"):
            found[_folded(word)] = key
    known = {"certificates": certificates, "languages": languages}.get(parameter.key)
    for term in known().values() if known else ():
        found[_folded(term.label.zh.removeprefix(term.label.en))] = term.key
    found.pop("", None)
    return found


def _named(parameter: Parameter, text: str) -> str:
    """A text of options with each by its key, so that people may write the names that they see."""
    options = _options(parameter)
    parts = re.split(r"[,、;\n]", text) if parameter.kind == "set" else [text]
    return ", ".join(options.get(_folded(p), p.strip()) for p in parts)


def read(parameter: Parameter, typed: str, unit: str = "", counted: str = "") -> Written:
    """The value and operator that a text says, with a unit from a column of its own where the text names none.

    ``BadValue`` for what is no value, for two units that differ, and for a figure whose unit would be a guess.
    """
    text = unicodedata.normalize("NFKC", typed.translate(_SUPERSCRIPTS)).translate(_DASHES).strip()
    if parameter.kind in ("number", "range", "ip", "ex", "ordinal"):
        text, op = _operator(text)
    else:
        op = ""
    if parameter.kind == "bool":
        return Written(parse(parameter, re.split(r"\s*·\s*", text)[0]), op)
    if parameter.kind in ("ordinal", "set"):
        return Written(parse(parameter, _named(parameter, text)), op)
    if parameter.kind not in ("number", "range"):
        return Written(parse(parameter, text), op)
    figure, words = _figure(parameter, text)
    words += [unit] if unit.strip() else []
    found = [u for u in (_unit(parameter, word) for word in words) if u is not None]
    named = {u.unit for u in found if u.unit}
    things = {u.counted for u in found if u.counted} | ({counted} if counted else set())
    if len(named) > 1 or len(things) > 1:
        raise BadValue(_("数值里和单位列写的单位不一样。请只留一个。"))
    if not named and (len(parameter.enter) > 1 or any(u.counted for u in found)):
        raise BadValue(_("请写明单位：%(units)s。", units=_names(parameter)))
    return Written(parse(parameter, figure, next(iter(named), ""), next(iter(things), "")), op)


def _figure(parameter: Parameter, text: str) -> tuple[str, list[str]]:
    """The figure in a text as ``parse`` takes it, and the words for units around it."""
    if parameter.kind == "range":
        if match := _TWO.fullmatch(text):
            return f"{match['low']}~{match['high']}", [w for w in (match["first"], match["unit"]) if w]
        return text, []
    if _TWO.fullmatch(text):
        raise BadValue(_("“%(name)s”要一个数，不要区间。", name=parameter.label.best(language())))
    text = text.removeprefix("±").strip()
    if text.startswith("百分之"):
        text = f"{text[3:]}%"
    match = _ONE.fullmatch(text)
    return (match["figure"], [match["unit"]] if match["unit"] else []) if match else (text, [])
