"""Jobs: work that is promised in the same database transaction as the data it belongs to.

A job is a run or a batch, never one message, and its function may run twice: a worker that dies gives its
jobs back, so whatever a job does must change nothing the second time.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from psycopg import RawCursor
from psycopg.rows import dict_row

JobFunction = Callable[..., None]


@dataclass(frozen=True, kw_only=True, slots=True)
class JobDefinition:
    name: str
    function: JobFunction
    #: How many of its jobs run at one time, over all workers; 0 is no limit.
    concurrency: int
    #: How often it is tried when it raises, before it is kept as failed.
    attempts: int


#: Filled by `job` as the rooms' `tasks` modules are imported.
REGISTERED: dict[str, JobDefinition] = {}


def job(name: str, *, concurrency: int = 0, attempts: int = 5) -> Callable[[JobFunction], JobFunction]:
    """Registers a function as the job of that name. It is called in a thread, with the job's arguments."""

    def register(function: JobFunction) -> JobFunction:
        if name in REGISTERED:
            raise RuntimeError(f"there is a job called {name} already")
        REGISTERED[name] = JobDefinition(
            name=name, function=function, concurrency=concurrency, attempts=attempts
        )
        return function

    return register


def enqueue(
    name: str, *, after: timedelta | None = None, once: str | None = None, priority: int = 0, **arguments: Any
) -> None:
    """Queues a job in the current transaction: it is there if and only if the transaction commits.

    `once`: a key; while a job with that key waits or runs, another is not added. Arguments are JSON values.
    """
    # Here, and not above: it costs each process a second of its start, and most never queue a job.
    from pgqueuer.adapters.persistence.queries import SyncQueries

    SyncQueries(_InTransaction()).enqueue(
        name,
        json.dumps(arguments).encode(),
        priority,
        after,
        once,
        on_conflict="skip",
    )


class _InTransaction:
    """The queue's door (its `SyncDriver`) on Django's connection: a job shares its transaction's fate."""

    def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        connection.ensure_connection()
        cursor = RawCursor(connection.connection, row_factory=dict_row)
        cursor.execute(query.encode(), args or None)
        return cursor.fetchall()
