"""Decisions are staged in silence and released together: all of it or nothing."""

from __future__ import annotations

import re

import pytest
import time_machine
from sqlalchemy import func, select

from marketplace.challenges.states import State as ChallengeState
from marketplace.evaluation import queries, services
from marketplace.evaluation.events import ShortlistReleased
from marketplace.evaluation.models import Decision, Outcome
from marketplace.evaluation.states import DecisionState
from marketplace.infra.announcements import Announcement
from marketplace.kernel import clock as site_clock
from marketplace.kernel import events
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, InvalidMany
from marketplace.publicity.models import Notice
from tests.factories import stages
from tests.factories.stages import Stages
from tests.factories.world import World

pytestmark = pytest.mark.db

SELECTED, RESERVE, NOT_SELECTED = Outcome.SELECTED, Outcome.RESERVE, Outcome.NOT_SELECTED


@pytest.fixture
def story(world: World, clock: time_machine.Coordinates) -> Stages:
    """A challenge on its way."""
    return Stages(world, clock)


def _decisions(challenge_id: int) -> list[tuple[int, Outcome, DecisionState]]:
    session().rollback()
    rows = session().scalars(select(Decision).where(Decision.challenge_id == challenge_id).order_by(Decision.lead_id))
    return [(r.bid_id, r.outcome, r.state) for r in rows]


def _seen(world: World, challenge_id: int) -> str:
    return services.seal_of(queries.decisions(world.officer, challenge_id))


def _count(model: type[Notice] | type[Announcement]) -> int:
    session().rollback()
    return session().scalar(select(func.count()).select_from(model)) or 0


def test_staging_tells_nobody(world: World, story: Stages) -> None:
    challenge_id, bids = story.eligible("alpha", "beta")
    addresses = {
        "alpha": [
            f"/zh/bids/{bids['alpha']}",
            f"/zh/challenges/{challenge_id}",
            "/zh/inbox",
            "/zh/my/bids",
            "/zh/desk",
        ],
        "owner": [f"/zh/challenges/{challenge_id}", "/zh/inbox", "/zh/desk"],
        "rival": [f"/zh/challenges/{challenge_id}", "/zh/notices", "/zh/desk"],
    }
    browsers = {name: stages.client(world, name) for name in addresses}
    mails, told = stages.last_mail(world), _count(Announcement)

    def seen() -> dict[str, str]:
        return {f"{n} {a}": stages.words(browsers[n], a) for n, found in addresses.items() for a in found}

    before = seen()
    story.stage(challenge_id, {bids["alpha"]: SELECTED, bids["beta"]: RESERVE})
    assert stages.mails(world, since=mails) == []
    assert (_count(Announcement), _count(Notice)) == (told, 0)
    after = seen()
    assert [k for k in before if before[k] != after[k]] == []
    for name in bids:
        assert queries.decision_of(world.person(name), bids[name]) is None
    assert queries.decisions(world.owner, challenge_id) == []
    assert [d.outcome for d in queries.decisions(world.officer, challenge_id)] == [SELECTED, RESERVE]
    for page in ("shortlist", "release"):
        assert browsers["owner"].get(f"/zh/staff/challenges/{challenge_id}/{page}").status_code == 404


def test_staging_again_changes_the_decisions_and_makes_no_second_ones(world: World, story: Stages) -> None:
    challenge_id, bids = story.eligible("alpha", "beta")
    a, b = bids.values()
    story.stage(challenge_id, {a: SELECTED, b: NOT_SELECTED})
    story.stage(challenge_id, {a: RESERVE, b: SELECTED})
    assert _decisions(challenge_id) == [(a, RESERVE, DecisionState.STAGED), (b, SELECTED, DecisionState.STAGED)]


def test_a_failed_bid_is_not_among_those_to_decide_on(world: World, story: Stages) -> None:
    challenge_id, bids = story.eligible("alpha", "beta", failed={"beta": "不一致"})
    story.stage(challenge_id, {bids["alpha"]: SELECTED, bids["beta"]: SELECTED})
    assert _decisions(challenge_id) == [(bids["alpha"], SELECTED, DecisionState.STAGED)]


