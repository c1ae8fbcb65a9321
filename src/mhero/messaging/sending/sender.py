"""Sends the waiting messages of one SMS channel, as fast as it may.

It claims as many messages as it has free requests, so that what is wired is on its way and Stop works to the
last one. No database transaction is open while a provider is asked.
"""

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from random import Random
from time import monotonic
from typing import Any
from uuid import UUID

import aiohttp
import psycopg
from yarl import URL

from mhero.messaging.channel_log import ChannelLog
from mhero.messaging.channels import TYPES
from mhero.messaging.channels.types import Channel, Outcome, Outgoing
from mhero.messaging.circumstances import Watched
from mhero.messaging.database import connect
from mhero.messaging.reasons import NOT_LINKED, PROVIDER_UNAVAILABLE
from mhero.messaging.sending.attempts import PROVIDER_DOWN_AFTER, next_attempt, silence_seconds
from mhero.messaging.sending.bucket import Bucket
from mhero.messaging.sending.statements import (
    ADDRESSES,
    CLAIM,
    LOCK_CHANNEL,
    NO_ANSWER,
    NOTE_OUTCOMES,
    PARTLY_SENT,
    TAKE_BACK,
)

log = logging.getLogger(__name__)

#: How long a provider may take to answer.
TIMEOUT_SECONDS = 30.0
#: How much of an answer is read.
LONGEST_ANSWER = 16 * 1024
#: The longest wait between two looks at the queue while requests are open.
TURN_SECONDS = 0.05
#: The same while nothing is open: what is queued wakes it, this is for retries that have become due.
IDLE_SECONDS = 1.0
#: How long it lets open requests finish when it is told to stop.
FAREWELL_SECONDS = 5.0

#: During quiet hours only answers leave.
ANSWERS, EVERYTHING = 0, 9


@dataclass(frozen=True, kw_only=True, slots=True)
class Noted:
    """The outcome of one attempt, as it is to be written."""

    message: Outgoing
    outcome: Outcome
    at: datetime


