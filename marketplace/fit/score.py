"""The score of a product for a need: 0 to 100 in tenths, whole numbers, so that the parts add up exactly as shown.

======== ==== ==========================================================================================
part     most what it is
======== ==== ==========================================================================================
musts    30.0 Σ weight × credit / Σ weight × 10 over the musts (40.0 when no should is asked)
clear    10.0 no must is short: all, else nothing
shoulds  10.0 the same sum over the shoulds (40.0 when no must is asked)
kind     25.0 the product does this task in this domain 25.0; it is of this domain 10.0
text     15.0 what the need says, by weight, that the product's page says too; half of it is enough for all
evidence  4.0 Σ weight × rung / Σ weight × 3 over all requirements, counted where met or met if
freshness 2.0 full on the day of the vendor's last change or confirmation, none after two years
track     4.0 landed here 2.0 each, accepted 1.0 each, failed −1.0 each, between 0 and 4.0
======== ==== ==========================================================================================

Credit of a requirement: met 10, met if 9, unknown 0, short but close 4 (by a tenth), near 1 (by a quarter), else 0:
the square of the level 0 to 3, and one more where nothing depends on a condition.
Each part is cut down to a whole tenth. Nothing here knows who pays. The reasons stand in decision 0013.
"""

from __future__ import annotations

from typing import NamedTuple

from marketplace.fit.compare import Answer, Fit

MUSTS, SHOULDS, CLEAR, KIND, DOMAIN, TEXT, EVIDENCE, FRESHNESS, TRACK = 300, 100, 100, 250, 100, 150, 40, 20, 40
STALE_DAYS = 730
MET, MET_IF, UNKNOWN = 10, 9, 0
SHORT = (0, 1, 4)
"""By how far off it is: far, near, close."""


class Parts(NamedTuple):
    """The parts of a score, in tenths."""

    musts: int
    clear: int
    shoulds: int
    kind: int
    text: int
    evidence: int
    freshness: int
    track: int


class Facts(NamedTuple):
    """What counts beside the requirements, and comes from neither price nor payment.

    ``words``: what both texts say, with weights; ``said``: the weight of all that the need says; ``days`` since the
    product's page was last changed or confirmed.
    """

    does_task: bool
    of_domain: bool
    words: tuple[tuple[str, int], ...]
    said: int
    days: int
    landed: int
    accepted: int
    failed: int


def credit(answer: Answer) -> int:
    """What an answer earns, of 10."""
    fit = answer.fit
    if fit is Fit.MET:
        return MET
    return MET_IF if fit is Fit.MET_IF else UNKNOWN if fit is Fit.UNKNOWN else SHORT[answer.level]


def shares(musts: int, shoulds: int) -> tuple[int, int]:
    """The most that musts and shoulds earn, given the sums of their weights: what nobody asks for goes to the other."""
    if musts and shoulds:
        return MUSTS, SHOULDS
    return (MUSTS + SHOULDS, 0) if musts else (0, MUSTS + SHOULDS if shoulds else 0)


def kind(does_task: bool, of_domain: bool) -> int:
    """The points for the right kind of robot."""
    return KIND if does_task else DOMAIN if of_domain else 0


def text(shared: int, said: int) -> int:
    """The points for what both texts say."""
    return min(TEXT, 2 * TEXT * shared // said) if said else 0


def freshness(days: int) -> int:
    """The points for a page changed or confirmed that many days ago."""
    return FRESHNESS * max(0, STALE_DAYS - max(0, days)) // STALE_DAYS


def track(landed: int, accepted: int, failed: int) -> int:
    """The points for what the programme has seen of the product."""
    return max(0, min(TRACK, 20 * landed + 10 * accepted - 10 * failed))


def parts(earned: tuple[int, int], proof: int, asked: tuple[int, int], clear: bool, facts: Facts) -> Parts:
    """The score of sums and facts: Σ weight × credit of musts and of shoulds, Σ weight × rung of what is met or met if,
    Σ weight of musts and of shoulds, and whether no must is short."""
    most = shares(*asked)
    return Parts(
        most[0] * earned[0] // (10 * asked[0]) if asked[0] else 0,
        CLEAR if clear else 0,
        most[1] * earned[1] // (10 * asked[1]) if asked[1] else 0,
        kind(facts.does_task, facts.of_domain),
        text(sum([weight for _word, weight in facts.words]), facts.said),
        EVIDENCE * proof // (3 * (asked[0] + asked[1])) if proof else 0,
        freshness(facts.days),
        track(facts.landed, facts.accepted, facts.failed),
    )
