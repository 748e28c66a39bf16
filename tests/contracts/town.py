"""A whole programme for the contract tests: every kind of row in its telling states, made through the services."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import time_machine

from marketplace.accounts import services as accounts
from marketplace.accounts.models import User
from marketplace.accounts.services import leaving
from marketplace.bids.models import Bid
from marketplace.bids.services import drafting, submitting
from marketplace.catalogue import services as catalogue
from marketplace.catalogue.models import FileKind, Mark
from marketplace.challenges import services as challenges
from marketplace.challenges.models import Challenge, ChallengeFile
from marketplace.dashboard import services as dashboard
from marketplace.demo.content import paper
from marketplace.demo.drawings import drawing
from marketplace.evaluation import queries as evaluations
from marketplace.evaluation import services as evaluation
from marketplace.evaluation.models import BidStage, Outcome
from marketplace.infra.files.pictures import in_sizes
from marketplace.kernel import clock as site_clock
from marketplace.kernel.actor import NOBODY, SYSTEM, Actor
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.text import Text
from marketplace.notifications.models import InboxItem
from marketplace.organisations import services as organisations
from marketplace.organisations.models import MemberRole, Organisation
from marketplace.publicity import services as publicity
from marketplace.publicity.models import Notice
from marketplace.scenarios import services as scenarios
from marketplace.scenarios.models import Scenario, ScenarioFile
from tests.contracts import town_introductions, town_rounds
from tests.factories.world import FEW, World

MEMBERS = ("owner", "vendor")


@dataclass
class Town:
    """The world, the people in it, and ids of its rows by name."""

    world: World
    ids: dict[str, int]

    def actors(self) -> dict[str, Actor]:
        """Every kind of actor, built now."""
        names = ["stranger", "rival", "officer", "auditor", "administrator", "expert", "reviewer", "newcomer"]
        names += ["body", "body-viewer", "helper", "helper-viewer"]
        names += [f"{o}{suffix}" for o in MEMBERS for suffix in ("", "-editor", "-viewer")]
        return {"nobody": NOBODY, "SYSTEM": SYSTEM} | {n: self.world.person(n) for n in names}


def build(world: World, clock: time_machine.Traveller) -> Town:
    """Old challenges that were judged, a running one with sealed bids, drafts, and what belongs to all these."""
    return Town(world, world.once("town", lambda: _built(world, clock), clock))


def _built(world: World, clock: time_machine.Traveller) -> dict[str, int]:
    town = Town(world, {})
    world.work()  # the mails of the first organisations fill the mailbox, whichever test builds the town first
    _people(town)
    _organisations(town)
    before = {name: world.challenge(f"EN {name}").id for name in ("judged", "staged", "pending", "cancelled", "empty")}
    for name in ("judged", "staged", "pending", "cancelled"):
        town.ids |= {f"{name}_bid": sealed_bid(world, before[name], "vendor")[0]}
    town.ids["judged_bid_file"], town.ids["judged_rival_bid"] = _judged_extras(world, town.ids, before["judged"])
    with unit_of_work():
        challenges.cancel(world.officer, before["cancelled"], reason="撤项。")
    made = town_rounds.before(world, town.ids)
    clock.shift(timedelta(days=45))
    _judge(town, before)
    _scenarios(town)
    _open_challenge(town)
    _products(town)
    _figures(town)
    _personal(town)
    _leavers(town, clock)
    town_rounds.after(world, town.ids, made)
    town_introductions.build(world, town.ids, clock)
    return town.ids | {f"{name}_challenge": number for name, number in before.items()}


def _people(town: Town) -> None:
    world = town.world
    for role in ("expert", "reviewer"):
        world.person(role, roles=(role,))
    for name, organisation_id in (("owner", world.owner_id), ("vendor", world.vendor_id)):
        organisation = session().get_one(Organisation, organisation_id)
        world.join(f"{name}-editor", organisation, MemberRole.EDITOR)
        organisation = session().get_one(Organisation, organisation_id)
        world.join(f"{name}-viewer", organisation, MemberRole.VIEWER)


def _organisations(town: Town) -> None:
    world, ids = town.world, town.ids
    ids["owner"], ids["vendor"], ids["rival"] = world.owner_id, world.vendor_id, world.rival_id
    for name in ("unverified", "submitted", "returned"):
        row_id = world.organisation("newcomer", "vendor", verified=False).id
        ids[f"{name}_organisation"] = row_id
        with unit_of_work():
            organisations.attach_licence(world.person("newcomer"), row_id, paper("Licence"))
        if name != "unverified":
            with unit_of_work():
                organisations.submit(world.person("newcomer"), row_id)
        if name == "returned":
            with unit_of_work():
                organisations.return_(world.officer, row_id, reason="照片不清。")
    ids["suspended_organisation"] = world.organisation("newcomer", "owner").id
    with unit_of_work():
        organisations.suspend(world.officer, ids["suspended_organisation"], reason="暂停。")
    for name, organisation_id in (("owner", ids["owner"]), ("vendor", ids["vendor"])):
        with unit_of_work():
            invitation = organisations.invite(
                world.person(name),
                organisation_id,
                email="friend@people.example",
                role=MemberRole.EDITOR,
                language="zh",
            )
            ids[f"{name}_invitation"] = invitation.id
    with unit_of_work():
        organisations.offer_handover(
            world.vendor, ids["vendor"], to=world.users["vendor-editor"], afterwards=MemberRole.VIEWER
        )


def sealed_bid(world: World, challenge_id: int, vendor: str, *, submit: bool = True) -> tuple[int, int]:
    """A bid with one file; ids of both."""
    bid_id = world.bid(session().get_one(Challenge, challenge_id), vendor).id
    with unit_of_work():
        drafting.attach(world.person(vendor), bid_id, paper("Scheme"))
    file_id = session().get_one(Bid, bid_id).files[0].id
    if submit:
        with unit_of_work():
            submitting.submit(world.person(vendor), bid_id, received_at=site_clock.now())
    return bid_id, file_id


def _judged_extras(world: World, ids: dict[str, int], challenge_id: int) -> tuple[int, int]:
    file_id = session().get_one(Bid, ids["judged_bid"]).files[0].id
    return file_id, sealed_bid(world, challenge_id, "rival")[0]


def _stages(challenge_id: int) -> list[tuple[int, int]]:
    rows = session().query(BidStage).filter_by(challenge_id=challenge_id).order_by(BidStage.id)
    return [(row.id, row.lead_id) for row in rows]


def _judge(town: Town, before: dict[str, int]) -> None:
    world, ids, officer = town.world, town.ids, town.world.officer
    for name in ("judged", "staged", "pending", "empty"):
        world.open_bids(session().get_one(Challenge, before[name]))
    for name in ("judged", "staged", "pending"):
        with unit_of_work():
            evaluation.begin(officer, before[name])
    for name in ("judged", "staged"):
        for stage_id, lead_id in _stages(before[name]):
            with unit_of_work():
                evaluation.decide(officer, stage_id, passed=lead_id == world.vendor_id, reason="见材料。")
        with unit_of_work():
            evaluation.close(officer, before[name])
        with unit_of_work():
            evaluation.stage(officer, before[name], {ids[f"{name}_bid"]: (Outcome.SELECTED, "满足全部要求。")})
    with unit_of_work():
        seen = evaluation.seal_of(evaluations.decisions(officer, before["judged"]))
        evaluation.release(officer, before["judged"], seen=seen)
    ids["notice"] = session().query(Notice).filter_by(challenge_id=before["judged"]).one().id
    with unit_of_work():
        ids["objection"] = publicity.object_to(
            world.stranger, ids["notice"], matter="资质", grounds="与事实不符。", evidence=paper("Evidence")
        ).id
    with unit_of_work():
        ids["rival_objection"] = publicity.object_to(
            world.rival, ids["notice"], matter="指标", grounds="未实测。", evidence=None
        ).id


def _with_files(world: World, title: str) -> int:
    scenario_id = world.draft(title).id
    for is_public in (True, False):
        with unit_of_work():
            scenarios.attach(world.owner, scenario_id, paper("Drawing"), is_public=is_public)
    return scenario_id


def _files(scenario_id: int) -> tuple[int, int]:
    rows = session().get_one(Scenario, scenario_id).files
    public, confidential = sorted(rows, key=lambda row: not row.is_public)
    assert isinstance(public, ScenarioFile)
    return public.id, confidential.id


def _scenarios(town: Town) -> None:
    world, ids = town.world, town.ids
    ids["draft_scenario"] = _with_files(world, "草稿")
    ids["draft_public_file"], ids["draft_confidential_file"] = _files(ids["draft_scenario"])
    for name in ("submitted", "returned", "rejected", "taken_back"):
        ids[f"{name}_scenario"] = _with_files(world, name)
        with unit_of_work():
            scenarios.submit(world.owner, ids[f"{name}_scenario"], declared_by="owner")
    ids["submitted_public_file"], ids["submitted_confidential_file"] = _files(ids["submitted_scenario"])
    with unit_of_work():
        scenarios.return_(world.officer, ids["returned_scenario"], reason="补充。")
        scenarios.reject(world.officer, ids["rejected_scenario"], reason="不属于范围。")
        scenarios.withdraw(world.owner, ids["taken_back_scenario"])
    ids["admitted_scenario"] = world.admitted("已入库").id
    draft_of = world.admitted("待发榜").id
    with unit_of_work():
        ids["draft_challenge"] = challenges.create(world.officer, draft_of).id


def _open_challenge(town: Town) -> None:
    world, ids = town.world, town.ids
    scenario_id = ids["listed_scenario"] = _with_files(world, "正在揭榜")
    with unit_of_work():
        scenarios.submit(world.owner, scenario_id, declared_by="owner")
    with unit_of_work():
        scenarios.admit(world.officer, scenario_id, reason="同类已论证。")
    with unit_of_work():
        challenge_id = ids["open_challenge"] = challenges.create(world.officer, scenario_id).id
    with unit_of_work():
        challenges.publish(world.officer, challenge_id, closes_at=site_clock.now() + timedelta(days=30), few_reason=FEW)
    for row in session().query(ChallengeFile).filter_by(challenge_id=challenge_id):
        ids["public_file" if row.is_public else "confidential_file"] = row.id
    ids["sealed_bid"], ids["sealed_bid_file"] = sealed_bid(world, challenge_id, "vendor")
    ids["rival_sealed_bid"], ids["rival_sealed_bid_file"] = sealed_bid(world, challenge_id, "rival")
    second = ids["suspended_challenge"] = world.challenge("第二项").id
    ids["withdrawn_bid"], _file = sealed_bid(world, second, "rival")
    with unit_of_work():
        submitting.withdraw(world.rival, ids["withdrawn_bid"], received_at=site_clock.now())
    ids["draft_bid"], ids["draft_bid_file"] = sealed_bid(world, second, "vendor", submit=False)
    with unit_of_work():
        challenges.suspend(world.officer, second, reason="核对图纸。")


def _products(town: Town) -> None:
    world, ids = town.world, town.ids
    ids["listed_product"] = world.product(name="已公开").id
    ids["draft_product"] = world.product(name="草稿", listed=False).id
    ids["rival_draft_product"] = world.product("rival", name="对手草稿", listed=False).id
    ids["variant"] = world.variant(ids["listed_product"], payload="80").id
    for name, parameter in (("closed", "lift_ride"), ("answered", "runtime"), ("open", "payload")):
        with unit_of_work():
            row = catalogue.raise_doubt(
                world.owner, ids["listed_product"], parameter=parameter, variant_id=None, reason="现场测得不同。"
            )
            ids[f"{name}_doubt"] = row.id
        if name != "open":
            with unit_of_work():
                catalogue.answer_doubt(world.vendor, ids[f"{name}_doubt"], text="见检测报告。")
        if name == "closed":
            with unit_of_work():
                catalogue.close_doubt(world.officer, ids["closed_doubt"], text="报告属实。")
    with unit_of_work():
        data = catalogue.CertificateData(standard="CR")
        row = catalogue.save_record(world.vendor, ids["listed_product"], None, data)
        ids["certificate"] = row.certificates[0].id
    with unit_of_work():
        catalogue.give_mark(world.officer, ids["listed_product"], Mark.INNOVATIVE, number="7", year=2025)
    for name in ("listed", "draft"):
        _media(town, name)
    ids["withdrawn_product"] = world.product(name="已下架").id
    with unit_of_work():
        catalogue.withdraw(world.vendor, ids["withdrawn_product"])


def _media(town: Town, name: str) -> None:
    vendor, product_id = town.world.vendor, town.ids[f"{name}_product"]
    for machine in ("cabinet", "guide"):
        with unit_of_work():
            made = in_sizes(drawing(machine, "healthcare"))
            picture = catalogue.add_picture(vendor, product_id, made, description=Text.of("正面", "Front"))
            town.ids |= {f"{name}_picture": picture.id, f"{name}_picture_file": picture.file_id}
    with unit_of_work():
        kind, title = FileKind.DATASHEET, Text.of("产品手册", "Datasheet")
        row = catalogue.add_file(vendor, product_id, paper("Datasheet"), kind=kind, title=title)
        town.ids[f"{name}_product_file"] = row.id


def _figures(town: Town) -> None:
    with unit_of_work():
        row = dashboard.report(
            town.world.officer, "incubators", value=2, as_of=site_clock.today(), source=Text.of("统计")
        )
        town.ids["figure"] = row.id


def _personal(town: Town) -> None:
    told = {"subject": "有消息", "paragraphs": ["一句话。"], "facts": [], "action": None}
    for name in ("stranger", "officer"):
        user_id = town.world.person(name).user_id
        with unit_of_work() as work:
            user = work.get_one(User, user_id)
            accounts.open_session(user, address="192.0.2.1", device="browser", token=f"token of {name}")
            content = {"zh": told, "en": told}
            work.add(InboxItem(user_id=user.id, event_id="e" * 8, content=content, created_at=site_clock.now()))


def _leavers(town: Town, clock: time_machine.Traveller) -> None:
    """An account in every state that is not ordinary use."""
    world, ids = town.world, town.ids
    for name in ("deactivated", "blocked", "leaving", "deleted"):
        ids[f"{name}_person"] = world.person(name).user_id or 0
    with unit_of_work():
        accounts.ask_deletion(world.person("deleted"))
    clock.shift(timedelta(days=7))
    leaving.carry_out_deletions()
    with unit_of_work():
        accounts.deactivate(world.person("deactivated"))
        accounts.block(world.administrator, ids["blocked_person"], reason="离职。")
        accounts.ask_deletion(world.person("leaving"))
    ids["stranger_person"] = world.users["stranger"]