class Sender:
    """`run` it as a task; it ends at once when another worker has the channel."""

    def __init__(
        self, channel: Channel, watched: Watched, *, timeout_seconds: float = TIMEOUT_SECONDS
    ) -> None:
        self.channel = channel
        self._type = TYPES[channel.type]
        self._watched = watched
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        self._bucket = Bucket(channel.rate)
        self._woken = asyncio.Event()
        self._open: set[asyncio.Task[None]] = set()
        #: The last that is on its way to each number: the next waits for it, and they come in their order.
        self._last_to: dict[str, asyncio.Task[None]] = {}
        self._noted: list[Noted] = []
        self._log = ChannelLog()
        #: How many parts of a text too long for one request have left, while the others are tried again.
        self._parts_sent: dict[UUID, int] = {}
        self._failures_in_a_row = 0
        self._silent_until = 0.0
        self._random = Random()

    def wake(self) -> None:
        self._woken.set()

    async def run(self) -> None:
        async with await connect() as connection:
            cursor = await connection.execute(LOCK_CHANNEL, {"channel": str(self.channel.id)})
            row = await cursor.fetchone()
            if row is None or not row[0]:
                return
            await connection.execute(TAKE_BACK, {"channel": self.channel.id})
            connector = aiohttp.TCPConnector(limit=self.channel.concurrency, keepalive_timeout=30)
            async with aiohttp.ClientSession(
                connector=connector, timeout=self._timeout, cookie_jar=aiohttp.DummyCookieJar()
            ) as self._session:
                try:
                    while True:
                        await self._turn(connection)
                finally:
                    await asyncio.shield(self._finish(connection))

    async def _turn(self, connection: psycopg.AsyncConnection) -> None:
        """Writes what came back and takes what is due, in one transaction; then waits for either."""
        self._woken.clear()
        claimed = await self._exchange(connection, await self._wanted())
        for message in sorted(claimed, key=lambda message: message.id):
            before = self._last_to.get(message.number)
            task = self._last_to[message.number] = asyncio.create_task(self._attempt(message, before))
            self._open.add(task)
            task.add_done_callback(partial(self._closed, message.number))
        if self._log.is_due:
            await self._log.write(connection)
        # Not wait_for, which in Python 3.11 can lose a cancellation that comes together with the event.
        with suppress(TimeoutError):
            async with asyncio.timeout(self._wait_seconds()):
                await self._woken.wait()

    def _wait_seconds(self) -> float:
        if self._open or self._noted:
            return TURN_SECONDS
        if (silence := self._silent_until - monotonic()) > 0:
            return min(silence, IDLE_SECONDS)
        # Rather a few messages at a time than a look at the queue for each.
        return min(IDLE_SECONDS, max(TURN_SECONDS, self._bucket.seconds_until_one()))

    def _closed(self, number: str, task: asyncio.Task[None]) -> None:
        self._open.discard(task)
        if self._last_to.get(number) is task:
            del self._last_to[number]
        if len(self._open) <= self.channel.concurrency // 2:
            self._woken.set()

    async def _wanted(self) -> dict[str, Any] | None:
        """What may be claimed now; None when nothing may."""
        free = self.channel.concurrency - len(self._open)
        if self._failures_in_a_row >= PROVIDER_DOWN_AFTER:
            # While the provider seems to be down one message is risked at a time, and none in between.
            free = int(not self._open and monotonic() >= self._silent_until)
        segments = self._bucket.level()
        if free <= 0 or segments <= 0:
            return None
        allowed = await self._watched.get()
        at = self._watched.clock()
        return {
            "channel": self.channel.id,
            "now": at,
            "most": free,
            "segments": segments,
            "last_priority": ANSWERS if allowed.is_quiet(at) else EVERYTHING,
            "is_live": allowed.is_live,
            "team_phones": list(allowed.team_phones),
        }

    async def _exchange(
        self, connection: psycopg.AsyncConnection, wanted: dict[str, Any] | None
    ) -> list[Outgoing]:
        """Gives the database what is noted, and gets what is claimed, with one wait for its disk."""
        noted = len(self._noted)
        claimed: psycopg.AsyncCursor[Any] | None = None
        if noted or wanted:
            async with connection.pipeline(), connection.transaction():
                if noted:
                    await connection.execute(NOTE_OUTCOMES, self._columns())
                if wanted:
                    claimed = await connection.execute(CLAIM, wanted)
        # Only now: what was noted while a write was cut off is written again.
        del self._noted[:noted]
        if claimed is None:
            return []
        messages = [
            Outgoing(id=key, number=number, text=text, segments=size, attempts=attempts, priority=priority)
            for key, number, text, size, attempts, priority in await claimed.fetchall()
        ]
        self._bucket.take(sum(message.segments for message in messages))
        if messages and self._type.scheme:
            return await self._addressed(connection, messages)
        return messages

    async def _addressed(
        self, connection: psycopg.AsyncConnection, messages: list[Outgoing]
    ) -> list[Outgoing]:
        """The messages with the address that stands for each number; who has none cannot be reached."""
        wanted = {"prefix": f"{self._type.scheme}:%", "numbers": [message.number for message in messages]}
        addresses: dict[str, str] = dict(await (await connection.execute(ADDRESSES, wanted)).fetchall())
        reached = []
        for message in messages:
            if message.number.startswith(f"{self._type.scheme}:"):
                reached.append(message)
            elif message.number in addresses:
                reached.append(replace(message, number=addresses[message.number]))
            else:
                outcome = Outcome(kind="failed", reason=NOT_LINKED)
                self._noted.append(Noted(message=message, outcome=outcome, at=self._watched.clock()))
        return reached

    async def _attempt(self, message: Outgoing, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait([before])
        outcome = await self._asked(message)
        if outcome.kind != "retry":
            self._failures_in_a_row = 0
        elif monotonic() >= self._silent_until:
            # What fails while the provider is left alone was under way before, and is no news.
            self._failures_in_a_row += 1
            self._silent_until = monotonic() + silence_seconds(self._failures_in_a_row)
        self._noted.append(Noted(message=message, outcome=outcome, at=self._watched.clock()))

    async def _asked(self, message: Outgoing) -> Outcome:
        """Asks for the message, in as many requests as its text takes."""
        if len(message.text) <= self._type.longest_text:
            return await self._asked_once(message)
        outcome = Outcome(kind="sent")
        parts = self._type.parts(message.text)
        for number in range(self._parts_sent.get(message.id, 0), len(parts)):
            outcome = await self._asked_once(replace(message, text=parts[number]))
            if outcome.kind != "sent":
                break
            self._parts_sent[message.id] = number + 1
        if outcome.kind != "retry":
            self._parts_sent.pop(message.id, None)
        elif message.id in self._parts_sent:
            # No other channel may begin it anew.
            outcome = replace(outcome, words=f"{PARTLY_SENT} {outcome.words}")
        return outcome

    async def _asked_once(self, message: Outgoing) -> Outcome:
        request, status, began = self._type.request(self.channel, message), None, monotonic()
        try:
            async with self._session.request(
                request.method,
                URL(request.url, encoded=True),
                data=request.body,
                headers=request.headers,
                allow_redirects=False,
            ) as response:
                body, status = await response.content.read(LONGEST_ANSWER), response.status
                outcome = self._type.outcome(self.channel, status, response.content_type, body)
        except aiohttp.ClientConnectorError as error:
            # It was not asked at all, so another channel may take the message.
            outcome = Outcome(kind="retry", words=type(error).__name__)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            # ValueError: what came back is no HTTP, or the address of the channel is none.
            outcome = Outcome(kind="retry", words=f"{NO_ANSWER} {type(error).__name__}")
        self._log.note(
            self.channel,
            "request",
            outcome.kind,
            method=request.method,
            address=request.url,
            status=status,
            seconds=monotonic() - began,
            words=outcome.words,
            message_id=message.id,
            private=(message.text, message.number, message.digits),
        )
        return outcome

    def _columns(self) -> dict[str, list[object]]:
        """What is noted, as the columns of `NOTE_OUTCOMES`."""
        names = (
            "ids", "statuses", "sent_ats", "final_ats", "next_attempts", "external_ids", "reasons", "words",
        )  # fmt: skip
        columns = zip(*(self._row(each) for each in self._noted), strict=True)
        return dict(zip(names, map(list, columns), strict=True))

    def _row(self, noted: Noted) -> tuple[object, ...]:
        key, outcome, at = noted.message.id, noted.outcome, noted.at
        if outcome.kind == "sent":
            return (key, "sent", at, None, None, outcome.external_id, "", "")
        if outcome.kind == "retry":
            again = next_attempt(at, noted.message.attempts, self._random)
            if again is not None:
                return (key, "queued", None, None, again, "", "", outcome.words)
        reason = outcome.reason or PROVIDER_UNAVAILABLE
        return (key, "failed", None, at, None, outcome.external_id, reason, outcome.words)

    async def _finish(self, connection: psycopg.AsyncConnection) -> None:
        """Lets open requests end, so that after an orderly stop nothing has to be sent again."""
        if self._open:
            await asyncio.wait(self._open, timeout=FAREWELL_SECONDS)
        for task in self._open:
            task.cancel()
        if not connection.closed:
            await self._exchange(connection, None)
            await self._log.write(connection)
