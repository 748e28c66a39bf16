"""What templates may call: dates in Beijing time, money, values with units, countdowns, icons."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g, request
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape

from marketplace.infra.files.services import ALLOWED, MAX_BYTES
from marketplace.kernel import clock
from marketplace.kernel.i18n import best, language
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.policy import can
from marketplace.kernel.text import Text
from marketplace.web import language as languages
from marketplace.web.actor import current_actor
from marketplace.web.money import wan, wan_range, yuan, yuan_whole
from marketplace.web.numbers import asked_ids
from marketplace.web.pagination import url_with
from marketplace.web.statics import asset

WEEKDAYS = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NBSP = "\N{NO-BREAK SPACE}"
UNITS = r"%|‰|°C|dB|lx|min|h|s|ms|[kcmµn]?m[²³]?|[km]?m/s|[kmµ]?g|t|L|[mkM]?[WVNA]|[km]?Nm|[kMG]?Hz|[kM]?Pa"
HAN = re.compile(r"[\u3400-\u9fff]")
LATIN = re.compile(r"[A-Za-z]{2,}")
PARTED = re.compile(rf"(?<=\d) (?=(?:{UNITS})(?![A-Za-z]))")


def day(moment: datetime | date | None, *, year: bool | None = None, weekday: bool = True) -> str:
    """A date with its weekday: 12 月 11 日（周五） or Fri 11 Dec; with the year where it is not this one.

    Under a letter it stands without the weekday.
    """
    if moment is None:
        return ""
    local = clock.beijing(moment).date() if isinstance(moment, datetime) else moment
    with_year = local.year != clock.today().year if year is None else year
    if language() == "zh":
        text = f"{local.month}{NBSP}月{NBSP}{local.day}{NBSP}日"
        text += f"（周{WEEKDAYS['zh'][local.weekday()]}）" if weekday else ""
        return f"{local.year}{NBSP}年{NBSP}{text}" if with_year else text
    text = f"{local.day}{NBSP}{MONTHS[local.month - 1]}"
    text = f"{WEEKDAYS['en'][local.weekday()]} {text}" if weekday else text
    return f"{text} {local.year}" if with_year else text


def month(first: date) -> str:
    """A month with its year: 2026 年 12 月; December 2026."""
    if language() == "zh":
        return f"{first.year}{NBSP}年{NBSP}{first.month}{NBSP}月"
    return f"{first:%B} {first.year}"


def moment(value: datetime | None, *, year: bool | None = None) -> str:
    """A date, weekday and time in Beijing; an English reader is told whose time it is."""
    if value is None:
        return ""
    time = clock.beijing(value).strftime("%H:%M")
    if language() == "zh":
        return f"{day(value, year=year)}{time}"
    return f"{day(value, year=year)}, {time} Beijing time"


def seconds(value: datetime) -> str:
    """A moment to the second, for receipts and records."""
    local = clock.beijing(value)
    time = local.strftime("%H:%M:%S")
    return f"{day(value, year=True)}{time}" if language() == "zh" else f"{day(value, year=True)} {time} Beijing time"


def iso(value: datetime) -> str:
    """A moment for machines, with Beijing's offset."""
    return clock.beijing(value).isoformat(timespec="seconds")


