"""The pages of the guide."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from markupsafe import Markup

from marketplace.guide.content import Guide, criteria, guide
from marketplace.guide.figures import figures
from marketplace.guide.writing import address, shown
from marketplace.kernel.i18n import language
from marketplace.kernel.text import Text, clean
from marketplace.rounds.defaults import Rules
from marketplace.vocabulary import glossary as words
from marketplace.web.page import page

bp = Blueprint("guide", __name__)

MOST_TEXT = 60


def _read(name: str, template: str = "guide/page.html", **more: Any) -> Any:
    content = guide(name)
    known = figures(language())

    def say(text: Text) -> Markup:
        return shown(text, known)

    return page(template, guide=content, say=say, address=address, track=_track(content, say), **more)


def _track(content: Guide, say: Any) -> list[tuple[Markup, Markup]]:
    """The steps in short, each a link to where it is told."""
    return [(Markup('<a href="#{}">{}</a>').format(s.key, say(s.name)), say(s.time)) for s in content.steps]


@bp.get("/guide")
def index() -> Any:
    """Where to read on."""
    return page("guide/index.html", guides=[guide(n) for n in ("owners", "vendors", "selection")])


@bp.get("/guide/owners")
def owners() -> Any:
    """我有场景: from a draft to a landed robot."""
    return _read("owners")


@bp.get("/guide/vendors")
def vendors() -> Any:
    """我有机器人: from a listed product to the shortlist."""
    return _read("vendors")


@bp.get("/guide/selection")
def selection() -> Any:
    """How selection works, by which criteria, and how to object."""
    shares = [(Text.of(s["zh"], s["en"]), s["points"], s["blind"]) for s in criteria()["shares"]]
    return _read("selection", "guide/selection.html", shares=shares, pass_mark=Rules().pass_mark)


@bp.get("/guide/glossary")
def glossary() -> Any:
    """Every word of the programme in both languages; ``q`` keeps those that it is found in."""
    text = clean(request.args.get("q", ""))[:MOST_TEXT]
    found = words.matching(text)
    return page("guide/glossary.html", groups=found, text=text, count=sum(len(g.words) for g in found))


@bp.get("/privacy")
def privacy() -> Any:
    """隐私说明: what is collected, why, for how long, who sees it, and how to use one's rights."""
    return _read("privacy")


@bp.get("/terms")
def terms() -> Any:
    """使用条款."""
    return _read("terms")
