"""Database connections of the pumps' own, beside Django's: asynchronous, in autocommit."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

import psycopg
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection as django_connection

from mhero.messaging.channels.types import Channel
from mhero.platform.postgres import dsn
from mhero.platform.secrets import decrypt

T = TypeVar("T")

# The statements of sending and receiving touch a few rows by their key. While a table is small or its
# statistics are old the planner would rather read the whole of it, at each of many batches a second.
_BY_KEY = "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off"


async def connect() -> psycopg.AsyncConnection:
    return await psycopg.AsyncConnection.connect(dsn(), autocommit=True, options=_BY_KEY)


class Connection:
    """A connection that is made when it is first asked for, and again after it was lost."""

    def __init__(self) -> None:
        self._open: psycopg.AsyncConnection | None = None

    async def get(self) -> psycopg.AsyncConnection:
        if self._open is None or self._open.closed:
            self._open = await connect()
        return self._open

    async def close(self) -> None:
        if self._open is not None:
            await self._open.close()
            self._open = None


async def in_thread(read: Callable[[], T]) -> T:
    """Runs a function that uses Django's models beside the event loop, on a connection it gives back."""

    def reading() -> T:
        try:
            return read()
        finally:
            django_connection.close()

    return await sync_to_async(reading, thread_sensitive=False)()


SMS_CHANNELS = """
SELECT id, type, address, send_url, settings, secret, signing_secret, callback_secret, rate, concurrency
FROM messaging_smschannel WHERE is_enabled ORDER BY created_at
"""


async def enabled_channels(connection: psycopg.AsyncConnection) -> dict[UUID, Channel]:
    cursor = await connection.execute(SMS_CHANNELS)
    channels = {}
    for row in await cursor.fetchall():
        channel_id, kind, address, send_url, own, secret, signing, callback_secret, rate, concurrency = row
        channels[channel_id] = Channel(
            id=channel_id,
            type=kind,
            address=address,
            send_url=send_url,
            settings=own,
            secret=decrypt(secret) if secret else "",
            signing_secret=decrypt(signing) if signing else "",
            callback_secret=decrypt(callback_secret) if callback_secret else "",
            rate=rate,
            concurrency=concurrency,
            gateway_url=settings.CONFIGURATION.gateway_url,
        )
    return channels
