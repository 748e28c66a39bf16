"""The unified social credit code, GB 32100-2015: proves form, not existence."""

from __future__ import annotations

import unicodedata

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def normalise(typed: str) -> str:
    """Half width, upper case, no spaces or hyphens."""
    text = unicodedata.normalize("NFKC", typed).upper()
    return "".join(c for c in text if not c.isspace() and c not in "-–—")


def check_character(first: str) -> str:
    """The 18th character for the first seventeen: 31 − Σ mod 31, weights 3^(i−1) mod 31 (GB 32100-2015, 5)."""
    total = sum(ALPHABET.index(c) * w for c, w in zip(first, WEIGHTS, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def is_valid(code: str) -> bool:
    """Whether a normalised code has the right length, alphabet and check character."""
    return len(code) == 18 and all(c in ALPHABET for c in code) and check_character(code[:17]) == code[17]


def organisation_check(code: str) -> str:
    """What character 17 should be for characters 9 to 16 (GB 11714: 11 − Σ mod 11, 10 → X, 11 → 0)."""
    total = sum(_ORGANISATION_ALPHABET.index(c) * w for c, w in zip(code[8:16], _ORGANISATION_WEIGHTS, strict=True))
    rest = 11 - total % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def has_organisation_check(code: str) -> bool:
    """Whether the organisation code inside holds; where it does not, staff are warned."""
    return code[16] == organisation_check(code)
