"""A small world for tests: each property or method makes what it names through the services, once."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, TypeVar

import time_machine
from flask import Flask
from flask.testing import FlaskClient

from marketplace.accounts import services as accounts
from marketplace.bids.document import BidDocument, Declarations, Response
from marketplace.bids.models import Bid
from marketplace.bids.services import choosing, drafting, opening, submitting
from marketplace.catalogue import services as catalogue
from marketplace.catalogue.models import Evidence, PriceKind, Product, ProductVariant, VariantKind
from marketplace.challenges import queries as challenge_queries
from marketplace.challenges import services as challenges
from marketplace.challenges.models import Challenge
from marketplace.demo.content import code, paper
from marketplace.infra.jobs.services import run_pending
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.text import Text
from marketplace.organisations import services as organisations
from marketplace.organisations.models import MemberRole, Membership, Organisation
from marketplace.scenarios import services as scenarios
from marketplace.scenarios.models import BudgetKind, Level, Scenario
from marketplace.vocabulary.parameters import parameters, parse
from marketplace.web.actor import actor_of
from tests.factories.moment import Moment

T = TypeVar("T")
PASSWORD = "a long sentence"
FEW = "病区门宽已定，设备要过得去；只此一条不能放宽。"
"""Why so few can answer: the markets of most tests are small."""


class World:
    """People, organisations and what they do."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.users: dict[str, int] = {}
        self.numbers = 0

    def peopled(self) -> World:
        """The world with those whom nearly every test needs, made before any unit of work begins."""
        for actor in ("officer", "auditor", "administrator", "stranger", "owner", "vendor", "rival"):
            getattr(self, actor)
        return self

    @classmethod
    def as_peopled(cls, app: Flask) -> World:
        """The same in an empty site, made once for each database."""
        world = cls(app)
        world.once("peopled", lambda: bool(world.peopled().users))
        return world

    def once(self, name: str, make: Callable[[], T], traveller: time_machine.Coordinates | None = None) -> T:
        """What ``make`` does with this world and answers, for the first test of a database that asks; every later one
        finds rows, files, names and time put there again as they were then, and nothing that itself did before."""
        kept: dict[Any, tuple[Moment, datetime, dict[str, Any], T]] = self.app.extensions.setdefault(
            "kept_for_tests", {}
        )
        began = (name, clock.now())
        if began not in kept:
            found = make()
            names = {key: value for key, value in vars(self).items() if key != "app"}
            kept[began] = Moment(self.app), clock.now(), copy.deepcopy(names), copy.deepcopy(found)
            return found
        moment, time, names, found = kept[began]
        moment.again(self.app)
        if traveller is not None:
            traveller.move_to(time)
        vars(self).update(copy.deepcopy(names))
        return copy.deepcopy(found)

    # People ---------------------------------------------------------------------------------------------------

    def person(self, name: str, *, roles: tuple[str, ...] = (), language: str = "zh") -> Actor:
        """A confirmed person, e-mail ``name@people.example``; a fresh actor at each call."""
        if name not in self.users:
            with unit_of_work():
                row = accounts.create_confirmed(
                    email=f"{name}@people.example", name=name, password=PASSWORD, roles=roles, language=language
                )
                self.users[name] = row.id
        return actor_of(self.users[name], name)

    @property
    def officer(self) -> Actor:
        """A programme officer."""
        return self.person("officer", roles=("officer",))

    @property
    def auditor(self) -> Actor:
        """An auditor."""
        return self.person("auditor", roles=("auditor",))

    @property
    def administrator(self) -> Actor:
        """An administrator."""
        return self.person("administrator", roles=("administrator",))

    @property
    def stranger(self) -> Actor:
        """Somebody with an account and nothing else."""
        return self.person("stranger")

    def client(self, name: str) -> FlaskClient:
        """A browser in which the person is signed in."""
        self.person(name)
        browser = self.app.test_client()
        answer = browser.post("/zh/sign-in", data={"email": f"{name}@people.example", "password": PASSWORD})
        assert answer.status_code == 302, answer.text
        return browser

    # Organisations --------------------------------------------------------------------------------------------

    def organisation(self, person: str, *kinds: str, verified: bool = True, name: str = "") -> Organisation:
        """An organisation that ``person`` manages."""
        self.numbers += 1
        number = self.numbers
        self.person(person)
        data = organisations.Particulars(
            name=Text.of(name or f"第{number}示例公司", f"Example {number}"),
            uscc=code(number, "310115"),
            kinds=frozenset(kinds),
            district="310115",
            about=Text.of("示例", "Example"),
            contact_name=person,
            contact_email=f"{person}@people.example",
        )
        with unit_of_work():
            row = organisations.create(self.person(person), data)
        organisation_id = row.id
        if verified:
            with unit_of_work():
                organisations.attach_licence(self.person(person), organisation_id, paper("Licence"))
                organisations.submit(self.person(person), organisation_id)
            with unit_of_work():
                organisations.verify(self.officer, organisation_id)
        return session().get_one(Organisation, organisation_id)

    def join(self, person: str, organisation: Organisation, role: MemberRole) -> Actor:
        """Make ``person`` a member."""
        user_id = self.person(person).user_id
        organisation_id = organisation.id
        assert user_id is not None
        with unit_of_work() as work:
            work.add(Membership(organisation_id=organisation_id, user_id=user_id, role=role))
        return self.person(person)

    @cached_property
    def owner_id(self) -> int:
        """The verified scenario owner that "owner" manages."""
        return self.organisation("owner", "owner", name="青禾示例医院").id

    @property
    def owner(self) -> Actor:
        """The scenario owner's manager."""
        assert self.owner_id
        return self.person("owner")

    @cached_property
    def vendor_id(self) -> int:
        """The verified vendor that "vendor" manages."""
        return self.organisation("vendor", "vendor", name="拂晓示例机器人").id

    @property
    def vendor(self) -> Actor:
        """The vendor's manager."""
        assert self.vendor_id
        return self.person("vendor")

    @cached_property
    def rival_id(self) -> int:
        """Another verified vendor, managed by "rival"."""
        return self.organisation("rival", "vendor", name="镜湖示例智能").id

    @property
    def rival(self) -> Actor:
        """The other vendor's manager."""
        assert self.rival_id
        return self.person("rival")

    # Scenarios and challenges -----------------------------------------------------------------------------------

    def draft(self, title: str = "药品标本转运", **changes: Any) -> Scenario:
        """A complete draft of the owner."""
        owner, owner_id = self.owner, self.owner_id
        fields: dict[str, Any] = {
            "domain": "healthcare",
            "task": "medical_assistance",
            "district": "310112",
            "summary": Text.of("药品箱 40 kg，每天 150 趟。", "40 kg boxes, 150 trips a day."),
            "situation": Text.of("护工夜间往返。", "Porters walk at night."),
            "workflow": Text.of("药房到病区。", "From pharmacy to ward."),
            "objects": Text.of("药箱。", "Boxes."),
            "safety": Text.of("限速，急停。", "Speed limit, emergency stop."),
            "budget_kind": BudgetKind.FIXED,
            "budget_max": 220,
            "period_months": 6,
        }
        with unit_of_work():
            row = scenarios.create(owner, owner_id, title=Text.of(title, f"EN {title}"))
            scenarios.edit(owner, row.id, **(fields | changes))
            scenarios.set_requirements(
                owner, row.id, [self.requirement("payload", "40"), self.requirement("lift_ride", "yes")]
            )
            scenarios.set_metrics(owner, row.id, [self.metric("availability", "99")])
            scenario_id = row.id
        return session().get_one(Scenario, scenario_id)

    def requirement(self, key: str, typed: str, level: Level = Level.MUST) -> scenarios.RequirementData:
        """One requirement in the parameter's own direction."""
        parameter = parameters()[key]
        return scenarios.RequirementData(parameter=key, op=parameter.op, value=parse(parameter, typed), level=level)

    def metric(self, key: str, typed: str) -> scenarios.MetricData:
        """One acceptance metric."""
        parameter = parameters()[key]
        return scenarios.MetricData(parameter=key, op=parameter.op, target=parse(parameter, typed))

    def submitted(self, title: str = "药品标本转运", **changes: Any) -> Scenario:
        """A scenario that waits for its intake check."""
        scenario_id = self.draft(title, **changes).id
        with unit_of_work():
            scenarios.submit(self.owner, scenario_id, declared_by="owner")
        return session().get_one(Scenario, scenario_id)

    def admitted(self, title: str = "药品标本转运", **changes: Any) -> Scenario:
        """A scenario in the library."""
        scenario_id = self.submitted(title, **changes).id
        with unit_of_work():
            scenarios.admit(self.officer, scenario_id, reason="同类已论证。")
        return session().get_one(Scenario, scenario_id)

    def challenge(self, title: str = "药品标本转运", *, days: int = 30, **changes: Any) -> Challenge:
        """A challenge that is open to bids for about ``days``."""
        scenario_id = self.admitted(title, **changes).id
        with unit_of_work():
            challenge_id = challenges.create(self.officer, scenario_id).id
        with unit_of_work():
            challenges.publish(self.officer, challenge_id, closes_at=clock.now() + timedelta(days=days), few_reason=FEW)
        return session().get_one(Challenge, challenge_id)

    # Products and bids --------------------------------------------------------------------------------------------

    def product(self, vendor: str = "vendor", *, name: str = "拂晓 M3", listed: bool = True, **values: str) -> Product:
        """A product of the vendor with payload, runtime and lift riding, or what ``values`` say."""
        actor = self.vendor if vendor == "vendor" else self.rival
        return self.listed(
            actor, self.vendor_id if vendor == "vendor" else self.rival_id, name=name, listed=listed, **values
        )

    def listed(self, actor: Actor, vendor_id: int, *, name: str, listed: bool = True, **values: str) -> Product:
        """The same of any vendor, by one of its people."""
        data = catalogue.ProductData(
            name=Text.of(name, f"EN {name}"),
            model="M3",
            domain="healthcare",
            tasks=("medical_assistance",),
            summary=Text.of("负载 50 kg 的转运机器人。", "Carries 50 kg."),
            description=Text.of("院内转运。", "Hospital transport."),
            price_kind=PriceKind.FIXED,
            price_max=18,
        )
        typed = {"payload": "50", "runtime": "12", "lift_ride": "yes"} | values
        with unit_of_work():
            product_id = catalogue.create(actor, vendor_id, data).id
        specifications = [
            catalogue.SpecificationData(
                parameter=k, value=parse(parameters()[k], v), condition=Text(), evidence=Evidence.CLAIMED
            )
            for k, v in typed.items()
        ]
        with unit_of_work():
            catalogue.set_specifications(actor, product_id, specifications)
        if listed:
            with unit_of_work():
                catalogue.list_(actor, product_id)
        return session().get_one(Product, product_id)

    def variant(
        self, product_id: int, *, name: str = "加强臂", kind: VariantKind = VariantKind.VARIANT, **values: str
    ) -> ProductVariant:
        """A variant of one of the vendor's products with those values."""
        data = catalogue.VariantData(
            kind=kind,
            name=Text.of(name, f"EN {name}"),
            extra_price=3,
            specifications=tuple(
                catalogue.SpecificationData(
                    parameter=k, value=parse(parameters()[k], v), condition=Text(), evidence=Evidence.CLAIMED
                )
                for k, v in values.items()
            ),
        )
        with unit_of_work():
            variant_id = catalogue.save_variant(self.vendor, product_id, None, data).id
        return session().get_one(ProductVariant, variant_id)

    def bid(
        self, challenge: Challenge, vendor: str = "vendor", *, text: str = "分两阶段部署。", price: int = 180_000
    ) -> Bid:
        """A complete draft of the vendor."""
        challenge_id = challenge.id
        product = self.product(vendor, name=f"{vendor} 转运车")
        product_id, vendor_id = product.id, product.vendor_id
        actor = self.person(vendor)
        with unit_of_work():
            bid_id = drafting.start(actor, challenge_id, vendor_id).id
        with unit_of_work():
            wanted = challenge_queries.get(actor, challenge_id).content

            def fill(draft: BidDocument) -> None:
                for entry in wanted.requirements:
                    draft.responses[entry.key] = Response(
                        answer="meets",
                        value=entry.value,
                        typed=entry.value["typed"],
                        unit=entry.value["unit"],
                        note=text,
                    )
                choosing.choose_products(actor, draft, vendor_id, [product_id])
                draft.offers[0].quantity, draft.offers[0].unit_price = 8, price
                draft.total_investment, draft.financing, draft.price_notes = price * 8, text, text
                draft.solution = {"approach": text, "safety": text, "schedule": text}
                draft.declarations = Declarations(
                    unclassified=True, truthful=True, unaffiliated=True, declared_by=vendor
                )

            drafting.change(actor, bid_id, fill)
        return session().get_one(Bid, bid_id)

    def submitted_bid(self, challenge: Challenge, vendor: str = "vendor", **given: Any) -> Bid:
        """A bid that was submitted now."""
        bid_id = self.bid(challenge, vendor, **given).id
        with unit_of_work():
            submitting.submit(self.person(vendor), bid_id, received_at=clock.now())
        return session().get_one(Bid, bid_id)

    def open_bids(self, challenge: Challenge) -> int:
        """Open all bids of a challenge whose deadline has passed."""
        challenge_id = challenge.id
        with unit_of_work():
            return opening.open_all(self.officer, challenge_id)

    # What follows -------------------------------------------------------------------------------------------------

    def work(self) -> int:
        """Let the worker do all that waits: mails and index."""
        return run_pending()
