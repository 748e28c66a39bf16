"""A notice as a search document."""

from __future__ import annotations

from marketplace.infra.search.documents import Document, document
from marketplace.publicity.events import NoticeConcluded, NoticePublished, NoticeRevoked
from marketplace.publicity.models import Notice
from marketplace.publicity.policies import NOTICES

REFRESH = {NoticePublished: "notice_id", NoticeConcluded: "notice_id", NoticeRevoked: "notice_id"}


@document("notice", model=Notice, policy=NOTICES, refresh_on=REFRESH)
def notice_document(row: Notice) -> Document:
    """Title, numbers and the names announced."""
    names = [e["name"].get(code, "") for e in row.entries for code in ("zh", "en")]
    challenge = row.challenge
    return Document(
        title=(row.title.zh, row.title.en, row.number),
        body=(challenge.title.zh, challenge.title.en, challenge.number, *names),
        facets={"domain": (challenge.domain,), "stage": (row.stage,), "state": (row.state.value,)},
        numbers={"ends": row.ends_at.timestamp(), "published": row.published_at.timestamp()},
        keys=NOTICES.keys(row),
    )
