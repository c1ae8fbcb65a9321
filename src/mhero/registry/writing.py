"""The door to the registry's tables: one writer at a time, in whose transaction all statements run."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from mhero.platform.notify import notify
from mhero.registry import sql

#: Heard by whoever follows the registry.
CHANGED = "registry_changed"


@contextmanager
def writing() -> Iterator[None]:
    """A transaction that holds the registry's lock until it ends.

    Numbers of changes are drawn from a sequence. Without the lock a later number could be committed before an
    earlier one, and a follower that reads what is above its mark would step over the earlier one for good.
    The lock also keeps two sources that know the same place from writing it at once.
    """
    with transaction.atomic():
        execute(sql.LOCK)
        yield
        notify(CHANGED)


def execute(statement: str, **parameters: Any) -> int:
    """Runs a statement; returns how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return int(cursor.rowcount)


def select(statement: str, **parameters: Any) -> list[Any]:
    """The rows of a statement; of a single column its values."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        rows = cursor.fetchall()
    return [row[0] for row in rows] if rows and len(rows[0]) == 1 else rows


def write(statement: str, rows: Iterable[Mapping[str, Any]], **parameters: Any) -> None:
    """Runs a statement that reads its batch from `%(rows)s`; nothing happens when there is none."""
    batch = list(rows)
    if batch:
        execute(statement, rows=json.dumps(batch, default=_as_text), **parameters)


def _as_text(value: object) -> str:
    if isinstance(value, UUID | date | datetime):
        return str(value)
    raise TypeError(f"{type(value).__name__} does not go into JSON")
