"""Reading a file, keeping it until it is confirmed, and entering what it says: all of it or nothing."""

from __future__ import annotations

import hashlib
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from marketplace.catalogue import entering as products
from marketplace.catalogue.entering import WholeProduct
from marketplace.catalogue.models import Evidence, Product
from marketplace.exchange import events, jsonfile, workbook
from marketplace.exchange.columns import Format
from marketplace.exchange.records import Contents, Problem, unreadable
from marketplace.exchange.understanding import Item, understand
from marketplace.exchange.writing import differing
from marketplace.infra.files.services import LocalStore, Readable, safe_name
from marketplace.infra.jobs.services import by_the_clock
from marketplace.kernel.actor import EDITORS, Actor
from marketplace.kernel.db import record
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import Text
from marketplace.organisations.entering import Effect, Entered
from marketplace.scenarios import entering as scenarios
from marketplace.scenarios.entering import ScenarioData

MOST_BYTES = 10 * 1024 * 1024
KEPT_SECONDS = 2 * 3600


@dataclass(frozen=True)
class File:
    """A file as it came."""

    name: str
    data: bytes

    @property
    def sha256(self) -> str:
        """The digest of its content, in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass
class Preview:
    """What a file says and what entering it would do; with problems, nothing can be entered."""

    format: Format
    items: list[Item]
    effects: list[Effect] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    differences: defaultdict[str, list[Text]] = field(default_factory=lambda: defaultdict(list))
    """For what would change, by key: the names of what differs from the draft as it stands."""

    @property
    def counts(self) -> Counter[str]:
        """How many items are new, changed or unchanged."""
        return Counter(effect.value for effect in self.effects)

    @property
    def does_something(self) -> bool:
        """Whether there is anything to confirm."""
        return not self.problems and any(e in (Effect.NEW, Effect.CHANGED) for e in self.effects)


def received(upload: Readable | None) -> File:
    """The uploaded file, when its name and size are such as are read here."""
    name = safe_name((upload.filename if upload else "") or "")
    if not name or upload is None:
        raise unreadable(_("请先选择一个文件。"))
    if not name.lower().endswith((".xlsx", ".json")):
        raise unreadable(_("这里收 .xlsx 和 .json 文件。旧的 .xls 请先另存为 .xlsx。"))
    data = upload.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise unreadable(_("文件超过 10 MB。请分成几个文件。"))
    return File(name, data)


def read(file: File) -> tuple[Contents, list[Item], list[Problem]]:
    """The file's items as understood and all its mistakes; no database is asked."""
    contents = jsonfile.read(file.data) if file.name.lower().endswith(".json") else workbook.read(file.data)
    items, problems = understand(contents)
    if not contents.records and not problems:
        raise unreadable(_("这个文件里还没有内容。请从第 2 行起填写后再上传。"))
    return contents, items, problems


def preview(
    actor: Actor, organisation_id: int, kind: str, read_: tuple[Contents, list[Item], list[Problem]]
) -> Preview:
    """What the file would do to the organisation's rows as they are now."""
    contents, items, problems = read_
    if contents.format.kind != kind:
        raise unreadable(
            _("这是产品的表。请到“我的产品”里导入。")
            if kind == "scenarios"
            else _("这是场景的表。请到“我的场景”里导入。")
        )
    planned: list[tuple[Effect, Any]] = (
        list(products.plan(actor, organisation_id, _products(items)))
        if kind == "products"
        else list(scenarios.plan(actor, organisation_id, _scenarios(items)))
    )
    found = Preview(contents.format, items, [effect for effect, _row in planned], list(problems))
    for item, (effect, row) in zip(items, planned, strict=True):
        if effect is Effect.CHANGED:
            found.differences[item.key] = _differences(contents.format, row, item.data)
        if item.key and effect is Effect.LOCKED:
            found.problems.append(Problem(item.place(), _locked(kind, item.key)))
        elif item.key and effect is Effect.TAKEN:
            message = _("场景方已经有编号“%(key)s”。请从文件里删去这一项，由场景方自己改。", key=item.key)
            found.problems.append(Problem(item.place(), message))
        elif isinstance(item.data, WholeProduct):
            found.problems += _unmeasured(item, row)
    found.problems.sort(key=lambda p: p.place.order)
    return found


