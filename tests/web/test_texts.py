"""Texts on pages: what belongs together stays on one line."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from marketplace.kernel import clock as site_clock
from marketplace.kernel.i18n import force_language
from marketplace.web.helpers import countdown, day, lines, one_of, unparted, written


@pytest.mark.parametrize(
    ("written", "held"),
    [
        ("valve shut 97 % of the time", "valve shut 97~% of the time"),
        ("docks within ±8 mm, 40 kg", "docks within ±8~mm, 40~kg"),
        ("箱温 2–8 °C，0.5 N", "箱温 2–8~°C，0.5~N"),
        ("at 1.2 m/s over 40 m²", "at 1.2~m/s over 40~m²"),
        ("12 months, 3 trips, 2 metres", "12 months, 3 trips, 2 metres"),
        ("M3 mm", "M3~mm"),
    ],
)
def test_no_line_ends_between_a_figure_and_its_unit(written: str, held: str) -> None:
    assert unparted(written) == held.replace("~", "\N{NO-BREAK SPACE}")


def test_lines_are_kept_and_marks_are_harmless() -> None:
    assert lines("<b>5 kg</b>\n6") == "&lt;b&gt;5\N{NO-BREAK SPACE}kg&lt;/b&gt;<br>6"


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("工位照度不足，请补测。", "zh"),
        ("差在 Wi-Fi 漫游", "zh"),
        ("The pallet jack does not fit.", "en"),
        ("See 附件三 and send the load test again.", "en"),
        ("12–15", ""),
    ],
)
def test_what_a_person_wrote_is_marked_on_a_page_in_the_other_language(app: Flask, text: str, spoken: str) -> None:
    for language in ("zh", "en"):
        with app.test_request_context(), force_language(language):
            marked = ' class="foreign"' in written(text)
            assert marked == (spoken not in ("", language))
            assert (f'lang="{"zh-CN" if spoken == "zh" else "en"}"' in written(text)) == marked


def test_a_name_in_latin_letters_is_nobody_s_foreign_language(app: Flask) -> None:
    for language, code, issuer in (("zh", False, False), ("en", False, True)):
        with app.test_request_context(), force_language(language):
            assert ("foreign" in written("ISO and IEC 62443", name=True)) == code
            assert ("foreign" in written("DEMO-01 · 示例检测认证院", name=True)) == issuer


@pytest.mark.parametrize(
    ("source", "zh", "en"),
    [
        ("{{ _('退出') }}", "退出", "Sign out"),
        ("{{ _('%(n)s 条未读', n='<b>') }}", "&lt;b&gt; 条未读", "&lt;b&gt; unread"),
        ("{{ _('%(n)s 条未读', n='<b>' | safe) }}", "<b> 条未读", "<b> unread"),
        ("{% autoescape false %}{{ _('%(n)s 条未读', n='<b>') }}{% endautoescape %}", "<b> 条未读", "<b> unread"),
        ("{{ _('共 100%%') }}", "共 100%", "共 100%"),
        ("{{ _('办结意见：%(text)s', text='<b>') }}", "办结意见：&lt;b&gt;", "Finding: &lt;b&gt;"),
    ],
)
def test_a_template_s_text_is_in_the_reader_s_language_and_escapes_what_fills_it(
    app: Flask, source: str, zh: str, en: str
) -> None:
    template = app.jinja_env.from_string(source)
    for _time in range(2):  # a text without values is made once for each language
        for language, said in (("zh", zh), ("en", en)):
            with app.test_request_context(), force_language(language):
                assert template.render() == said


@pytest.mark.parametrize(
    ("left", "zh", "en"),
    [
        (timedelta(days=3, hours=4), "3 天 4 小时后截止", "closes in 3 d 4 h"),
        (timedelta(days=3, minutes=20), "3 天后截止", "closes in 3 d"),
        (timedelta(hours=4, minutes=5), "4 小时 5 分后截止", "closes in 4 h 5 min"),
        (timedelta(0), "已截止", "closed"),
    ],
)
def test_a_countdown_names_no_empty_unit(app: Flask, left: timedelta, zh: str, en: str) -> None:
    for language, told in (("zh", zh), ("en", en)):
        with app.test_request_context(), force_language(language):
            assert countdown(site_clock.now() + left).replace("\N{NO-BREAK SPACE}", " ") == told


def test_one_is_one_in_english_and_a_letter_is_dated_without_the_weekday(app: Flask) -> None:
    with app.test_request_context(), force_language("en"):
        assert [one_of("units", n) for n in (1, 2)] == ["unit", "units"]
        assert day(site_clock.today(), year=True, weekday=False).replace("\N{NO-BREAK SPACE}", " ") == "2 Mar 2026"
    with app.test_request_context(), force_language("zh"):
        assert one_of("台（套）", 1) == "台（套）"
        assert (
            day(site_clock.today(), year=True, weekday=False).replace("\N{NO-BREAK SPACE}", " ") == "2026 年 3 月 2 日"
        )
