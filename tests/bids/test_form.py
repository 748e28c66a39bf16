"""Filling in a bid: saved while one types, nothing lost to a colleague, wrong figures beside their fields."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from marketplace.bids.document import BidDocument
from marketplace.bids.models import BidFile, BidVersion
from marketplace.bids.services import drafting
from marketplace.challenges.content import RequirementContent
from marketplace.demo.content import paper
from marketplace.kernel.db import session, unit_of_work
from tests.factories import stages
from tests.factories.world import World

AUTOSAVE = {"X-Autosave": "1"}
STALE = "您打开之后，同事改过这份草稿。请对照两边，再保存一次。"


@dataclass
class Draft:
    """An empty draft of the vendor in a browser."""

    world: World
    bid_id: int
    product_id: int
    browser: stages.Browser
    wanted: dict[str, RequirementContent]

    def post(self, part: str, data: dict[str, Any], number: int | None = None, **given: Any) -> TestResponse:
        """Send one part, with the draft's number as a page opened now would."""
        number = self.number if number is None else number
        return self.browser.post(f"{self.address(part)}", data={**data, "draft_number": str(number)}, **given)

    def address(self, part: str) -> str:
        """Where a part is edited."""
        return f"/zh/bids/{self.bid_id}/edit/{part}"

    def line(self, parameter: str, **typed: str) -> dict[str, str]:
        """What the page sends of one line of the matrix."""
        return {f"r-{self.wanted[parameter].key}-{name}": value for name, value in typed.items()}

    @property
    def number(self) -> int:
        """The draft's number now."""
        return stages.bid(self.bid_id).draft_number

    @property
    def document(self) -> BidDocument:
        """The draft's content now."""
        return drafting.document(self.world.vendor, stages.bid(self.bid_id))

    def response(self, parameter: str) -> tuple[str, str, float | None, str]:
        """Answer, typed text, compared figure and note of one line."""
        found = self.document.responses[self.wanted[parameter].key]
        return found.answer, found.typed, found.value["low"] if found.value else None, found.note


@pytest.fixture
def draft(world: World) -> Draft:
    """A draft that was just begun, for a challenge that asks for payload ≥ 40 kg and lift rides."""
    challenge_id, product_id, vendor_id = world.challenge().id, world.product().id, world.vendor_id
    with unit_of_work():
        bid_id = drafting.start(world.vendor, challenge_id, vendor_id).id
    wanted = {r.parameter: r for r in stages.challenge(challenge_id).content.requirements}
    return Draft(world, bid_id, product_id, stages.client(world, "vendor"), wanted)


def test_the_matrix_is_saved_while_one_types_and_answers_the_new_number(draft: Draft) -> None:
    data = draft.line("payload", answer="exceeds", value="0.06", unit="t", note="实测") | draft.line("lift_ride")
    answer = draft.post("matrix", data, headers=AUTOSAVE)
    assert answer.status_code == 200
    assert answer.json == {"saved": "已保存，09:30", "revision": 2, "problems": [], "message": ""}
    assert (draft.response("payload"), draft.number) == (("exceeds", "0.06", 60.0, "实测"), 2)
    again = draft.post("matrix", data, number=2, headers=AUTOSAVE)
    assert again.json["revision"] == 3


def test_a_stale_number_is_refused_and_what_both_typed_is_kept(draft: Draft) -> None:
    mine = {"approach": "我的方案", "safety": "我的安全"}
    assert draft.post("solution", {"approach": "同事的方案", "safety": "同事的安全"}, number=1).status_code == 302
    answer = draft.post("solution", mine, number=1)
    page = stages.said(answer.text)
    assert (answer.status_code, STALE in page) == (409, True)
    assert [text in page for text in ("我的方案", "我的安全", "同事的方案", "同事的安全")] == [True] * 4
    assert draft.document.solution["approach"] == "同事的方案"
    assert f'name="draft_number" type="hidden" value="{draft.number}"' in answer.text
    assert draft.post("solution", mine, number=draft.number).status_code == 302
    assert draft.document.solution["approach"] == "我的方案"


@pytest.mark.parametrize("part", ["matrix", "offer", "solution", "declare"])
def test_a_stale_autosave_is_refused_with_a_message_and_changes_nothing(draft: Draft, part: str) -> None:
    assert draft.post("solution", {"approach": "同事的方案"}).status_code == 302
    before = draft.document
    answer = draft.post(part, {"approach": "我的", "financing": "我的", "affiliation": "我的"}, 1, headers=AUTOSAVE)
    assert (answer.status_code, answer.json["saved"], answer.json["message"]) == (409, "", STALE)
    assert (draft.document, draft.number) == (before, 2)


