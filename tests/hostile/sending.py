"""Sending requests to the site inside one transaction that is rolled back after each, and keeping what came of them."""

from __future__ import annotations

import contextlib
import io
import re
import signal
import time
import traceback
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import structlog
from flask import Flask
from sqlalchemy import Connection
from werkzeug.test import run_wsgi_app

from marketplace.kernel.db import db
from tests.hostile.changes import Change, Target, changed
from tests.hostile.imports import carried_through
from tests.hostile.requests import Request

log = structlog.get_logger()
BAR = 5.0
"""Seconds within which every request is answered."""
HUNG = 30.0
"""Seconds after which a request is given up."""


@contextlib.contextmanager
def undone(app: Flask) -> Iterator[Connection]:
    """Within the block every session of the site works in one transaction; commits are its savepoints, and nothing stays."""
    with app.app_context():
        engine, engines = db.engine, db.engines
    # A scoped session that somebody outside holds keeps its own connection; a request makes a session of its own.
    options = db.session.session_factory.kw
    connection = engine.connect()
    outer = connection.begin()
    engines[None] = connection  # type: ignore[assignment]
    options["join_transaction_mode"] = "create_savepoint"
    try:
        yield connection
    finally:
        engines[None] = engine
        del options["join_transaction_mode"]
        outer.rollback()
        connection.close()


@dataclass(frozen=True)
class Answer:
    """What came back; ``broken`` says where the code failed."""

    status: int
    seconds: float
    headers: Any = None
    body: bytes = b""
    broken: str = ""


class _Hung(Exception):
    """No answer came."""


@contextlib.contextmanager
def _given_up(seconds: float) -> Iterator[None]:
    def stop(*_arguments: object) -> None:
        raise _Hung

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _where(problem: BaseException) -> str:
    """The kind of failure and the innermost line of ours that it went through."""
    frames = traceback.extract_tb(problem.__traceback__)
    ours = [f for f in frames if "/marketplace/" in f.filename or "/templates/" in f.filename]
    at = ours[-1] if ours else frames[-1]
    path = re.sub(r"^.*/((?:marketplace|templates)/)", r"\1", at.filename)
    words = str(problem).partition("\n")[0][:120]
    return f"{type(problem).__name__} at {path}:{at.lineno} ({words})"


def ask(app: Flask, request: Request) -> Answer:
    """The site's answer; an exception that would have been a 500 is told by its place."""
    begun = time.perf_counter()
    try:
        with app.app_context(), _given_up(HUNG):
            parts, status, headers = run_wsgi_app(app, request.environ(), buffered=True)
            body = b"".join(parts)
    except Exception as problem:
        return Answer(500, time.perf_counter() - begun, broken=_where(problem))
    code = int(status.split()[0])
    seconds = time.perf_counter() - begun
    return Answer(code, seconds, headers, body, f"answer {status}" if code >= 500 else "")


def live_formulas(answer: Answer) -> list[str]:
    """Formulas and links that a workbook holds, and cells of a CSV that a spreadsheet would calculate."""
    if answer.status != 200:
        return []
    if "spreadsheet" in answer.headers.get("Content-Type", ""):
        archive = zipfile.ZipFile(io.BytesIO(answer.body))
        sheets = [n for n in archive.namelist() if n.endswith((".xml", ".rels"))]
        return [n for n in sheets if re.search(rb"<f[ >/]|hyperlink|externalLink|ddeLink", archive.read(n))]
    if "text/csv" in answer.headers.get("Content-Type", ""):
        cells = re.findall(r'(?:^|[,\r\n])"?([=+\-@\t][^,\r\n]*)', answer.body.decode("utf-8-sig", "replace"))
        return [c for c in cells if not re.fullmatch(r'[+-]?[\d.]+"?', c)]
    return []


@dataclass
class Fault:
    """One way in which the site fails, with the smallest request that shows it."""

    target: Target
    chosen: tuple[Change, ...]
    broken: str
    times: int = 1
    seconds: float = 0

    def __str__(self) -> str:
        return f"{self.broken}\n    {self.target.label}\n    " + "; ".join(map(str, self.chosen))


