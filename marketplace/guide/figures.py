"""The figures that the pages name, read from the code that keeps to them: no page retypes a rule."""

from __future__ import annotations

from datetime import date

from flask import current_app

from marketplace.accounts.services.leaving import COMES_BACK, GRACE
from marketplace.accounts.services.sessions import HISTORY, LIFETIME, REMEMBERED
from marketplace.calculator.instruments import plan
from marketplace.challenges.services import OPENING_DELAY, SHORTEST
from marketplace.guide.content import criteria
from marketplace.households.models import FEWEST, RETENTION
from marketplace.infra.files.services import MAX_BYTES
from marketplace.kernel.i18n import gettext as _
from marketplace.organisations.models import VERIFICATION_DAYS
from marketplace.publicity.services import ADMISSIBILITY_DAYS, MOST_OPEN
from marketplace.rounds.defaults import Rules
from marketplace.vocabulary.calendar import CLOSING, NOON
from marketplace.web.helpers import day


def figures(language: str) -> dict[str, str]:
    """Every figure by the name under which the texts ask for it; rounds may change those of ``Rules``."""
    rules = Rules()
    panel = criteria()["panel"]
    return {
        **{
            name: str(getattr(rules, name))
            for name in (
                "intake_days", "bidding_days", "eligibility_days", "notice_days", "agreement_days",
                "shortlist_min", "shortlist_max",
            )
        },
        "verification_days": str(VERIFICATION_DAYS),
        "shortest_days": str(SHORTEST.days),
        "closing": f"{CLOSING:%H:%M}",
        "noon": f"{NOON:%H:%M}",
        "opening_minutes": str(int(OPENING_DELAY.total_seconds() // 60)),
        "panel_low": str(panel["low"]),
        "panel_high": str(panel["high"]),
        "panel_owner_share": panel["owner_share"][language],
        "upload_mb": str(MAX_BYTES // 1024 // 1024),
        "most_objections": str(MOST_OPEN),
        "admissible_days": str(ADMISSIBILITY_DAYS),
        "fewest_homes": str(FEWEST),
        "need_days": str(RETENTION.days),
        "history_days": str(HISTORY.days),
        "device_days": str(REMEMBERED.days),
        "session_days": str(LIFETIME.days),
        "grace_days": str(GRACE.days),
        "comes_back_days": str(COMES_BACK.days),
        "plan_number": plan().number.best(language),
        "plan_last": _day(plan().last),
        "operator_name": current_app.config["OPERATOR_NAME"] or _("尚未配置"),
        "operator_contact": current_app.config["OPERATOR_CONTACT"] or _("尚未配置"),
    }  # fmt: skip


def _day(when: date) -> str:
    return day(when, year=True)
