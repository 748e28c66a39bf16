"""The base of every form: what people type is cleaned, refusals of services land beside the field, nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from wtforms import DateField, Field, FileField, IntegerField, MultipleFileField, StringField, TextAreaField
from wtforms.validators import NumberRange, Optional, ValidationError

from marketplace.kernel.errors import Conflict, Invalid, InvalidMany
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.i18n import language
from marketplace.kernel.i18n import lazy_gettext as _l
from marketplace.kernel.text import LANGUAGES, Text, clean
from marketplace.web import money

MOST_YUAN = 100_000_000_000
"""Beyond a hundred billion yuan no amount is meant."""


class Form(FlaskForm):
    """A form with errors of its own and a status that tells them."""

    class Meta(FlaskForm.Meta):
        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
            filters = list(unbound_field.kwargs.get("filters", []))
            if issubclass(unbound_field.field_class, StringField):
                filters.insert(0, cleaned)
            return unbound_field.bind(form=form, **{**options, "filters": filters})

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """What was sent, files to file fields only: a file in a text's place counts as nothing; JSON is no form."""
            if formdata is None or isinstance(formdata, MultiDict):
                return formdata
            if not form.is_submitted():
                return None
            takes_files = {f.name for f in form if isinstance(f, (FileField, MultipleFileField))}
            files = [(name, file) for name, file in request.files.items(multi=True) if name in takes_files]
            return CombinedMultiDict((MultiDict(files), request.form)) if files or request.form else None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.status = 200
        self.refusal = ""
        super().__init__(*args, **kwargs)

    def validate_on_submit(self, extra_validators: Any = None) -> bool:
        """Whether the form was sent and every value has the right shape."""
        ok = bool(super().validate_on_submit(extra_validators))
        if self.is_submitted() and not ok:
            self.status = 422
        return ok

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """A rule that a service refuses for becomes an error of this form; what was typed stays."""
        try:
            yield
        except Invalid as error:
            self.refuse(error.field, error.message)
        except InvalidMany as error:
            for name, message in error.errors.items():
                self.refuse(name, message)
        except Conflict as error:
            self.refusal, self.status = error.message, error.status

    def refuse(self, name: str, message: str) -> None:
        """Put ``message`` beside the field ``name``, or on top when there is no such field."""
        self.status = 422
        field = self._fields.get(name) or self._fields.get(f"{name}_{language()}")
        if field is None:
            self.refusal = message
        else:
            field.errors = [*field.errors, message]

    @property
    def problems(self) -> list[tuple[str, str, str]]:
        """Field id, label and message of every error, in the order of the page."""
        return [
            (field.id, str(field.label.text), str(error))
            for field in self._fields.values()
            for error in _flat(field.errors)
            if field.type != "CSRFTokenField"
        ]

    def text(self, name: str, old: Text | None = None) -> Text:
        """The bilingual content of ``name_zh`` and ``name_en``; knows whether a translation was left behind."""
        zh, en = (self[f"{name}_{code}"].data or "" for code in ("zh", "en"))
        return old.revised(zh, en) if old else Text.of(zh, en)


def _flat(errors: Any) -> list[str]:
    if isinstance(errors, dict):
        return [e for v in errors.values() for e in _flat(v)]
    return [e for v in errors for e in (_flat(v) if isinstance(v, (list, tuple, dict)) else [v])]


def cleaned(value: Any) -> Any:
    """A typed string without control characters and outer space."""
    return clean(value) if isinstance(value, str) else value


class CodeField(StringField):
    """A short code from an app or a letter: the phone shows digits, and what cannot be one is not shown again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        shown = {"inputmode": "numeric", "autocomplete": "one-time-code", "spellcheck": "false", "maxlength": 64}
        super().__init__(*args, **{"render_kw": shown, **kwargs})

    def _value(self) -> str:
        return (self.data or "")[:64]


class DateInput(DateField):
    """A date of this century whose error says how to write it."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            self.data = None
            raise ValueError(_l("请填日期，例如 2026-12-11。")) from error
        if self.data is not None and not 2000 <= self.data.year < 2100:
            raise ValueError(_l("请填日期，例如 2026-12-11。"))


