"""Who gets what from every address: written by hand from the design, never computed from the policies.

Columns: nobody, stranger, owner, vendor, rival, officer, auditor, administrator. ``in`` is the way to sign-in.
Addresses that only take a POST are sent an empty form unless the row says what is sent. Arguments are
names of rows in ``tests.contracts.town``; a leading ``=`` gives the argument itself.
Rows run from top to bottom in one town, so what changes something stands last.
"""

from __future__ import annotations

from dataclasses import dataclass, field

KINDS = ("nobody", "stranger", "owner", "vendor", "rival", "officer", "auditor", "administrator")


@dataclass(frozen=True)
class Row:
    """One address with what each kind of actor gets."""

    endpoint: str
    answers: str
    arguments: dict[str, str] = field(default_factory=dict)
    method: str = "GET"
    data: dict[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The row as a reader names it."""
        return " ".join([self.method, self.endpoint, *self.arguments.values(), *self.data.values()])


def get(endpoint: str, answers: str, **arguments: str) -> Row:
    """A page that is asked for."""
    return Row(endpoint, answers, arguments)


def post(endpoint: str, answers: str, data: dict[str, str] | None = None, **arguments: str) -> Row:
    """A form that is sent, empty unless ``data`` says otherwise."""
    return Row(endpoint, answers, arguments, "POST", data or {})


# Frequent rows of answers.
#            nobody stranger owner vendor rival officer auditor administrator
EVERYBODY = "200 200 200 200 200 200 200 200"
ACCOUNT = "in  200 200 200 200 200 200 200"
OFFICER = "in  404 404 404 404 200 403 403"
NOBODYS = "in  404 404 404 404 404 403 403"
ADMINISTRATOR = "in  404 404 404 404 403 403 200"
VENDORS = "in  404 404 200 404 404 404 404"
RIVALS = "in  404 404 404 200 404 404 404"
OWNERS = "in  404 200 404 404 404 404 404"
PRIVATE = "in  404 404 404 404 404 404 404"
GONE = "410 410 410 410 410 410 410 410"
ELSEWHERE = "302 302 302 302 302 302 302 302"
MISSING = "404 404 404 404 404 404 404 404"

BIDS = [
    get("bids.mine", ACCOUNT),
    # Sealed: not even that there is a bid is known to anyone but its members.
    get("bids.show", VENDORS, bid_id="sealed_bid"),
    get("bids.show", RIVALS, bid_id="rival_sealed_bid"),
    get("bids.show", VENDORS, bid_id="draft_bid"),
    get("bids.show", RIVALS, bid_id="withdrawn_bid"),
    get("bids.show", VENDORS, bid_id="cancelled_bid"),
    get("bids.show", "in  404 404 200 404 200 200 404", bid_id="judged_bid"),
    get("bids.show", "in  404 404 404 200 200 200 404", bid_id="judged_rival_bid"),
    *(get("bids.edit", VENDORS, bid_id="sealed_bid", part=f"={part}") for part in ("matrix", "offer", "solution")),
    *(get("bids.edit", VENDORS, bid_id="sealed_bid", part=f"={part}") for part in ("files", "declare", "check")),
    get("bids.edit", RIVALS, bid_id="rival_sealed_bid", part="=offer"),
    get("bids.edit", "in  404 404 404 404 404 404 404", bid_id="sealed_bid", part="=nonsense"),
    get("bids.edit", "in  404 404 302 404 403 403 404", bid_id="judged_bid", part="=offer"),
    get("bids.file", VENDORS, bid_id="sealed_bid", file_id="sealed_bid_file"),
    get("bids.file", RIVALS, bid_id="rival_sealed_bid", file_id="rival_sealed_bid_file"),
    # A file of one bid is not reached through another.
    get("bids.file", "in  404 404 404 404 404 404 404", bid_id="sealed_bid", file_id="rival_sealed_bid_file"),
    get("bids.file", "in  404 404 200 404 200 200 404", bid_id="judged_bid", file_id="judged_bid_file"),
    get("bids.start", "in  200 200 302 302 200 200 200", challenge_id="open_challenge"),
    get("bids.start", "in  404 200 404 404 200 200 404", challenge_id="draft_challenge"),
    get("bids.open_", OFFICER, challenge_id="open_challenge"),
    get("bids.open_", OFFICER, challenge_id="judged_challenge"),
    post("bids.withdraw", "in  404 404 409 404 403 403 404", bid_id="judged_bid"),
]
CATALOGUE = [
    get("catalogue.mine", ACCOUNT),
    get("catalogue.versions", "in  403 403 200 403 200 200 403", product_id="listed_product"),
    get("catalogue.versions", "in  404 404 200 404 200 200 404", product_id="draft_product"),
    # Officers and verified owners doubt a value; vendors never doubt competitors, nor themselves.
    get("catalogue.raise_doubt", "in  403 200 403 403 200 403 403", product_id="listed_product", parameter="=payload"),
    get("catalogue.raise_doubt", "in  403 404 403 403 404 403 403", product_id="listed_product", parameter="=reach"),
    get("catalogue.raise_doubt", "in  404 404 403 404 403 403 404", product_id="draft_product", parameter="=payload"),
    get("catalogue.doubt", "in  404 200 200 404 200 200 404", doubt_id="open_doubt"),
    post("catalogue.doubt", "in  404 403 422 404 422 403 404", doubt_id="open_doubt"),
    get("catalogue.compare", EVERYBODY),
    get("catalogue.new", ACCOUNT),
    get("catalogue.show", EVERYBODY, product_id="listed_product"),
    get("catalogue.show", "404 404 404 200 404 200 200 404", product_id="draft_product"),
    get("catalogue.show", "404 404 404 404 200 200 200 404", product_id="rival_draft_product"),
    get("catalogue.show", "404 404 404 200 404 200 200 404", product_id="withdrawn_product"),
    get("catalogue.edit", "in  403 403 200 403 403 403 403", product_id="listed_product"),
    get("catalogue.edit", "in  404 404 200 404 403 403 404", product_id="draft_product"),
    *(
        get(f"catalogue.{endpoint}", "in  403 403 200 403 403 403 403", product_id="listed_product", **more)
        for endpoint, more in (
            ("new_record", {"kind": "=certificates"}),
            ("new_record", {"kind": "=deployments"}),
            ("record", {"kind": "=certificates", "record_id": "certificate"}),
            ("offered_services", {}),
        )
    ),
    get(
        "catalogue.record",
        "in  404 404 404 404 403 403 404",
        product_id="draft_product",
        kind="=certificates",
        record_id="certificate",
    ),
    get(
        "catalogue.record",
        "in  403 403 404 403 403 403 403",
        product_id="listed_product",
        kind="=deployments",
        record_id="certificate",
    ),
    post(
        "catalogue.remove_record",
        "in  403 403 302 403 403 403 403",
        product_id="listed_product",
        kind="=certificates",
        record_id="certificate",
    ),
    # Pictures and files are seen by who sees the product, changed by its vendor's editors.
    get("catalogue.picture", EVERYBODY, product_id="listed_product", file_id="listed_picture_file"),
    get(
        "catalogue.picture", "404 404 404 200 404 200 200 404", product_id="draft_product", file_id="draft_picture_file"
    ),
    get("catalogue.picture", MISSING, product_id="listed_product", file_id="draft_picture_file"),
    get("catalogue.file", EVERYBODY, product_id="listed_product", file_id="listed_product_file"),
    get("catalogue.file", "404 404 404 200 404 200 200 404", product_id="draft_product", file_id="draft_product_file"),
    get("catalogue.file", MISSING, product_id="listed_product", file_id="draft_product_file"),
    get("catalogue.media", "in  403 403 200 403 403 403 403", product_id="listed_product", kind="=pictures"),
    get("catalogue.media", "in  403 403 200 403 403 403 403", product_id="listed_product", kind="=files"),
    get("catalogue.media", "in  404 404 200 404 403 403 404", product_id="draft_product", kind="=pictures"),
    post("catalogue.media", "in  403 403 422 403 403 403 403", product_id="listed_product", kind="=files"),
    get(
        "catalogue.medium",
        "in  403 403 200 403 403 403 403",
        product_id="listed_product",
        kind="=pictures",
        medium_id="listed_picture",
    ),
    get(
        "catalogue.medium",
        "in  404 404 404 404 403 403 404",
        product_id="draft_product",
        kind="=pictures",
        medium_id="listed_picture",
    ),
    get(
        "catalogue.medium",
        "in  403 403 200 403 403 403 403",
        product_id="listed_product",
        kind="=files",
        medium_id="listed_product_file",
    ),
    post(
        "catalogue.move_picture",
        "in  403 403 302 403 403 403 403",
        {"to": "first"},
        product_id="listed_product",
        picture_id="listed_picture",
    ),
    post(
        "catalogue.move_picture",
        "in  403 403 404 403 403 403 403",
        product_id="listed_product",
        picture_id="listed_picture",
    ),
    post(
        "catalogue.remove_medium",
        "in  403 403 302 403 403 403 403",
        product_id="listed_product",
        kind="=pictures",
        medium_id="listed_picture",
    ),
    post(
        "catalogue.remove_medium",
        "in  404 404 302 404 403 403 404",
        product_id="draft_product",
        kind="=files",
        medium_id="draft_product_file",
    ),
    get("catalogue.marks", OFFICER, product_id="listed_product"),
    post("catalogue.take_mark", OFFICER.replace("200", "302"), product_id="listed_product", kind="=innovative"),
    get("catalogue.new_variant", "in  403 403 200 403 403 403 403", product_id="listed_product"),
    get("catalogue.new_variant", "in  404 404 200 404 403 403 404", product_id="draft_product"),
    get("catalogue.variant", "in  403 403 200 403 403 403 403", product_id="listed_product", variant_id="variant"),
    # A variant of one product is not reached through another.
    get("catalogue.variant", "in  404 404 404 404 403 403 404", product_id="draft_product", variant_id="variant"),
    post(
        "catalogue.remove_variant", "in  403 403 302 403 403 403 403", product_id="listed_product", variant_id="variant"
    ),
    get("catalogue.specifications", "in  403 403 200 403 403 403 403", product_id="listed_product"),
    get("catalogue.specifications", "in  404 404 200 404 403 403 404", product_id="draft_product"),
    post("catalogue.act", "in  404 404 404 404 404 404 404", product_id="draft_product"),
    post("catalogue.act", "in  404 404 409 404 409 403 404", {"act": "withdraw"}, product_id="draft_product"),
    post("catalogue.act", "in  403 403 409 403 403 403 403", {"act": "list"}, product_id="listed_product"),
]
CHALLENGES = [
    get("challenges.show", EVERYBODY, challenge_id="open_challenge"),
    get("challenges.show", EVERYBODY, challenge_id="judged_challenge"),
    get("challenges.show", EVERYBODY, challenge_id="cancelled_challenge"),
    get("challenges.show", "404 404 200 404 404 200 200 404", challenge_id="draft_challenge"),
    get("challenges.file", EVERYBODY, challenge_id="open_challenge", file_id="public_file"),
    get(
        "challenges.file", "404 404 200 404 404 200 200 404", challenge_id="open_challenge", file_id="confidential_file"
    ),
    get("challenges.file", MISSING, challenge_id="judged_challenge", file_id="public_file"),
    get("challenges.manage", OFFICER, challenge_id="draft_challenge"),
    get("challenges.manage", OFFICER, challenge_id="open_challenge"),
    post("challenges.watch", "in  404 403 404 404 403 403 404", challenge_id="draft_challenge"),
    post("challenges.watch", "in  302 302 302 302 302 302 302", challenge_id="open_challenge"),
    post("challenges.create", NOBODYS, scenario_id="draft_scenario"),
    post("challenges.create", "in  404 404 404 404 409 403 403", scenario_id="submitted_scenario"),
]
MATCHING = [
    # How the market answers a draft: for those who may change it.
    post("matching.market", "in  404 200 404 404 404 404 404", scenario_id="draft_scenario"),
    post("matching.market", "in  404 200 404 404 403 403 404", scenario_id="submitted_scenario"),
    # Who can meet a challenge: the owner and the programme office; the public sees no ranking of vendors.
    get("matching.who_can", "in  403 200 403 403 200 200 403", challenge_id="open_challenge"),
    get("matching.who_can", "in  404 403 404 404 403 403 404", challenge_id="draft_challenge"),
    get("matching.partners", ACCOUNT, challenge_id="open_challenge"),
    get("matching.partners", "in  404 200 404 404 200 200 404", challenge_id="draft_challenge"),
    post("matching.invite", PRIVATE, challenge_id="open_challenge"),
    get("matching.fits", EVERYBODY, product_id="listed_product"),
    get("matching.fits", MISSING, product_id="draft_product"),
    post("matching.choose_invitations", PRIVATE, organisation_id="vendor"),
    post(
        "matching.choose_invitations",
        "in  404 404 302 404 404 404 404",
        {"invitations": "yes"},
        organisation_id="vendor",
    ),
]
SCENARIOS = [
    get("scenarios.mine", ACCOUNT),
    get("scenarios.new", ACCOUNT),
    get("scenarios.show", OWNERS, scenario_id="draft_scenario"),
    get("scenarios.show", OWNERS, scenario_id="taken_back_scenario"),
    get("scenarios.show", "in  404 200 404 404 200 200 404", scenario_id="submitted_scenario"),
    get("scenarios.show", "in  404 200 404 404 200 200 404", scenario_id="listed_scenario"),
    *(get("scenarios.edit", OWNERS, scenario_id="draft_scenario", step=f"={s}") for s in ("task", "work", "site")),
    *(get("scenarios.edit", OWNERS, scenario_id="draft_scenario", step=f"={s}") for s in ("terms", "safety", "files")),
    *(get("scenarios.edit", OWNERS, scenario_id="draft_scenario", step=f"={s}") for s in ("requirements", "metrics")),
    get("scenarios.edit", OWNERS, scenario_id="draft_scenario", step="=submit"),
    get("scenarios.edit", "in  404 404 404 404 404 404 404", scenario_id="draft_scenario", step="=nonsense"),
    get("scenarios.edit", "in  404 302 404 404 403 403 404", scenario_id="submitted_scenario", step="=task"),
    get("scenarios.edit", "in  404 200 404 404 403 403 404", scenario_id="returned_scenario", step="=task"),
    post(
        "scenarios.edit", "in  404 422 404 404 404 404 404", {"title_zh": "", "title_en": ""}, scenario_id="draft_scenario", step="=task"
    ),
    get("scenarios.file", OWNERS, scenario_id="draft_scenario", file_id="draft_confidential_file"),
    get("scenarios.file", OWNERS, scenario_id="draft_scenario", file_id="draft_public_file"),
    get(
        "scenarios.file", "in  404 200 404 404 200 200 404",
        scenario_id="submitted_scenario", file_id="submitted_confidential_file",
    ),
    get("scenarios.file", "in  404 404 404 404 404 404 404", scenario_id="listed_scenario", file_id="draft_public_file"),
    get("scenarios.check", NOBODYS, scenario_id="draft_scenario"),
    get("scenarios.check", NOBODYS, scenario_id="taken_back_scenario"),
    get("scenarios.check", OFFICER, scenario_id="submitted_scenario"),
    post("scenarios.check_many", NOBODYS),
    post("scenarios.check_many", "in  404 404 404 404 302 403 403", {"act": "admit"}),
    post("scenarios.withdraw", "in  404 409 404 404 403 403 404", scenario_id="listed_scenario"),
]  # fmt: skip
EXCHANGE = [
    get("exchange.upload", ACCOUNT, kind="=scenarios"),
    get("exchange.upload", ACCOUNT, kind="=products"),
    post("exchange.upload", "in  200 422 200 200 422 200 200", kind="=scenarios"),
    post("exchange.upload", "in  200 200 422 422 200 200 200", kind="=products"),
    get("exchange.preview", "in  404 404 404 404 404 404 404", kind="=scenarios", token="=forged"),
    get("exchange.template", EVERYBODY, kind="=scenarios"),
    get("exchange.template", EVERYBODY, kind="=products"),
    get("exchange.export", ACCOUNT, kind="=scenarios", extension="=xlsx"),
    get("exchange.export", ACCOUNT, kind="=products", extension="=json"),
    # One at a time: whoever may see it, and nobody else.
    get("exchange.export", OWNERS, kind="=scenarios", extension="=json", id="draft_scenario"),
    get("exchange.export", OWNERS, kind="=scenarios", extension="=xlsx", id="taken_back_scenario"),
    get(
        "exchange.export", "in  404 200 404 404 200 200 404", kind="=scenarios", extension="=json", id="submitted_scenario"
    ),
    get("exchange.export", "in  404 404 200 404 200 200 404", kind="=products", extension="=json", id="draft_product"),
    get("exchange.export", ACCOUNT, kind="=products", extension="=xlsx", id="listed_product"),
    get("exchange.export", "in  404 404 404 404 404 404 404", kind="=products", extension="=xlsx", id="=0"),
    get("exchange.format_", EVERYBODY),
    get("schemas.schema", EVERYBODY, name="=scenarios-1"),
    get("schemas.schema", EVERYBODY, name="=products-1"),
    get("schemas.schema", MISSING, name="=nonsense"),
]  # fmt: skip
EVALUATION = [
    get("evaluation.eligibility", OFFICER, challenge_id="pending_challenge"),
    get("evaluation.eligibility", OFFICER, challenge_id="open_challenge"),
    get("evaluation.shortlist", OFFICER, challenge_id="staged_challenge"),
    get("evaluation.preview", OFFICER, challenge_id="staged_challenge"),
]
PUBLICITY = [
    get("publicity.show", EVERYBODY, notice_id="notice"),
    get("publicity.object_", ACCOUNT, notice_id="notice"),
    get("publicity.objection", "in  200 404 404 404 200 200 404", objection_id="objection"),
    get("publicity.objection", "in  404 404 404 200 200 200 404", objection_id="rival_objection"),
    get("publicity.evidence", "in  200 404 404 404 200 200 404", objection_id="objection"),
    get("publicity.evidence", "in  404 404 404 404 404 404 404", objection_id="rival_objection"),
    get("publicity.decide", OFFICER, objection_id="objection"),
    post("publicity.conclude", "in  404 404 404 404 409 403 403", notice_id="notice"),
]
GAPS = [
    get("gaps.show", EVERYBODY),
    get("gaps.file", EVERYBODY),
    # The officer of this town belongs to no organisation that could own a topic.
    post("gaps.topic", "in  404 404 404 404 404 403 403"),
    post("gaps.topic", "in  404 404 404 404 404 403 403", {"gap": "nonsense", "owner": "1"}),
]
ORGANISATIONS = [
    get("organisations.mine", ACCOUNT),
    get("organisations.new", ACCOUNT),
    get("organisations.show", EVERYBODY, organisation_id="vendor"),
    get("organisations.show", "404 404 404 404 404 200 200 404", organisation_id="unverified_organisation"),
    get("organisations.show", "404 404 404 404 404 200 200 404", organisation_id="suspended_organisation"),
    get("organisations.edit", "in  403 403 200 403 403 403 403", organisation_id="vendor"),
    get("organisations.edit", "in  404 404 404 404 403 403 404", organisation_id="unverified_organisation"),
    get("organisations.members", "in  403 403 200 403 403 403 403", organisation_id="vendor"),
    get("organisations.members", "in  404 404 404 404 403 403 404", organisation_id="unverified_organisation"),
    get("organisations.hand_over", "in  403 403 200 403 403 403 403", organisation_id="vendor"),
    get("organisations.hand_over", "in  404 404 404 404 403 403 404", organisation_id="unverified_organisation"),
    # The offer goes to another member, so all of these find nothing to answer.
    get("organisations.take_over", "in  410 410 410 410 410 410 410", organisation_id="vendor"),
    get("organisations.take_over", "in  404 404 404 404 410 410 404", organisation_id="unverified_organisation"),
    get("organisations.licence", "in  404 404 200 404 200 200 404", organisation_id="vendor"),
    get("organisations.licence", "in  404 200 404 404 200 200 404", organisation_id="owner"),
    get("organisations.licence", "in  404 404 404 404 200 200 404", organisation_id="unverified_organisation"),
    get("organisations.verify", OFFICER, organisation_id="submitted_organisation"),
    get("organisations.accept", "in  410 410 410 410 410 410 410", token="=forged"),
]
ROUNDS = [
    get("rounds.listing", EVERYBODY),
    get("rounds.show", EVERYBODY, round_id="scenario_round"),
    get("rounds.show", EVERYBODY, round_id="archived_round"),
    get("rounds.show", "404 404 404 404 404 200 200 404", round_id="draft_round"),
    get("rounds.new", OFFICER),
    get("rounds.edit", OFFICER, round_id="draft_round"),
    get("rounds.edit", OFFICER, round_id="archived_round"),
    get("organisations.scope", OFFICER, organisation_id="body"),
]
RECOMMENDING = [
    # The body's own people are none of these: their pages are in tests/recommending.
    get("recommending.desk", PRIVATE, round_id="scenario_round", body_id="body"),
    get("recommending.desk", PRIVATE, round_id="scenario_round", body_id="owner"),
    get("recommending.letter", PRIVATE, round_id="scenario_round", body_id="body"),
    get("recommending.summary", PRIVATE, round_id="bid_round", body_id="body"),
    get("recommending.summary_file", PRIVATE, round_id="bid_round", body_id="body"),
    get("scenarios.show", OWNERS, scenario_id="held_scenario"),
    get("scenarios.show", OWNERS, scenario_id="declined_scenario"),
    get("scenarios.show", "in  404 200 404 404 200 200 404", scenario_id="recommended_scenario"),
    get("scenarios.show", "in  404 200 404 404 200 200 404", scenario_id="lapsed_scenario"),
    get("scenarios.check", NOBODYS, scenario_id="held_scenario"),
    get("bids.show", VENDORS, bid_id="covered_bid"),
    post("recommending.send", "in  404 404 409 404 404 404 404", bid_id="covered_bid"),
    post("recommending.send", "in  404 404 409 404 403 403 404", bid_id="judged_bid"),
]
HOUSEHOLDS = [
    # The service body's own people are none of these: their pages are in tests/households.
    get("households.desk", PRIVATE, body_id="service_body"),
    get("households.desk", PRIVATE, body_id="owner"),
    get("households.new", PRIVATE, body_id="service_body"),
    get("households.counted", "in  404 404 404 404 403 200 403"),
    get("scenarios.show", PRIVATE, scenario_id="pooled_scenario"),
]
INTRODUCTIONS = [
    get("introductions.needs", EVERYBODY),
    get("scenarios.show", EVERYBODY, scenario_id="matching_scenario"),
    get("exchange.export", ACCOUNT, kind="=scenarios", extension="=json", id="matching_scenario"),
    get("introductions.mine", ACCOUNT),
    get("introductions.interest", ACCOUNT, scenario_id="matching_scenario"),
    get("introductions.interest", PRIVATE, scenario_id="draft_scenario"),
    get("introductions.invite", PRIVATE),
    # Its two sides, officers and auditors; nobody else learns that there is one.
    get("introductions.show", "in  404 200 200 404 200 200 404", introduction_id="pending_introduction"),
    get("introductions.show", "in  404 200 200 404 200 200 404", introduction_id="accepted_introduction"),
    get("introductions.show", "in  404 200 404 200 200 200 404", introduction_id="rival_introduction"),
    get("introductions.offer", "in  404 200 403 404 403 403 404", introduction_id="accepted_introduction"),
    get("introductions.report", "in  404 200 200 404 403 403 404", introduction_id="accepted_introduction"),
    get(
        "introductions.calendar", "in  404 200 200 404 404 404 404",
        introduction_id="accepted_introduction", slot_id="booked_slot",
    ),
    get("introductions.calendar", PRIVATE, introduction_id="offered_introduction", slot_id="offered_slot"),
    get("introductions.calendar", PRIVATE, introduction_id="pending_introduction", slot_id="booked_slot"),
    get("introductions.overview", "in  404 404 404 404 200 200 403"),
    post("introductions.show", "in  404 404 404 404 404 404 404", introduction_id="pending_introduction"),
    post(
        "introductions.show", "in  404 422 403 404 403 403 404",
        {"act": "decline"}, introduction_id="pending_introduction",
    ),
    post("introductions.show", "in  404 403 422 404 403 403 404", {"act": "decline"}, introduction_id="invitation"),
    post(
        "introductions.show", "in  404 403 403 404 409 403 404", {"act": "land"}, introduction_id="accepted_introduction"
    ),
    post("introductions.unblock", "in  404 302 404 404 404 404 404", block_id="block"),
    post("introductions.route", "in  404 409 404 404 409 403 404", {"act": "open"}, scenario_id="listed_scenario"),
    post("introductions.route", "in  404 404 404 404 404 404 404", scenario_id="matching_scenario"),
    post("introductions.route", "in  403 409 403 403 409 403 403", {"act": "open"}, scenario_id="matching_scenario"),
    post("introductions.route", "in  403 302 404 404 409 403 404", {"act": "close"}, scenario_id="matching_scenario"),
]  # fmt: skip
ACCOUNTS = [
    get("accounts.register", EVERYBODY),
    get("accounts.registered", EVERYBODY),
    get("accounts.send_again", EVERYBODY),
    get("accounts.forgot", EVERYBODY),
    get("accounts.confirm", GONE, token="=forged"),
    get("accounts.reset", GONE, token="=forged"),
    get("accounts.sign_in", "200 302 302 302 302 302 302 302"),
    get("accounts.profile", ACCOUNT),
    get("accounts.password", ACCOUNT),
    get("accounts.sessions", ACCOUNT),
    get("accounts.prove", ACCOUNT),
    get("accounts.second_step", "in  302 302 302 302 302 302 302"),
    get("accounts.second_factor", ACCOUNT),
    get("accounts.data", ACCOUNT),
    get("accounts.all_data", ACCOUNT),
    get("accounts.people", "in  404 404 404 404 403 403 200"),
    *(get("accounts.person", ADMINISTRATOR, user_id=f"{s}_person") for s in ("stranger", "deactivated", "blocked")),
    *(get("accounts.person", ADMINISTRATOR, user_id=f"{s}_person") for s in ("leaving", "deleted")),
    get("accounts.person", "in  404 404 404 404 403 403 404", user_id="=987654"),
    post("accounts.person", "in  404 404 404 404 403 403 422", {"act": "block"}, user_id="stranger_person"),
    post(
        "accounts.person",
        "in  404 404 404 404 403 403 409",
        {"act": "reset", "reason-reset": "丢了"},
        user_id="stranger_person",
    ),
]
GUIDE = [
    get("guide.index", EVERYBODY),
    get("guide.owners", EVERYBODY),
    get("guide.vendors", EVERYBODY),
    get("guide.selection", EVERYBODY),
    get("guide.glossary", EVERYBODY),
    get("guide.privacy", EVERYBODY),
    get("guide.terms", EVERYBODY),
    get("calculator.support", EVERYBODY),
]
SITE = [
    get("index", ELSEWHERE),
    get("discovery.home", EVERYBODY),
    get("discovery.all_challenges", EVERYBODY),
    get("discovery.all_products", EVERYBODY),
    get("discovery.all_notices", EVERYBODY),
    get("discovery.suggest", EVERYBODY),
    get("dashboard.programme", EVERYBODY),
    get("dashboard.report", OFFICER),
    get("notifications.inbox", ACCOUNT),
    get("notifications.preferences", ACCOUNT),
    get("notifications.all_mail", EVERYBODY),
    get("notifications.one_mail", EVERYBODY, number="=1"),
    get("notifications.one_mail", MISSING, number="=999999"),
    get("notifications.mail_html", EVERYBODY, number="=1"),
    get("notifications.mail_html", MISSING, number="=999999"),
    get("console.desk", ACCOUNT),
    get("console.guide", EVERYBODY),
    get("console.audit", "in  404 404 404 404 403 200 200"),
    *(get("console.queue", OFFICER, name=f"={n}") for n in ("scenarios", "admitted", "organisations", "opening")),
    *(get("console.queue", OFFICER, name=f"={n}") for n in ("opened", "eligibility", "evaluation", "notices")),
    get("console.queue", OFFICER, name="=objections"),
    get("console.queue", NOBODYS, name="=nonsense"),
    post("console.display", ELSEWHERE),
    post("console.move", ELSEWHERE),
    get("root.healthz", EVERYBODY),
    get("root.readyz", "503 503 503 503 503 503 503 503"),
    # From this machine only; tests/console/test_health.py asks from elsewhere.
    get("root.figures", EVERYBODY),
    get("root.mailbox", ELSEWHERE),
    get("root.robots", EVERYBODY),
    get("root.favicon", ELSEWHERE),
    get("static", EVERYBODY, filename="=css/site.css"),
    get("static", MISSING, filename="=../config.py"),
    get("bootstrap.static", EVERYBODY, filename="=css/bootstrap.min.css"),
]
CHANGING = [
    post("bids.withdraw", "in  404 404 302 404 404 404 404", bid_id="sealed_bid"),
    post("scenarios.withdraw", "in  404 302 404 404 404 404 404", scenario_id="draft_scenario"),
    post("challenges.create", "in  404 404 404 404 302 403 403", scenario_id="admitted_scenario"),
    post("accounts.sign_out", ELSEWHERE),
    get("console.desk", "in  in  in  in  in  in  in  in"),
]
TABLE: tuple[Row, ...] = (
    *BIDS, *CATALOGUE, *CHALLENGES, *MATCHING, *SCENARIOS, *EXCHANGE, *EVALUATION, *PUBLICITY, *GAPS, *ORGANISATIONS,
    *ROUNDS, *RECOMMENDING, *HOUSEHOLDS, *INTRODUCTIONS, *ACCOUNTS, *GUIDE, *SITE, *CHANGING,
)  # fmt: skip
