"""Takes further the conversations in which somebody was silent for too long.

A wait that goes another way after some time counts from the moment at which the question left, and not from
when it was written: what waits for its turn cannot be answered yet.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import psycopg

from mhero.flows.definition.flow import Flow
from mhero.flows.errors import FlowError
from mhero.messaging.circumstances import Watched
from mhero.messaging.conversations import statements
from mhero.messaging.conversations.batch import Batch
from mhero.messaging.conversations.occasions import silent
from mhero.messaging.conversations.participants import Held, Participant
from mhero.messaging.conversations.published import Publications
from mhero.messaging.database import Connection

BATCH = 200
#: How soon a wait is looked at again whose question has not left, or behind which something else goes on.
AGAIN = timedelta(seconds=30)
TIMEOUT, EXPIRATION = "wait_timeout", "wait_expiration"


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """The last that was said in a session."""

    status: str
    sent_at: datetime | None


class Timers:
    """The pump's step."""

    def __init__(self, watched: Watched | None = None, publications: Publications | None = None) -> None:
        self._watched = watched or Watched()
        self._publications = publications or Publications()
        self._connection = Connection()

    async def step(self) -> bool:
        """Does one batch; True while there may be more."""
        connection = await self._connection.get()
        at = self._watched.clock()
        allowed, published = await self._watched.get(), await self._publications.get(connection)
        cursor = await connection.execute(statements.DUE_SESSIONS, {"now": at, "most": BATCH})
        due = await cursor.fetchall()
        if due:
            async with connection.transaction():
                await _end_waits(connection, Batch(published, allowed, at), due)
        return len(due) == BATCH

    async def close(self) -> None:
        await self._connection.close()


async def _end_waits(connection: psycopg.AsyncConnection, batch: Batch, due: list[tuple[UUID, UUID]]) -> None:
    await batch.read(connection, {contact for _, contact in due})
    # What came before the locks were ours has settled some of them.
    sessions = {held.id: held for each in batch.participants.values() if (held := each.session)}
    waiting = [held for key in dict(due) if (held := sessions.get(key)) and _what(held, batch.at)]
    cursor = await connection.execute(
        statements.LAST_SAID,
        {"sessions": [held.id for held in waiting], "contacts": [held.contact_id for held in waiting]},
    )
    said = {key: Asked(status=status, sent_at=sent_at) for key, status, sent_at in await cursor.fetchall()}
    for held in waiting:
        _end_wait(batch, batch.participants[held.contact_id], held, said.get(held.id))
    await batch.write(connection)


def _what(held: Held, at: datetime) -> str:
    """Which of its waits is over, if one is."""
    if held.expires_at is not None and held.expires_at <= at:
        return EXPIRATION
    return TIMEOUT if held.timeout_at is not None and held.timeout_at <= at else ""


def _end_wait(batch: Batch, participant: Participant, held: Held, asked: Asked | None) -> None:
    kind = _what(held, batch.at)
    if not participant.is_reachable:
        batch.interrupt(participant.id, "opted_out" if participant.status == "stopped" else "left")
        return
    lasts = _lasts(batch, held, kind)
    if kind == TIMEOUT and lasts is None:
        # The flow no longer goes another way after some time.
        batch.postpone(held, timeout_at=None)
        return
    if participant.is_busy or (asked is not None and asked.status in ("queued", "wired")):
        moment = batch.at + AGAIN
    elif asked is not None and asked.sent_at is not None and lasts is not None:
        moment = asked.sent_at + lasts
    else:
        moment = batch.at
    if moment <= batch.at:
        batch.fall_silent(participant.id, silent(kind, held.id, batch.at))
    elif kind == TIMEOUT:
        batch.postpone(held, timeout_at=moment)
    else:
        batch.postpone(held, expires_at=moment)


def _lasts(batch: Batch, held: Held, kind: str) -> timedelta | None:
    """How long the wait lasts, as the flow is now; None when it does not say."""
    runs = json.loads(held.state)["runs"]
    waiting = next((run for run in reversed(runs) if run["status"] == "waiting"), None)
    if waiting is None:
        return None
    try:
        flow: Flow = batch.published.assets.flow(waiting["flow"]["uuid"])
    except FlowError:
        return None
    if kind == EXPIRATION:
        return timedelta(minutes=flow.wait_minutes)
    node = flow.by_uuid.get(waiting["path"][-1]["node_uuid"])
    wait = node.router.wait if node and node.router else None
    return timedelta(seconds=wait.timeout_seconds) if wait and wait.timeout_seconds else None
