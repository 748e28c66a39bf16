"""What differs between two versions of anything that is kept as plain data."""

from __future__ import annotations

from typing import Any


def difference(old: Any, new: Any, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any, Any]]:
    """Every leaf in which two versions differ: where, before, after. Rows are compared by their key."""
    if isinstance(old, dict) and isinstance(new, dict):
        found = []
        for key in sorted(old.keys() | new.keys()):
            found += difference(old.get(key), new.get(key), (*path, str(key)))
        return found
    if isinstance(old, list) and isinstance(new, list) and all(isinstance(i, dict) and "key" in i for i in old + new):
        return difference({i["key"]: i for i in old}, {i["key"]: i for i in new}, path)
    return [] if old == new else [(path, old, new)]
