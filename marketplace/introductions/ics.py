"""A calendar file of one event, as RFC 5545 wants it; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

WIDTH = 75
"""Octets of a line without its end (section 3.1)."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What a calendar keeps. All moments are aware; ``uid`` stays the same for good."""

    uid: str
    stamp: datetime
    start: datetime
    end: datetime
    summary: str
    place: str
    about: str
    url: str


def escaped(text: str) -> str:
    """A text value (section 3.3.11): backslash, semicolon, comma and line end are escaped, other controls left out."""
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    return "".join(c for c in text if c >= " " and c != "\x7f")


def folded(line: str) -> str:
    """The line in pieces of at most 75 octets, each but the first after a space; no character is cut in two."""
    pieces, piece, size = [], "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > WIDTH:
            pieces.append(piece)
            piece, size = " ", 1
        piece += character
        size += octets
    return "\r\n".join([*pieces, piece])


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def calendar_file(entry: Entry) -> bytes:
    """The whole file: one VEVENT in UTC, lines ended by CRLF."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//marketplace//introductions//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{entry.uid}",
        f"DTSTAMP:{_utc(entry.stamp)}",
        f"DTSTART:{_utc(entry.start)}",
        f"DTEND:{_utc(entry.end)}",
        f"SUMMARY:{escaped(entry.summary)}",
        f"LOCATION:{escaped(entry.place)}",
        f"DESCRIPTION:{escaped(entry.about)}",
        f"URL:{entry.url}",
        "STATUS:CONFIRMED",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return ("\r\n".join(folded(line) for line in lines) + "\r\n").encode()
