"""The guide's pages for everybody: what they say, that they are valid, and that they ask the database nothing of their own."""

from __future__ import annotations

import re
from html import unescape

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient

from marketplace.guide.content import NAMES, guide
from marketplace.vocabulary.glossary import words
from tests.factories.stages import counted
from tests.factories.world import World

PATHS = {name: f"/guide/{name}" for name in ("owners", "vendors", "selection")} | {
    "privacy": "/privacy",
    "terms": "/terms",
}
ALL = [
    *PATHS.values(),
    "/guide",
    "/guide/glossary",
    "/guide/glossary?q=%E5%85%AC%E7%A4%BA",
    "/guide/glossary?q=none-such",
]


def _headings(page: str) -> list[str]:
    return re.findall(r"<(h[1-6])", page.partition("<main")[2].partition("</main>")[0])


@pytest.mark.parametrize("path", ALL)
def test_both_languages_have_the_same_headings_and_valid_pages(client: FlaskClient, path: str) -> None:
    pages = {code: client.get(f"/{code}{path}") for code in ("zh", "en")}
    assert [p.status_code for p in pages.values()] == [200, 200]
    levels = _headings(pages["zh"].text)
    # The word that is looked for may be found in one language's page as in the other: both show both.
    assert levels == _headings(pages["en"].text)
    assert levels[0] == "h1"
    assert levels.count("h1") == 1
    assert all(int(b[1]) - int(a[1]) <= 1 for a, b in zip(levels, levels[1:], strict=False))
    for page in pages.values():
        parser = html5lib.HTMLParser(strict=False)
        parser.parse(page.text)
        assert parser.errors == []
        assert "{" not in re.sub(r"<script.*?</script>", "", page.text.partition("<main")[2].partition("</main>")[0])


@pytest.mark.parametrize("name", NAMES)
def test_every_step_and_section_stands_on_its_page(client: FlaskClient, name: str) -> None:
    for code in ("zh", "en"):
        text = client.get(f"/{code}{PATHS[name]}").text
        page = guide(name)
        for part in (*page.steps, *page.sections):
            assert text.count(f'id="{part.key}"') == 1
        for step in page.steps:
            assert f'<a href="#{step.key}">' in text
        off_site = [s for s in page.steps if s.off_site]
        assert text.count({"zh": "这一步目前在平台外办理", "en": "Done outside this site today"}[code]) == len(off_site)


@pytest.mark.parametrize("path", ALL)
def test_every_link_of_a_page_is_answered(world: World, path: str) -> None:
    """Somebody signed in finds no dead end; an anchor exists where it leads."""
    browser = world.client("stranger")
    main = browser.get(f"/en{path}").text.partition("<main")[2].partition("</main>")[0]
    for link in sorted({unescape(h) for h in re.findall(r'<a[^>]* href="([^"]+)"', main)}):
        target, _hash, anchor = link.partition("#")
        answer = browser.get(target or f"/en{path}")
        assert answer.status_code == 200, link
        assert not anchor or f'id="{anchor}"' in answer.text, link


def test_the_glossary_shows_each_word_at_its_anchor_in_both_languages(client: FlaskClient) -> None:
    for code in ("zh", "en"):
        text = unescape(client.get(f"/{code}/guide/glossary").text)
        for word in words().values():
            assert text.count(f'<div id="{word.key}">') == 1
            assert word.means.zh in text
            assert word.means.en in text


def test_a_typed_word_keeps_what_it_is_found_in_and_stays_in_the_field(client: FlaskClient) -> None:
    text = client.get("/zh/guide/glossary?q=回避").text
    assert '<div id="recusal">' in text
    assert '<div id="landed">' not in text
    assert 'value="回避"' in text
    nothing = client.get("/zh/guide/glossary", query_string={"q": '"><b>'}).text
    assert "没有这个词" in nothing
    assert '"><b>' not in nothing.partition("<main")[2]


def test_the_privacy_notice_names_the_operator_from_the_settings(app: Flask, client: FlaskClient) -> None:
    assert "个人信息处理者：尚未配置" in client.get("/zh/privacy").text
    app.config.update(OPERATOR_NAME="某中心 & Co", OPERATOR_CONTACT="privacy@site.example")
    try:
        text = client.get("/zh/privacy").text
    finally:
        app.config.update(OPERATOR_NAME="", OPERATOR_CONTACT="")
    assert "个人信息处理者：某中心 &amp; Co。联系方式：privacy@site.example。" in text


def test_who_registers_can_read_the_notice_first(client: FlaskClient) -> None:
    assert 'href="/zh/privacy"' in client.get("/zh/register").text.partition("<main")[2].partition("</main>")[0]


def test_the_pages_ask_the_database_for_nothing_of_their_own(app: Flask, client: FlaskClient) -> None:
    for path in [*ALL, "/support", "/support?instrument=rnd&amount=380"]:
        with counted(app) as statements:
            assert client.get(f"/zh{path}").status_code == 200
        assert [s for s in statements if "site_clock" not in s and s != "BEGIN"] == [], path


@pytest.mark.parametrize("language", ["zh", "en"])
def test_terms_of_art_lead_to_the_glossary_where_they_first_appear(world: World, language: str) -> None:
    challenge = world.challenge()
    text = world.client("stranger").get(f"/{language}/challenges/{challenge.id}").text
    for key in ("requirement", "metric", "consortium"):
        assert f'href="/{language}/guide/glossary#{key}" title="' in text
