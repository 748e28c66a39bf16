"""Small secrets that the site itself must read again, such as the seed of a second factor: encrypted, never in clear."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from flask import current_app

from marketplace.infra.sealing.services import NONCE
from marketplace.kernel.errors import Refused
from marketplace.kernel.i18n import gettext as _


def _key(purpose: str) -> bytes:
    """A key of its own for each purpose, derived from the master key (HKDF, RFC 5869)."""
    master = current_app.config["MASTER_KEY"]
    if not master:
        raise Refused(_("密封所需的主密钥没有配置，请联系系统管理员。"))
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), length=32, salt=None, info=f"marketplace/{purpose}".encode()).derive(bytes.fromhex(master))


def encrypt(purpose: str, label: str, data: bytes) -> bytes:
    """``data`` under the key of ``purpose`` (AES-256-GCM), bound to ``label``: moved to another row it does not open."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(_key(purpose)).encrypt(nonce, data, label.encode())


def decrypt(purpose: str, label: str, data: bytes) -> bytes:
    """What ``encrypt`` was given; ``Refused`` when key, label or bytes are not the same."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(_key(purpose)).decrypt(data[:NONCE], data[NONCE:], label.encode())
    except (InvalidTag, ValueError) as error:
        raise Refused(_("这项安全信息无法解开：主密钥不对，或内容被改动过。请联系系统管理员。")) from error


def keyed_hash(purpose: str, value: str) -> str:
    """A hash that nobody can test guesses against without the master key (HMAC-SHA256), in hexadecimal."""
    return hmac.new(_key(purpose), value.encode(), hashlib.sha256).hexdigest()
