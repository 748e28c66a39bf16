"""What the market answers: to an owner who posts, to a vendor with products, to whoever looks for partners."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from sqlalchemy import and_, select

from marketplace.challenges import queries as challenges
from marketplace.challenges.content import ChallengeContent
from marketplace.challenges.models import Challenge
from marketplace.challenges.reach import Reach
from marketplace.challenges.states import State
from marketplace.fit.compare import Fit
from marketplace.fit.explain import Match, Standing, explain
from marketplace.fit.needs import Need, Requirement
from marketplace.fit.offers import Offer
from marketplace.fit.score import KIND
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import count_by, session
from marketplace.matching import inviting
from marketplace.matching.market import Market, market
from marketplace.matching.models import InvitationToLook, NoInvitations
from marketplace.matching.offering import need_of, offers

if TYPE_CHECKING:  # NumPy is loaded with the first question, not with the site
    from marketplace.fit.consortium import Consortia
    from marketplace.fit.relax import Relaxation


@dataclass(frozen=True, slots=True)
class Response:
    """How the market answers a posting. ``meeting`` counts products by figures alone, ``doing`` those of them that do
    this task, ``vendors`` whose they are; ``relaxation`` says what each requirement costs."""

    products: int
    meeting: int
    doing: int
    vendors: int
    relaxation: Relaxation


def response(need: Need, *, misses: int = 3) -> Response:
    """How the market answers, over the whole catalogue."""
    from marketplace.fit.relax import relax

    today = clock.today()
    with market() as now:
        relaxation = relax(now.catalogue, need, now.offers, today=today, misses=misses)
        judged = now.catalogue.judge(need, today)
        meets = judged.standings == int(Standing.MEETS)
        doing = meets & (now.catalogue.kind(need) == KIND)
        vendors = {now.vendors[i] for i in judged.ids[meets].tolist()}
        return Response(len(now.catalogue), relaxation.meeting, int(doing.sum()), len(vendors), relaxation)


def reach(content: ChallengeContent) -> Reach:
    """How many products meet all musts of a posting, and from how many vendors: the count of ``response``, without more.

    The answer is kept until the market changes: asked before a transaction, it costs the writer next to nothing in it.
    """
    with market() as now:
        return now.worked_out(("reach", content.model_dump_json()), lambda: _reach(now, need_of(0, content)))


def _reach(now: Market, need: Need) -> Reach:
    judged = now.catalogue.judge(need, clock.today())
    meeting = judged.ids[judged.standings == int(Standing.MEETS)].tolist()
    return Reach(len(meeting), len({now.vendors[i] for i in meeting}))


def best_for(challenge_id: int, most: int) -> list[tuple[Match, Offer]]:
    """The products of its domain that answer a published challenge best: at least half of what it asks is met."""
    from marketplace.fit.ranking import rank

    today = clock.today()
    with market() as now:
        need = now.needs.get(challenge_id)
        if need is None:
            return []
        found = rank(now.catalogue, need, now.offers, today=today, explained=4 * most).matches
        kinds = dict(zip(now.catalogue.ids.tolist(), now.catalogue.kind(need).tolist(), strict=True))
        worth = [m for m in found if kinds[m.offer_id] and is_answer(m)]
        products = now.offers([m.offer_id for m in worth[:most]])
    return [(m, products[m.offer_id]) for m in worth[:most]]


@dataclass(frozen=True, slots=True)
class Suitable:
    """A challenge that one of a vendor's products may answer."""

    challenge: Challenge
    offer: Offer
    match: Match


def suitable(actor: Actor, product_ids: Collection[int], most: int) -> list[Suitable]:
    """Open challenges by how well the best of these listed products answers each, with the explanation."""
    if not product_ids:
        return []
    with market() as now:
        asked = frozenset(product_ids)
        is_open = now.open()
        picked = now.worked_out(("suitable", asked, most, is_open), lambda: _picked(now, asked, most, is_open))
    rows = {c.id: c for c in challenges.visible(actor, [i for i, _match, _offer in picked])}
    return [Suitable(rows[i], offer, match) for i, match, offer in picked if i in rows]


def _picked(
    now: Market, product_ids: Collection[int], most: int, is_open: frozenset[int]
) -> list[tuple[int, Match, Offer]]:
    today = clock.today()
    best = _best(now, list(now.offers(sorted(product_ids)).values()), is_open)
    order = sorted(best, key=lambda i: (-best[i][0], i))[: 4 * most]
    told = ((i, explain(now.needs[i], best[i][1], today=today, weigh=now.catalogue.weigh)) for i in order)
    return list(islice(((i, match, best[i][1]) for i, match in told if is_answer(match)), most))


def is_answer(match: Match) -> bool:
    """Whether at least half of what is asked is met: what says nothing of most requirements answers none of them."""
    return 2 * _met_count(match) >= len(match.explanation.rows)


def _met_count(match: Match) -> int:
    return match.explanation.answered(Fit.MET) + match.explanation.answered(Fit.MET_IF)


def suitable_for(actor: Actor, vendor_ids: Collection[int], most: int) -> list[Suitable]:
    """The same for everything that these vendors have listed."""
    if not vendor_ids:
        return []
    with market() as now:
        return suitable(actor, now.of_vendors(vendor_ids), most)