def test_a_stale_matrix_keeps_what_was_typed_on_the_page(draft: Draft) -> None:
    assert draft.post("matrix", draft.line("payload", answer="meets", value="41", note="同事")).status_code == 302
    answer = draft.post("matrix", draft.line("payload", answer="meets", value="77", note="我的说明"), number=1)
    assert answer.status_code == 409
    assert [text in answer.text for text in ('value="77"', ">我的说明</textarea>")] == [True, True]
    assert draft.response("payload") == ("meets", "41", 41.0, "同事")


@pytest.mark.parametrize("typed", ["很多", "1e999", "NaN", "-5", "9" * 40, "=1+1"])
def test_a_value_that_cannot_be_read_is_named_at_its_line_and_the_others_are_kept(draft: Draft, typed: str) -> None:
    data = draft.line("payload", answer="meets", value=typed, note="照样留着")
    data |= draft.line("lift_ride", answer="meets", value="yes")
    answer = draft.post("matrix", data)
    assert answer.status_code == 422
    key = draft.wanted["payload"].key
    assert f'id="v-{key}-err"' in answer.text
    assert f'id="v-{draft.wanted["lift_ride"].key}-err"' not in answer.text
    assert "已保存，但有 1 个承诺值看不懂，请改。" in answer.text
    assert draft.response("payload") == ("meets", typed, None, "照样留着")
    assert draft.response("lift_ride")[0] == "meets"
    quiet = draft.post("matrix", data, headers=AUTOSAVE)
    assert (quiet.status_code, quiet.json["message"]) == (422, "已保存，但有 1 个承诺值看不懂，请改。")


def test_prefilling_answers_open_lines_from_the_products_specifications_only(draft: Draft) -> None:
    typed = draft.line("lift_ride", answer="deviates", value="no", note="要改电梯") | {"prefill": "1"}
    answer = draft.post("matrix", typed, follow_redirects=True)
    assert "已按产品规格预填 1 条，请逐条核对。" in answer.text
    assert draft.response("payload") == ("meets", "50", 50.0, "")
    assert draft.response("lift_ride")[0] == "deviates"
    assert draft.response("lift_ride")[3] == "要改电梯"


def test_prefilling_says_where_the_product_falls_short(world: World) -> None:
    challenge_id, vendor_id = world.challenge().id, world.vendor_id
    world.product(payload="30")
    with unit_of_work():
        bid_id = drafting.start(world.vendor, challenge_id, vendor_id).id
    stages.client(world, "vendor").post(f"/zh/bids/{bid_id}/edit/matrix", data={"prefill": "1", "draft_number": "1"})
    found = drafting.document(world.vendor, stages.bid(bid_id)).responses.values()
    assert sorted((r.answer, r.typed) for r in found) == [("deviates", "30"), ("meets", "yes")]


@pytest.mark.parametrize("typed", ["0", "-3", "1.5", "八台", "1" * 13, "NaN", "1e5", "=8"])
def test_a_wrong_figure_of_an_offer_stands_beside_its_field_and_the_rest_is_saved(draft: Draft, typed: str) -> None:
    p = f"p-{draft.product_id}"
    data = {"product": str(draft.product_id), f"{p}-quantity": typed, f"{p}-unit_price": "180,000"}
    answer = draft.post("offer", data | {"total_investment": "1440000", "financing": "自筹"})
    assert answer.status_code == 422
    assert (f'id="q{draft.product_id}-err"' in answer.text, f'id="u{draft.product_id}-err"' in answer.text) == (
        True,
        False,
    )
    assert (f'value="{typed}"' in answer.text, "有 1 处数字要改，其余已保存。" in answer.text) == (True, True)
    kept = draft.document
    assert [(o.quantity, o.unit_price) for o in kept.offers] == [(None, 180_000)]
    assert (kept.total_investment, kept.financing) == (1_440_000, "自筹")


@pytest.mark.parametrize("typed", ["0", "-1", "abc", "1.5", "9" * 30, "9" * 5000])
def test_a_total_that_is_no_figure_stands_beside_its_field_and_everything_typed_stays_on_the_page(
    draft: Draft, typed: str
) -> None:
    p = f"p-{draft.product_id}"
    data = {"product": str(draft.product_id), f"{p}-quantity": "8", f"{p}-unit_price": "180000"}
    answer = draft.post("offer", data | {"total_investment": typed, "financing": "自筹四成"})
    assert (answer.status_code, 'id="total_investment-err"' in answer.text) == (422, True)
    assert [t in answer.text for t in (f'value="{typed}"', 'value="180000"', "自筹四成")] == [True] * 3
    assert draft.document.offers == []


def test_only_the_vendors_own_listed_products_may_be_offered(draft: Draft) -> None:
    other = draft.world.product("rival", name="镜湖 R1").id
    answer = draft.post("offer", {"product": str(other), f"p-{other}-quantity": "1", f"p-{other}-unit_price": "5"})
    assert (answer.status_code, "只能选本单位已公开的产品。" in answer.text) == (422, True)
    assert draft.document.offers == []


