"""Hands messages to a phone that fetches them itself; `docs/android-relay.md` is the protocol.

What is handed out is lent: unless the phone says within some minutes what became of it, it is handed out
again under the same id, by which the phone knows it.
"""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

from mhero.messaging.channels.callback import Callback
from mhero.messaging.channels.types import JSON, Channel
from mhero.messaging.circumstances import Watched
from mhero.messaging.database import Connection
from mhero.messaging.sending.bucket import Bucket
from mhero.messaging.sending.sender import ANSWERS, EVERYTHING
from mhero.messaging.sending.statements import CLAIM
from mhero.platform.gateway import LocalResponse

LENT_FOR = timedelta(minutes=10)
#: How many messages a phone gets at one time, and how long it should wait before it asks again.
MOST = 20
AGAIN_SECONDS = 10
#: What a phone may send at once after a pause, in seconds of its rate.
BURST_SECONDS = 60.0

LEND = "UPDATE messaging_message SET next_attempt_at = %(until)s WHERE id = ANY(%(ids)s) AND status = 'wired'"


class Relay:
    """The lending side of one gateway process."""

    def __init__(self, watched: Watched | None = None) -> None:
        self._watched = watched or Watched()
        self._connection = Connection()
        self._lending = asyncio.Lock()
        self._buckets: dict[tuple[UUID, float], Bucket] = {}

    async def lend(self, channel: Channel, callback: Callback) -> LocalResponse:
        """Answers with the messages that the phone is to send now, at most `most` of them."""
        asked = callback.fields.get("most", "")
        most = min(int(asked), MOST) if asked.isdecimal() else MOST
        async with self._lending:
            rows = await self._lent(channel, most)
        messages = [{"id": str(row[0]), "to": row[1], "text": row[2]} for row in rows]
        answer = {"messages": messages, "again_in_seconds": AGAIN_SECONDS}
        return LocalResponse(body=json.dumps(answer, ensure_ascii=False).encode(), content_type=JSON)

    async def close(self) -> None:
        await self._connection.close()

    async def _lent(self, channel: Channel, most: int) -> list[tuple[Any, ...]]:
        bucket = self._bucket(channel)
        segments = bucket.level()
        if segments < 1 or most <= 0:
            return []
        allowed, at = await self._watched.get(), self._watched.clock()
        wanted = {
            "channel": channel.id,
            "now": at,
            "most": most,
            "segments": segments,
            "last_priority": ANSWERS if allowed.is_quiet(at) else EVERYTHING,
            "is_live": allowed.is_live,
            "team_phones": list(allowed.team_phones),
        }
        connection = await self._connection.get()
        async with connection.transaction():
            rows = await (await connection.execute(CLAIM, wanted)).fetchall()
            await connection.execute(LEND, {"until": at + LENT_FOR, "ids": [row[0] for row in rows]})
        bucket.take(sum(row[3] for row in rows))
        # Answers first, and then as they were made.
        return sorted(rows, key=lambda row: (row[5], row[0]))

    def _bucket(self, channel: Channel) -> Bucket:
        """Begun anew when the channel's rate is changed."""
        key = (channel.id, channel.rate)
        if key not in self._buckets:
            self._buckets[key] = Bucket(channel.rate, burst_seconds=BURST_SECONDS)
        return self._buckets[key]
