"""English pages hold no Chinese but content: what stands in the database, in a file that a person uploaded, or a name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import html5lib
import time_machine
from flask import Flask, url_for
from sqlalchemy import select, text

from marketplace.infra.search.services import apply_pending
from marketplace.kernel.db import Base, session
from tests.contracts.route_table import KINDS, TABLE, Row
from tests.contracts.test_routes import _browsers
from tests.contracts.town import Town, build
from tests.factories.world import World

HAN = re.compile("[\u3400-\u9fff][\u3400-\u9fff0-9A-Za-z、，。；：“”（）《》·！？—…% .〔〕/-]*")
X = "{http://www.w3.org/1999/xhtml}"
READ_ALOUD = ("alt", "title", "aria-label", "placeholder", "content")
NAMES = ("中文",)
SHOWN_IN_CHINESE = ("notifications.one_mail", "notifications.mail_html", "accounts.all_data", "exchange.export")
"""Mails as they were sent in the reader's language, and files that hold rows as they stand."""


NEVER_READ = re.compile(r"""\b(?:value|href|action|src|nonce)="[^"]*"|\b[0-9a-f]{16}\b""")
"""Addresses, tokens and the request's number: all in which many a refusal differs from another."""


def _content() -> list[str]:
    """Every Chinese text that stands in the database, the longest first."""
    found: set[str] = set()
    for table in Base.metadata.sorted_tables:
        for row in session().execute(select(text("*")).select_from(table)):
            for value in row:
                if isinstance(value, str | dict | list):
                    found |= set(_texts(value))
    return sorted(found, key=len, reverse=True)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str):
        if value[:1] in "{[":
            import json

            try:
                yield from _texts(json.loads(value))
            except ValueError:
                yield value
        elif HAN.search(value):
            yield " ".join(value.split())


def _said(tree: Any, chinese: bool = False) -> Iterator[str]:
    """What an English reader sees or hears: texts and attributes outside of what is marked as Chinese."""
    chinese = chinese or tree.get("lang", "").startswith("zh")
    if tree.tag in (f"{X}script", f"{X}style", f"{X}pre"):  # a file printed as it stands is content
        return
    if not chinese:
        yield tree.text or ""
        for name in READ_ALOUD:
            yield tree.get(name, "")
    for child in tree:
        yield from _said(child, chinese)
        if not chinese:
            yield child.tail or ""


def _left(said: str, content: list[str]) -> str:
    said = " ".join(said.split())
    for known in (*content, *NAMES):
        if known in said:
            said = said.replace(known, "")
        if not HAN.search(said):
            return ""
    return said


def _address(app: Flask, town: Town, row: Row) -> str:
    arguments: dict[str, Any] = {k: v[1:] if v.startswith("=") else town.ids[v] for k, v in row.arguments.items()}
    if app.url_map.is_endpoint_expecting(row.endpoint, "lang"):
        arguments["lang"] = "en"
    with app.test_request_context():
        return url_for(row.endpoint, **arguments)


def test_no_english_page_says_anything_in_chinese_that_is_not_content(
    app: Flask, world: World, clock: time_machine.Traveller
) -> None:
    town = build(world, clock)
    apply_pending()
    browsers = _browsers(app, world)
    pages: dict[str, str] = {}
    for row in TABLE:
        if row.method != "GET" or row.endpoint in SHOWN_IN_CHINESE:
            continue
        for kind, expected in zip(KINDS, row.answers.split(), strict=True):
            if expected in ("200", "403", "404", "409"):
                answer = browsers[kind].get(_address(app, town, row))
                if answer.mimetype == "text/html":
                    pages[f"{row.label}: {kind}"] = answer.text
    content = _content()
    wrong: dict[str, str] = {}
    different = {NEVER_READ.sub("", page): label for label, page in pages.items()}
    assert len(different) > 300
    for page, label in different.items():
        for said in _said(html5lib.parse(page)):
            if HAN.search(said) and (left := _left(said, content)):
                wrong.setdefault(left, label)
    assert wrong == {}


def test_the_check_sees_chinese_in_a_text_and_in_a_name_read_aloud_but_not_in_content() -> None:
    page = html5lib.parse('<p>Send 提交</p><p aria-label="关闭">x</p><p lang="zh-CN">内容</p><p>Hospital 青禾医院</p>')
    found = [left for said in _said(page) if (left := _left(said, ["青禾医院"]))]
    assert found == ["Send 提交", "关闭"]
