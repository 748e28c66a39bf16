"""The English catalogue against the texts: every message translated, none fuzzy, placeholders the same.

``--update`` brings the catalogue's list of messages in step; what is new then waits for its translation.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "marketplace/translations/en/LC_MESSAGES/messages.po"
HAN = re.compile("[\u3400-\u9fff]")
OWN_NAMES = {"中文"}


def extracted() -> Catalog:
    """The messages that the sources hold now, with the places that use them."""
    with tempfile.NamedTemporaryFile(suffix=".pot") as file:
        command = [sys.executable, "-m", "babel.messages.frontend", "-q", "extract"]
        command += ["-F", "marketplace/translations/babel.cfg", "-k", "_l", "-k", "lazy_gettext"]
        command += ["--ignore-dirs", ".*"]  # the default also leaves out folders that begin with an underscore
        subprocess.run([*command, "--no-wrap", "--sort-output", "-o", file.name, "."], cwd=ROOT, check=True)
        return read_po(file)


PLACEHOLDER = re.compile(r"%\(\w+\)s|%%")


def has_lone_percent(text: str, *, from_template: bool) -> bool:
    """Whether filling the text in fails or spoils it: a template fills in every text, Python only those with values."""
    is_filled_in = from_template or bool(re.search(r"%\(\w+\)", text))
    return is_filled_in and "%" in PLACEHOLDER.sub("", text)


def catalogue() -> Catalog:
    """The English catalogue as it stands."""
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def update() -> None:
    """Add new messages, drop those that are gone, keep every translation."""
    known = catalogue() if CATALOGUE.exists() else Catalog(locale="en")
    fresh = Catalog(locale="en", project="marketplace", fuzzy=False, header_comment="# English.")
    for message in extracted():
        if message.id:
            old = known.get(message.id)
            fresh.add(message.id, old.string if old else "", flags=message.flags - {"fuzzy"})
    with CATALOGUE.open("wb") as file:
        write_po(file, fresh, width=0, sort_output=True, omit_header=False)


def problems() -> list[str]:
    """One sentence for each message that is missing, left over, fuzzy, or differs in its placeholders."""
    found = []
    sources = {m.id: {place for place, _line in m.locations} for m in extracted() if m.id}
    wanted = set(sources)
    known = catalogue()
    have = {m.id for m in known if m.id}
    found += [f"not in the catalogue: {m}" for m in sorted(wanted - have)]
    found += [f"no longer used: {m}" for m in sorted(have - wanted)]
    for message in known:
        if not message.id:
            continue
        if not message.string:
            found.append(f"not translated: {message.id}")
        elif message.fuzzy:
            found.append(f"fuzzy: {message.id}")
        elif HAN.search(message.string) and message.string not in OWN_NAMES:
            found.append(f"Chinese in English: {message.string}")
        elif sorted(PLACEHOLDER.findall(message.id)) != sorted(PLACEHOLDER.findall(message.string)):
            found.append(f"placeholders differ: {message.id}")
        else:
            from_template = any(not place.endswith(".py") for place in sources.get(message.id, ()))
            texts = (message.id, str(message.string))
            found += [f"a lone %: {t}" for t in texts if has_lone_percent(t, from_template=from_template)]
    return found


if __name__ == "__main__":
    if "--update" in sys.argv:
        update()
    else:
        lines = problems()
        print("\n".join(lines) or "the catalogue is complete")
        sys.exit(bool(lines))
