"""From a text of the data files to what a page shows: figures filled in, links drawn."""

from __future__ import annotations

import re
from collections.abc import Mapping

from flask import url_for
from markupsafe import Markup, escape

from marketplace.kernel.i18n import language
from marketplace.kernel.text import Text
from marketplace.vocabulary.glossary import words

LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")


def address(target: str) -> str:
    """Where a link of a text leads: an endpoint of the site, or ``word:key`` for a word of the glossary."""
    kind, _colon, key = target.partition(":")
    if kind == "word":
        return f"{url_for('guide.glossary')}#{words()[key].key}"
    return url_for(target)


def shown(text: Text, figures: Mapping[str, str]) -> Markup:
    """The text in the reader's language as HTML; ``KeyError`` for a figure or word that is not there."""
    written = text.best(language()).format_map(figures)
    pieces, end = [], 0
    for match in LINK.finditer(written):
        css = Markup(' class="word"') if match[2].startswith("word:") else ""
        link = Markup('<a{} href="{}">{}</a>').format(css, address(match[2]), match[1])
        pieces += [escape(written[end : match.start()]), link]
        end = match.end()
    return Markup("").join([*pieces, escape(written[end:])])