def test_a_text_that_is_too_long_is_refused_beside_its_field(draft: Draft) -> None:
    answer = draft.post("solution", {"approach": "字" * 8001, "safety": "急停"})
    assert (answer.status_code, 'id="approach-err"' in answer.text) == (422, True)
    assert "最多 8000 个字，现在有 8001 个。请删减一些。" in answer.text
    quiet = draft.post("solution", {"approach": "字" * 8001}, headers=AUTOSAVE)
    assert (quiet.status_code, [p["id"] for p in quiet.json["problems"]]) == (422, ["approach"])


def test_an_incomplete_bid_is_not_submitted_and_says_what_is_missing(draft: Draft) -> None:
    answer = draft.post("check", {})
    assert (answer.status_code, "还有 2 条要求没有响应。" in answer.text) == (409, True)
    assert session().scalar(select(func.count()).select_from(BidVersion)) == 0


def test_the_second_of_two_submissions_of_one_page_is_told_and_makes_no_version(world: World) -> None:
    bid_id = world.bid(world.challenge()).id
    browser = stages.client(world, "vendor")
    page = {"draft_number": str(stages.bid(bid_id).draft_number)}
    assert browser.post(f"/zh/bids/{bid_id}/edit/check", data=page).status_code == 302
    again = browser.post(f"/zh/bids/{bid_id}/edit/check", data=page)
    assert again.status_code == 409
    assert "这一稿已经提交过了，回执在邮箱里。要修改，先改草稿再提交。" in again.text
    assert [v.number for v in stages.bid(bid_id).versions] == [1]


def test_a_page_that_was_checked_before_a_colleagues_change_is_not_submitted(world: World) -> None:
    bid_id = world.bid(world.challenge()).id
    seen = stages.bid(bid_id).draft_number
    with unit_of_work():
        drafting.change(world.vendor, bid_id, lambda d: d.solution.update(team="二十人"))
    answer = stages.client(world, "vendor").post(f"/zh/bids/{bid_id}/edit/check", data={"draft_number": str(seen)})
    assert (answer.status_code, "核对之后草稿又改过。请再看一遍，然后提交。" in answer.text) == (409, True)
    assert stages.bid(bid_id).versions == []


def test_what_was_submitted_can_be_read_and_a_change_since_is_said(
    world: World, clock: time_machine.Coordinates
) -> None:
    bid = world.submitted_bid(world.challenge())
    path, browser = f"/zh/bids/{bid.id}", stages.client(world, "vendor")
    page = stages.words(browser, path)
    assert "和提交的这一版一样。" in page
    clock.shift(timedelta(minutes=5))
    with unit_of_work():
        drafting.change(world.vendor, bid.id, lambda d: d.solution.update(team="二十人"))
    assert "提交后改过的草稿，还没有再提交。" in stages.words(browser, path)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("报告.pdf", b"MZ\x90\x00" + b"\x00" * 400, "文件内容和扩展名“.pdf”不符。"),
        ("报告.pdf", b"<html><script>1</script></html>", "文件内容和扩展名“.pdf”不符。"),
        ("报告.exe", b"MZ\x90\x00", "这里收 pdf、"),
        ("报告.docx", b"PK\x03\x04 not a document", "文件内容和扩展名“.docx”不符。"),
        ("报告.pdf", b"", "这个文件是空的。"),
        ("图.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "这张图片打不开。"),
        ("", b"%PDF-1.4", "请先选择一个文件。"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(draft: Draft, name: str, content: bytes, said: str) -> None:
    answer = draft.browser.post(draft.address("files"), data={"file": (io.BytesIO(content), name)})
    assert (answer.status_code, said in stages.said(answer.text)) == (422, True)
    assert (draft.document.files, session().scalar(select(func.count()).select_from(BidFile))) == ([], 0)


def test_a_file_is_attached_downloaded_and_removed_by_the_bidders_people(draft: Draft) -> None:
    content = paper("Test report").data
    data = {"file": (io.BytesIO(content), "../../检测 报告.pdf")}
    assert draft.browser.post(draft.address("files"), data=data).status_code == 302
    (nature,) = draft.document.files
    assert (nature.name, nature.media_type, nature.size) == ("检测 报告.pdf", "application/pdf", len(content))
    address = f"/zh/bids/{draft.bid_id}/files/{nature.id}"
    got = draft.browser.get(address)
    assert (got.data, got.headers["X-Content-Type-Options"]) == (content, "nosniff")
    assert got.headers["Content-Disposition"].startswith("attachment;")
    assert draft.browser.post(draft.address("files"), data={"drop": str(nature.id)}).status_code == 302
    assert draft.document.files == []
    assert draft.browser.get(address).status_code == 404
    assert draft.browser.post(draft.address("files"), data={"drop": str(nature.id)}).status_code == 404
