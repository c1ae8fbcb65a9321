import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from tests.integration.cli.installation import Installation, Running

PATIENCE_SECONDS = 60


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(tmp_path / "home")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One that is up, for tests that leave it so."""
    with Installation(tmp_path_factory.mktemp("up") / "home").up() as running:
        yield running


def test_one_command_brings_everything_up_and_ctrl_c_stops_it_all(installation: Installation) -> None:
    with installation.up() as running:
        assert "one-time password" in running.words
        assert installation.get("/health").status_code == 200
        assert installation.get("/ready").status_code == 200
        assert installation.get("/").status_code == 302
        assert installation.get("/fhir/metadata", installation.gateway).status_code == 200
        processes = [psutil.Process(pid) for pid in running.parts().values()]
        database = int((installation.home / "postgres" / "postmaster.pid").read_text().split()[0])
        assert len(processes) == 3
        assert running.stop() == 0
        assert not any(is_alive(process.pid) for process in processes)
        assert not is_alive(database)
        assert "mHero has stopped" in running.words


def test_a_second_start_says_so_and_leaves_the_first_alone(running: Running) -> None:
    second = running.installation.run("up")
    assert second.returncode == 1
    assert "up already" in second.stderr
    assert str(running.process.pid) in second.stderr
    assert running.installation.get("/ready").status_code == 200


def test_after_everything_was_killed_the_next_start_recovers(installation: Installation) -> None:
    with installation.up() as running:
        password_said = running.words
        database = int((installation.home / "postgres" / "postmaster.pid").read_text().split()[0])
        for pid in [*running.parts().values(), database, running.process.pid]:
            os.kill(pid, signal.SIGKILL)
        running.process.wait(10)
    wait_until_free(installation)
    with installation.up() as again:
        assert "one-time password" in password_said
        assert "one-time password" not in again.words
        assert installation.get("/ready").status_code == 200


def test_a_part_that_dies_is_started_again(running: Running) -> None:
    installation, before = running.installation, running.parts()
    os.kill(before["gateway"], signal.SIGKILL)
    running.wait_for("The gateway ended")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            if installation.get("/fhir/metadata", installation.gateway).status_code == 200:
                break
        except httpx.TransportError:
            time.sleep(0.2)
    assert running.parts()["gateway"] != before["gateway"]
    assert running.parts()["worker"] == before["worker"]


def test_a_database_that_dies_is_started_again(running: Running) -> None:
    mark = running.installation.home / "postgres" / "postmaster.pid"
    before = int(mark.read_text().split()[0])
    os.kill(before, signal.SIGKILL)
    running.wait_for("The database had ended; it runs again.")
    assert int(mark.read_text().split()[0]) != before
    deadline = time.monotonic() + PATIENCE_SECONDS
    while running.installation.get("/ready").status_code != 200:
        assert time.monotonic() < deadline, running.words
        time.sleep(0.2)


def test_a_taken_port_is_named_with_the_setting_that_changes_it(installation: Installation) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", installation.gateway))
        taken.listen()
        result = installation.run("up")
    assert result.returncode == 1
    assert f"Port {installation.gateway} is taken" in result.stderr
    assert "MHERO_GATEWAY_PORT" in result.stderr


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://localhost/mhero", "DATABASE_URL"),
        ("postgresql://127.0.0.1:1/mhero", "does not let us in"),
        ("postgresql://127.0.0.1:abc/mhero", "DATABASE_URL"),
    ],
)
def test_a_wrong_database_url_is_one_line(installation: Installation, url: str, words: str) -> None:
    result = installation.run("up", DATABASE_URL=url)
    assert result.returncode == 1
    assert words in result.stderr
    assert "Traceback" not in result.stderr


def test_a_setting_that_is_no_port_is_named(installation: Installation) -> None:
    result = installation.run("up", MHERO_WEB_PORT="eight thousand")
    assert result.returncode == 1
    assert "MHERO_WEB_PORT" in result.stderr


def test_a_folder_that_cannot_be_written_is_named(installation: Installation) -> None:
    installation.home.parent.joinpath("file").write_text("")
    result = installation.run("up", MHERO_HOME=str(installation.home.parent / "file" / "home"))
    assert result.returncode == 1
    assert "MHERO_HOME" in result.stderr
    assert "Traceback" not in result.stderr


def test_what_was_backed_up_comes_back_whole(installation: Installation, tmp_path: Path) -> None:
    file = tmp_path / "ministry.mhero"
    with installation.up() as running:
        first = running.words
        saved = installation.run("backup", str(file))
        assert saved.returncode == 0, saved.stderr
    assert file.stat().st_mode & 0o077 == 0
    in_the_way = installation.run("restore", str(file))
    assert in_the_way.returncode == 1
    assert "--replace" in in_the_way.stderr
    elsewhere = Installation(tmp_path / "elsewhere")
    restored = elsewhere.run("restore", str(file))
    assert restored.returncode == 0, restored.stderr
    with elsewhere.up() as running:
        # The administrator of the first installation is there, so no second one is made.
        assert "one-time password" in first
        assert "one-time password" not in running.words
        doctor = elsewhere.run("doctor")
        assert doctor.returncode == 0, doctor.stderr


def test_a_broken_backup_changes_nothing(installation: Installation, tmp_path: Path) -> None:
    file = tmp_path / "broken.mhero"
    file.write_bytes(b"not a backup")
    result = installation.run("restore", str(file))
    assert result.returncode == 1
    assert "not one that" in result.stderr


def is_alive(pid: int) -> bool:
    """Whether the process still runs; one that has ended may be left for its parent to collect."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until_free(installation: Installation) -> None:
    """The parts of a killed `mhero up` notice within moments that it is gone."""
    from mhero.cli.ports import is_free

    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if all(is_free("127.0.0.1", port) for port in (installation.web, installation.gateway)):
            return
        time.sleep(0.1)
    raise AssertionError("the ports of the killed installation are still taken")
