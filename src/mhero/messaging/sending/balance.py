"""Watches how the SMS channels do, moves their shares, and takes waiting messages to a channel that works.

Only messages that may go by any channel are taken elsewhere, and none that a provider may have already: of an
attempt without an answer nobody knows, and the same provider knows the message by its id.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from random import Random
from time import monotonic
from typing import Any
from uuid import UUID

import psycopg

from mhero.messaging.channels import TYPES
from mhero.messaging.circumstances import Watched
from mhero.messaging.database import Connection
from mhero.messaging.sending.choice import Candidate, Choice
from mhero.messaging.sending.shares import Health, moves
from mhero.messaging.sending.statements import NO_ANSWER, PARTLY_SENT
from mhero.platform.ids import lowest_id

ERRORS_WITHIN = timedelta(minutes=1)
LATE_WITHIN = timedelta(minutes=15)
LATE_AFTER = timedelta(minutes=5)
#: How long the channel log is kept.
LOG_KEPT = timedelta(days=14)
#: How many messages are taken elsewhere at one time.
BATCH = 2000
#: What falls due before the next look is drawn again now.
SOON = timedelta(seconds=10)
CHOICE_SECONDS = 2.0

LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('mhero.messaging.balance', 0))"

CHOOSABLE = """
SELECT id, prefixes, weight, share, share_moved_at, share_reason
FROM messaging_smschannel WHERE is_enabled AND type = ANY(%(types)s) ORDER BY created_at
"""
# What waits for a channel to be on again needs one all the same.
OLDEST = "SELECT id, '{}'::text[], 1, 1 FROM messaging_smschannel ORDER BY created_at LIMIT 1"
#: The kinds that reach any phone.
ANY_PHONE = [kind.code for kind in TYPES.values() if kind.reaches_every_phone]

REQUESTS = """
SELECT sms_channel_id, sum(alike), coalesce(sum(alike) FILTER (WHERE outcome = 'retry'), 0)
FROM messaging_channellogentry WHERE id >= %(since)s AND kind = 'request' GROUP BY sms_channel_id
"""
# The log has a message of nearly every second.
REPORTS = """
SELECT l.sms_channel_id, count(*),
    count(*) FILTER (WHERE coalesce(m.final_at, %(now)s) - m.sent_at > %(late_after)s)
FROM messaging_channellogentry l
JOIN messaging_message m ON m.id = l.message_id AND m.sms_channel_id = l.sms_channel_id
WHERE l.id >= %(since)s AND l.kind = 'request' AND l.outcome = 'sent' AND m.status IN ('sent', 'delivered')
GROUP BY l.sms_channel_id
"""
# A channel that brings no reports at all is not slow; of one that did in the last day silence is lateness.
REPORTING = """
SELECT c.id FROM messaging_smschannel c WHERE c.id = ANY(%(channels)s) AND EXISTS (
    SELECT FROM messaging_channellogentry r
    WHERE r.sms_channel_id = c.id AND r.id >= %(day)s
      AND r.kind = 'callback' AND r.outcome = 'accepted' AND r.address NOT LIKE '%% receive'
)
"""
MOVE = """
UPDATE messaging_smschannel c SET share = m.share, share_reason = m.reason, share_moved_at = %(now)s
FROM unnest(%(ids)s::uuid[], %(shares)s::float[], %(reasons)s::text[]) AS m(id, share, reason)
WHERE c.id = m.id
"""

# Of channels that are down or off, everything that waits.
STRANDED = """
SELECT m.id, m.number FROM messaging_message m
JOIN messaging_broadcast b ON b.id = m.broadcast_id AND b.sms_channel_id IS NULL
WHERE m.status = 'queued' AND m.sms_channel_id = ANY(%(channels)s)
  AND (m.attempts = 0 OR m.provider_words <> '' AND NOT m.provider_words ^@ ANY(%(stays)s))
ORDER BY m.priority, m.id LIMIT %(most)s FOR UPDATE OF m SKIP LOCKED
"""
# Of all others, what failed once and is due again.
TRIED = """
SELECT m.id, m.number FROM messaging_message m
JOIN messaging_broadcast b ON b.id = m.broadcast_id AND b.sms_channel_id IS NULL
WHERE m.status = 'queued' AND m.sms_channel_id = ANY(%(channels)s) AND m.next_attempt_at <= %(soon)s
  AND m.provider_words <> '' AND NOT m.provider_words ^@ ANY(%(stays)s)
