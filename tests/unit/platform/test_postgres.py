import os
import subprocess
import sys
from pathlib import Path

from mhero.platform.postgres import forget_dead_postmaster


def mark(folder: Path, pid: int) -> Path:
    file = folder / "postmaster.pid"
    file.write_text(f"{pid}\n{folder}\n")
    return file


def test_a_killed_server_that_nobody_collected_is_forgotten(tmp_path: Path) -> None:
    # It has ended, and its parent, this test, has not asked for its end yet: the kernel keeps it.
    ended = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    assert ended.stdout is not None
    ended.stdout.read()
    ended.stdout.close()
    file = mark(tmp_path, ended.pid)
    forget_dead_postmaster(tmp_path)
    ended.wait()
    assert not file.exists()


def test_the_number_of_another_program_is_no_server(tmp_path: Path) -> None:
    file = mark(tmp_path, os.getpid())
    forget_dead_postmaster(tmp_path)
    assert not file.exists()


def test_a_mark_that_cannot_be_read_is_left_to_the_server(tmp_path: Path) -> None:
    (tmp_path / "postmaster.pid").write_text("")
    forget_dead_postmaster(tmp_path)
    assert (tmp_path / "postmaster.pid").exists()
