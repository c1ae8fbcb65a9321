"""A disk without room: nothing accepted is lost, and all goes on when there is room again."""

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psycopg
import pytest
from tests.integration.cli.installation import Installation, Running

DISK_MEGABYTES = 400
#: Long texts, so that the database soon needs more room than it has put by.
TEXT = "No vaccine since Monday. " * 300
PATIENCE_SECONDS = 90

MAKE_CHANNEL = """
import json
from mhero.messaging.services import create_sms_channel
channel = create_sms_channel(type="external", name="Network", address="1234", send_url="http://127.0.0.1:9/")
print(json.dumps([str(channel.id), channel.callback_secret]))
"""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MEGABYTES}m,mode=755", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("A small disk can be mounted here by nobody; root may elsewhere.")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S607


def test_a_full_disk_refuses_and_loses_nothing(small_disk: Path) -> None:
    installation = Installation(small_disk / "home")
    with installation.up() as running:
        made = installation.run("manage", "shell", "--no-imports", "-c", MAKE_CHANNEL)
        channel, secret = json.loads(made.stdout.splitlines()[-1])
        address = f"http://127.0.0.1:{installation.gateway}/c/external/{channel}.{secret}/receive"
        assert say(address, "before") == 200
        ballast = fill(small_disk)
        accepted = set(accepted_until_full(address))
        ballast.unlink()
        wait_until(lambda: say(address, "after") == 200)
        # What was refused may be there too: kept, but not thanked for in time.
        wait_until(lambda: taken_in(running) >= accepted | {"before", "after"})
        assert installation.get("/ready").status_code == 200


def say(address: str, name: str) -> int:
    """The status of the answer; 0 when there was none."""
    try:
        form = {"from": "+231770000001", "text": f"{name} {TEXT}", "id": name}
        return httpx.post(address, data=form, timeout=20).status_code
    except httpx.TransportError:
        return 0


def fill(disk: Path) -> Path:
    """Takes all the room that there is."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(b"\0" * size)
    return ballast


def accepted_until_full(address: str) -> Iterator[str]:
    """Says one thing after the other until a good many were refused; yields the names of the others."""
    refused, said = 0, 0
    with ThreadPoolExecutor(16) as people:
        while refused < 200 and said < 20_000:
            names = [f"full-{said + index}" for index in range(200)]
            said += len(names)
            for name, status in zip(names, people.map(lambda one: say(address, one), names), strict=True):
                assert status in {0, 200, 503}, status
                if status == 200:
                    yield name
                else:
                    refused += 1
    assert refused >= 200, "the disk never was full"


def taken_in(running: Running) -> set[str]:
    """The names of the messages taken in; each must be there once."""
    from mhero.platform.postgres import url_of_embedded

    try:
        with psycopg.connect(url_of_embedded(running.installation.home / "postgres")) as connection:
            cursor = connection.execute("SELECT external_id FROM messaging_message WHERE is_incoming")
            rows = cursor.fetchall()
    except psycopg.OperationalError:
        return set()
    names = [name for (name,) in rows]
    assert len(names) == len(set(names))
    return set(names)


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "not so after a long while"
        time.sleep(0.5)
