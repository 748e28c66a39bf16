"""The parts that pages are built from: one file each, at hand in every template without an import."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from jinja2 import Environment, TemplateNotFound
from jinja2.ext import Extension

TAG = re.compile(r"<[a-zA-Z](?:[^<>{]|\{\{(?:(?!\}\}).)*\}\}|\{%(?:(?!%\}).)*%\}|\{(?![{%]))*>", re.DOTALL)
BREAK = re.compile(r"\n[ \t]*")


class Unindented(Extension):
    """Templates are laid out for who reads them, and sent without that: a page is not compressed (decision 15)."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """A page's source with each tag on one line and each line beginning at its first word; mails stay as they are."""
        if not (name or "").endswith(".html"):
            return source
        return BREAK.sub("\n", TAG.sub(lambda tag: BREAK.sub(" ", tag[0]), source))


class Parts:
    """A folder of templates as an object: ``p.fit`` is the macro ``fit`` of ``_parts/fit.html``.

    The macros see no page's variables: what they show is handed to them, so a part looks the same wherever it stands.
    """

    def __init__(self, environment: Environment, folder: str) -> None:
        self._environment, self._folder = environment, folder
        self._known: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._known or self._environment.auto_reload:
            try:
                template = self._environment.get_template(f"{self._folder}/{name}.html")
            except TemplateNotFound as missing:
                raise AttributeError(f"{self._folder} has no part {name}") from missing
            self._known[name] = getattr(template.module, name)
        return self._known[name]


def start(app: Flask) -> None:
    """Give ``p`` (parts of pages) and ``f`` (fields of forms) to every template."""
    app.jinja_env.add_extension(Unindented)
    app.jinja_env.globals.update(p=Parts(app.jinja_env, "_parts"), f=Parts(app.jinja_env, "_fields"))