def test_missing_reasons_stand_beside_their_fields_and_what_was_typed_is_kept(world: World, story: Stages) -> None:
    challenge_id, bids = story.eligible("alpha", "beta")
    a, b = bids.values()
    with pytest.raises(InvalidMany) as refused, unit_of_work():
        services.stage(world.officer, challenge_id, {a: (SELECTED, ""), b: (RESERVE, "有理由")})
    assert list(refused.value.errors) == [f"reason-{a}"]
    browser = stages.client(world, "officer")
    typed = {f"outcome-{a}": "selected", f"reason-{a}": " ", f"outcome-{b}": "reserve", f"reason-{b}": "写好的理由"}
    answer = browser.post(f"/zh/staff/challenges/{challenge_id}/shortlist", data=typed)
    assert (answer.status_code, f'id="reason-{a}-err"' in answer.text) == (422, True)
    assert (f'id="reason-{b}-err"' in answer.text, "写好的理由" in answer.text) == (False, True)
    assert [f'id="o{n}-{o}" value="{o}" checked' in answer.text for n, o in ((a, "selected"), (b, "reserve"))] == [
        True,
        True,
    ]
    assert _decisions(challenge_id) == []
    done = browser.post(f"/zh/staff/challenges/{challenge_id}/shortlist", data=typed | {f"reason-{a}": "最好"})
    assert done.location == f"/zh/staff/challenges/{challenge_id}/release"
    assert len(_decisions(challenge_id)) == 2


def test_at_most_five_are_selected(world: World, story: Stages) -> None:
    challenge_id, bids = story.eligible(*(f"bidder{n}" for n in range(6)))
    with pytest.raises(Invalid) as refused:
        story.stage(challenge_id, dict.fromkeys(bids.values(), SELECTED))
    assert refused.value.message == "入围最多 5 家，现在选了 6 家。"
    assert _decisions(challenge_id) == []
    *five, last = bids.values()
    story.stage(challenge_id, dict.fromkeys(five, SELECTED) | {last: RESERVE})
    story.release(challenge_id)
    notice = session().scalars(select(Notice)).one()
    assert [e["organisation_id"] for e in notice.entries] == [stages.bid(b).lead_id for b in five]


def test_decisions_that_differ_from_the_preview_are_not_released(world: World, story: Stages) -> None:
    challenge_id, bids = story.eligible("alpha", "beta")
    with pytest.raises(Conflict):
        story.release(challenge_id)
    story.stage(challenge_id, dict.fromkeys(bids.values(), SELECTED))
    for seen in ("", services.seal_of([]), _seen(world, challenge_id)[:-1]):
        with pytest.raises(Conflict) as refused:
            story.release(challenge_id, seen=seen)
        assert refused.value.message == "预览之后名单改过。请再预览一次，然后发布。"
    answer = stages.client(world, "officer").post(
        f"/zh/staff/challenges/{challenge_id}/release", data={"seen": "9" * 30}
    )
    assert answer.status_code == 409
    assert {s for _b, _o, s in _decisions(challenge_id)} == {DecisionState.STAGED}


def test_releasing_tells_each_bidder_and_the_owner_and_begins_the_notice(world: World, story: Stages) -> None:
    challenge_id, bids = story.eligible("alpha", "beta", "gamma")
    a, b, c = bids.values()
    story.stage(challenge_id, {a: SELECTED, b: RESERVE, c: NOT_SELECTED})
    before = stages.last_mail(world)
    browser = stages.client(world, "officer")
    address = f"/zh/staff/challenges/{challenge_id}/release"
    assert "将发布 3 份结果，其中入围 1 家。" in stages.words(browser, address)
    assert browser.post(address, data={"seen": _seen(world, challenge_id)}).status_code == 302
    assert {s for _b, _o, s in _decisions(challenge_id)} == {DecisionState.RELEASED}
    assert set(session().scalars(select(Decision.released_at))) == {site_clock.now()}
    assert stages.challenge(challenge_id).state is ChallengeState.SHORTLISTED
    told = stages.mails(world, since=before)
    title = "“药品标本转运”入围公示"
    last_day = "4 月 8 日（周三）"
    assert sorted(told) == sorted(
        [
            ("alpha", "已入围：药品标本转运"),
            ("beta", "列为候补：药品标本转运"),
            ("gamma", "这次没有入围：药品标本转运"),
            ("owner", "入围 1 家，公示已开始：药品标本转运"),
            ("alpha", f"公示至 {last_day}：{title}"),
            ("owner", f"公示至 {last_day}：{title}"),
        ]
    )
    assert browser.post(address, data={"seen": _seen(world, challenge_id)}).status_code == 409


