"""Importing from the command line: the same reading, the same rules, the same all or nothing as on the page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from marketplace.accounts import queries as accounts
from marketplace.exchange import queries, services
from marketplace.exchange.services import Preview
from marketplace.exchange.understanding import as_understood
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import best, language
from marketplace.kernel.i18n import gettext as _
from marketplace.organisations import queries as organisations
from marketplace.organisations import uscc
from marketplace.vocabulary.parameters import operator_sign, shown, unit_label
from marketplace.web.actor import actor_of


def carry_out(say: Callable[[str], Any], path: Path, *, email: str, code: str | None, dry_run: bool) -> int:
    """Import the file in the name of a person; 0 when it was done or could be, 1 when mistakes are in the way."""
    person = accounts.by_email(email)
    if person is None:
        raise Invalid("email", _("没有用这个邮箱的账号。"))
    actor = actor_of(person.id, person.name)
    with path.open("rb") as stream:
        file = services.received(_Named(path.name, stream.read))
    read = services.read(file)
    kind = read[0].format.kind
    organisation_id = _organisation(actor, kind, code)
    found = services.preview(actor, organisation_id, kind, read)
    _told(say, found)
    if found.problems:
        return 1
    if dry_run or not found.does_something:
        say(_("没有写入任何内容。"))
        return 0
    with unit_of_work():
        found = services.preview(actor, organisation_id, kind, read)
        done = services.enter(actor, organisation_id, found, file.sha256)
    say(_("已导入：新增 %(new)s 项，更新 %(changed)s 项。", new=len(done.created), changed=len(done.changed)))
    return 0


class _Named:
    """What the site reads of an uploaded file."""

    def __init__(self, filename: str, read: Callable[[int], bytes]) -> None:
        self.filename: str | None = filename
        self._read = read

    def read(self, size: int = -1, /) -> bytes:
        return self._read(size)


def _organisation(actor: Actor, kind: str, code: str | None) -> int:
    if code is not None:
        typed = uscc.normalise(code)
        own_row = next((o for o in queries.own(actor, kind) if o.uscc == typed), None)
        row = own_row or organisations.proven(typed)
        if row is None:
            raise Invalid("organisation", _("没有这家单位。请核对统一社会信用代码。"))
        return row.id
    own = queries.own(actor, kind)
    if len(own) != 1:
        raise Invalid("organisation", _("请用 --organisation 写明导入到哪家单位（统一社会信用代码）。"))
    return own[0].id


def _told(say: Callable[[str], Any], found: Preview) -> None:
    for item, effect in zip(found.items, found.effects, strict=True):
        say(f"{effect.value:<10} {item.key}  {best(item.title)}")
        for line in item.lines:
            figure, unit = as_understood(line)
            value = " ".join(shown(line.value, line.parameter, language())).strip()
            canonical = f"  = {figure} {unit_label(unit, line.value.counted).best(language())}" if figure else ""
            sign = operator_sign(line.op, line.value.kind)
            with_ = f" ({best(line.variant)})" if line.variant else ""
            say(f"    {best(line.parameter.label)}{with_}: {line.typed} → {f'{sign} {value}'.strip()}{canonical}")
        for label, said in item.others:
            for words in said:
                say(f"    {best(label)}: {words}")
    for problem in found.problems:
        say(str(problem))
    if found.problems:
        say(_("这个文件有 %(n)s 处要改，还没有导入任何内容", n=len(found.problems)))
