"""Templates and code name each other rightly: endpoints, templates, pictures and acts that are named exist and are used."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import meta, nodes

from marketplace.infra.announcements import DECLARATIONS
from marketplace.kernel.policy import POLICIES
from marketplace.scenarios.views import STEPS

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
NAMES = sorted(str(p.relative_to(TEMPLATES)) for p in TEMPLATES.rglob("*") if p.is_file())
SOURCES = sorted((ROOT / "marketplace").rglob("*.py"))
TEMPLATE_NAME = re.compile(r"[a-z_]+/[\w/]+\.(html|json|txt|mjml|jinja)")
NAMED_BY_CODE = [n for n in NAMES if not n.startswith(("_", "mail/")) and "/_" not in n]

Named = tuple[str, str, frozenset[str]]
"""Where an endpoint is named, the endpoint, and the arguments it is given."""


def _constants(node: object) -> Iterator[str]:
    """The texts that an expression, a choice between two included, may be."""
    if isinstance(node, nodes.Const | ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, nodes.CondExpr):
        yield from _constants(node.expr1)
        yield from _constants(node.expr2)
    elif isinstance(node, ast.IfExp):
        yield from _constants(node.body)
        yield from _constants(node.orelse)


def _calls_in_templates(app: Flask, function: str) -> Iterator[tuple[str, nodes.Call]]:
    for name in NAMES:
        tree = app.jinja_env.parse((TEMPLATES / name).read_text(encoding="utf-8"))
        for call in tree.find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == function:
                yield name, call


def _named_in_templates(app: Flask) -> list[Named]:
    found = []
    for name, call in _calls_in_templates(app, "url_for"):
        given = frozenset(k.key for k in call.kwargs)
        found += [(f"templates/{name}", endpoint, given) for endpoint in _constants(call.args[0])]
    return found


def _blueprint(tree: ast.Module) -> str:
    """The blueprint that a relative endpoint of a views module means."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "bp":
            assert isinstance(node.value, ast.Call)
            return next(_constants(node.value.args[0]))
    return ""


def _named_in_code() -> list[Named]:
    found = []
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "url_for":
                given = frozenset(k.arg for k in node.keywords if k.arg)
                everything = any(k.arg is None for k in node.keywords)
                for endpoint in _constants(node.args[0]):
                    whole = _blueprint(tree) + endpoint if endpoint.startswith(".") else endpoint
                    where = f"{path.relative_to(ROOT)}:{node.lineno}"
                    found.append((where, whole, given | {"*"} if everything else given))
    return found


def _wrong_addresses(app: Flask, named: list[Named]) -> list[str]:
    wanted = {r.endpoint: r.arguments - {"lang"} for r in app.url_map.iter_rules()}
    wrong = [f"{where}: no endpoint {name}" for where, name, _given in named if name not in wanted]
    for where, name, given in named:
        missing = wanted.get(name, set()) - given
        if missing and "*" not in given:
            wrong.append(f"{where}: {name} lacks {sorted(missing)}")
    return wrong


def test_every_address_in_a_template_exists_and_gets_its_arguments(app: Flask) -> None:
    named = _named_in_templates(app)
    assert len(named) > 150
    assert _wrong_addresses(app, named) == []


def test_every_address_in_code_exists_and_gets_its_arguments(app: Flask) -> None:
    named = _named_in_code()
    assert len(named) > 60
    assert _wrong_addresses(app, named) == []


def test_every_endpoint_that_a_message_hands_on_exists(app: Flask) -> None:
    """Messages pass an endpoint's name to a helper that builds the link."""
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    handed = set()
    for path in SOURCES:
        if path.name == "messages.py":
            texts = {c for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) for c in _constants(n)}
            handed |= {t for t in texts if re.fullmatch(r"[a-z]+\.[a-z_]+", t)}
    assert "publicity.decide" in handed
    assert handed - endpoints == set()


def _texts_in_code() -> tuple[set[str], set[str]]:
    """Template names that stand in code whole, and patterns of those that are put together there."""
    whole, patterns = set(), set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = [re.escape(str(v.value)) if isinstance(v, ast.Constant) else r"[\w/]+" for v in node.values]
                pattern = "".join(parts)
                if re.search(r"\\\.(html|jinja)$", pattern):
                    patterns.add(pattern)
            else:
                whole |= {c for c in _constants(node) if TEMPLATE_NAME.fullmatch(c)}
    return whole, patterns


def test_every_template_that_code_names_exists() -> None:
    whole, patterns = _texts_in_code()
    assert len(whole) > 60
    assert patterns == {r"scenarios/step_[\w/]+\.html", r"mail/[\w/]+\.jinja", r"[\w/]+/[\w/]+\.html"}
    assert whole - set(NAMES) == set()


def test_every_step_of_a_scenario_has_its_page() -> None:
    pages = {n for n in NAMES if n.startswith("scenarios/step_")}
    assert pages == {f"scenarios/step_{step}.html" for step in STEPS}


