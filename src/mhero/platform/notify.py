"""Waking other processes: PostgreSQL's NOTIFY, heard on a connection of its own."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable

import psycopg
from django.db import connection
from psycopg import sql

from mhero.platform.postgres import dsn

log = logging.getLogger(__name__)
Heard = Callable[[str], None]


def notify(channel: str, payload: str = "") -> None:
    """Wakes the listeners of a channel when the current transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [channel, payload])


class Listener:
    """Calls back for each notification, for as long as it runs; reconnects when the database was away.

    After a reconnection every callback is called once with an empty payload: something may have been missed.
    """

    def __init__(self) -> None:
        self._callbacks: dict[str, list[Heard]] = defaultdict(list)

    def on(self, channel: str, heard: Heard) -> None:
        self._callbacks[channel].append(heard)

    async def run(self) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(dsn(), autocommit=True) as listening:
                    await self._listen(listening)
            except psycopg.OperationalError as error:
                log.warning("Lost the database while listening (%s); trying again.", type(error).__name__)
                await asyncio.sleep(1)

    async def _listen(self, listening: psycopg.AsyncConnection) -> None:
        for channel in self._callbacks:
            await listening.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
        for callbacks in self._callbacks.values():
            for heard in callbacks:
                heard("")
        async for note in listening.notifies():
            for heard in self._callbacks[note.channel]:
                heard(note.payload)
