"""The pump that takes in, batch by batch.

One worker at a time, in the order of arrival; each batch is one transaction, together with the marks that it
was taken, so that a worker that dies in between has done nothing.
"""

import psycopg

from mhero.messaging.circumstances import Watched
from mhero.messaging.conversations.batch import Batch
from mhero.messaging.conversations.published import Publications
from mhero.messaging.database import Connection
from mhero.messaging.taking.links import take_links, with_numbers
from mhero.messaging.taking.received import Received
from mhero.messaging.taking.reports import take_reports
from mhero.messaging.taking.statements import LOCK, MARK_TAKEN, WAITING
from mhero.messaging.taking.words import take_words

BATCH = 500


class Taking:
    """The pump's step."""

    def __init__(self, watched: Watched | None = None, publications: Publications | None = None) -> None:
        self._watched = watched or Watched()
        self._publications = publications or Publications()
        self._connection = Connection()

    async def step(self) -> bool:
        """Takes in one batch; True while there may be more."""
        connection = await self._connection.get()
        allowed, published = await self._watched.get(), await self._publications.get(connection)
        async with connection.transaction():
            row = await (await connection.execute(LOCK)).fetchone()
            if row is None or not row[0]:
                return False
            cursor = await connection.execute(WAITING, {"most": BATCH})
            batch = [
                Received(id=key, sms_channel_id=channel, kind=kind, payload=payload, received_at=at)
                for key, channel, kind, payload, at in await cursor.fetchall()
            ]
            if batch:
                await take_in(connection, batch, Batch(published, allowed, self._watched.clock()))
        return len(batch) == BATCH

    async def close(self) -> None:
        await self._connection.close()


async def take_in(connection: psycopg.AsyncConnection, batch: list[Received], talks: Batch) -> None:
    """Takes in a batch inside the caller's transaction."""
    errors = await take_reports(connection, [each for each in batch if each.kind == "status"])
    if links := [each for each in batch if each.kind == "linked"]:
        await take_links(connection, links, talks.allowed.country_code)
    said = [each for each in batch if each.kind in {"message", "stopped"}]
    if said:
        await take_words(connection, await with_numbers(connection, said), talks)
    ids = [each.id for each in batch]
    taken_errors = [errors.get(key, "") for key in ids]
    await connection.execute(MARK_TAKEN, {"ids": ids, "errors": taken_errors})