class WholeNumber(IntegerField):
    """A whole number that a database takes, whose error says what to enter."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            self.data = None
            raise ValueError(_l("请填整数。")) from error
        if self.data is not None and abs(self.data) > 1_000_000_000:
            raise ValueError(_l("请填整数。"))


class Money(IntegerField):
    """An amount in whole units of ``unit`` yuan, typed bare or with a unit of its own: 380, 380万, 3,800,000元."""

    def __init__(self, label: Any, validators: Any = None, *, unit: int, **named: Any) -> None:
        super().__init__(label, validators, **named)
        self.unit = unit

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        typed = clean(valuelist[0])[:60] if valuelist else ""
        if not typed:
            return
        amount = money.parse(typed.removeprefix("-"), bare=self.unit)
        if amount is None or amount > MOST_YUAN or amount % self.unit:
            if self.unit == 1:
                raise ValueError(_l("请填整数，单位元。也可以写上单位，例如 210万。"))
            raise ValueError(_l("请填整数，单位万元。也可以写上单位，例如 380万、3,800,000元。"))
        self.data = int(amount) // self.unit * (-1 if typed.startswith("-") else 1)


class Within(NumberRange):
    """A number from ``low`` to ``high``; what is no number at all has its error already."""

    def __init__(self, low: int, high: int, message: Any) -> None:
        super().__init__(low, high, message)

    def __call__(self, form: Any, field: Field) -> None:
        if not field.process_errors:
            super().__call__(form, field)


class EmptyInDraft(Optional):
    """A draft may leave it empty; before submission it is asked for, so the page does not call it optional."""

    def __init__(self) -> None:
        super().__init__()
        self.field_flags: dict[str, Any] = {}


class Required:
    """The field needs a value; the message says what to enter."""

    field_flags = {"required": True}

    def __init__(self, message: Any = None) -> None:
        self.message = message

    def __call__(self, form: Any, field: Field) -> None:
        if field.data is None or field.data is False or field.data in ("", []):
            raise ValidationError(self.message or _("请填写“%(label)s”。", label=field.label.text))


class InEitherLanguage:
    """One of the two languages is enough; the message stands beside the field that the page shows first."""

    def __init__(self, name: str, message: Any) -> None:
        self.name, self.message = name, message

    def __call__(self, form: Any, field: Field) -> None:
        if field.short_name == f"{self.name}_{language()}" and not any(
            form[f"{self.name}_{code}"].data for code in LANGUAGES
        ):
            raise ValidationError(str(self.message))


class AtMost:
    """At most so many characters."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.field_flags = {"maxlength": count}

    def __call__(self, form: Any, field: Field) -> None:
        if field.data and len(field.data) > self.count:
            raise ValidationError(
                _("最多 %(count)s 个字，现在有 %(now)s 个。请删减一些。", count=self.count, now=len(field.data))
            )


class Email:
    """An address that can receive mail, by its form."""

    def __call__(self, form: Any, field: Field) -> None:
        from email_validator import EmailNotValidError, validate_email

        try:
            field.data = validate_email(
                field.data or "", check_deliverability=False, test_environment=True
            ).normalized.lower()
        except EmailNotValidError as error:
            raise ValidationError(_("请填完整的邮箱，例如 name@company.cn。")) from error


def both_languages(name: str, label: Any, *, limit: int, area: bool = False, required: Any = None) -> dict[str, Any]:
    """Two fields, ``name_zh`` and ``name_en``, for a class body: ``vars().update(both_languages(...))``."""
    kind = TextAreaField if area else StringField
    first = [InEitherLanguage(name, required)] if required else []
    return {
        f"{name}_zh": kind(label, validators=[*first, AtMost(limit)]),
        f"{name}_en": kind(label, validators=[*first, AtMost(limit * 3)]),
    }
