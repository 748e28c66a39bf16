"""The parameters of requirements and specifications: what people type becomes a value in the canonical unit."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import Text
from marketplace.vocabulary.terms import Term, load

OPERATORS = {">=": "≥", "<=": "≤", "=": "=", "covers": "", "in": "", "superset": "", "any_of": ""}

UNIT_LABELS: dict[str, Text] = {
    "kg": Text.of("kg", "kg"),
    "g": Text.of("g", "g"),
    "t": Text.of("t", "t"),
    "degree": Text.of("°", "°"),
    "percent": Text.of("%", "%"),
    "degC": Text.of("°C", "°C"),
    "N*m": Text.of("N·m", "N·m"),
    "m**2/h": Text.of("m²/h", "m²/h"),
    "1/h": Text.of("次/h", "per h"),
    "1/day": Text.of("次/天", "per day"),
    "1": Text.of("", ""),
    "month": Text.of("个月", "months"),
    "day": Text.of("天", "days"),
}
COUNTED: dict[str, Text] = {
    "piece": Text.of("件", "pieces"),
    "line": Text.of("行", "lines"),
    "tote": Text.of("箱", "totes"),
    "trip": Text.of("趟", "trips"),
    "person": Text.of("人次", "people"),
    "point": Text.of("点", "points"),
}
# Factor from an entered unit to the canonical one; percent slope is the one that is not linear.
_FACTORS = {
    ("g", "kg"): 0.001,
    ("t", "kg"): 1000.0,
    ("cm", "mm"): 10.0,
    ("m", "mm"): 1000.0,
    ("km", "m"): 1000.0,
    ("mm/s", "m/s"): 0.001,
    ("km/h", "m/s"): 1 / 3.6,
    ("min", "h"): 1 / 60,
    ("h", "min"): 60.0,
    ("min", "s"): 60.0,
    ("s", "ms"): 1000.0,
}
ORDINALS: dict[str, Text] = {
    "none": Text.of("不是医疗器械", "Not a medical device"),
    "teleoperated": Text.of("遥操作", "Teleoperated"),
    "supervised": Text.of("有人监督", "Supervised"),
    "autonomous": Text.of("自主", "Autonomous"),
}
_NUMBER = r"[+-]?\d+(?:\.\d+)?"
_EX = re.compile(
    r"^Ex\s+(?P<types>[a-z ]*?)\s*(?P<group>IIIA|IIIB|IIIC|IIA|IIB|IIC)\s+(?P<temp>T\d{1,3}(?:\s*°?C)?)\s+(?P<epl>Ga|Gb|Gc|Da|Db|Dc)$",
    re.I,
)


@dataclass(frozen=True)
class Parameter:
    """One entry of the shared vocabulary."""

    key: str
    group: str
    label: Text
    kind: str
    unit: str
    op: str
    ops: tuple[str, ...]
    enter: tuple[str, ...]
    values: tuple[str, ...] = ()
    counted: tuple[str, ...] = ()
    conditional: bool = False
    note: str = ""
    bounds: tuple[float, float] = (-math.inf, math.inf)

    @property
    def options(self) -> dict[str, Text]:
        """What may be chosen for an ordinal or a set with a fixed list."""
        if self.kind == "ordinal":
            return {v: ORDINALS.get(v, Text.of(v, v)) for v in self.values}
        if self.key == "certificates":
            return {c.key: c.label for c in certificates().values()}
        if self.key == "languages":
            return {c.key: c.label for c in languages().values()}
        return {}


@dataclass(frozen=True)
class Value:
    """A value as typed and as compared. ``low`` and ``high`` are in the canonical unit; ``items`` for sets and marks."""

    kind: str
    typed: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    flag: bool | None = None
    items: tuple[str, ...] = field(default=())
    counted: str = ""

    def as_json(self) -> dict[str, Any]:
        """The value as plain data."""
        return {
            "kind": self.kind,
            "typed": self.typed,
            "unit": self.unit,
            "low": self.low,
            "high": self.high,
            "flag": self.flag,
            "items": list(self.items),
            "counted": self.counted,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Value:
        """The value from plain data."""
        return cls(**{**data, "items": tuple(data.get("items") or ())})


class BadValue(ValueError):
    """What was typed is no value of the parameter; the message says what to type instead."""


@lru_cache(maxsize=1)
def groups() -> dict[str, Text]:
    """The groups of parameters in order."""
    return {k: Text.of(v["zh"], v["en"]) for k, v in load("parameters.yaml")["groups"].items()}


@lru_cache(maxsize=1)
def parameters() -> dict[str, Parameter]:
    """All parameters by key, in the order of the vocabulary."""
    limits = load("limits.yaml")
    found = {}
    for entry in load("parameters.yaml")["parameters"]:
        unit = entry.get("unit", "")
        low, high = limits["parameters"].get(entry["key"]) or limits["units"].get(unit) or (-math.inf, math.inf)
        found[entry["key"]] = Parameter(
            key=entry["key"],
            group=entry["group"],
            label=Text.of(entry["zh"], entry["en"]),
            kind=entry["kind"],
            unit=unit,
            op=entry["op"],
            ops=tuple(entry.get("ops") or [entry["op"]]),
            enter=tuple(entry.get("enter") or ([unit] if unit else [])),
            values=tuple(str(v) for v in entry.get("values") or ()),
            counted=tuple(entry.get("counted") or ()),
            conditional=bool(entry.get("conditional")),
            note=entry.get("note", ""),
            bounds=(float(low), float(high)),
        )
    return found


@lru_cache(maxsize=1)
def certificates() -> dict[str, Term]:
    """Values of the set "certificates"."""
    return {
        c["key"]: Term(c["key"], Text.of(_both(c["label"], c["zh"]), c.get("en", c["label"])))
        for c in load("parameters.yaml")["certificates"]
    }


def _both(label: str, zh: str) -> str:
    return label if label == zh else f"{label} {zh}"


@lru_cache(maxsize=1)
def languages() -> dict[str, Term]:
    """Values of the set "languages"."""
    return {c["key"]: Term(c["key"], Text.of(c["zh"], c["en"])) for c in load("parameters.yaml")["languages"]}


def unit_label(unit: str, counted: str = "") -> Text:
    """How a unit is written; a rate says what it counts."""
    if counted in COUNTED and unit in ("1/h", "1/day"):
        per = "h" if unit == "1/h" else "天"
        return Text.of(f"{COUNTED[counted].zh}/{per}", f"{COUNTED[counted].en} per {'h' if unit == '1/h' else 'day'}")
    return UNIT_LABELS.get(unit, Text.of(unit, unit))


def convert(value: float, unit: str, parameter: Parameter) -> float:
    """``value`` in the parameter's canonical unit; ``BadValue`` for a unit that it does not take.

    A slope in percent is 100·tan(angle), so 8.75 percent is 5 degrees.
    """
    if unit == parameter.unit:
        return value
    if unit not in parameter.enter:
        allowed = "、".join(unit_label(u).zh or u for u in parameter.enter) or "—"
        raise BadValue(_("单位请用 %(units)s。", units=allowed))
    if (unit, parameter.unit) == ("percent", "degree"):
        return math.degrees(math.atan(value / 100))
    return value * _FACTORS[unit, parameter.unit]


def parse(parameter: Parameter, typed: str, unit: str = "", counted: str = "") -> Value:
    """What a person typed as a ``Value``; ``BadValue`` says what to type instead."""
    text = unicodedata.normalize("NFKC", typed).replace("−", "-").strip()
    if not text:
        raise BadValue(_("请填一个值。"))
    reader = {
        "number": _number,
        "range": _range,
        "bool": _bool,
        "ip": _ip,
        "ex": _ex,
        "ordinal": _ordinal,
        "set": _set,
    }[parameter.kind]
    return reader(parameter, text[:200], unit or parameter.unit, counted)


def _checked(parameter: Parameter, value: float) -> float:
    low, high = parameter.bounds
    if not math.isfinite(value) or not low <= value <= high:
        raise BadValue(
            _(
                "请填 %(low)s 到 %(high)s %(unit)s 之间的数。",
                low=figure(low),
                high=figure(high),
                unit=unit_label(parameter.unit).zh,
            )
        )
    return round(value, 9)


def _to_float(text: str) -> float:
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", text):
        text = text.replace(",", "")
    if not re.fullmatch(_NUMBER, text) or len(text) > 20:
        raise BadValue(_("请填数字，例如 50 或 0.5。单位在右边选。"))
    return float(text)


def _number(parameter: Parameter, text: str, unit: str, counted: str) -> Value:
    text = text.lstrip("±").strip()
    if parameter.counted and counted not in parameter.counted:
        raise BadValue(_("请选择数的是什么：件、行、箱、趟、人次还是点。"))
    value = _checked(parameter, convert(_to_float(text), unit, parameter))
    return Value("number", text, unit, low=value, high=value, counted=counted if parameter.counted else "")


def _range(parameter: Parameter, text: str, unit: str, counted: str) -> Value:
    match = re.fullmatch(rf"({_NUMBER})\s*(?:-|–|—|~|到|至|to)\s*({_NUMBER})", text)
    if not match:
        raise BadValue(_("请填一个区间，例如 2-8 或 -10~45。"))
    low, high = (_checked(parameter, convert(_to_float(g), unit, parameter)) for g in match.groups())
    if low > high:
        raise BadValue(_("区间要从小到大，例如 2-8。"))
    return Value("range", f"{match.group(1)}~{match.group(2)}", unit, low=low, high=high)


def _bool(parameter: Parameter, text: str, unit: str, counted: str) -> Value:
    yes = text.casefold() in ("yes", "true", "1", "是", "支持", "有", "y")
    no = text.casefold() in ("no", "false", "0", "否", "不支持", "无", "n")
    if not yes and not no:
        raise BadValue(_("请选“是”或“否”。"))
    return Value("bool", "yes" if yes else "no", flag=yes)


def _ip(parameter: Parameter, text: str, unit: str, counted: str) -> Value:
    match = re.fullmatch(r"(?:IP)?\s*([0-6X])([0-9X])K?", text.upper())
    if not match:
        raise BadValue(_("请填 IP 加两位，例如 IP65；没有测的一位写 X。"))
    return Value("ip", f"IP{match.group(1)}{match.group(2)}", items=(match.group(1), match.group(2)))


def _ex(parameter: Parameter, text: str, unit: str, counted: str) -> Value:
    match = _EX.match(text)
    if not match:
        raise BadValue(_("请按铭牌填写，例如 Ex IIB T4 Gb 或 Ex db IIC T6 Gb。"))
    group, temp, epl = match["group"].upper(), match["temp"].upper().replace(" ", ""), match["epl"].capitalize()
    is_dust = group.startswith("III")
    hot = re.fullmatch(r"T\d{2,3}°?C", temp) if is_dust else re.fullmatch(r"T[1-6]", temp)
    if not hot or epl[0] != ("D" if is_dust else "G"):
        raise BadValue(
            _("气体防爆写 T1 到 T6 和 Ga、Gb、Gc；粉尘防爆写表面温度和 Da、Db、Dc，例如 Ex tb IIIC T135°C Db。")
        )
    return Value("ex", " ".join(text.split()), items=(group, temp, epl))


def _ordinal(parameter: Parameter, text: str, unit: str, counted: str) -> Value:
    chosen = next((v for v in parameter.values if v.casefold() == text.casefold()), None)
    if chosen is None:
        raise BadValue(_("请从列表里选：%(values)s。", values="、".join(parameter.values)))
    return Value("ordinal", chosen, items=(chosen,))


def _set(parameter: Parameter, text: str, unit: str, counted: str) -> Value:
    items = tuple(dict.fromkeys(i.strip() for i in re.split(r"[,，、;；\n]", text) if i.strip()))
    if parameter.options and (unknown := [i for i in items if i not in parameter.options]):
        raise BadValue(_("列表里没有“%(value)s”。请从列表里选。", value=unknown[0]))
    if not items:
        raise BadValue(_("请至少填一项，多项用逗号隔开。"))
    return Value("set", ", ".join(items), items=items)


def figure(number: float) -> str:
    """A number as people write it: no needless zeros, thousands grouped."""
    text = f"{number:,.9f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def shown(value: Value, parameter: Parameter | None, language: str) -> tuple[str, str]:
    """A value as its reader sees it: the figure as typed, and the unit."""
    if value.kind == "bool":
        return ({"zh": "是", "en": "yes"} if value.flag else {"zh": "否", "en": "no"})[language], ""
    if value.kind in ("ordinal", "set") and parameter is not None:
        labels = [parameter.options[i].best(language) if i in parameter.options else i for i in value.items]
        return ("、" if language == "zh" else ", ").join(labels), ""
    unit = unit_label(value.unit, value.counted).best(language)
    if value.kind == "range":
        low, high = value.typed.split("~")
        return f"{low}–{high}".replace("-", "−"), unit
    if value.kind == "number":
        told = figure(float(value.typed.replace(",", "")))
        one = language == "en" and told == "1" and value.unit in ("month", "day")
        return told, unit.removesuffix("s") if one else unit
    return value.typed, unit


def in_canonical_unit(value: Value, parameter: Parameter) -> Value:
    """The same figure or range in the parameter's canonical unit, to two decimals, as if it had been typed so."""
    ends = [figure(round(end, 2)).replace(",", "") for end in (value.low, value.high) if end is not None]
    typed = "~".join(ends) if value.kind == "range" else ends[0]
    return replace(value, typed=typed, unit=parameter.unit)


def operator_sign(op: str, kind: str) -> str:
    """The sign before a value: ≥, ≤, or nothing for ranges, sets and yes or no."""
    return OPERATORS.get(op, "") if kind in ("number", "ip", "ordinal", "ex") and op != "=" else ""