def countdown(until: datetime) -> str:
    """How long until a deadline, in whole minutes, never seconds."""
    left = until - clock.now()
    if left <= timedelta(0):
        return _("已截止")
    minutes = int(left.total_seconds() // 60)
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    if days:
        return (
            _("%(days)s 天 %(hours)s 小时后截止", days=days, hours=hours)
            if hours
            else _("%(days)s 天后截止", days=days)
        )
    if hours:
        return _("%(hours)s 小时 %(minutes)s 分后截止", hours=hours, minutes=rest)
    return _("%(minutes)s 分后截止", minutes=rest)


def one_of(unit: str, number: object) -> str:
    """A unit as it stands beside that number: 1 unit, 2 units; Chinese knows no plural."""
    return unit[:-1] if language() == "en" and str(number) == "1" and unit.endswith("s") else unit


def size(count: int) -> str:
    """A file's size: 1.8 MB."""
    if count < 1024 * 1024:
        return f"{max(1, round(count / 1024))}{NBSP}KB"
    return f"{count / 1024 / 1024:.1f}{NBSP}MB"


def icon(name: str, words: str = "") -> Markup:
    """An icon of the site's sprite; ``words`` name it where no text stands beside it."""
    href = f"{asset('img/icons.svg')}#{name}"
    drawn = _icon(href)
    return drawn + Markup('<span class="vh">{}</span>').format(words) if words else drawn


@lru_cache
def _icon(href: str) -> Markup:
    return Markup('<svg class="i" aria-hidden="true"><use href="{}"/></svg>').format(href)


def content(text: Text, tag: str = "span", css: str = "") -> Markup:
    """Bilingual content as an element: text in another language than the page's is marked, and so is a stale translation."""
    reader = language()
    shown = text.language_shown(reader)
    opening, closing = _element(tag, css, shown if shown != reader and text else "")
    stale = Markup(' <small class="stale">{}</small>').format(_("译文早于原文")) if is_left_behind(text) else Markup()
    return opening + lines(text.best(reader)) + stale + closing


@lru_cache
def _element(tag: str, css: str, foreign: str) -> tuple[Markup, Markup]:
    """The two tags around a content; ``foreign``: the language that it is in, where that is not the page's."""
    attributes = Markup(' lang="{}"').format("zh-CN" if foreign == "zh" else "en") if foreign else Markup()
    marks = " ".join(mark for mark in (css, "foreign" if foreign else "") if mark)
    if marks:
        attributes += Markup(' class="{}"').format(marks)
    return Markup("<{}{}>").format(tag, attributes), Markup("</{}>").format(tag)


def is_left_behind(text: Text) -> bool:
    """Whether what this reader sees is a translation whose original was changed since."""
    return text.is_stale and text.source != language() and text.language_shown(language()) == language()


def unparted(text: str) -> str:
    """A text in which no line ends between a figure and its unit; it keeps its length."""
    return PARTED.sub(NBSP, text)


def lines(text: str) -> Markup:
    """Plain text with its line breaks kept, and its figures with their units."""
    return Markup("<br>").join(escape(part) for part in unparted(text).split("\n"))


def written(text: str, *, name: bool = False) -> Markup:
    """Plain text as a person wrote it, in one language: its lines kept, and marked where that is not the page's.

    It is Chinese where it has as many Chinese characters as words in Latin letters. A ``name`` in Latin letters, such as a
    standard's, is the same in both languages.
    """
    han, latin = len(HAN.findall(text)), len(LATIN.findall(text))
    spoken = language() if not han and not latin else "zh" if han >= latin else "en"
    is_foreign = spoken != language() and not (name and spoken == "en")
    opening, closing = _element("span", "", spoken if is_foreign else "")
    return opening + lines(text) + closing


def picture_address(domain: str, task: str = "") -> str:
    """Where the drawn picture stands: the task's; for the task "other" or an unknown one its domain's; else that of other work."""
    drawn = _drawn(current_app.static_folder or "")
    name = next((key for key in (task, domain) if key in drawn and key != "other"), "other")
    return f"{asset('img/pictures.svg')}#{name}"


@lru_cache(maxsize=2)
def _drawn(folder: str) -> frozenset[str]:
    return frozenset(re.findall(r'<symbol id="(\w+)"', (Path(folder) / "img/pictures.svg").read_text("utf-8")))


@pass_eval_context
def said(context: EvalContext, text: str, /, **values: object) -> str:
    """What `_` is in templates: the library's own, for which a page of hundreds of texts pays a tenth of its time.

    Filled in with ``values``, which are escaped where the template escapes; a text without any is made once.
    """
    if not values:
        return _whole(language(), text, context.autoescape)
    found = _(text)
    return (Markup(found) if context.autoescape else found) % values


@lru_cache(maxsize=10_000)
def _whole(_language: str, text: str, escapes: bool) -> str:
    found = _(text) % {}
    return Markup(found) if escapes else found


def start(app: Flask) -> None:
    """Give the helpers to every template."""
    app.jinja_env.filters.update(
        best=best,
        day=day,
        month=month,
        moment=moment,
        seconds=seconds,
        iso=iso,
        countdown=countdown,
        wan=wan,
        yuan=yuan,
        yuan_whole=yuan_whole,
        size=size,
        lines=lines,
        written=written,
        one_of=one_of,
    )
    app.jinja_env.globals.update(
        _=said,
        best=best,
        language=language,
        now=clock.now,
        today=clock.today,
        wan_range=wan_range,
        yuan_whole=yuan_whole,
        picture_address=picture_address,
        icon=icon,
        content=content,
        url_with=url_with,
        asked_ids=asked_ids,
        file_kinds=tuple(dict.fromkeys(ALLOWED)),
        file_most=MAX_BYTES,
        other_language_url=languages.other_language_url,
    )
    app.jinja_env.policies["ext.i18n.trimmed"] = True

    @app.context_processor
    def everywhere() -> dict[str, Any]:
        actor = current_actor()
        return {
            "actor": actor,
            "can": lambda act, row: can(actor, act, row),
            "lang": language(),
            "now": clock.now(),
            "theme": request.cookies.get("theme", "auto"),
            "large": request.cookies.get("text") == "large",
            "request_id": g.get("request_id", ""),
        }
