"""Forms: what people type is cleaned, refusals land beside the field, and nothing typed is lost."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from flask_wtf.file import FileField
from wtforms import PasswordField, StringField, TextAreaField
from wtforms.validators import Optional

from marketplace.kernel.errors import Conflict, Forbidden, Invalid, InvalidMany, Late
from marketplace.kernel.text import Text
from marketplace.web.forms import AtMost, Email, Form, WholeNumber, both_languages


class Sample(Form):
    """A form as features write them."""

    vars().update(both_languages("title", "标题", limit=10, required="请先起一个标题。"))
    note = TextAreaField("备注", [AtMost(5)], filters=[lambda v: v and v.upper()])
    email = StringField("邮箱", [Email()])
    secret = PasswordField("密码")
    number = WholeNumber("数", [Optional()])
    file = FileField("附件")


GOOD = {"title_zh": "夜间转运", "email": "a@b.example"}


def _sent(app: Flask, **data: Any) -> Sample:
    with app.test_request_context("/zh/", method="POST", data={**GOOD, **data}):
        form = Sample()
        form.validate_on_submit()
        return form


def test_typed_strings_are_cleaned_in_every_kind_of_text_field(app: Flask) -> None:
    form = _sent(app, title_zh="  夜\x00间\u202e ", note=" a\r\nb ", secret=" long\x07 ")
    assert (form["title_zh"].data, form.note.data, form.secret.data) == ("夜间", "A\nB", "long")
    assert form.status == 200


def test_a_value_of_only_unreadable_characters_counts_as_missing(app: Flask) -> None:
    form = _sent(app, title_zh=" \u202e\x00 ")
    assert form.problems == [("title_zh", "标题", "请先起一个标题。")]
    assert form.status == 422


def test_too_long_a_text_is_told_how_long_it_may_be_and_is_kept(app: Flask) -> None:
    form = _sent(app, note="一二三四五六")
    assert form.problems == [("note", "备注", "最多 5 个字，现在有 6 个。请删减一些。")]
    assert form.note.data == "一二三四五六"


def test_english_may_be_three_times_as_long(app: Flask) -> None:
    assert _sent(app, title_en="x" * 30).status == 200
    assert _sent(app, title_en="x" * 31).status == 422


def test_a_file_in_the_place_of_a_text_counts_as_nothing(app: Flask) -> None:
    form = _sent(app, note=(io.BytesIO(b"x"), "a.pdf"), number=(io.BytesIO(b"x"), "a.pdf"))
    assert (form.note.data, form.number.data, form.status) == (None, None, 200)
    assert _sent(app, file=(io.BytesIO(b"x"), "a.pdf")).file.data.filename == "a.pdf"


@pytest.mark.parametrize("body", ["[1, 2]", '{"title_zh": {"a": 1}, "note": 7, "number": []}', '"x"'])
def test_a_body_of_json_fills_no_form(app: Flask, body: str) -> None:
    with app.test_request_context("/zh/", method="POST", data=body, content_type="application/json"):
        form = Sample()
        assert not form.validate_on_submit()
    assert form.problems[0] == ("title_zh", "标题", "请先起一个标题。")


def test_an_address_is_kept_in_lower_case(app: Flask) -> None:
    assert _sent(app, email="Wang@Example.Example").email.data == "wang@example.example"
    assert _sent(app, email="wang＠").problems == [("email", "邮箱", "请填完整的邮箱，例如 name@company.cn。")]


def test_a_field_that_is_missing_from_the_request_is_no_error_of_the_server(app: Flask) -> None:
    with app.test_request_context("/zh/", method="POST", data={}):
        form = Sample()
        assert not form.validate_on_submit()
        assert [p[0] for p in form.problems] == ["title_zh", "email"]


def test_a_refusal_of_a_service_lands_beside_its_field(app: Flask) -> None:
    form = _sent(app)
    with form.refusals():
        raise Invalid("note", "换一个。")
    assert (form.problems, form.status) == ([("note", "备注", "换一个。")], 422)


def test_a_refusal_of_a_bilingual_field_lands_beside_its_chinese_half(app: Flask) -> None:
    form = _sent(app)
    with form.refusals():
        raise InvalidMany({"title": "太短。", "nowhere": "整体不对。"})
    assert (form.problems, form.refusal, form.status) == ([("title_zh", "标题", "太短。")], "整体不对。", 422)


@pytest.mark.parametrize("error", [Conflict, Late])
def test_a_conflict_stands_on_top_with_409(app: Flask, error: type[Conflict]) -> None:
    form = _sent(app)
    with form.refusals():
        raise error("别人改过。")
    assert (form.problems, form.refusal, form.status) == ([], "别人改过。", 409)


def test_what_is_forbidden_is_no_matter_of_the_form(app: Flask) -> None:
    form = _sent(app)
    with pytest.raises(Forbidden), form.refusals():
        raise Forbidden


def test_a_bilingual_text_knows_what_was_left_behind(app: Flask) -> None:
    form = _sent(app, title_zh="夜间转运", title_en="Transport")
    assert form.text("title") == Text.of("夜间转运", "Transport")
    assert form.text("title", Text.of("转运", "Transport")).is_stale
