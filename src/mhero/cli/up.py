"""`mhero up`: everything on one machine, in one terminal."""

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Thread
from types import FrameType
from typing import IO

from mhero.cli.demo import correct_flomos_district
from mhero.cli.parts import FOLLOWS_PARENT
from mhero.cli.ports import require_free_ports
from mhero.cli.prepare import Database, Prepared, database, prepare
from mhero.platform.configuration import Configuration
from mhero.platform.errors import ConfigurationError

Say = Callable[[str], None]
PATIENCE_SECONDS = 60
GRACE_SECONDS = 15
#: Between two tries to start a database that does not.
REVIVAL_SECONDS = 2


class AlreadyUp(ConfigurationError):
    """mHero runs on this data already."""

    code = "already_up"


@dataclass(slots=True)
class Part:
    """One child process, and when it was last started."""

    name: str
    process: "subprocess.Popen[bytes]"
    started_at: float
    restarts: int = 0


def run_everything(configuration: Configuration, *, demo: bool, say: Say) -> None:
    """Starts every part, says where to go, and keeps them running until Ctrl-C."""
    began = time.monotonic()
    with only_one(configuration), stopped_by_signals() as stopping:
        require_free_ports(configuration, demo=demo)
        if os.geteuid() == 0 and configuration.database_url is None:
            say("Running as root: the database gets a user of its own. An ordinary user is better.")
        with database(configuration) as used:
            os.environ["DATABASE_URL"] = url = used.url
            prepared = prepare(configuration, url, demo=demo)
            names = [*(["sandbox"] if demo else []), "web", "gateway", "worker"]
            parts = [Part(name, start_part(name), time.monotonic()) for name in names]
            try:
                wait_until_ready(configuration, parts, stopping)
                if demo:
                    Thread(target=correct_flomos_district, args=(url,), daemon=True).start()
                if not stopping.requested:
                    greet(configuration, prepared, time.monotonic() - began, say)
                keep_running(used, parts, stopping, say)
            finally:
                stop(parts)
                say("mHero has stopped.")


@contextlib.contextmanager
def only_one(configuration: Configuration) -> Iterator[None]:
    """Holds the data folder's lock; the kernel gives it back however the process ends."""
    path = configuration.home / "up.lock"
    try:
        configuration.home.mkdir(parents=True, exist_ok=True)
        lock: IO[str] = path.open("a+")
    except OSError as error:
        message = f"Cannot write in MHERO_HOME ({configuration.home}): {error.strerror}."
        raise ConfigurationError(message) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            process = lock.read().strip() or "?"
            raise AlreadyUp(
                f"mHero is up already on {configuration.home} (process {process}), at "
                f"{configuration.public_url}. It was left alone."
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


@dataclass(slots=True)
class Stopping:
    requested: bool = False


@contextlib.contextmanager
def stopped_by_signals() -> Iterator[Stopping]:
    stopping = Stopping()

    def request(_number: int, _frame: FrameType | None) -> None:
        stopping.requested = True

    before = {number: signal.signal(number, request) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def start_part(name: str) -> "subprocess.Popen[bytes]":
    # A session of its own, so that Ctrl-C reaches the parts through us, in order, and not all at once.
    return subprocess.Popen(
        [sys.executable, "-m", "mhero.cli", name],
        stdin=subprocess.PIPE,
        env={**os.environ, FOLLOWS_PARENT: "1"},
        start_new_session=True,
    )


def wait_until_ready(configuration: Configuration, parts: list[Part], stopping: Stopping) -> None:
    addresses = [
        f"http://127.0.0.1:{configuration.web_port}/ready",
        f"http://127.0.0.1:{configuration.gateway_port}/",
    ]
    deadline = time.monotonic() + PATIENCE_SECONDS
    while addresses and not stopping.requested:
        for part in parts:
            if part.process.poll() is not None:
                raise ConfigurationError(f"The {part.name} did not start; its own words are above.")
        addresses = [address for address in addresses if not answers(address)]
        if time.monotonic() > deadline:
            raise ConfigurationError(f"Nothing answers at {addresses[0]} after {PATIENCE_SECONDS} seconds.")
        time.sleep(0.1)


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - our own loopback address
            return True
    except urllib.error.HTTPError as error:
        # The gateway knows no channel for its bare address, and says so: it answers.
        return error.code == 404
    except OSError:
        return False


def greet(configuration: Configuration, prepared: Prepared, seconds: float, say: Say) -> None:
    say("")
    say(f"[bold]mHero is ready[/] after {seconds:.1f} seconds: [bold]{configuration.public_url}[/]")
    for line in prepared.lines:
        say(line)
    say("")
    say("Ctrl-C stops it.")


def keep_running(used: Database, parts: list[Part], stopping: Stopping, say: Say) -> None:
    """Starts a part again when it has died, later each time when it keeps dying; so with the database."""
    while not stopping.requested:
        time.sleep(0.3)
        revive(used, say)
        for part in parts:
            if stopping.requested or part.process.poll() is None:
                continue
            alive_seconds = time.monotonic() - part.started_at
            part.restarts = 0 if alive_seconds > PATIENCE_SECONDS else part.restarts + 1
            if alive_seconds < min(2**part.restarts, 30) - 1:
                continue
            say(f"The {part.name} ended (code {part.process.returncode}); starting it again.")
            part.process, part.started_at = start_part(part.name), time.monotonic()


def revive(used: Database, say: Say) -> None:
    """Starts the embedded database again when it has died. The parts wait for it, and lose nothing."""
    if used.is_alive():
        return
    try:
        used.start()
    except ConfigurationError as error:
        # A full disk, most often: it is tried again until somebody has made room.
        say(f"{error} Trying again.")
        time.sleep(REVIVAL_SECONDS)
    else:
        say("The database had ended; it runs again.")


def stop(parts: list[Part]) -> None:
    for part in parts:
        if part.process.poll() is None:
            part.process.terminate()
    deadline = time.monotonic() + GRACE_SECONDS
    for part in parts:
        try:
            part.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            part.process.kill()
            part.process.wait()
        if part.process.stdin is not None:
            part.process.stdin.close()