ORDER BY m.id LIMIT %(most)s FOR UPDATE OF m SKIP LOCKED
"""
TAKE_ELSEWHERE = """
UPDATE messaging_message m SET sms_channel_id = r.channel, next_attempt_at = NULL
FROM unnest(%(ids)s::uuid[], %(channels)s::uuid[]) AS r(id, channel)
WHERE m.id = r.id AND m.status = 'queued' AND m.sms_channel_id <> r.channel
"""
OFF = "SELECT id FROM messaging_smschannel WHERE NOT is_enabled"
FORGET = """
DELETE FROM messaging_channellogentry WHERE id IN (
    SELECT id FROM messaging_channellogentry WHERE id < %(before)s ORDER BY id LIMIT 5000
)
"""


class Choices:
    """The choice of channels for a pump: read again every two seconds at most."""

    def __init__(self) -> None:
        self._known = Choice(())
        self._read_at = float("-inf")

    async def get(self, connection: psycopg.AsyncConnection) -> Choice:
        if monotonic() - self._read_at > CHOICE_SECONDS:
            rows = await _choosable(connection)
            self._known = Choice(map(_candidate, rows or await _oldest(connection)))
            self._read_at = monotonic()
        return self._known


class Balance:
    """The pump's step."""

    def __init__(self, watched: Watched | None = None, random: Random | None = None) -> None:
        self._watched = watched or Watched()
        self._random = random or Random()
        self._connection = Connection()

    async def step(self) -> bool:
        connection, at = await self._connection.get(), self._watched.clock()
        async with connection.transaction():
            row = await (await connection.execute(LOCK)).fetchone()
            if row is None or not row[0]:
                return False
            await connection.execute(FORGET, {"before": lowest_id(at - LOG_KEPT)})
            rows = await _choosable(connection)
            off = [key for (key,) in await (await connection.execute(OFF)).fetchall()]
            if len(rows) + len(off) < 2:
                return False
            channels = await _health(connection, rows, at)
            if moved := moves(channels, at):
                await connection.execute(
                    MOVE,
                    {
                        "now": at,
                        "ids": [move.id for move in moved],
                        "shares": [move.share for move in moved],
                        "reasons": [move.reason for move in moved],
                    },
                )
            return await self._take_elsewhere(connection, channels, off, at)

    async def close(self) -> None:
        await self._connection.close()

    async def _take_elsewhere(
        self, connection: psycopg.AsyncConnection, channels: list[Health], off: list[UUID], at: datetime
    ) -> bool:
        """True while more waits to be taken."""
        down = [channel.id for channel in channels if channel.is_down]
        rows = await _choosable(connection)
        working = [_candidate(row) for row in rows if row[0] not in down]
        if not working:
            return False
        wanted = {"soon": at + SOON, "stays": [NO_ANSWER, PARTLY_SENT], "most": BATCH}
        stranded = await self._draw(connection, STRANDED, wanted | {"channels": down + off}, Choice(working))
        if len(working) > 1:
            tried = wanted | {"channels": [each.id for each in working]}
            await self._draw(connection, TRIED, tried, Choice(working))
        return stranded == BATCH

    async def _draw(
        self, connection: psycopg.AsyncConnection, query: str, wanted: dict[str, Any], choice: Choice
    ) -> int:
        """Draws a channel anew for what the query finds; returns how many messages it found."""
        found = await (await connection.execute(query, wanted)).fetchall()
        if found:
            drawn = [choice.channel_for(number, self._random) for _, number in found]
            await connection.execute(TAKE_ELSEWHERE, {"ids": [key for key, _ in found], "channels": drawn})
            await connection.execute("SELECT pg_notify('messaging_queued', '')")
        return len(found)


async def _choosable(connection: psycopg.AsyncConnection) -> list[tuple[Any, ...]]:
    return await (await connection.execute(CHOOSABLE, {"types": ANY_PHONE})).fetchall()


async def _oldest(connection: psycopg.AsyncConnection) -> list[tuple[Any, ...]]:
    return await (await connection.execute(OLDEST)).fetchall()


def _candidate(row: tuple[Any, ...]) -> Candidate:
    key, prefixes, weight, share, *_ = row
    return Candidate(id=key, prefixes=tuple(prefixes), weight=weight, share=share)


async def _health(
    connection: psycopg.AsyncConnection, rows: Collection[tuple[Any, ...]], at: datetime
) -> list[Health]:
    cursor = await connection.execute(REQUESTS, {"since": lowest_id(at - ERRORS_WITHIN)})
    requests = {key: (asked, failed) for key, asked, failed in await cursor.fetchall()}
    wanted = {"since": lowest_id(at - LATE_WITHIN), "now": at, "late_after": LATE_AFTER}
    cursor = await connection.execute(REPORTS, wanted)
    reports = {key: (sampled, late) for key, sampled, late in await cursor.fetchall() if late}
    if reports:
        asked = {"channels": list(reports), "day": lowest_id(at - timedelta(days=1))}
        reporting = {key for (key,) in await (await connection.execute(REPORTING, asked)).fetchall()}
        reports = {key: counts for key, counts in reports.items() if key in reporting}
    return [
        Health(
            id=key,
            prefixes=tuple(prefixes),
            weight=weight,
            share=share,
            moved_at=moved_at,
            reason=reason,
            asked=int(requests.get(key, (0, 0))[0]),
            failed=int(requests.get(key, (0, 0))[1]),
            sampled=reports.get(key, (0, 0))[0],
            late=reports.get(key, (0, 0))[1],
        )
        for key, prefixes, weight, share, moved_at, reason in rows
    ]
