"""Import, start and memory of the site, each in a process of its own."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from tests.bench.measure import Bench, Line
from tests.bench.pages import Client
from tests.drills.installation import ROOT

# As on a machine of one's own, where Python keeps what it compiled.
KEEPS_COMPILED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
START = """
import time
before = time.perf_counter()
import marketplace
from marketplace.app import create_app
from config import Settings
create_app(Settings(mode="test", data="{data}"))
print(time.perf_counter() - before)
"""


def run() -> Bench:
    """Seconds of the import and of both runs of ``marketplace run``; megabytes of web and worker."""
    bench = Bench("startup")
    with tempfile.TemporaryDirectory() as folder:
        code = START.format(data=Path(folder) / "start")
        for _warm in range(2):
            subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=KEEPS_COMPILED, check=True, capture_output=True)
        found = [
            float(
                subprocess.run(
                    [sys.executable, "-c", code], cwd=ROOT, env=KEEPS_COMPILED, check=True, capture_output=True
                ).stdout
            )
            for _number in range(7)
        ]
        middle = statistics.median(found)
        bench.add(
            Line("import and create_app, seconds", "", middle, max(found), max(found), bar="≤ 1.2", met=middle <= 1.2)
        )
        for what, bar in (("first `run`, demo seeded, seconds", 90.0), ("second `run`, seconds", 5.0)):
            seconds, megabytes = _run(Path(folder) / "run")
            bench.add(Line(what, "", seconds, seconds, seconds, bar=f"≤ {bar:g}", met=seconds <= bar))
        for name, bar in (("web process with the demo, MB", 200.0), ("worker with the demo, MB", 250.0)):
            used = megabytes["serve" if name.startswith("web") else "worker"]
            bench.add(Line(name, "", used, used, used, bar=f"≤ {bar:g}", met=used <= bar))
    return bench


def _run(data: Path) -> tuple[float, dict[str, float]]:
    import signal
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    start = time.perf_counter()
    site = subprocess.Popen(
        [sys.executable, "-m", "marketplace", "run", "--port", str(port), "--data", str(data)],
        cwd=ROOT,
        env=KEEPS_COMPILED,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/zh/", timeout=5):
                    break
            except OSError:
                time.sleep(0.05)
        seconds = time.perf_counter() - start
        client = Client(port)
        client.sign_in("officer@programme.example")
        for path in (
            "/zh/",
            "/zh/challenges",
            "/zh/products?q=机器人",
            "/zh/desk",
            "/zh/challenges/1",
            "/en/products/1",
        ) * 5:
            client.get(path)
        time.sleep(3)
        return seconds, _memory(site.pid)
    finally:
        site.send_signal(signal.SIGINT)
        site.wait(30)


def _memory(parent: int) -> dict[str, float]:
    """Megabytes that each child of ``marketplace run`` holds, by its command."""
    found = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
            words = (status.parent / "cmdline").read_text().split("\0")
        except OSError:
            continue
        if int(lines.get("PPid", "0")) == parent:
            found[words[3] if len(words) > 3 else words[0]] = int(lines["VmRSS"].split()[0]) / 1024
    return found
