"""A real site, run by the README's own command."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_site(data: Path) -> tuple[str, subprocess.Popen[bytes]]:
    """Start the demo as `make run` does; answers its address once it is ready."""
    port = free_port()
    command = [sys.executable, "-m", "marketplace", "run", "--port", str(port), "--data", str(data)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MARKETPLACE_")}
    # All the journeys come from one address, more often in a minute than one person signs in.
    environment["MARKETPLACE_LIMITS_ENABLED"] = "false"
    data.parent.mkdir(parents=True, exist_ok=True)
    with data.with_suffix(".said").open("wb") as said:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=said, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    if not answers(f"{address}/readyz", process, seconds=240):
        process.kill()
        raise RuntimeError(f"the site did not become ready: {(data / 'log.jsonl').read_text()[-2000:]}")
    return address, process


def answers(url: str, process: subprocess.Popen[bytes], *, seconds: float = 60) -> bool:
    """Whether what the process serves answers there in time, asked again until it does or the process has ended."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return True
        except OSError:
            try:
                process.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
            return False
    return False


def stop_site(process: subprocess.Popen[bytes]) -> None:
    """Stop it as Ctrl-C does."""
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0
