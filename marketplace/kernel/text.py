"""Texts of people: bilingual content, and the cleaning that every typed string goes through."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON
from sqlalchemy.types import TypeDecorator

LANGUAGES = ("zh", "en")
# C0/C1 controls but tab and newline, lone surrogates, and the marks that reorder what a reader sees.
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff]")


def clean(value: str) -> str:
    """What a person typed, without control characters, lone surrogates, bidirectional overrides and outer space."""
    return _UNWANTED.sub("", value.replace("\r\n", "\n").replace("\r", "\n")).strip()


def fold(value: str) -> str:
    """Full width to half width and lower case, for comparing what people type."""
    return unicodedata.normalize("NFKC", value).casefold()


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Text:
    """Content in Chinese and English; ``source`` is the language it was written in first."""

    zh: str = ""
    en: str = ""
    source: str = "zh"
    source_hash: str = ""

    @classmethod
    def of(cls, zh: str = "", en: str = "") -> Text:
        """Both languages as written now; the translation counts as fresh."""
        source = "zh" if zh or not en else "en"
        return cls(zh=zh, en=en, source=source, source_hash=_digest(zh if source == "zh" else en))

    def revised(self, zh: str, en: str) -> Text:
        """The text after an edit: a translation left untouched while its source changed becomes stale."""
        new = Text.of(zh, en)
        if new.source != self.source:
            return new
        changed_source = getattr(new, new.source) != getattr(self, self.source)
        other = "en" if new.source == "zh" else "zh"
        kept = getattr(new, other) and getattr(new, other) == getattr(self, other)
        if kept and (changed_source or self.is_stale):
            return Text(new.zh, new.en, new.source, self.source_hash)
        return new

    @property
    def is_stale(self) -> bool:
        """Whether the translation is older than its source."""
        return bool(self.zh and self.en) and self.source_hash != _digest(getattr(self, self.source))

    def best(self, language: str) -> str:
        """The text in ``language`` where it was given, else in the other one."""
        return getattr(self, language) or self.zh or self.en

    def language_shown(self, language: str) -> str:
        """The language that ``best`` answers in."""
        if getattr(self, language):
            return language
        return "zh" if self.zh else "en"

    def __bool__(self) -> bool:
        return bool(self.zh or self.en)

    def as_json(self) -> dict[str, str]:
        """The text as plain data."""
        return {"zh": self.zh, "en": self.en, "source": self.source, "source_hash": self.source_hash}

    @classmethod
    def from_json(cls, data: dict[str, str] | None) -> Text:
        """The text from plain data; missing languages are empty."""
        data = data or {}
        if "source_hash" not in data:
            return cls.of(data.get("zh", ""), data.get("en", ""))
        return cls(data.get("zh", ""), data.get("en", ""), data.get("source", "zh"), data["source_hash"])


class TextType(TypeDecorator[Text]):
    """A ``Text`` in one JSON column; never NULL in Python."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Text | None, dialect: Any) -> Any:
        return (value or Text()).as_json()

    def process_result_value(self, value: Any, dialect: Any) -> Text:
        return Text.from_json(value)
