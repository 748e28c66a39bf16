"""Languages of the interface. Chinese is the original: message ids are Chinese, English is the catalogue."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from babel.support import Translations
from flask import g, has_app_context
from flask_babel import force_locale
from flask_babel.speaklater import LazyString
from markupsafe import escape

from marketplace.kernel.text import LANGUAGES, Text

__all__ = [
    "LANGUAGES",
    "best",
    "force_language",
    "gettext",
    "language",
    "lazy_gettext",
    "select",
]

LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
CATALOGUES = Path(__file__).parents[1] / "translations"


@lru_cache(maxsize=1)
def _english() -> Translations:
    """Opened by name: the library would go on without a word, in Chinese, where `make` has not compiled it."""
    with (CATALOGUES / "en/LC_MESSAGES/messages.mo").open("rb") as compiled:
        return Translations(compiled)


def gettext(text: str, **values: object) -> str:
    """``text`` in the language of what is being written now, with its named values.

    A page asks for hundreds of texts; the library's own ``gettext`` looks the request up four times for each.
    """
    found = text if language() == "zh" else _english().gettext(text)
    return found % values if values else found


def plural(one: str, many: str, count: int) -> str:
    """For Jinja, which wants it: Chinese has one form, and our English texts name their counts in the table's way."""
    return gettext(one if count == 1 else many)


class LazyText(LazyString):
    """A text looked up when it is shown; unlike the library's own it is escaped like any other text."""

    def __html__(self) -> str:
        return escape(str(self))


def lazy_gettext(text: str, **values: object) -> LazyText:
    """``gettext`` when it is shown, for texts at the level of modules and classes."""
    return LazyText(gettext, text, **values)


def language() -> str:
    """The language of what is being written now: ``zh`` or ``en``."""
    return g.get("language", "zh") if has_app_context() else "zh"


def select() -> str:
    """The Babel locale of what is being written now; called by Flask-Babel, also without a request."""
    return LOCALES[language()]


def best(text: Text) -> str:
    """Bilingual content in the reader's language where given, else in the other."""
    return text.best(language())


class force_language:
    """Write in ``code`` within the block, whatever the request speaks."""

    def __init__(self, code: str) -> None:
        self.code = code if code in LANGUAGES else "zh"

    def __enter__(self) -> None:
        self.before = g.get("language")
        g.language = self.code
        self.locale = force_locale(LOCALES[self.code])
        self.locale.__enter__()

    def __exit__(self, *exc: object) -> None:
        self.locale.__exit__(*exc)
        if self.before is None:
            g.pop("language", None)
        else:
            g.language = self.before
