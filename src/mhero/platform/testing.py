"""Databases for tests: rolled back by default, copied from a template where connections must be real."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import django
import psycopg
from psycopg import sql

from mhero.platform.postgres import start_embedded

TEMPLATE = "mhero_template"
WORKING = "mhero"
#: What is lost with the machine's power is no loss to a test.
HURRIED = ("fsync", "full_page_writes", "synchronous_commit")


@contextmanager
def started_database(home: Path) -> Iterator[str]:
    """Starts PostgreSQL in `home`, migrates a template once, and points Django at a copy of it."""
    server = start_embedded(home / "postgres")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as maintenance:
            for setting in HURRIED:
                maintenance.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
            maintenance.execute("SELECT pg_reload_conf()")
            maintenance.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
        os.environ["DATABASE_URL"] = server.get_uri(database=TEMPLATE)
        django.setup()
        from django.core.management import call_command
        from django.db import connection

        from mhero.platform.partitions import ensure_partitions

        # Django may have read its settings before, when a test module asked for its models at import.
        _point_django_at(TEMPLATE)
        call_command("migrate", verbosity=0)
        ensure_partitions()
        connection.close()
        with psycopg.connect(server.get_uri(), autocommit=True) as maintenance:
            _copy(maintenance, WORKING)
        _point_django_at(WORKING)
        yield server.get_uri(database=WORKING)
    finally:
        from django.db import connections

        connections.close_all()
        server.stop()


@contextmanager
def rolled_back() -> Iterator[None]:
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def copied_database() -> Iterator[str]:
    """A database of the test's own; Django and `DATABASE_URL` point at it until the end."""
    from django.db import connection

    name = f"mhero_{uuid4().hex[:12]}"
    url_before = os.environ["DATABASE_URL"]
    server_url = url_before.replace(f"/{TEMPLATE}?", "/postgres?")
    with psycopg.connect(server_url, autocommit=True) as maintenance:
        _copy(maintenance, name)
    _point_django_at(name)
    os.environ["DATABASE_URL"] = url_before.replace(f"/{TEMPLATE}?", f"/{name}?")
    try:
        yield os.environ["DATABASE_URL"]
    finally:
        connection.close()
        _point_django_at(WORKING)
        os.environ["DATABASE_URL"] = url_before
        with psycopg.connect(server_url, autocommit=True) as maintenance:
            maintenance.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _copy(maintenance: psycopg.Connection, name: str) -> None:
    maintenance.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
            sql.Identifier(name), sql.Identifier(TEMPLATE)
        )
    )


def _point_django_at(name: str) -> None:
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = name
