"""`mhero doctor`: looks at the installation as somebody would who knows it well, and says what to do."""

import shutil
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from rich.console import Console

from mhero.cli.ports import is_free
from mhero.cli.prepare import check_database
from mhero.platform.configuration import Configuration
from mhero.platform.errors import MheroError
from mhero.platform.postgres import url_of_embedded

LEAST_FREE_BYTES = 2 * 1024**3


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    #: True is fine, False needs doing, None is worth knowing.
    fine: bool | None
    what: str
    #: What to do about it; empty when it is fine.
    advice: str = ""


def examine(configuration: Configuration, console: Console) -> bool:
    """Prints one line a check; returns whether nothing needs doing."""
    marks = {True: "[green]fine[/]   ", False: "[bold red]mend[/]   ", None: "[yellow]note[/]   "}
    all_fine = True
    for check in CHECKS:
        for finding in check(configuration):
            all_fine = all_fine and finding.fine is not False
            console.print(f"{marks[finding.fine]} {finding.what}", soft_wrap=True)
            if finding.advice:
                console.print(f"         {finding.advice}", soft_wrap=True)
    return all_fine


def python(_configuration: Configuration) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding(fine=sys.version_info >= (3, 11), what=f"Python {version}", advice="")


def home(configuration: Configuration) -> Iterator[Finding]:
    folder = configuration.home
    if not folder.exists():
        yield Finding(fine=None, what=f"{folder} does not exist yet", advice="mhero up makes it.")
        return
    free = shutil.disk_usage(folder).free
    yield Finding(
        fine=free >= LEAST_FREE_BYTES,
        what=f"{free / 1e9:.1f} GB free in {folder}",
        advice="" if free >= LEAST_FREE_BYTES else "Make room, or move the data and set MHERO_HOME.",
    )
    key = folder / "secret.key"
    if key.exists():
        private = key.stat().st_mode & 0o077 == 0
        yield Finding(
            fine=private,
            what="The secret key can be read by its owner alone"
            if private
            else "Others can read the secret key",
            advice="" if private else f"chmod 600 {key}",
        )


def database(configuration: Configuration) -> Iterator[Finding]:
    url = configuration.database_url or url_of_embedded(configuration.database_folder)
    embedded = configuration.database_url is None
    if embedded and not (configuration.database_folder / "PG_VERSION").exists():
        yield Finding(fine=None, what="No database yet", advice="mhero up makes it.")
        return
    try:
        check_database(url)
    except MheroError as error:
        if embedded:
            yield Finding(fine=None, what="The embedded database does not run", advice="mhero up starts it.")
        else:
            yield Finding(fine=False, what=str(error), advice="Correct DATABASE_URL, or start that server.")
        return
    yield Finding(fine=True, what="The database answers")
    yield from tables(url)


def tables(url: str) -> Iterator[Finding]:
    with psycopg.connect(url) as connection:
        present = connection.execute("SELECT to_regclass('django_migrations') IS NOT NULL").fetchone()
        if not present or not present[0]:
            yield Finding(fine=False, what="The database has no tables", advice="mhero up makes them.")
            return
        size, failed, refused, people = connection.execute(
            """
            SELECT pg_database_size(current_database()),
                   (SELECT count(*) FROM pgqueuer WHERE status = 'failed'),
                   (SELECT count(*) FROM exchange_refusedrecord),
                   (SELECT count(*) FROM registry_person)
            """
        ).fetchone() or (0, 0, 0, 0)
    yield Finding(fine=True, what=f"{people:,} health workers; the database takes {size / 1e6:,.0f} MB")
    if failed:
        yield Finding(
            fine=False, what=f"{failed:,} jobs failed for good", advice="The worker's log names them."
        )
    if refused:
        yield Finding(
            fine=None,
            what=f"{refused:,} records could not be loaded",
            advice="Operations, Syncs lists each with its reason.",
        )


def servers(configuration: Configuration) -> Iterator[Finding]:
    console, gateway = configuration.web_port, configuration.gateway_port
    if is_free(configuration.bind, console) and is_free(configuration.bind, gateway):
        yield Finding(fine=None, what="mHero does not run", advice="mhero up starts it.")
        return
    for name, port, path in (("console", console, "/ready"), ("gateway", gateway, "/fhir/metadata")):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5):
                yield Finding(fine=True, what=f"The {name} answers on port {port}")
        except urllib.error.HTTPError as error:
            yield Finding(
                fine=error.code < 500,
                what=f"The {name} answers {error.code} on port {port}",
                advice="" if error.code < 500 else "Its own words are where mhero up runs.",
            )
        except OSError as error:
            yield Finding(
                fine=False,
                what=f"The {name} does not answer on port {port}: {error}",
                advice="Another program may use the port: see MHERO_WEB_PORT and MHERO_GATEWAY_PORT.",
            )


def front_end(_configuration: Configuration) -> Iterator[Finding]:
    built = (Path(__file__).parent.parent / "console" / "static" / "console" / "console.css").exists()
    yield Finding(
        fine=built,
        what="The console's styles are built" if built else "The console's styles are not built",
        advice="" if built else "Run make assets.",
    )


CHECKS: list[Callable[[Configuration], Iterator[Finding]]] = [python, home, database, front_end, servers]
