"""The explicit list of features, bottom to top: no discovery magic. Importing a module here registers what it declares."""

from __future__ import annotations

from flask import Blueprint

import marketplace.accounts.messages
import marketplace.accounts.personal
import marketplace.bids.messages
import marketplace.bids.panels
import marketplace.bids.personal
import marketplace.catalogue.messages
import marketplace.catalogue.panels
import marketplace.catalogue.personal
import marketplace.catalogue.search
import marketplace.challenges.messages
import marketplace.challenges.panels
import marketplace.challenges.personal
import marketplace.challenges.search
import marketplace.dashboard.panels
import marketplace.evaluation.messages
import marketplace.evaluation.panels
import marketplace.evaluation.services
import marketplace.exchange.messages
import marketplace.exchange.services
import marketplace.households.messages
import marketplace.households.panels
import marketplace.infra.files.removing
import marketplace.infra.jobs.models
import marketplace.infra.mail.models
import marketplace.infra.search.services
import marketplace.introductions.messages
import marketplace.introductions.panels
import marketplace.introductions.personal
import marketplace.matching.gap_panels
import marketplace.matching.messages
import marketplace.matching.panels
import marketplace.matching.telling
import marketplace.notifications.personal
import marketplace.notifications.services
import marketplace.organisations.messages
import marketplace.organisations.personal
import marketplace.publicity.messages
import marketplace.publicity.panels
import marketplace.publicity.personal
import marketplace.publicity.search
import marketplace.recommending.messages
import marketplace.recommending.panels
import marketplace.scenarios.messages
import marketplace.scenarios.personal
import marketplace.vocabulary.models  # noqa: F401
from marketplace.accounts.views import bp as accounts
from marketplace.bids.views import bp as bids
from marketplace.calculator.views import bp as calculator
from marketplace.catalogue.views import bp as catalogue
from marketplace.challenges.views import bp as challenges
from marketplace.console.views import bp as console
from marketplace.console.views import root
from marketplace.dashboard.views import bp as dashboard
from marketplace.discovery.views import bp as discovery
from marketplace.evaluation.views import bp as evaluation
from marketplace.exchange.views import bp as exchange
from marketplace.exchange.views import root as schemas
from marketplace.guide.views import bp as guide
from marketplace.households.views import bp as households
from marketplace.introductions.views import bp as introductions
from marketplace.matching.gap_views import bp as gaps
from marketplace.matching.views import bp as matching
from marketplace.notifications.views import bp as notifications
from marketplace.organisations.views import bp as organisations
from marketplace.publicity.views import bp as publicity
from marketplace.recommending.views import bp as recommending
from marketplace.rounds.views import bp as rounds
from marketplace.scenarios.views import bp as scenarios

PAGES: tuple[Blueprint, ...] = (
    discovery,
    dashboard,
    challenges,
    catalogue,
    gaps,
    publicity,
    recommending,
    households,
    rounds,
    matching,
    calculator,
    guide,
    scenarios,
    exchange,
    introductions,
    bids,
    evaluation,
    organisations,
    accounts,
    notifications,
    console,
)
"""Pages in both languages, under /zh/ and /en/."""

ROOT: tuple[Blueprint, ...] = (root, schemas)
"""Addresses without a language: health, schemas and the like."""
