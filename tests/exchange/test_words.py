"""One option has one word: the column of a file says what the form on the page says, in both languages."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from marketplace.catalogue import forms as catalogue
from marketplace.exchange import columns
from marketplace.kernel.i18n import force_language
from marketplace.kernel.text import LANGUAGES
from marketplace.scenarios import forms as scenarios

OPTIONS = {
    "kind of scenario": (scenarios.KINDS, columns.SCENARIO_KINDS()),
    "budget": (scenarios.BUDGETS, columns.BUDGETS()),
    "mode": (scenarios.MODES, columns.MODES()),
    "route": (scenarios.ROUTES, columns.ROUTES()),
    "price": (catalogue.PRICES, columns.PRICES()),
    "evidence": (catalogue.EVIDENCE, columns.EVIDENCE()),
    "variant": (catalogue.VARIANTS, columns.VARIANTS()),
    "service": (catalogue.SERVICES, columns.SERVICE_WORDS),
}


def _head(words: object) -> str:
    """An option without what the form explains after it."""
    return re.split(r"：|，|: |, ", str(words))[0].lower()


@pytest.mark.parametrize("what", OPTIONS)
def test_a_file_names_an_option_as_the_page_does(app: Flask, what: str) -> None:
    page, file = OPTIONS[what]
    for language in LANGUAGES:
        with force_language(language):
            assert {key: _head(words) for key, words in page} == {
                key: text.best(language).lower() for key, text in file.items()
            }


def test_a_file_names_what_is_said_of_a_site_as_the_page_does(app: Flask) -> None:
    for language in LANGUAGES:
        with force_language(language):
            said = {key: str(words) for key, words in scenarios.SITE_LABELS.items()}
            assert said == {key: pair[language == "en"] for key, pair in columns.SITE.items()}
