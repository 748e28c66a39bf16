"""Starting and editing a sealed draft."""

from __future__ import annotations

from collections.abc import Callable

from marketplace.bids import queries
from marketplace.bids.document import BidDocument, SealedFile
from marketplace.bids.models import Bid, BidFile
from marketplace.bids.policies import BID
from marketplace.bids.states import State
from marketplace.challenges import queries as challenges
from marketplace.infra.files.services import Upload, names_files, store
from marketplace.infra.sealing import services as sealing
from marketplace.kernel import clock
from marketplace.kernel.actor import EDITORS, Actor
from marketplace.kernel.db import one_at_a_time, session
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from marketplace.kernel.i18n import gettext as _
from marketplace.organisations import queries as organisations
from marketplace.organisations.models import Organisation

WRITABLE = (State.DRAFT, State.SUBMITTED, State.WITHDRAWN)
MOST_FILES = 20
names_files(BidFile.__table__.c.store_key)


def start(actor: Actor, challenge_id: int, lead_id: int) -> Bid:
    """Begin a draft for one of the actor's vendors; a second bid of the same organisation is the first one."""
    challenge = challenges.get(actor, challenge_id)
    if lead_id not in actor.organisations(EDITORS):
        raise Forbidden(_("只有机器人企业的经办或管理员能揭榜。请先登记单位，或请管理员给您经办身份。"))
    lead = organisations.get(actor, lead_id)
    if not lead.is_vendor:
        raise Conflict(_("本单位没有登记为机器人企业。请先在“我的单位”里勾选。"))
    if challenge.owner_id == lead_id:
        raise Conflict(_("不能揭本单位自己的榜题。"))
    one_at_a_time(Organisation, lead_id)
    known = next((b for b in queries.own(actor, challenge_id) if b.lead_id == lead_id), None)
    if known is not None:
        return known
    if not challenge.accepts_bids:
        raise Conflict(_("这项榜题现在不接受揭榜。"))
    assert actor.user_id is not None
    now = clock.now()
    row = Bid(
        challenge_id=challenge_id, lead_id=lead_id, created_by=actor.user_id, created_at=now, drafted_at=now, draft=b""
    )
    session().add(row)
    session().flush()
    _seal(row, BidDocument(challenge_version=challenge.version))
    return row


def _seal(row: Bid, document: BidDocument) -> None:
    row.draft = sealing.seal(row.seal_scope, row.sealed_draft.seal_label, document.model_dump())


def document(actor: Actor, row: Bid) -> BidDocument:
    """The draft, for the bidder's own people."""
    return BidDocument.model_validate(sealing.read(actor, row.sealed_draft))


def change(actor: Actor, bid_id: int, edit: Callable[[BidDocument], None], *, seen: int | None = None) -> Bid:
    """Let ``edit`` change the draft and seal it again; works after the deadline too, so that nothing typed is lost."""
    row = queries.get(actor, bid_id, fresh=True)
    BID.require(actor, "edit", row)
    if row.state not in WRITABLE:
        raise Conflict(_("申报书已经启封，不能再改。"))
    if seen is not None and seen != row.draft_number:
        raise Stale(_("您打开之后，同事改过这份草稿。请对照两边，再保存一次。"))
    content = document(actor, row)
    edit(content)
    _seal(row, content)
    row.draft_number += 1
    row.drafted_at = clock.now()
    return row


def attach(actor: Actor, bid_id: int, upload: Upload) -> None:
    """Seal a file beside the draft; its name and nature go into the document, its bytes into the store."""
    row = queries.get(actor, bid_id)
    BID.require(actor, "edit", row)
    if len(document(actor, row).files) >= MOST_FILES:
        raise Invalid("file", _("最多 %(count)s 个附件。请先删掉不需要的。", count=MOST_FILES))
    entry = BidFile(bid_id=row.id, created_at=clock.now())
    session().add(entry)
    session().flush()
    entry.store_key = store().put(sealing.seal_bytes(row.seal_scope, file_label(entry), upload.data))
    nature = SealedFile(
        id=entry.id, name=upload.name, media_type=upload.media_type, size=len(upload.data), sha256=upload.sha256
    )
    change(actor, bid_id, lambda content: content.files.append(nature))


def file_label(entry: BidFile) -> str:
    """What a file's ciphertext is bound to."""
    return f"bid:{entry.bid_id}:file:{entry.id}"


def detach(actor: Actor, bid_id: int, file_id: int) -> None:
    """Remove a file from the draft, and for good where no version that was submitted holds it."""

    def remove(content: BidDocument) -> None:
        if all(f.id != file_id for f in content.files):
            raise NotFound()
        content.files = [f for f in content.files if f.id != file_id]

    row = change(actor, bid_id, remove)
    submitted = (
        f.id for v in row.versions for f in BidDocument.model_validate(sealing.read(actor, v)["content"]).files
    )
    if file_id not in submitted:
        entry = next(f for f in row.files if f.id == file_id)
        store().touch(entry.store_key)
        session().delete(entry)
        session().flush()
        session().expire(row, ["files"])


class _SealedBlob:
    """A file as ``sealing.read_bytes`` sees it."""

    def __init__(self, row: Bid, entry: BidFile) -> None:
        self.insiders, self.is_opened = row.insiders, row.is_opened and entry.name is not None
        self.seal_scope, self.seal_label = row.seal_scope, file_label(entry)
        self.ciphertext = store().get(entry.store_key)


def file(actor: Actor, bid_id: int, file_id: int) -> tuple[SealedFile, bytes]:
    """A file of a bid: of the draft for its own people, of the opened version for those who may see it."""
    row = queries.get(actor, bid_id)
    entry = session().get(BidFile, file_id)
    if entry is None or entry.bid_id != row.id:
        raise NotFound()
    if row.lead_id in actor.organisations():
        natures = document(actor, row).files + [
            f for v in row.versions for f in BidDocument.model_validate(sealing.read(actor, v)["content"]).files
        ]
        nature = next((f for f in natures if f.id == file_id), None)
    elif row.is_opened and entry.name is not None:
        nature = SealedFile(
            id=entry.id, name=entry.name, media_type=entry.media_type or "", size=entry.size or 0, sha256=""
        )
    else:
        nature = None
    if nature is None:
        raise NotFound()
    return nature, sealing.read_bytes(actor, _SealedBlob(row, entry))