@dataclass
class Tally:
    """What was sent and what came of it."""

    by_class: Counter[str] = field(default_factory=Counter)
    by_kind: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    endpoints: set[str] = field(default_factory=set)
    names: set[tuple[str, str]] = field(default_factory=set)
    slowest: list[tuple[float, str]] = field(default_factory=list)
    faults: dict[str, Fault] = field(default_factory=dict)
    followed: int = 0
    imported: int = 0

    @property
    def sent(self) -> int:
        """How many hostile requests were sent."""
        return sum(self.by_class.values())

    def note(self, target: Target, chosen: tuple[Change, ...], answer: Answer, what: str) -> None:
        """Count one answer."""
        status = "too slow" if answer.status < 500 and answer.seconds > BAR else f"{answer.status // 100}xx"
        self.by_class[status] += 1
        for change in chosen:
            self.by_kind[change.kind][status] += 1
            if change.name:
                self.names.add((target.endpoint, change.name))
        self.endpoints.add(target.endpoint)
        self.slowest = sorted([*self.slowest, (answer.seconds, what)], key=lambda s: -s[0])[:5]

    def blame(self, target: Target, chosen: tuple[Change, ...], broken: str, seconds: float) -> None:
        """Count one fault, keeping its shortest example."""
        if broken not in self.faults:
            log.warning("fault", broken=broken, target=target.label, chosen="; ".join(map(str, chosen)))
        known = self.faults.setdefault(broken, Fault(target, chosen, broken, 0, seconds))
        known.times += 1
        if len(chosen) < len(known.chosen):
            known.target, known.chosen = target, chosen


@dataclass
class Sender:
    """Sends what was changed, follows where it leads, and undoes it."""

    app: Flask
    tally: Tally = field(default_factory=Tally)
    kept: dict[Path, bytes] = field(default_factory=dict)
    """Files that a request may delete and the next one needs."""

    def send(self, target: Target, chosen: tuple[Change, ...]) -> list[str]:
        """Send the changed request; answers how it failed."""
        answer, problems = self._tried(target, chosen)
        self.tally.note(target, chosen, answer, f"{target.label}: {'; '.join(map(str, chosen))}")
        for problem in problems:
            self.tally.blame(target, chosen, problem, answer.seconds)
        return problems

    def _tried(self, target: Target, chosen: tuple[Change, ...]) -> tuple[Answer, list[str]]:
        request = changed(target.request, chosen)
        with undone(self.app):
            answer = ask(self.app, request)
            problems = self._problems(target, answer)
            if answer.status in (302, 303) and request.method == "POST" and not problems:
                self.tally.followed += 1
                next_ = _followed(request, answer)
                after = ask(self.app, next_)
                problems += [f"after it: {p}" for p in self._problems(target, after)]
                if target.endpoint == "exchange.upload" and b"/preview/" in next_.path:
                    problems += self._import(target, next_, after)
        for path, body in self.kept.items():
            if not path.exists():
                path.write_bytes(body)
        return answer, problems

    def _import(self, target: Target, preview: Request, shown: Answer) -> list[str]:
        """Confirm what was uploaded and take it out again; workbooks that come out can be read and hold no formula."""
        found = []
        for step in carried_through(self.app, preview, shown.body):
            answer = ask(self.app, step)
            self.tally.imported += step.method == "POST" and answer.status == 302
            found += [f"after import: {p}" for p in self._problems(target, answer)]
            if step.method == "GET" and answer.status != 200:
                found.append(f"after import: export answers {answer.status}")
        return found

    def _problems(self, target: Target, answer: Answer) -> list[str]:
        found = []
        if answer.status >= 500 and target.endpoint != "root.readyz":
            found.append(answer.broken)
        if answer.seconds > BAR:
            found.append(f"slower than {BAR:g} s: {target.endpoint}")
        if formulas := live_formulas(answer):
            found.append(f"live formulas from {target.endpoint}: {formulas}")
        return found

    def shrink(self) -> None:
        """Leave out of every fault's example what it does not need."""
        for fault in self.tally.faults.values():
            again = True
            while again and len(fault.chosen) > 1:
                again = False
                for n in range(len(fault.chosen)):
                    fewer = fault.chosen[:n] + fault.chosen[n + 1 :]
                    if fault.broken in self._tried(fault.target, fewer)[1]:
                        fault.chosen, again = fewer, True
                        break


def _followed(request: Request, answer: Answer) -> Request:
    """The request that a browser makes after a redirection."""
    to = urlsplit(answer.headers["Location"])
    cookies = dict(request.cookies)
    for line in answer.headers.getlist("Set-Cookie"):
        name, _, value = line.partition(";")[0].partition("=")
        cookies[name] = value.encode("latin-1", "replace")
    query = tuple(
        (unquote_to_bytes(k), unquote_to_bytes(v)) for k, _, v in (p.partition("=") for p in to.query.split("&")) if k
    )
    return Request("GET", unquote_to_bytes(to.path), query=query, cookies=cookies)
