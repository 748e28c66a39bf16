"""Sealing and reading. ``read`` is the one function that opens a document for a person."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import TYPE_CHECKING, Any, Protocol

from flask import current_app
from sqlalchemy import select

from marketplace.infra.sealing.models import SealingKey
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import session
from marketplace.kernel.errors import Forbidden, Refused
from marketplace.kernel.i18n import gettext as _

if TYPE_CHECKING:  # heavy, and loaded with the first thing that is sealed
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12


class Sealed(Protocol):
    """A sealed document with what decides who may read it."""

    @property
    def insiders(self) -> frozenset[int]: ...
    @property
    def is_opened(self) -> bool: ...
    @property
    def seal_scope(self) -> str: ...
    @property
    def seal_label(self) -> str: ...
    @property
    def ciphertext(self) -> bytes: ...


def _with(key: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)


def _master() -> AESGCM:
    key = current_app.config["MASTER_KEY"]
    if not key:
        raise Refused(_("密封所需的主密钥没有配置，请联系系统管理员。"))
    return _with(bytes.fromhex(key))


def _encrypt(cipher: AESGCM, data: bytes, label: str) -> bytes:
    nonce = secrets.token_bytes(NONCE)
    return nonce + cipher.encrypt(nonce, data, label.encode())


def _decrypt(cipher: AESGCM, data: bytes, label: str) -> bytes:
    from cryptography.exceptions import InvalidTag

    try:
        return cipher.decrypt(data[:NONCE], data[NONCE:], label.encode())
    except InvalidTag as error:
        raise Refused(_("密封内容无法解开：主密钥不对，或内容被改动过。请联系系统管理员。")) from error


def create_key(scope: str) -> None:
    """Make the random key of ``scope``; calling it again changes nothing."""
    work = session()
    if work.get(SealingKey, scope) is None:
        wrapped = _encrypt(_master(), secrets.token_bytes(32), f"key:{scope}")
        work.add(SealingKey(scope=scope, wrapped=wrapped, created_at=clock.now()))
        work.flush()


def openable() -> tuple[int, int]:
    """How many keys of sealed documents there are, and how many of them the master key opens; without one, none."""
    rows = list(session().scalars(select(SealingKey)))
    if not current_app.config["MASTER_KEY"]:
        return len(rows), 0
    opened = 0
    for row in rows:
        try:
            _decrypt(_master(), row.wrapped, f"key:{row.scope}")
        except (Refused, ValueError):  # ValueError: it is not even hexadecimal
            continue
        opened += 1
    return len(rows), opened


def _cipher(scope: str) -> AESGCM:
    row = session().get(SealingKey, scope)
    if row is None:
        raise LookupError(f"no sealing key for {scope}")
    return _with(_decrypt(_master(), row.wrapped, f"key:{scope}"))


def seal(scope: str, label: str, document: dict[str, Any]) -> bytes:
    """``document`` encrypted under the key of ``scope``, bound to ``label``."""
    return _encrypt(_cipher(scope), canonical(document), label)


def seal_bytes(scope: str, label: str, data: bytes) -> bytes:
    """The same for a file's bytes."""
    return _encrypt(_cipher(scope), data, label)


def _require(actor: Actor, sealed: Sealed) -> None:
    if sealed.is_opened or actor.organisations() & sealed.insiders:
        return
    raise Forbidden(_("申报内容在启封前只有申报单位自己能看。"))


def read(actor: Actor, sealed: Sealed) -> dict[str, Any]:
    """The document, for members of the bidding organisations always, for others after the recorded opening only."""
    _require(actor, sealed)
    document: dict[str, Any] = json.loads(_decrypt(_cipher(sealed.seal_scope), sealed.ciphertext, sealed.seal_label))
    return document


def read_bytes(actor: Actor, sealed: Sealed) -> bytes:
    """The same for a file."""
    _require(actor, sealed)
    return _decrypt(_cipher(sealed.seal_scope), sealed.ciphertext, sealed.seal_label)


def canonical(document: dict[str, Any]) -> bytes:
    """The one way to write a document as bytes, so that a digest can be recomputed."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(document: dict[str, Any], salt: str) -> str:
    """SHA-256 of salt and document, in hexadecimal; the salt keeps a short price from being guessed."""
    return hashlib.sha256(salt.encode() + b"\n" + canonical(document)).hexdigest()
