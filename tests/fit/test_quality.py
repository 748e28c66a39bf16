"""The ranking against people's judgment: what they would invite stands on top, on scenarios that nobody tuned for."""

from __future__ import annotations

import pytest

from tests.fit.judging import HALVES, mean, ndcg_at_10, precision_at_5, ranked, without

FLOOR = 0.90


def test_the_held_out_half_reaches_the_bar() -> None:
    precision, ndcg = mean("held_out")
    assert precision >= FLOOR
    assert ndcg >= FLOOR


def test_the_whole_score_ranks_no_worse_than_words_or_kind_alone() -> None:
    for half in HALVES:
        whole = mean(half)
        for part in ("text", "kind"):
            assert whole[0] >= mean(half, [part])[0]
            assert whole[1] > mean(half, [part])[1]


def test_what_the_parts_leave_out_is_left_out_of_the_order() -> None:
    assert without("track") == ["musts", "clear", "shoulds", "kind", "text", "evidence", "freshness"]
    by_entry = [list(one.grades.values()) for one in ranked()]
    assert [sorted(one.order([])) for one in ranked()] == [sorted(grades) for grades in by_entry]
    assert all(len(one.parts) == 40 for one in ranked())


def test_precision_divides_by_what_can_be_found() -> None:
    assert precision_at_5([3, 2, 2, 0, 0, 0]) == 1
    assert precision_at_5([3, 0, 0, 0, 1, 2]) == 1 / 2
    assert precision_at_5([2, 2, 0, 2, 2, 3, 3]) == 4 / 5


def test_ndcg_by_hand() -> None:
    assert ndcg_at_10([3, 2, 1, 0]) == 1
    # 2² − 1 = 3 in second place: 3 / log₂ 3 = 1.8928, of 3 in the first.
    assert ndcg_at_10([0, 2]) == pytest.approx(0.6309, abs=1e-4)
    # (1 + 7 / log₂ 3) / (7 + 1 / log₂ 3) = 5.4165 / 7.6309
    assert ndcg_at_10([1, 3]) == pytest.approx(0.7098, abs=1e-4)
    assert ndcg_at_10([0] * 10 + [3]) == 0
