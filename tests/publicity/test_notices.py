"""Notices run five working days; objections block what comes next and keep their author's name."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import select

from marketplace.challenges.states import State as ChallengeState
from marketplace.demo.content import paper
from marketplace.evaluation.models import Decision, Outcome
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from marketplace.publicity import queries, services
from marketplace.publicity.models import Notice, Objection
from marketplace.publicity.states import NoticeState, ObjectionState
from tests.factories import stages
from tests.factories.stages import Stages
from tests.factories.world import World

SECRET = "某某检测报告编号有误"


@pytest.fixture
def story(world: World, clock: time_machine.Coordinates) -> Stages:
    """A challenge on its way."""
    return Stages(world, clock)


def _object(world: World, notice_id: int, name: str = "stranger", matter: str = "报告") -> int:
    with unit_of_work():
        row = services.object_to(world.person(name), notice_id, matter=matter, grounds=SECRET, evidence=None)
        return row.id


def _answer(world: World, objection_id: int, act: str, text: str = "已核实。") -> None:
    with unit_of_work():
        services.answer(world.officer, objection_id, act=act, text=text)


def _notice(notice_id: int) -> Notice:
    session().rollback()
    return session().get_one(Notice, notice_id)


def test_a_notice_runs_five_working_days_with_the_first_day_counted(world: World, story: Stages) -> None:
    _challenge_id, _bids, notice_id = story.shortlisted("alpha")
    row = _notice(notice_id)
    # Published on Wednesday 1 April 2026; Monday 6 April is the day off for Qingming.
    assert (row.starts_on, row.last_day) == (date(2026, 4, 1), date(2026, 4, 8))
    page = stages.words(stages.client(world), f"/zh/notices/{notice_id}")
    assert ["4\xa0月\xa08\xa0日（周三）".replace("\xa0", " ") in page, "公示中" in page] == [True, True]


@pytest.mark.parametrize(("after", "accepted"), [(-1, True), (0, False)])
def test_an_objection_is_taken_until_midnight_after_the_last_day(
    world: World, story: Stages, after: int, accepted: bool
) -> None:
    _challenge_id, _bids, notice_id = story.shortlisted("alpha")
    story.now.move_to(_notice(notice_id).ends_at + timedelta(seconds=after))
    browser = stages.client(world, "stranger")
    answer = browser.post(f"/zh/notices/{notice_id}/object", data={"matter": "报告", "grounds": SECRET})
    assert answer.status_code == (302 if accepted else 409)
    assert len(_notice(notice_id).objections) == accepted
    if not accepted:
        assert "公示期已过，不能再提异议。" in answer.text
        assert SECRET in answer.text


def test_one_signs_in_to_object_and_comes_back(world: World, story: Stages) -> None:
    _challenge_id, _bids, notice_id = story.shortlisted("alpha")
    nobody = stages.client(world)
    answer = nobody.get(f"/zh/notices/{notice_id}/object")
    assert answer.location == f"/zh/sign-in?next=/zh/notices/{notice_id}/object"
    assert nobody.post(f"/zh/notices/{notice_id}/object", data={"matter": "a", "grounds": "b"}).status_code == 302
    assert _notice(notice_id).objections == []


def test_the_same_matter_is_taken_once_from_one_person(world: World, story: Stages) -> None:
    _challenge_id, _bids, notice_id = story.shortlisted("alpha")
    _object(world, notice_id)
    with pytest.raises(Invalid) as refused:
        _object(world, notice_id)
    assert refused.value.field == "matter"
    browser = stages.client(world, "stranger")
    answer = browser.post(f"/zh/notices/{notice_id}/object", data={"matter": " 报告 ", "grounds": "又一次"})
    assert (answer.status_code, 'id="matter-err"' in answer.text, "又一次" in answer.text) == (422, True, True)
    _object(world, notice_id, "rival")
    for number in range(4):
        _object(world, notice_id, matter=f"另一件事 {number}")
    with pytest.raises(Conflict):
        _object(world, notice_id, matter="第六件")


def test_an_objection_without_matter_or_grounds_is_refused_beside_its_field(world: World, story: Stages) -> None:
    _challenge_id, _bids, notice_id = story.shortlisted("alpha")
    answer = stages.client(world, "stranger").post(f"/zh/notices/{notice_id}/object", data={"grounds": SECRET})
    assert (answer.status_code, 'id="matter-err"' in answer.text, SECRET in answer.text) == (422, True, True)
    assert _notice(notice_id).objections == []


def test_who_objected_is_known_to_officers_and_auditors_only(world: World, story: Stages) -> None:
    challenge_id, bids, notice_id = story.shortlisted("alpha", "beta")
    before = stages.last_mail(world)
    browser = stages.client(world, "stranger")
    data = {"matter": "报告", "grounds": SECRET, "evidence": (io.BytesIO(paper("Proof").data), "proof.pdf")}
    answer = browser.post(f"/zh/notices/{notice_id}/object", data=data)
    objection_id = session().scalars(select(Objection.id)).one()
    assert answer.location == f"/zh/objections/{objection_id}"
    assert sorted(stages.mails(world, since=before)) == [
        ("officer", "收到异议，3 个工作日内定是否受理：“药品标本转运”入围公示"),
        ("stranger", "异议已收到：报告"),
    ]
    assert "stranger" not in stages.mail_bodies("officer", since=before)
    for name in ("owner", "alpha", "beta", "rival", "administrator"):
        other = stages.client(world, name)
        for page in ("", "/evidence"):
            assert (name, other.get(f"/zh/objections/{objection_id}{page}").status_code) == (name, 404)
        assert other.get(f"/zh/staff/objections/{objection_id}").status_code in (403, 404)
        for page in (f"/zh/notices/{notice_id}", f"/zh/challenges/{challenge_id}", f"/zh/bids/{bids['alpha']}"):
            text = other.get(page).text
            assert (name, page, "stranger" in text, SECRET in text) == (name, page, False, False)
        with pytest.raises(NotFound):
            queries.objection(world.person(name), objection_id)
    assert browser.get(f"/zh/objections/{objection_id}/evidence").data == paper("Proof").data
    officer = stages.client(world, "officer")
    assert "stranger" in stages.words(officer, f"/zh/staff/objections/{objection_id}")
    assert stages.client(world, "auditor").get(f"/zh/objections/{objection_id}").status_code == 200


def test_a_notice_is_concluded_only_after_its_days_and_with_every_objection_answered(
    world: World, story: Stages
) -> None:
    _challenge_id, _bids, notice_id = story.shortlisted("alpha")
    objection_id = _object(world, notice_id)
    with pytest.raises(Conflict) as refused, unit_of_work():
        services.conclude(world.officer, notice_id)
    assert refused.value.message == "公示期还没有结束，不能进入下一步。"
    story.now.move_to(_notice(notice_id).ends_at)
    browser = stages.client(world, "officer")
    for act in ("", "admit", "dismiss"):
        assert browser.post(f"/zh/staff/notices/{notice_id}/conclude").status_code == 409
        assert _notice(notice_id).state is NoticeState.RUNNING
        if act:
            _answer(world, objection_id, act)
    before = stages.last_mail(world)
    assert browser.post(f"/zh/staff/notices/{notice_id}/conclude").status_code == 302
    assert _notice(notice_id).state is NoticeState.CONCLUDED
    subject = "公示结束，结果有效：“药品标本转运”入围公示"
    assert sorted(stages.mails(world, since=before)) == [("alpha", subject), ("owner", subject)]
    assert browser.post(f"/zh/staff/notices/{notice_id}/conclude").status_code == 409


def test_only_officers_conclude_and_answer_and_nobody_answers_the_own_objection(world: World, story: Stages) -> None:
    _challenge_id, _bids, notice_id = story.shortlisted("alpha")
    objection_id = _object(world, notice_id)
    own = _object(world, notice_id, "officer")
    story.now.move_to(_notice(notice_id).ends_at)
    for actor in (world.owner, world.person("alpha"), world.auditor, world.administrator, world.stranger):
        with pytest.raises(Forbidden), unit_of_work():
            services.conclude(actor, notice_id)
        with pytest.raises((Forbidden, NotFound)), unit_of_work():
            services.answer(actor, objection_id, act="admit", text="好")
    with pytest.raises(Conflict) as refused, unit_of_work():
        services.answer(world.officer, own, act="admit", text="好")
    assert refused.value.message == "不能办理自己提的异议。请另一位同事来办。"


@pytest.mark.parametrize("act", ["refuse", "dismiss"])
def test_an_answer_needs_its_reasons_and_the_author_is_told(world: World, story: Stages, act: str) -> None:
    _challenge_id, _bids, notice_id = story.shortlisted("alpha")
    objection_id = _object(world, notice_id)
    if act == "dismiss":
        _answer(world, objection_id, "admit")
    with pytest.raises(Invalid) as refused:
        _answer(world, objection_id, act, text="")
    assert refused.value.field == "answer"
    before = stages.last_mail(world)
    _answer(world, objection_id, act, "查无实据，不成立。")
    subject = {"refuse": "异议不予受理：报告", "dismiss": "异议不成立：报告"}[act]
    assert stages.mails(world, since=before) == [("stranger", subject)]
    assert "查无实据，不成立。" in stages.mail_bodies("stranger", since=before)
    with pytest.raises(Conflict):
        _answer(world, objection_id, act)


def test_an_objection_is_upheld_only_after_it_was_admitted(world: World, story: Stages) -> None:
    _challenge_id, _bids, notice_id = story.shortlisted("alpha")
    objection_id = _object(world, notice_id)
    with pytest.raises(Conflict):
        _answer(world, objection_id, "uphold")
    assert _notice(notice_id).state is NoticeState.RUNNING


def test_an_upheld_objection_revokes_the_notice_and_the_decisions_are_made_anew(world: World, story: Stages) -> None:
    challenge_id, bids, notice_id = story.shortlisted("alpha", "beta")
    objection_id = _object(world, notice_id)
    _answer(world, objection_id, "admit")
    before = stages.last_mail(world)
    _answer(world, objection_id, "uphold", "报告编号与原件不符。")
    assert _notice(notice_id).state is NoticeState.REVOKED
    assert session().get_one(Objection, objection_id).state is ObjectionState.UPHELD
    assert stages.challenge(challenge_id).state is ChallengeState.EVALUATION
    assert list(session().scalars(select(Decision))) == []
    revoked = "公示已撤销，退回评审：“药品标本转运”入围公示"
    assert sorted(stages.mails(world, since=before)) == [
        ("alpha", revoked),
        ("owner", revoked),
        ("stranger", "异议成立：报告"),
    ]
    for name in ("alpha", "beta"):
        assert "理由第" not in stages.words(stages.client(world, name), f"/zh/bids/{bids[name]}")
    story.stage(challenge_id, {bids["alpha"]: Outcome.NOT_SELECTED, bids["beta"]: Outcome.SELECTED})
    story.release(challenge_id)
    second = session().scalars(select(Notice).order_by(Notice.id)).all()
    assert [(n.state, [e["name"]["zh"] for e in n.entries]) for n in second] == [
        (NoticeState.REVOKED, ["alpha示例机器人"]),
        (NoticeState.RUNNING, ["beta示例机器人"]),
    ]
    assert stages.challenge(challenge_id).state is ChallengeState.SHORTLISTED
    with pytest.raises(Conflict), unit_of_work():
        services.conclude(world.officer, notice_id)
    anyone = stages.client(world)
    assert "已撤销" in stages.words(anyone, f"/zh/notices/{notice_id}")


def test_a_revoked_notice_takes_no_more_objections(world: World, story: Stages) -> None:
    _challenge_id, _bids, notice_id = story.shortlisted("alpha")
    objection_id = _object(world, notice_id)
    _answer(world, objection_id, "admit")
    _answer(world, objection_id, "uphold")
    with pytest.raises(Conflict):
        _object(world, notice_id, "rival")
