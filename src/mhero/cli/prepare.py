"""What has to be true before the parts start: a database with its tables, somebody who can sign in."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import django
import psycopg

from mhero.platform.configuration import Configuration
from mhero.platform.errors import ConfigurationError
from mhero.platform.postgres import start_embedded

OLDEST_POSTGRESQL = 150000


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    #: What the person at the terminal needs to know, such as the one-time password.
    lines: list[str] = field(default_factory=list)


@contextlib.contextmanager
def database_url(configuration: Configuration) -> Iterator[str]:
    """The address of a database that answers; the embedded one is stopped again at the end."""
    if configuration.database_url is not None:
        check_database(configuration.database_url)
        yield configuration.database_url
        return
    server = start_embedded(configuration.database_folder)
    try:
        yield server.get_uri()
    finally:
        server.stop()


def check_database(url: str) -> None:
    """Raises `ConfigurationError` in words when `DATABASE_URL` cannot be used."""
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            version = connection.info.server_version
    except psycopg.ProgrammingError as error:
        raise ConfigurationError(f"DATABASE_URL cannot be read: {_first_line(error)}.") from error
    except psycopg.OperationalError as error:
        raise ConfigurationError(
            f"The database of DATABASE_URL does not let us in: {_first_line(error)}."
        ) from error
    if version < OLDEST_POSTGRESQL:
        raise ConfigurationError(
            f"The database of DATABASE_URL is PostgreSQL {version // 10000}; mHero needs 15 or later."
        )


def prepare(configuration: Configuration, *, demo: bool) -> Prepared:
    """Brings the tables up to date, and makes what every installation has."""
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from mhero.accounts.services import create_first_administrator
    from mhero.exchange.services import ensure_seeds
    from mhero.platform.partitions import ensure_partitions

    call_command("migrate", verbosity=0)
    ensure_partitions()
    ensure_seeds()
    lines = []
    if demo:
        from mhero.cli.demo import set_up

        lines = set_up(configuration)
    elif first := create_first_administrator():
        user, password = first
        lines = [
            f"Sign in as [bold]{user.email}[/] with the one-time password [bold]{password}[/]",
            "You choose your own password on the first page.",
        ]
    connection.close()
    return Prepared(lines=lines)


def _first_line(error: Exception) -> str:
    text = str(error).strip().splitlines()
    return text[-1].strip().rstrip(".") if text else type(error).__name__
