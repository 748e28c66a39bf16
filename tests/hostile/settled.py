"""The contract tests' town with what its route table cannot name: links of mails, a file before its confirmation, a second step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyotp
import time_machine
from flask import Flask
from sqlalchemy import select

from marketplace.accounts import tokens
from marketplace.accounts.models import SecondFactor, User
from marketplace.accounts.services import registering, second_factor
from marketplace.exchange import services as exchange
from marketplace.exchange.services import File
from marketplace.infra.search.services import apply_pending
from marketplace.kernel.db import session, unit_of_work
from marketplace.organisations import services as organisations
from marketplace.organisations.models import Invitation, MemberRole
from marketplace.vocabulary.terms import DATA
from tests.contracts.town import Town, build
from tests.factories.world import PASSWORD, World
from tests.hostile.changes import Target
from tests.hostile.targets import PEOPLE, distinct, find, signed_in

Browsers = dict[str, tuple[dict[str, bytes], list[str]]]


@dataclass
class Settled:
    """A site with a town in it, all that can be sent to it, and the files it must not lose."""

    app: Flask
    town: Town
    targets: list[Target]
    offered: set[str]
    kept: dict[Path, bytes]


def settle(app: Flask, clock: time_machine.Traveller, *, most: int, people: Iterable[str] = PEOPLE) -> Settled:
    """Build the town and find at most ``most`` targets of each kind, as these people and those half-way somewhere."""
    world = World(app).peopled()
    town = build(world, clock)
    assert apply_pending() > 0
    extra = _links(town) | _rare(town) | _imports(town) | _half_way(town)
    session().rollback()
    targets, offered = find(app, town, extra=extra, most=min(most, 2), people=people)
    folder = Path(app.config["DATA"])
    kept = {p: p.read_bytes() for p in folder.glob("imports/**/*") if p.is_file()}
    return Settled(app, town, distinct(targets, most), offered, kept)


def _links(town: Town) -> Browsers:
    """Those who open the links of mails."""
    world, found = town.world, []
    world.person("friend")
    with unit_of_work():
        registering.register(email="fresh@people.example", name="fresh", password=PASSWORD, language="zh")
    for email, purpose in (("fresh@people.example", "confirm"), ("stranger@people.example", "reset")):
        user = session().scalars(select(User).where(User.email == email)).one()
        found.append(f"/zh/{purpose}/{tokens.make(user, purpose)}")
    invitation = session().get_one(Invitation, town.ids["vendor_invitation"])
    invited = [f"/zh/invitations/{organisations.invitation_token(invitation)}"]
    session().rollback()
    return {"opener": ({}, found), "friend": (signed_in(town, "friend"), invited)}


def _rare(town: Town) -> Browsers:
    """Those whom a form waits for that few others are shown."""
    world, ids = town.world, town.ids
    world.organisation("late-vendor", "vendor")
    world.person("drafter", roles=("officer",))
    world.organisation("drafter", "owner")
    with unit_of_work():  # the town's own offer has grown too old
        to = world.users["owner-editor"]
        organisations.offer_handover(world.owner, ids["owner"], to=to, afterwards=MemberRole.VIEWER)
    found = {
        "late-vendor": [f"/zh/challenges/{ids['open_challenge']}/bid"],
        "owner-editor": [f"/zh/organisations/{ids['owner']}/take-over"],
        "newcomer": [f"/zh/organisations/{ids['unverified_organisation']}"],
        "auditor": ["/zh/audit/households"],
        "drafter": ["/zh/gaps?all=1"],
        "officer": [f"/zh/scenarios/{ids['admitted_scenario']}"],
        "vendor": [f"/zh/bids/{ids['covered_bid']}", "/zh/exchange/products", "/zh/exchange/scenarios"],
    }
    return {f"{name}, at once": (signed_in(town, name), seeds) for name, seeds in found.items()}


def _imports(town: Town) -> Browsers:
    """Those who have brought a file in and not yet confirmed it."""
    found: Browsers = {}
    for kind, person, organisation in (("scenarios", "owner", "owner"), ("products", "vendor", "vendor")):
        file = File("a.json", (DATA / "examples" / f"{kind}-1.json").read_bytes())
        token = exchange.keep(town.world.person(person), file, kind, town.ids[organisation])
        found[f"importing {person}"] = (signed_in(town, person), [f"/zh/exchange/{kind}/preview/{token}"])
    return found


def _half_way(town: Town) -> Browsers:
    """Those with a second factor: being set up, set up, and between password and code."""
    found: Browsers = {}
    for name, confirmed in (("starting", False), ("guarded", True)):
        actor = town.world.person(name)
        jar = signed_in(town, name)
        with unit_of_work():
            second_factor.begin(actor)
        row = session().scalars(select(SecondFactor).where(SecondFactor.user_id == actor.user_id)).one()
        secret = second_factor.secret_of(row)
        session().rollback()
        if confirmed:
            with unit_of_work():
                second_factor.confirm(actor, pyotp.TOTP(secret).now())
            found["half-way"] = (signed_in(town, name), ["/zh/sign-in/code"])
        found[name] = (jar, ["/zh/account/second-factor", "/zh/account/data", "/zh/account/prove"])
    return found