def test_every_page_is_used_by_code() -> None:
    whole, patterns = _texts_in_code()
    unused = [n for n in NAMED_BY_CODE if n not in whole and not any(re.fullmatch(p, n) for p in patterns)]
    assert unused == []


def _referred(app: Flask) -> dict[str, set[str]]:
    found = {}
    for name in NAMES:
        tree = app.jinja_env.parse((TEMPLATES / name).read_text(encoding="utf-8"))
        found[name] = {other for other in meta.find_referenced_templates(tree) if other is not None}
    return found


def test_every_template_that_a_template_names_exists(app: Flask) -> None:
    assert {(n, other) for n, others in _referred(app).items() for other in others - set(NAMES)} == set()


def test_every_fragment_is_used_by_a_page_or_by_code(app: Flask) -> None:
    whole, _patterns = _texts_in_code()
    used = whole.union(*_referred(app).values())
    own = [n for n in NAMES if (n.startswith("_") or "/_" in n) and not n.startswith(("_parts/", "_fields/"))]
    assert [n for n in own if n not in used] == []


FOLDERS = {"p": "_parts", "f": "_fields"}


def _parts_called(app: Flask, name: str) -> set[str]:
    """The parts and fields that a template calls, as names of their files."""
    tree = app.jinja_env.parse((TEMPLATES / name).read_text(encoding="utf-8"))
    return {
        f"{FOLDERS[call.node.node.name]}/{call.node.attr}.html"
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Getattr)
        and isinstance(call.node.node, nodes.Name)
        and call.node.node.name in FOLDERS
    }


PARTS = {n for n in NAMES if n.startswith(("_parts/", "_fields/"))}


def test_every_part_exists_stands_in_the_style_guide_and_is_used_by_a_page(app: Flask) -> None:
    called = {n: _parts_called(app, n) for n in NAMES}
    assert {(n, part) for n, parts in called.items() for part in parts - PARTS} == set()
    # What scripts say aloud stands once on every page, so the layout shows it.
    assert PARTS - called["console/styleguide.html"] - {"_parts/said.html"} == set()
    elsewhere = set().union(*(parts for n, parts in called.items() if n != "console/styleguide.html"))
    # Met lines as a fingerprint stand where products are listed by fit.
    assert PARTS - elsewhere - {"_parts/cells.html"} == set()


def test_every_part_says_what_it_is_for_and_bears_its_file_s_name() -> None:
    for name in PARTS - {"_fields/token.html", "_fields/error_line.html"}:
        text = (TEMPLATES / name).read_text(encoding="utf-8")
        assert text.startswith("{#"), name
        assert re.findall(r"{% macro (\w+)", text) == [Path(name).stem], name


MARKUP_OF_PARTS = (
    'class="crumbs"', 'class="facts', 'class="track"', 'class="fit ', 'class="ev ', 'class="gauge"', 'class="card-c',
    'class="empty"', 'class="chip"', 'class="facet"', 'class="tabs', 'class="meter', 'class="gate', 'class="door"', 'class="door ',
    'class="pic"', 'class="photo"', 'class="viz bars', 'class="ask"', 'class="cells"', '<form class="find', "<del>", 'class="err"',
)  # fmt: skip


def test_no_page_writes_what_a_part_exists_for() -> None:
    pages = [n for n in NAMES if n.endswith(".html") and n not in PARTS]
    written = [(n, m) for n in pages for m in MARKUP_OF_PARTS if m in (TEMPLATES / n).read_text(encoding="utf-8")]
    assert written == []


def test_every_mail_is_told_and_every_told_mail_exists(app: Flask) -> None:
    told = {f"mail/{d.template}.jinja" for entries in DECLARATIONS.values() for d in entries}
    written = {n for n in NAMES if n.startswith("mail/") and n.endswith(".jinja")}
    assert told - written == set()
    assert written - told == set()


@pytest.mark.parametrize("name", NAMES)
def test_every_template_compiles(app: Flask, name: str) -> None:
    assert app.jinja_env.get_template(name).filename == str(TEMPLATES / name)


def test_every_picture_and_style_that_a_template_names_exists(app: Flask) -> None:
    named = {text for _name, call in _calls_in_templates(app, "asset") for text in _constants(call.args[0])}
    assert "css/site.css" in named
    assert {n for n in named if not (ROOT / "static" / n).is_file()} == set()


def test_every_icon_that_a_template_names_is_drawn(app: Flask) -> None:
    drawn = set(re.findall(r'id="([\w-]+)"', (ROOT / "static/img/icons.svg").read_text(encoding="utf-8")))
    named = {text for _name, call in _calls_in_templates(app, "icon") for text in _constants(call.args[0])}
    assert named - drawn == set()


def test_every_act_that_a_template_asks_about_has_a_rule(app: Flask) -> None:
    known = {act for policy in POLICIES.values() for act in policy.rules}
    asked = {text for _name, call in _calls_in_templates(app, "can") for text in _constants(call.args[0])}
    assert asked - known == set()
