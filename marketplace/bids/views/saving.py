"""What the parts of a bid have in common: the frame that they stand in, and saving one as one types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import jsonify, redirect, request, url_for

from marketplace.bids import queries
from marketplace.bids.document import BidDocument, completeness, gaps
from marketplace.bids.services import drafting
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.i18n import lazy_gettext as _l
from marketplace.web.actor import current_actor
from marketplace.web.numbers import whole

PARTS = {
    "matrix": _l("逐条响应"),
    "offer": _l("产品与报价"),
    "solution": _l("方案"),
    "files": _l("附件"),
    "declare": _l("声明"),
    "check": _l("核对提交"),
}


def common(bid_id: int, part: str) -> dict[str, Any]:
    """What every part shows around its form: the parts with their gaps, and where one goes on."""
    actor = current_actor()
    row = queries.get(actor, bid_id)
    document = drafting.document(actor, row)
    content = row.challenge.content
    names = list(PARTS)
    position = names.index(part)
    return {
        "bid": row,
        "challenge": row.challenge,
        "wanted": content,
        "document": document,
        "part": part,
        "parts": PARTS,
        "gaps": gaps(document, content),
        "percent": completeness(document, content),
        "before": names[position - 1] if position else None,
        "after": names[position + 1] if position + 1 < len(names) else None,
        "changed_since": document.challenge_version < row.challenge.material_version,
    }


def save(form: Any, bid_id: int, part: str, change: Callable[[BidDocument], None]) -> Any:
    """Save one part; answers a redirect, JSON for the autosaving script, or nothing when it was refused."""
    with form.refusals():
        with unit_of_work():
            number = drafting.change(current_actor(), bid_id, change, seen=whole(form.draft_number.data)).draft_number
        if request.headers.get("X-Autosave") == "1":
            time = clock.beijing(clock.now()).strftime("%H:%M")
            return jsonify(saved=_("已保存，%(time)s", time=time), revision=number, problems=[], message="")
        if request.form.get("stay"):
            return redirect(url_for("bids.edit", bid_id=bid_id, part=part))
        names = list(PARTS)
        return redirect(url_for("bids.edit", bid_id=bid_id, part=names[min(names.index(part) + 1, len(names) - 1)]))
    if form.status == 409:
        form.draft_number.data = str(queries.get(current_actor(), bid_id).draft_number)
    return None


def autosave_refused(form: Any, *, partly: bool = False) -> Any:
    """What is wrong; ``partly`` when the rest was saved nevertheless, so that the page goes on from the new number."""
    problems = [{"id": i, "message": m} for i, _label, m in form.problems]
    answer = jsonify(
        saved="", problems=problems, message=form.refusal, partly=partly, revision=whole(form.draft_number.data)
    )
    answer.status_code = form.status
    return answer
