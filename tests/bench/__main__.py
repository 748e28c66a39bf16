"""``python -m tests.bench [NAME …]``: one bench or all of them."""

from __future__ import annotations

import importlib
import sys

NAMES = (
    "search", "index", "match", "quality", "market", "pages", "rush", "autosave", "fanout", "startup", "typeahead"
)  # fmt: skip


def main(wanted: list[str]) -> None:
    """Run the benches that are named, or all."""
    unknown = set(wanted) - set(NAMES)
    if unknown:
        sys.exit(f"no such bench: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    for name in wanted or NAMES:
        importlib.import_module(f"tests.bench.{name}").run().write()


if __name__ == "__main__":
    main(sys.argv[1:])
