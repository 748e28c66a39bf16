"""Pages for somebody signed in, at 2,000 challenges and 20,000 bids, against the bare rendering of the same templates."""

from __future__ import annotations

import http.client
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.measure import Bench, Line, summary
from tests.bench.town import KEYS, build

PAGES = {
    "home": "/zh/",
    "list with facets": "/zh/challenges?q=机器人&domain=logistics",
    "challenge": "/zh/challenges/{challenge}",
    "product": "/zh/products/{product}",
    "desk of a vendor": "/zh/desk",
}
PROCESSES, CONNECTIONS, REQUESTS = 2, 16, 400
WHO = "tang@weilan.example"


class Client:
    """One connection that stays open and carries a session."""

    def __init__(self, port: int, cookie: str = "") -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookies = dict(pair.split("=", 1) for pair in cookie.split("; ") if pair)

    @property
    def cookie(self) -> str:
        """All cookies as a header: the session stands beside the device's mark."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def _keep(self, answer: http.client.HTTPResponse) -> None:
        for name, value in answer.getheaders():
            if name == "Set-Cookie":
                key, _, kept = value.split(";")[0].partition("=")
                self.cookies[key] = kept

    def get(self, path: str) -> tuple[int, str]:
        """A page's status and text."""
        from urllib.parse import quote

        self.connection.request("GET", quote(path, safe="/?=&%"), headers={"Cookie": self.cookie})
        answer = self.connection.getresponse()
        self._keep(answer)
        return answer.status, answer.read().decode()

    def sign_in(self, email: str) -> None:
        """Sign in through the form."""
        _status, text = self.get("/zh/sign-in")
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)
        assert token is not None
        from urllib.parse import urlencode

        body = urlencode({"email": email, "password": "Robot-demo-2026", "csrf_token": token.group(1)})
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        self.connection.request("POST", "/zh/sign-in", body, headers)
        answer = self.connection.getresponse()
        answer.read()
        assert answer.status in (302, 303), answer.status
        self._keep(answer)
        assert self.get("/zh/desk")[0] == 200, "not signed in"


@contextmanager
def serving(data: Path, processes: int) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The town behind gunicorn; answers its port and the master process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | KEYS | {"BENCH_TOWN": str(data), "MARKETPLACE_MODE": "demo"}
    command = [sys.executable, "-m", "gunicorn", "--workers", str(processes), "--threads", "8", "--bind"]
    server = subprocess.Popen(
        [*command, f"127.0.0.1:{port}", "--preload", "tests.bench.bare:create()"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=(data / "bench.log").open("ab"),
    )
    try:
        for _attempt in range(200):
            try:
                if Client(port).get("/healthz")[0] == 200:
                    break
            except OSError:
                time.sleep(0.1)
        yield port, server
    finally:
        server.terminate()
        server.wait(20)


def cpu(server: subprocess.Popen[bytes]) -> float:
    """Processor seconds of the web processes so far."""
    total = 0.0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == server.pid:
            total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def _alone(port: int, cookie: str, path: str, count: int) -> list[float]:
    client = Client(port, cookie)
    found = []
    for _number in range(count):
        start = time.perf_counter()
        status, _text = client.get(path)
        found.append((time.perf_counter() - start) * 1000)
        assert status == 200, (path, status)
    return found


def _together(port: int, cookie: str, path: str) -> float:
    """Requests a second over all connections."""

    def work() -> None:
        _alone(port, cookie, path, REQUESTS // CONNECTIONS)

    threads = [threading.Thread(target=work) for _number in range(CONNECTIONS)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return REQUESTS // CONNECTIONS * CONNECTIONS / (time.perf_counter() - start)


def run() -> Bench:
    """Each page alone and in company, then its bare rendering."""
    bench = Bench("pages")
    data = build()
    for name, path in PAGES.items():
        with serving(data, 1) as (port, server):
            client = Client(port)
            client.sign_in(WHO)
            place = _place(client, path)
            _alone(port, client.cookie, place, 20)
            before = cpu(server)
            times = _alone(port, client.cookie, place, 200)
            spent = (cpu(server) - before) / 200 * 1000
            bare = f"/bare{place.partition('?')[0]}"
            _alone(port, client.cookie, bare, 10)
            before = cpu(server)
            yard = _alone(port, client.cookie, bare, 200)
            beyond = spent - (cpu(server) - before) / 200 * 1000
            line = Line(name, "1 connection", *summary(times), bar="p95 ≤ 60 ms", yardstick=summary(yard)[1])
            line.met = line.p95 <= 60
            bench.add(line)
            line = Line("  CPU beyond the bare view", "ms a request", beyond, beyond, beyond, bar="≤ 8 ms")
            line.met = beyond <= 8
            bench.add(line)
        with serving(data, PROCESSES) as (port, server):
            for _number in range(40):  # so that each process has seen the page once
                Client(port, client.cookie).get(place)
            real = _together(port, client.cookie, place)
            yard_rate = _together(port, client.cookie, bare)
            share = real / yard_rate
            line = Line(
                "  requests a second, with the bare view's", f"{CONNECTIONS} connections", real, real, real,
                bar="≥ 40 % of the bare view", note=f"bare {yard_rate:.0f}/s, share {share:.0%}",
            )  # fmt: skip
            line.met = share >= 0.4
            bench.add(line)
    return bench


def _place(client: Client, path: str) -> str:
    for kind in ("challenge", "product"):
        if f"{{{kind}}}" in path:
            found = re.search(rf'href="/zh/{kind}s/(\d+)', client.get(f"/zh/{kind}s")[1])
            assert found is not None
            path = path.replace(f"{{{kind}}}", found.group(1))
    return path