def _differences(format_: Format, row: Any, new: ScenarioData | WholeProduct) -> list[Text]:
    if not isinstance(new, WholeProduct):
        return differing(format_, scenarios.data_of(row), new)
    known = products.data_of(row)
    return differing(format_, products.unordered(known), products.unordered(products.completed(new, known)))


def _scenarios(items: list[Item]) -> list[ScenarioData]:
    return [item.data for item in items if isinstance(item.data, ScenarioData)]


def _products(items: list[Item]) -> list[WholeProduct]:
    return [item.data for item in items if isinstance(item.data, WholeProduct)]


def _locked(kind: str, key: str) -> str:
    if kind == "products":
        return _("“%(key)s”公开过，不能用文件改。请在产品页上改，或换一个编号作为新产品。", key=key)
    return _("“%(key)s”已经提交，不能用文件改。请等退回后再导入，或换一个编号作为新场景。", key=key)


def _unmeasured(item: Item, row: Product | None) -> list[Problem]:
    """“Measured here” is the programme's to say: a file may repeat it, not claim it."""
    assert isinstance(item.data, WholeProduct)
    return [
        Problem(
            line.record.where("evidence"),
            _("“本市实测”由项目办公室在应用验证后填写。请先选检测报告或视频。"),
        )
        for line, new in zip(item.lines, item.data.values, strict=True)
        if new.evidence is Evidence.TRIAL and (line.variant or not products.measured(row, new))
    ]


def enter(actor: Actor, organisation_id: int, found: Preview, sha256: str) -> Entered:
    """Carry the preview out; rows that changed since are seen afresh. ``Conflict`` when there is nothing to do."""
    if not found.does_something:
        raise Conflict(_("这个文件没有带来变化，不用导入。"))
    kind = found.format.kind
    if kind == "products":
        done = products.enter(actor, organisation_id, _products(found.items))
    else:
        done = scenarios.enter(actor, organisation_id, _scenarios(found.items))
    on_behalf = organisation_id not in actor.organisations(EDITORS)
    record(
        events.FileImported(
            actor=actor,
            organisation_id=organisation_id,
            kind=kind,
            created=done.created,
            changed=done.changed,
            unchanged=done.unchanged,
            sha256=sha256,
            on_behalf=on_behalf,
        )
    )
    if on_behalf:
        record(events.DraftsTyped(actor=actor, organisation_id=organisation_id, count=len(done.created)))
    return done


# Between preview and confirmation ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kept:
    """A file that waits for its confirmation, by whom and for whom it was sent."""

    file: File
    kind: str
    organisation_id: int


def _folder() -> Path:
    return Path(current_app.config["DATA"]) / "imports"


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="exchange.import")


def keep(actor: Actor, file: File, kind: str, organisation_id: int) -> str:
    """Keep the file for two hours outside the web root; the answer is the token by which its sender finds it again."""
    key = LocalStore(_folder()).put(file.data)
    return _signer().dumps([key, file.name, file.sha256, kind, organisation_id, actor.user_id])


def kept(actor: Actor, token: str) -> Kept:
    """The file of a token, unchanged; nobody but its sender finds it."""
    key, name, sha256, kind, organisation_id, user_id = _opened(token)
    if user_id != actor.user_id or actor.user_id is None:
        raise NotFound()
    try:
        file = File(name, LocalStore(_folder()).get(key))
    except FileNotFoundError as error:
        raise Conflict(_("这个文件已经导入过，或已过两小时。请重新上传。")) from error
    if file.sha256 != sha256:
        raise NotFound()
    return Kept(file, kind, organisation_id)


def _opened(token: str) -> list[Any]:
    try:
        found = _signer().loads(token, max_age=KEPT_SECONDS)
    except BadData as error:
        raise NotFound() from error
    return list(found)


def discard(token: str) -> None:
    """Forget a kept file that its sender has just found, when it was entered or is not wanted."""
    LocalStore(_folder()).remove(_opened(token)[0])


@by_the_clock
def forget_old_files() -> int:
    """Remove what nobody confirmed in time; by the machine's clock, which the demo does not move."""
    oldest = time.time() - KEPT_SECONDS
    old = [p for p in _folder().glob("??/*") if p.is_file() and p.stat().st_mtime < oldest]
    for path in old:
        path.unlink(missing_ok=True)
    return 0
