"""The judged pairs are whole: twelve scenarios by forty products, every pair once, with a grade and a reason."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from marketplace.demo import content

JUDGED = Path(__file__).parent / "judged"
PRODUCTS: list[str] = yaml.safe_load((JUDGED / "products.yaml").read_text("utf-8"))["products"]
SCENARIOS: list[dict[str, Any]] = yaml.safe_load((JUDGED / "pairs.yaml").read_text("utf-8"))["scenarios"]


def test_twelve_scenarios_and_forty_products_of_the_demo_are_judged() -> None:
    named = [s["scenario"] for s in SCENARIOS]
    assert len(named) == len(set(named)) == 12
    assert len(PRODUCTS) == len(set(PRODUCTS)) == 40
    assert set(named) <= {s["key"] for s in content.scenarios()}
    assert set(PRODUCTS) <= {p["key"] for p in content.products()}


def test_the_halves_are_even_and_both_mix_the_domains() -> None:
    domain = {s["key"]: s["domain"] for s in content.scenarios()}
    assert Counter(s["half"] for s in SCENARIOS) == {"tune": 6, "held_out": 6}
    for half in ("tune", "held_out"):
        assert {domain[s["scenario"]] for s in SCENARIOS if s["half"] == half} == set(domain.values())


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: str(s["scenario"]))
def test_every_product_is_judged_once_with_a_grade_and_a_reason(scenario: dict[str, Any]) -> None:
    judgments = scenario["judgments"]
    assert sorted(j["product"] for j in judgments) == sorted(PRODUCTS)
    for judgment in judgments:
        assert set(judgment) == {"product", "grade", "reason"}
        assert type(judgment["grade"]) is int
        assert 0 <= judgment["grade"] <= 3
        assert len(judgment["reason"]) >= 15
        assert judgment["reason"].endswith(".")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: str(s["scenario"]))
def test_every_scenario_has_three_products_worth_inviting(scenario: dict[str, Any]) -> None:
    assert sum(j["grade"] >= 2 for j in scenario["judgments"]) >= 3
