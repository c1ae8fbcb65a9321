"""What has to be true before the parts start: a database with tables, somebody who can sign in."""

import contextlib
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import django
import psutil
import psycopg

from mhero.platform.configuration import Configuration
from mhero.platform.errors import ConfigurationError
from mhero.platform.postgres import is_running, start_embedded

OLDEST_POSTGRESQL = 150000
#: The applications with tables: Django's own, sign-in, and the rooms.
MIGRATED = (
    *("django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"),
    *("allauth.account", "allauth.mfa"),
    *(
        f"mhero.{room}"
        for room in ("platform", "accounts", "exchange", "registry", "messaging", "connectors")
    ),
    "mhero.outreach",
)
WHAT_IS_THERE = """
    SELECT EXISTS (SELECT FROM accounts_user), EXISTS (SELECT FROM exchange_channel),
           EXISTS (SELECT FROM connectors_connection)
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    #: What the person at the terminal needs to know, such as the one-time password.
    lines: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Database:
    """The database in use. The embedded one is ours to start; that of `DATABASE_URL` is somebody else's."""

    url: str
    #: Where the embedded one lives.
    folder: Path | None = None

    def is_alive(self) -> bool:
        return self.folder is None or is_running(self.folder)

    def start(self) -> None:
        """Starts the embedded one again, at the same address. Raises `ConfigurationError`."""
        if self.folder is not None:
            start_embedded(self.folder)


@contextlib.contextmanager
def database(configuration: Configuration) -> Iterator[Database]:
    """A database that answers; the embedded one is stopped again at the end."""
    if configuration.database_url is not None:
        check_database(configuration.database_url)
        yield Database(configuration.database_url)
        return
    folder = configuration.database_folder
    server = start_embedded(folder)
    try:
        yield Database(server.get_uri(), folder)
    finally:
        with contextlib.suppress(psutil.NoSuchProcess):
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


def prepare(configuration: Configuration, url: str, *, demo: bool) -> Prepared:
    """Brings the tables up to date, and makes what every installation has."""
    if not is_prepared(url, demo=demo):
        return _prepare_all(configuration, demo=demo)
    from mhero.cli.demo import words

    return Prepared(lines=words(configuration) if demo else [])


def is_prepared(url: str, *, demo: bool) -> bool:
    """Whether there is nothing to prepare. Asked without Django, whose start would cost two seconds more."""
    with psycopg.connect(url) as connection:
        tables = connection.execute("SELECT to_regclass('django_migrations') IS NOT NULL").fetchone()
        if not tables or not tables[0]:
            return False
        applied = set(connection.execute("SELECT app, name FROM django_migrations").fetchall())
        if not set(migrations()) <= applied:
            return False
        found = connection.execute(WHAT_IS_THERE).fetchone() or (False, False, False)
    has_people, has_channels, is_connected = found
    return bool(has_people and has_channels and (is_connected or not demo))


def migrations() -> Iterator[tuple[str, str]]:
    """The label and name of every migration that this version of mHero has."""
    for package in MIGRATED:
        specification = importlib.util.find_spec(f"{package}.migrations")
        for folder in (specification and specification.submodule_search_locations) or ():
            for file in Path(folder).glob("[0-9]*.py"):
                yield package.rpartition(".")[2], file.stem


def _prepare_all(configuration: Configuration, *, demo: bool) -> Prepared:
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
        from mhero.cli.demo import set_up, words

        set_up(configuration)
        lines = words(configuration)
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
