"""The transactions of the gateway: written by group commit before the answers leave.

Requests that finish together are written by one COPY. `write` returns when the row is durable; while the
database is away it raises, and the request is answered with 503, so that nothing is accepted unrecorded.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

import psycopg

from mhero.platform.calls import Call
from mhero.platform.postgres import dsn

log = logging.getLogger(__name__)

COPY_TRANSACTIONS = """
    COPY exchange_transaction (
        id, channel_id, client_id, client_ip, status, method, path, querystring, request_headers,
        request_body, response_status, response_headers, response_body, error, seconds, properties
    ) FROM STDIN
"""
COPY_ORCHESTRATIONS = """
    COPY exchange_orchestration (
        id, transaction_id, name, method, url, request_body, status, seconds, bytes, response_body, error
    ) FROM STDIN
"""
#: One COPY is no larger than this, so that the first of a crowd does not wait for the last.
BATCH = 500
#: More than this waiting means that the database cannot keep up: refuse rather than fill the memory.
LONGEST_QUEUE = 20_000
#: How long a request waits for its row to be written.
PATIENCE_SECONDS = 15


class JournalAwayError(Exception):
    """The transaction could not be written."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One finished request, as its transaction keeps it."""

    id: UUID
    channel_id: UUID | None
    client_id: str
    client_ip: str
    status: str
    method: str
    path: str
    query_string: str
    request_headers: Mapping[str, str]
    request_body: bytes
    response_status: int
    response_headers: Mapping[str, str]
    response_body: bytes
    error: str
    seconds: float
    calls: tuple[Call, ...] = field(default=())


Waiting = tuple[Entry, "asyncio.Future[None]"]


class Journal:
    """Start it with `run` as a task; stop it with `close`, which writes what waits."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Waiting | None] = asyncio.Queue()
        self._connection: psycopg.AsyncConnection | None = None

    async def write(self, entry: Entry) -> None:
        if self._queue.qsize() >= LONGEST_QUEUE:
            raise JournalAwayError
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait((entry, written))
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await written
        except TimeoutError as error:
            raise JournalAwayError from error

    def close(self) -> None:
        """Lets `run` end when everything that waits is written."""
        self._queue.put_nowait(None)

    async def run(self) -> None:
        open_for_more = True
        while open_for_more:
            batch: list[Waiting] = []
            first = await self._queue.get()
            if first is None:
                break
            batch.append(first)
            while len(batch) < BATCH and not self._queue.empty():
                following = self._queue.get_nowait()
                if following is None:
                    open_for_more = False
                    break
                batch.append(following)
            await self._settle(batch)
        if self._connection is not None:
            await self._connection.close()

    async def _settle(self, batch: list[Waiting]) -> None:
        batch = [waiting for waiting in batch if not waiting[1].done()]
        try:
            await self._store([entry for entry, _ in batch])
        except psycopg.DataError:
            await self._settle_one_by_one(batch)
        except (psycopg.Error, OSError) as error:
            log.warning("Transactions could not be written (%s).", type(error).__name__)
            await self._disconnect()
            _fail(batch)
        else:
            for _, written in batch:
                if not written.done():
                    written.set_result(None)

    async def _settle_one_by_one(self, batch: list[Waiting]) -> None:
        """One entry of the batch cannot be stored as it is; the others must not suffer for it."""
        if len(batch) == 1:
            log.error("A transaction could not be stored as it is.")
            _fail(batch)
            return
        for waiting in batch:
            await self._settle([waiting])

    async def _store(self, entries: list[Entry]) -> None:
        connection = await self._connected()
        calls = [(entry.id, call) for entry in entries for call in entry.calls]
        async with contextlib.AsyncExitStack() as stack:
            if calls:
                await stack.enter_async_context(connection.transaction())
            async with connection.cursor() as cursor:
                async with cursor.copy(COPY_TRANSACTIONS) as copy:
                    for entry in entries:
                        await copy.write_row(_row(entry))
                if calls:
                    async with cursor.copy(COPY_ORCHESTRATIONS) as copy:
                        for transaction_id, call in calls:
                            await copy.write_row(_call_row(transaction_id, call))

    async def _connected(self) -> psycopg.AsyncConnection:
        if self._connection is None or self._connection.closed:
            self._connection = await psycopg.AsyncConnection.connect(
                dsn(), autocommit=True, options="-c statement_timeout=10s"
            )
        return self._connection

    async def _disconnect(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(psycopg.Error):
                await self._connection.close()
            self._connection = None


def _fail(batch: list[Waiting]) -> None:
    for _, written in batch:
        if not written.done():
            written.set_exception(JournalAwayError())


def _row(entry: Entry) -> tuple[object, ...]:
    return (
        entry.id,
        entry.channel_id,
        _text(entry.client_id),
        entry.client_ip,
        entry.status,
        entry.method,
        _text(entry.path),
        _text(entry.query_string),
        _json(entry.request_headers),
        entry.request_body,
        entry.response_status,
        _json(entry.response_headers),
        entry.response_body,
        _text(entry.error),
        entry.seconds,
        "{}",
    )


def _call_row(transaction_id: UUID, call: Call) -> tuple[object, ...]:
    return (
        call.id,
        transaction_id,
        _text(call.name),
        call.method,
        _text(call.url),
        b"",
        call.status,
        call.seconds,
        call.bytes,
        b"",
        _text(call.error),
    )


def _text(value: str) -> str:
    """What PostgreSQL can hold: no zero characters, no halves of surrogate pairs."""
    if not value.isascii():
        value = value.encode("utf-8", "backslashreplace").decode()
    return value.replace("\x00", "\ufffd")


def _json(values: Mapping[str, str]) -> str:
    return json.dumps({_text(name): _text(value) for name, value in values.items()}, ensure_ascii=False)
