"""The pump that takes in, batch by batch.

One worker at a time, in the order of arrival; each batch is one transaction, together with the marks that it
was taken, so that a worker that dies in between has done nothing.
"""

import logging

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

log = logging.getLogger(__name__)

BATCH = 500


class Taking:
    """The pump's step."""

    def __init__(self, watched: Watched | None = None, publications: Publications | None = None) -> None:
        self._watched = watched or Watched()
        self._publications = publications or Publications()
        self._connection = Connection()
        #: How many of those that wait are taken one by one, because they stumbled together.
        self._alone = 0

    async def step(self) -> bool:
        """Takes in one batch; True while there may be more."""
        connection = await self._connection.get()
        allowed, published = await self._watched.get(), await self._publications.get(connection)
        most = 1 if self._alone else BATCH
        batch: list[Received] = []
        try:
            async with connection.transaction():
                row = await (await connection.execute(LOCK)).fetchone()
                if row is None or not row[0]:
                    return False
                cursor = await connection.execute(WAITING, {"most": most})
                batch = [
                    Received(id=key, sms_channel_id=channel, kind=kind, payload=payload, received_at=at)
                    for key, channel, kind, payload, at in await cursor.fetchall()
                ]
                if batch:
                    await take_in(connection, batch, Batch(published, allowed, self._watched.clock()))
        except psycopg.OperationalError:
            # The database was away, or two waited for each other: nothing is wrong with the batch.
            raise
        except Exception as error:  # noqa: BLE001 - Its words may be those of a person.
            # The wall around one receipt: the others must not wait behind it for ever.
            await self._set_apart(connection, batch, error)
            return True
        self._alone = max(0, self._alone - len(batch))
        return len(batch) == most

    async def _set_apart(
        self, connection: psycopg.AsyncConnection, batch: list[Received], error: Exception
    ) -> None:
        """Takes what stumbled one by one from now on, and lays aside the one that stumbles alone."""
        if len(batch) != 1:
            log.warning("A batch of receipts stumbled (%s); they are taken one by one.", type(error).__name__)
            self._alone = len(batch)
            return
        log.error("The receipt %d cannot be taken in (%s).", batch[0].id, type(error).__name__)
        await connection.execute(MARK_TAKEN, {"ids": [batch[0].id], "errors": [type(error).__name__]})
        self._alone = max(0, self._alone - 1)

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
