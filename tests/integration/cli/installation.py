"""An installation of its own for a test: a folder, free ports, and the `mhero` command."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

#: Patience for a machine that is busy with other things.
READY_SECONDS = 180


def free_ports(count: int) -> list[int]:
    """Ports in a row of each other's neighbourhood that nobody uses at this moment."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


class Installation:
    """A folder with data, and what it takes to run `mhero` on it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.web, self.gateway, self.tls = free_ports(3)
        self.environment = {
            **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
            "MHERO_HOME": str(home),
            "MHERO_WEB_PORT": str(self.web),
            "MHERO_GATEWAY_PORT": str(self.gateway),
            "MHERO_GATEWAY_TLS_PORT": str(self.tls),
            "MHERO_WORKERS": "1",
        }

    def run(self, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "mhero.cli", *arguments],
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=READY_SECONDS,
            check=False,
        )

    @contextmanager
    def up(self, *arguments: str, **environment: str) -> Iterator["Running"]:
        running = Running(self, arguments, environment)
        try:
            running.wait_until_ready()
            yield running
        finally:
            running.stop()

    def get(self, path: str, port: int | None = None) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{port or self.web}{path}", timeout=10)


class Running:
    """A `mhero up` that was started, with what it has said so far."""

    def __init__(
        self, installation: Installation, arguments: tuple[str, ...], environment: dict[str, str]
    ) -> None:
        self.installation = installation
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mhero.cli", "up", *arguments],
            env={**installation.environment, **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stderr or ():
            self.said.append(line)

    @property
    def words(self) -> str:
        return "".join(self.said)

    def wait_until_ready(self) -> None:
        self.wait_for("mHero is ready")

    def wait_for(self, words: str) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while words not in self.words:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"mhero up did not say {words!r} but:\n{self.words}")
            time.sleep(0.05)

    def parts(self) -> dict[str, int]:
        """The process ids of the parts, by name."""
        import psutil

        found = {}
        for child in psutil.Process(self.process.pid).children():
            match = re.search(r"mhero\.cli (web|gateway|worker|sandbox)", " ".join(child.cmdline()))
            if match:
                found[match[1]] = child.pid
        return found

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        code = self.process.wait(30)
        self._reader.join(5)
        if self.process.stderr is not None:
            self.process.stderr.close()
        return code