def _best(now: Market, products: Sequence[Offer], is_open: frozenset[int]) -> dict[int, tuple[int, Offer]]:
    """For each open need that some product may answer, the highest score and whose it is."""
    import numpy as np

    if not products or not now.needs:
        return {}
    today = clock.today()
    ids = now.board.ids
    scores = np.full((len(products), len(ids)), -1, np.int16)
    for row, offer in enumerate(products):
        suited = now.board.suit(offer, today)
        near = (suited.standings > int(Standing.SHORT)) | (suited.scores >= NEAR)
        near &= now.asked_in(offer.domain)
        scores[row, near] = suited.scores[near]
    first = scores.argmax(axis=0)
    best = scores.max(axis=0)
    return {
        need_id: (int(best[at]), products[int(first[at])])
        for at, need_id in zip(np.flatnonzero(best > 0).tolist(), ids[best > 0].tolist(), strict=True)
        if need_id in is_open
    }


NEAR = 400
"""A product that is short of a must is worth showing from this score on, in tenths."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """How many open challenges of its domain a product would meet with another value, against those it meets now."""

    now: int
    then: int
    gained: tuple[int, ...]


def what_if(offer: Offer, changed: Offer) -> WhatIf:
    """What another figure would bring: challenges whose musts are all met then, and not now."""
    with market() as at:
        is_open = at.open()
        met = [_met(at, one, is_open) for one in (offer, changed)]
    return WhatIf(len(met[0]), len(met[1]), tuple(sorted(met[1] - met[0])))


def _met(now: Market, offer: Offer, is_open: frozenset[int]) -> set[int]:
    suited = now.board.suit(offer, clock.today())
    ids = suited.ids[suited.standings == int(Standing.MEETS)].tolist()
    return {i for i in ids if i in is_open and now.needs[i].domain == offer.domain}


def partners(challenge_id: int) -> tuple[Consortia, dict[int, Offer], Need] | None:
    """The smallest sets of products, and of vendors, that meet all musts of a challenge together."""
    from marketplace.fit.consortium import consortia

    today = clock.today()
    with market() as now:
        need = now.needs.get(challenge_id)
        if need is None or not need.musts:
            return None
        found = consortia(now.catalogue, need, now.catalogue.judge(need, today), now.vendors)
    ids = {part.offer_id for one in (*found.by_products, *found.by_vendors) for part in one}
    return found, offers(sorted(ids)), need


def against(need: Need, products: Iterable[Offer]) -> list[Match]:
    """These products against one need, the best first."""
    today = clock.today()
    with market() as now:
        found = [explain(need, one, today=today, weigh=now.catalogue.weigh) for one in products]
    return sorted(found, key=lambda m: (-int(m.standing), -m.score, m.offer_id))


def mine_against(actor: Actor, challenge_id: int) -> list[tuple[Match, Offer]]:
    """The actor's listed products against a published challenge, the best first; those that say next to nothing of it
    are left out."""
    vendors = frozenset(actor.organisations())
    if not vendors:
        return []
    with market() as now:
        need = now.needs.get(challenge_id)
        if need is None:
            return []
        return now.worked_out(("mine", vendors, challenge_id), lambda: _of_vendors_against(now, vendors, need))


def _of_vendors_against(now: Market, vendors: Collection[int], need: Need) -> list[tuple[Match, Offer]]:
    own = now.offers(now.of_vendors(vendors))
    found = against(need, own.values())
    kept = [m for m in found if own[m.offer_id].domain == need.domain or is_answer(m)]
    return [(m, own[m.offer_id]) for m in kept] if any(_met_count(m) for m in kept) else []


def costliest(found: Response) -> tuple[Requirement, int, int] | None:
    """The must that costs most, and how many products meet the posting with it and without it."""
    dear = found.relaxation.costliest
    if dear is None:
        return None
    cost = next(c for c in found.relaxation.costs if c.requirement is dear)
    return dear, found.meeting, cost.without


@dataclass(frozen=True, slots=True)
class Record:
    """What everybody may know of an owner: challenges published, ended bidding, with bids, and with a shortlist."""

    published: int
    ended: int
    answered: int
    selected: int


def record_of(owner_id: int) -> Record:
    """An owner's record. Whether a challenge was answered is known from its opening on, never before."""
    found = count_by(Challenge.state, and_(Challenge.owner_id == owner_id, Challenge.is_public))
    selected = found.get(State.SHORTLISTED, 0)
    opened = (State.OPENED, State.ELIGIBILITY, State.EVALUATION, State.NONE_SELECTED)
    answered = selected + sum(found.get(state, 0) for state in opened)
    return Record(sum(found.values()), answered + found.get(State.NO_BIDS, 0), answered, selected)


def invited(challenge_id: int) -> set[int]:
    """Ids of the vendors that were invited to look at the challenge."""
    return set(
        session().scalars(select(InvitationToLook.vendor_id).where(InvitationToLook.challenge_id == challenge_id))
    )


def refusing(vendor_ids: Iterable[int]) -> set[int]:
    """Those of the vendors that take no invitations."""
    return set(
        session().scalars(select(NoInvitations.vendor_id).where(NoInvitations.vendor_id.in_(sorted(set(vendor_ids)))))
    )


def not_to_be_invited(owner_id: int, vendor_ids: Iterable[int]) -> set[int]:
    """Those of the vendors that this owner cannot invite: they take no invitations, or one of the two hears no more of
    the other."""
    found = set(vendor_ids)
    return refusing(found) | inviting.refused(owner_id, found)


def takes_invitations(vendor_id: int) -> bool:
    """Whether the vendor takes invitations."""
    return not refusing([vendor_id])