def test_what_a_colleague_changed_since_the_preview_is_not_released(world: World, story: Stages) -> None:
    challenge_id, bids = story.eligible("alpha", "beta")
    a, b = bids.values()
    story.stage(challenge_id, {a: SELECTED, b: NOT_SELECTED})
    browser = stages.client(world, "officer")
    address = f"/zh/staff/challenges/{challenge_id}/release"
    shown = re.search(r'name="seen" value="([0-9a-f]{64})"', browser.get(address).text)
    assert shown is not None
    story.stage(challenge_id, {a: NOT_SELECTED, b: SELECTED})  # as many as before
    assert browser.post(address, data={"seen": shown[1]}).status_code == 409
    assert {s for _b, _o, s in _decisions(challenge_id)} == {DecisionState.STAGED}
    assert _count(Notice) == 0


def test_each_bidder_reads_its_own_reason_only_and_the_owner_reads_all(world: World, story: Stages) -> None:
    challenge_id, bids, notice_id = story.shortlisted("alpha", "beta")
    a, b = bids.values()
    reasons = {a: f"理由第{a}号", b: f"理由第{b}号"}
    for name, own, other in (("alpha", a, b), ("beta", b, a)):
        browser = stages.client(world, name)
        page = stages.words(browser, f"/zh/bids/{own}")
        assert (reasons[own] in page, reasons[other] in page) == (True, False)
        assert browser.get(f"/zh/bids/{other}").status_code == 404
        page = stages.words(browser, f"/zh/challenges/{challenge_id}")
        assert [r in page for r in reasons.values()] == [False, False]
    page = stages.words(stages.client(world, "owner"), f"/zh/challenges/{challenge_id}")
    assert [r in page for r in reasons.values()] == [True, True]
    notice = stages.words(stages.client(world), f"/zh/notices/{notice_id}")
    assert ["alpha" in notice, "beta" in notice, *(r in notice for r in reasons.values())] == [
        True,
        False,
        False,
        False,
    ]


def test_a_handler_that_fails_leaves_decisions_challenge_and_notice_as_they_were(
    world: World, story: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    challenge_id, bids = story.eligible("alpha", "beta")
    story.stage(challenge_id, dict.fromkeys(bids.values(), SELECTED))
    told, before = _count(Announcement), _decisions(challenge_id)

    def fail(_work: object, _event: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setitem(events._handlers, ShortlistReleased, [*events._handlers[ShortlistReleased], fail])
    with pytest.raises(RuntimeError):
        story.release(challenge_id)
    assert _decisions(challenge_id) == before
    assert stages.challenge(challenge_id).state is ChallengeState.EVALUATION
    assert (_count(Notice), _count(Announcement)) == (0, told)
    monkeypatch.undo()
    story.release(challenge_id)
    assert _count(Notice) == 1


def test_a_release_that_selects_nobody_ends_the_challenge_without_a_notice(world: World, story: Stages) -> None:
    challenge_id, bids = story.eligible("alpha")
    story.stage(challenge_id, dict.fromkeys(bids.values(), NOT_SELECTED))
    before = stages.last_mail(world)
    story.release(challenge_id)
    assert (stages.challenge(challenge_id).state, _count(Notice)) == (ChallengeState.NONE_SELECTED, 0)
    assert sorted(stages.mails(world, since=before)) == [
        ("alpha", "这次没有入围：药品标本转运"),
        ("owner", "评审结束，没有单位入围：药品标本转运"),
    ]


def test_only_officers_stage_and_release(world: World, story: Stages) -> None:
    challenge_id, bids = story.eligible("alpha")
    choices = {bids["alpha"]: (SELECTED, "最好")}
    for actor in (world.owner, world.person("alpha"), world.auditor, world.administrator, world.stranger):
        with pytest.raises(Forbidden), unit_of_work():
            services.stage(actor, challenge_id, choices)
    story.stage(challenge_id, {bids["alpha"]: SELECTED})
    for actor in (world.owner, world.person("alpha"), world.auditor, world.administrator, world.stranger):
        with pytest.raises((Forbidden, Conflict)), unit_of_work():
            services.release(actor, challenge_id, seen="")
    assert {s for _b, _o, s in _decisions(challenge_id)} == {DecisionState.STAGED}
