"""The columns, the board and the tables say exactly what a plain loop says, one product and one value at a time."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from marketplace.fit.board import Board
from marketplace.fit.columns import Catalogue
from marketplace.fit.consortium import consortia, smallest
from marketplace.fit.explain import Match, explain
from marketplace.fit.offers import Offer
from marketplace.fit.ranking import rank
from marketplace.fit.relax import relax
from tests.fit import made, reference

TODAY = made.TODAY
OFFERS = [made.offer(number, stated=0.3 + number % 7 / 10) for number in range(1, 241)]
NEEDS = [made.need(number) for number in range(120)]


def _fetch(offers: Sequence[Offer] = OFFERS) -> dict[int, Offer]:
    return {offer.id: offer for offer in offers}


def _told(catalogue: Catalogue, number: int, offers: Sequence[Offer] = OFFERS) -> list[tuple[int, int, int]]:
    ranking = rank(catalogue, NEEDS[number], lambda _ids: _fetch(offers), today=TODAY)
    return list(zip(ranking.ids.tolist(), ranking.scores.tolist(), ranking.standings.tolist()))


def test_every_product_is_ranked_as_by_the_plain_loop_and_the_first_fifty_are_explained() -> None:
    catalogue = Catalogue(OFFERS)
    for number, need in enumerate(NEEDS):
        by_hand = reference.rank(need, OFFERS, TODAY)
        assert _told(catalogue, number) == by_hand
        matches = rank(catalogue, need, lambda _ids: _fetch(), today=TODAY).matches
        assert [(m.offer_id, m.score, int(m.standing)) for m in matches] == by_hand[:50]


def test_an_explanation_from_the_columns_is_that_of_the_product_alone() -> None:
    catalogue, offers = Catalogue(OFFERS), _fetch()
    for need in NEEDS[:40]:
        for match in rank(catalogue, need, lambda _ids: offers, today=TODAY).matches:
            alone = explain(need, offers[match.offer_id], today=TODAY, weigh=catalogue.weigh)
            assert match == alone


def test_a_catalogue_of_blocks_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = [_told(Catalogue(OFFERS), number) for number in range(20)]
    monkeypatch.setattr("marketplace.fit.columns.BLOCK", 37)
    assert [_told(Catalogue(OFFERS), number) for number in range(20)] == whole


def test_products_that_came_changed_and_went_leave_what_a_fresh_catalogue_holds() -> None:
    dice = random.Random(3)
    catalogue, now = Catalogue(OFFERS[:100]), _fetch(OFFERS[:100])
    for offer in OFFERS[100:]:
        catalogue.put(offer)
        now[offer.id] = offer
        gone = dice.choice(list(now))
        if dice.random() < 0.5:
            catalogue.drop(gone)
            del now[gone]
        else:
            other = replace(made.offer(1000 + gone), id=gone)
            catalogue.put(other)
            now[gone] = other
    offers = [now[key] for key in sorted(now)]
    fresh = Catalogue(offers)
    assert len(catalogue) == len(fresh) == len(offers)
    for number in range(60):
        assert _told(catalogue, number, offers) == _told(fresh, number, offers)


def test_a_product_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        Catalogue([OFFERS[0], OFFERS[0]])


def test_one_product_against_all_scenarios_says_what_each_scenario_says_of_it() -> None:
    catalogue = Catalogue(OFFERS)
    board = Board(NEEDS, catalogue.weigh)
    words = [reference.weights(need, OFFERS) for need in NEEDS]
    for offer in OFFERS[::4]:
        suited = board.suit(offer, TODAY)
        found = list(zip(suited.scores.tolist(), suited.standings.tolist()))
        assert found == [reference.judge(n, offer, w, TODAY) for n, w in zip(NEEDS, words)]


def test_an_empty_catalogue_and_an_empty_board_answer() -> None:
    catalogue = Catalogue()
    assert rank(catalogue, NEEDS[0], lambda _ids: {}, today=TODAY).matches == ()
    assert relax(catalogue, NEEDS[0], lambda _ids: {}, today=TODAY).meeting == 0
    assert Board([], catalogue.weigh).suit(OFFERS[0], TODAY).scores.tolist() == []


def test_what_each_requirement_costs_is_counted_over_all_products() -> None:
    offers = [made.offer(number, stated=0.9) for number in range(1, 201)]
    catalogue, by_id, steps = Catalogue(offers), _fetch(offers), 0
    for number in range(60):
        need = made.need(number, musts=1 + number % 4, shoulds=1)
        table = relax(catalogue, need, lambda _ids: by_id, today=TODAY)
        assert table.meeting == len(reference.meeting(need, offers))
        for cost in table.costs:
            without = len(reference.meeting(need, offers, cost.requirement.key))
            assert cost.without == without
            assert cost.met + cost.unknown + cost.short == len(offers)
            counts = [table.meeting, *(step.meeting for step in cost.steps)]
            assert counts == sorted(set(counts))
            assert counts[-1] <= without
            for step in cost.steps:
                steps += 1
                eased = [replace(r, value=step.value) if r is cost.requirement else r for r in need.requirements]
                assert step.meeting == len(reference.meeting(replace(need, requirements=tuple(eased)), offers))
        dear = max(table.costs, key=lambda c: c.without)
        assert table.costliest is (dear.requirement if dear.without > table.meeting else None)
        assert [_unmet(match) for match in table.misses] == sorted(_unmet(match) for match in table.misses)
    assert steps > 100


def _unmet(match: Match) -> int:
    shown = match.instead or match.explanation
    return min(
        sum(row.answer.fit.value not in ("met", "metif") for row in one.rows if row.requirement.is_must)
        for one in (match.explanation, shown)
    )


def test_the_smallest_sets_are_those_that_trying_everything_finds() -> None:
    dice = random.Random(11)
    for _ in range(200):
        masks = [dice.randrange(64) for _ in range(dice.randint(1, 9))]
        whole = 0
        for mask in masks:
            whole |= mask
        if not whole:
            continue
        for size in range(1, 6):
            found = [s for s in itertools.combinations(range(len(masks)), size) if _covers(s, masks, whole)]
            if found:
                break
        assert set(smallest(masks, whole, sets=10_000).sets) == set(found)


def _covers(chosen: Sequence[int], masks: Sequence[int], whole: int) -> bool:
    return not whole & ~_joined(masks[n] for n in chosen)


def _joined(masks: object) -> int:
    found = 0
    for mask in masks:  # type: ignore[attr-defined]
        found |= mask
    return found


def test_a_search_that_is_cut_off_says_so() -> None:
    masks = [1 << bit for bit in range(5) for _ in range(9)]
    assert smallest(masks, 31).is_complete
    assert not smallest(masks, 31, work=50).is_complete
    assert smallest([1, 2, 4, 8, 16, 32], 63).sets == ()


def test_consortia_meet_all_that_somebody_meets_and_say_who_brings_what() -> None:
    catalogue = Catalogue(OFFERS)
    vendors = {offer.id: offer.vendor_id for offer in OFFERS}
    several = 0
    for need in NEEDS[:40]:
        found = consortia(catalogue, need, catalogue.judge(need, TODAY), vendors)
        wanted = {r.key for r in need.musts} - {r.key for r in found.nobody}
        for one in (*found.by_products, *found.by_vendors):
            assert {r.key for part in one for r in part.brings} == wanted
            assert all(vendors[part.offer_id] == part.vendor_id for part in one)
        sizes = {len(one) for one in found.by_products}
        assert len(sizes) <= 1
        if sizes and found.by_vendors:
            assert min(len({p.vendor_id for p in one}) for one in found.by_vendors) <= min(sizes)
        several += sizes not in (set(), {1})
    assert several > 3
