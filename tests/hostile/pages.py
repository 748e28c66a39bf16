"""What a site reads: the forms and links of its pages as they are rendered, and the names that its views ask for."""

from __future__ import annotations

import ast
import inspect
import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Flask

Pair = tuple[str, str]
SOURCES = ("args", "form", "values", "headers", "cookies", "files")
SKIPPED = ("reset", "image")


@dataclass
class Form:
    """A form as its page shows it: where it goes, what would be sent, and what else could be."""

    action: str = ""
    method: str = "GET"
    multipart: bool = False
    fields: list[Pair] = field(default_factory=list)
    others: list[Pair] = field(default_factory=list)
    """Boxes and options that are not chosen."""
    files: list[str] = field(default_factory=list)
    buttons: list[Pair] = field(default_factory=list)


class _Reader(HTMLParser):
    """Collects forms and links; controls outside a form belong to the one they name."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._by_id: dict[str, Form] = {}
        self._inside: Form | None = None
        self._saving: Form | None = None
        self._select: tuple[Form, str, bool, list[tuple[str, bool]]] | None = None
        self._area: tuple[Form, str, list[str]] | None = None

    def _form_of(self, given: dict[str, str]) -> Form | None:
        if given.get("form"):
            return self._by_id.setdefault(given["form"], Form())
        return self._inside

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {k: v or "" for k, v in attributes}
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        elif tag == "form":
            self._inside = self._by_id.setdefault(given["id"], Form()) if given.get("id") else Form()
            self._inside.action, self._inside.method = given.get("action", ""), given.get("method", "get").upper()
            self._inside.multipart = "multipart" in given.get("enctype", "")
            self.forms.append(self._inside)
        elif tag in ("input", "button", "select", "textarea", "option"):
            self._control(tag, given, self._form_of(given))
        if "data-autosave" in given:
            self._saving = self._inside
        elif "data-market" in given and self._saving:  # a script sends the same form there, as it is typed
            self.forms.append(replace(self._saving, action=given["data-market"], buttons=[]))

    def _control(self, tag: str, given: dict[str, str], form: Form | None) -> None:
        name, kind = given.get("name", ""), given.get("type", "")
        if tag == "option" and self._select:
            self._select[3].append((given.get("value", ""), "selected" in given))
        if form is None or not name or kind in SKIPPED:
            return
        pair = (name, given.get("value", ""))
        if tag == "select":
            self._select = (form, name, "multiple" in given, [])
        elif tag == "textarea":
            self._area = (form, name, [])
        elif tag == "button" or kind == "submit":
            form.buttons.append(pair)
        elif kind == "file":
            form.files.append(name)
        elif kind in ("checkbox", "radio"):
            pair = (name, given.get("value", "on"))
            (form.fields if "checked" in given else form.others).append(pair)
        else:
            form.fields.append(pair)

    def handle_data(self, data: str) -> None:
        if self._area:
            self._area[2].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = None
        elif tag == "textarea" and self._area:
            form, name, text = self._area
            form.fields.append((name, "".join(text)))
            self._area = None
        elif tag == "select" and self._select:
            form, name, multiple, options = self._select
            chosen = [v for v, selected in options if selected] or [] if multiple else [v for v, _s in options[:1]]
            chosen = [v for v, selected in options if selected] or chosen
            form.fields += [(name, v) for v in chosen]
            form.others += [(name, v) for v, _selected in options if v not in chosen]
            self._select = None


def read(page: str) -> tuple[list[Form], list[str]]:
    """The forms and the links of a page."""
    reader = _Reader()
    reader.feed(page)
    return reader.forms, reader.links


def query_of(address: str) -> list[Pair]:
    """The parameters in an address."""
    return parse_qsl(urlsplit(address).query, keep_blank_values=True)


def like(name: str) -> str:
    """A field's name without the numbers of rows, so that the same field of another row counts as the same."""
    return re.sub(r"\d+", "#", name)


def _asked(node: ast.AST) -> tuple[str, Any] | None:
    """``request.args.get("page")``, ``request.form["act"]``, ``"remove" in request.form``: the source and the name."""
    of: ast.AST | None = None
    name: ast.AST | None = None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
        of, name = node.func.value, node.args[0]
    elif isinstance(node, ast.Subscript):
        of, name = node.value, node.slice
    elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In):
        of, name = node.comparators[0], node.left
    if not (isinstance(of, ast.Attribute) and isinstance(of.value, ast.Name) and of.value.id == "request"):
        return None
    known = of.attr in SOURCES and isinstance(name, ast.Constant) and isinstance(name.value, str)
    return (of.attr, name.value) if known else None


@lru_cache
def names_in(file: Path) -> dict[str, frozenset[str]]:
    """The names that a file asks a request for, by where it looks for them."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if asked := _asked(node):
            found[asked[0]].add(asked[1])
    return {source: frozenset(names) for source, names in found.items()}


def names_everywhere(app: Flask, source: str) -> frozenset[str]:
    """What any code of the site asks for there."""
    files = Path(app.root_path).rglob("*.py")
    return frozenset().union(*(names_in(f).get(source, frozenset()) for f in files))


@lru_cache
def names_for(app: Flask, endpoint: str, *sources: str) -> frozenset[str]:
    """What the view's own file and the code shared by all pages ask for."""
    view = inspect.unwrap(app.view_functions[endpoint])
    files = [Path(inspect.getfile(view)), *Path(app.root_path, "web").glob("*.py")]
    own = [f for f in files if f.is_relative_to(app.root_path)]
    return frozenset().union(*(names_in(f).get(s, frozenset()) for f in own for s in sources))
