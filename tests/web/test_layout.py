"""Templates are laid out for their readers; what a page sends is not."""

from __future__ import annotations

import re

from flask import Flask
from flask.testing import FlaskClient

from marketplace.web.parts import Unindented

SOURCE = """
<ul>
    {% for n in numbers %}
        <li class="a"
            {% if n %}data-n="{{ '<b>' if n > 1 else "x" }}"{% endif %}>{{ n }}</li>
    {% endfor %}
</ul>
"""


def test_each_tag_stands_on_one_line_and_each_line_begins_at_its_first_word(app: Flask) -> None:
    sent = Unindented(app.jinja_env).preprocess(SOURCE, "some/page.html")
    lines = sent.split("\n")
    assert all(line == line.lstrip() for line in lines)
    assert """<li class="a" {% if n %}data-n="{{ '<b>' if n > 1 else "x" }}"{% endif %}>{{ n }}</li>""" in lines


def test_a_tag_that_is_not_closed_is_left_to_jinja_at_once(app: Flask) -> None:
    open_tag = "<a " + 'b="{{ x }}" ' * 60
    assert Unindented(app.jinja_env).preprocess(open_tag, "page.html") == open_tag


def test_a_mail_keeps_its_lines(app: Flask) -> None:
    assert Unindented(app.jinja_env).preprocess("a\n   b", "mail/told.jinja") == "a\n   b"


def test_a_page_is_sent_without_indentation(client: FlaskClient) -> None:
    page = client.get("/zh/").text
    assert re.search(r"\n[ \t]+\S", page) is None
    assert max(len(line) for line in page.split("\n")) > 60
