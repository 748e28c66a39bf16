"""The calculator's page: a result has an address, nothing typed is lost, and no word promises what the plan does not."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape

import html5lib
import pytest
import time_machine
from flask.testing import FlaskClient

from marketplace.calculator.instruments import instruments, plan

RESULT = 'class="stat'
"""The one large figure of the page."""


def _words(page: str) -> str:
    """What stands in the page's main part, without tags."""
    main = page.partition("<main")[2].partition("</main>")[0]
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", main))).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_all_eight_instruments_stand_on_the_page_with_their_caps_and_articles(
    client: FlaskClient, language: str
) -> None:
    shown = _words(client.get(f"/{language}/support").text)
    for chosen in instruments().values():
        assert chosen.label.best(language) in shown
        assert chosen.where.best(language) in shown
        assert chosen.recipient.best(language) in shown


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("key", sorted(instruments()))
def test_each_result_has_its_formula_its_quotation_and_what_the_plan_leaves_open(
    client: FlaskClient, language: str, key: str
) -> None:
    answer = client.get(f"/{language}/support?instrument={key}&amount=380")
    shown = _words(answer.text)
    chosen = instruments()[key]
    assert answer.status_code == 200
    assert all(q.words.zh in shown and q.words.best(language) in shown for q in chosen.quotes)
    assert all(t.best(language) in shown for t in (*chosen.leaves_open, *plan().leaves_open))
    assert not re.search(r"entitled|\bonce\b|可获得|享受|一次性", shown)
    if chosen.rate:
        rate = f"{chosen.rate // 100}%"
        share = 380 * chosen.rate // 10_000
        assert f"{rate} × 380 万元 = {share} 万元" in shown or f"{rate} × CNY 3.8 million = " in shown
    else:
        assert "×" not in shown
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(answer.text)
    assert parser.errors == []


def test_the_ceiling_of_a_demonstration_project_of_380_wan(client: FlaskClient) -> None:
    shown = _words(client.get("/zh/support?instrument=demonstration&amount=380").text)
    assert "最高 76 万元" in shown
    assert "离最高金额还有 924 万元" in shown
    assert "第四章（十一）至（十五）" in shown


def test_beyond_the_cap_the_cap_counts_and_the_page_says_how_much_does_not(client: FlaskClient) -> None:
    shown = _words(client.get("/zh/support?instrument=rnd&amount=2亿").text)
    assert "30% × 2 亿元 = 6,000 万元" in shown
    assert "最高 5,000 万元" in shown
    assert "超出最高金额的 1,000 万元不计" in shown
    assert "正好到最高金额" in _words(client.get("/zh/support?instrument=demonstration&amount=5000").text)


@pytest.mark.parametrize("typed", ["abc", "0", "-3", "99999999", "", "<script>alert(1)</script>"])
def test_a_wrong_amount_has_its_error_beside_the_field_and_is_kept(client: FlaskClient, typed: str) -> None:
    answer = client.get("/zh/support", query_string={"instrument": "rnd", "amount": typed, "on": "2027-01-01"})
    assert answer.status_code == 422
    assert 'aria-describedby="amount-hint amount-err"' in answer.text
    field = re.search(r'<input[^>]*name="amount"[^>]*>', answer.text)
    assert field is not None
    assert unescape(re.search(r'value="([^"]*)"', field[0])[1]) == typed  # type: ignore[index]
    assert 'value="2027-01-01"' in answer.text
    assert '<option selected value="rnd">' in answer.text
    assert RESULT not in answer.text


def test_an_unknown_instrument_and_a_day_that_is_none_are_named(client: FlaskClient) -> None:
    answer = client.get("/en/support?instrument=lottery&amount=380&on=2027-02-30")
    assert answer.status_code == 422
    assert 'id="instrument-err"' in answer.text
    assert 'id="on-err"' in answer.text


def test_an_instrument_picked_from_the_table_waits_for_its_amount_without_an_error(client: FlaskClient) -> None:
    answer = client.get("/zh/support?instrument=rnd")
    assert answer.status_code == 200
    assert "aria-invalid" not in answer.text
    assert "填上“核定项目总投资”" in _words(answer.text)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("on", "holds"), [("2025-07-27", False), ("2025-07-28", True), ("2028-07-27", True), ("2028-07-28", False)]
)
def test_outside_its_days_the_plan_has_no_ceiling(client: FlaskClient, language: str, on: str, holds: bool) -> None:
    text = client.get(f"/{language}/support?instrument=standards_support&amount=1&on={on}").text
    assert (RESULT in text) == holds
    assert ("有效期内" in text or "within that time" in text) == holds


def test_without_a_day_the_sites_clock_counts(client: FlaskClient, clock: time_machine.Traveller) -> None:
    asked = "/zh/support?instrument=standards_support&amount="
    assert "今天在有效期内" in _words(client.get(asked).text)
    clock.move_to(datetime(2028, 7, 27, 15, 59, tzinfo=UTC))  # 23:59 in Beijing, the last minute
    assert "今天在有效期内" in _words(client.get(asked).text)
    clock.move_to(datetime(2028, 7, 27, 16, 0, tzinfo=UTC))
    expired = client.get(asked).text
    assert "方案已过有效期" in _words(expired)
    assert RESULT not in expired


def test_where_the_period_is_not_stated_the_page_says_that(client: FlaskClient) -> None:
    for key in ("sales_lease_reward", "open_source_reward", "standards_support"):
        assert "期间未写明" in _words(client.get(f"/zh/support?instrument={key}&amount=380").text)
