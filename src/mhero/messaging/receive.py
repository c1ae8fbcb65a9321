"""What phone networks call: replies and delivery reports, thanked for once they are durable.

Requests that come together are written by one statement (group commit). A network repeats what it was not
thanked for, so a gateway that dies loses nothing; the key of what was said twice makes it one row.
"""

import asyncio
import hmac
import json
import logging
from dataclasses import dataclass
from hashlib import blake2b
from time import monotonic
from uuid import UUID

import psycopg

from mhero.messaging.callbacks import callback_of
from mhero.messaging.channel_log import FLUSH_SECONDS, ChannelLog
from mhero.messaging.channels import TYPES
from mhero.messaging.channels.android.channel import FETCH
from mhero.messaging.channels.callback import Arrival, Callback
from mhero.messaging.channels.types import Channel
from mhero.messaging.database import Connection, enabled_channels
from mhero.messaging.errors import BadCallback
from mhero.messaging.relay import Relay
from mhero.platform.clock import now
from mhero.platform.gateway import LocalRequest, LocalResponse

log = logging.getLogger(__name__)

#: How long a channel's settings are trusted; an unknown channel or secret is looked up sooner.
CHANNELS_SECONDS = 5.0
LOOK_AGAIN_SECONDS = 1.0
MOST_AT_ONCE = 1000

WRITE = """
WITH written AS (
    INSERT INTO messaging_received (sms_channel_id, kind, key, payload, received_at, is_taken, error)
    SELECT r.channel, r.kind, r.key, r.payload, %(now)s, false, ''
    FROM unnest(%(channels)s::uuid[], %(kinds)s::text[], %(keys)s::text[], %(payloads)s::jsonb[])
        AS r(channel, kind, key, payload)
    ON CONFLICT DO NOTHING RETURNING 1
)
SELECT pg_notify('messaging_received', '')
FROM (SELECT count(*) AS rows FROM written) AS counted WHERE rows > 0
"""

ACCEPTED = {
    "message": LocalResponse(body=b"Message Accepted"),
    "status": LocalResponse(body=b"Status Update Accepted"),
    "stopped": LocalResponse(body=b"Event Accepted"),
    "linked": LocalResponse(body=b"Event Accepted"),
}
IGNORED = LocalResponse(body=b"Ignored")
UNKNOWN = LocalResponse(status=404, body=b"There is no such channel.")
FORGED = LocalResponse(status=403, body=b"The signature is wrong.")
BUSY = LocalResponse(status=503, body=b"Try again in a moment.", headers={"Retry-After": "2"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    channel_id: UUID
    kind: str
    key: str
    payload: str
    #: Done when the row is durable.
    written: asyncio.Future[None]


class Receiver:
    """The receiving end of one gateway process; it lives in one event loop."""

    def __init__(self) -> None:
        self._connection = Connection()
        self._lookups = Connection()
        self._channels: dict[UUID, Channel] = {}
        self._looked_at = float("-inf")
        self._looking = asyncio.Lock()
        self._waiting: list[Row] = []
        self._writing: asyncio.Task[None] | None = None
        self._relay = Relay()
        self._log = ChannelLog()
        self._logging: asyncio.Task[None] | None = None

    async def serve(self, request: LocalRequest) -> LocalResponse:
        try:
            callback = callback_of(request)
            channel = await self._channel(callback) if callback is not None else None
        except BadCallback as error:
            return LocalResponse(status=400, body=str(error).encode())
        except psycopg.Error as error:
            return _busy(error)
        if callback is None or channel is None:
            return UNKNOWN
        began = monotonic()
        try:
            answer = await self._answer(channel, callback)
        except BadCallback as error:
            answer = LocalResponse(status=400, body=str(error).encode())
        except psycopg.Error as error:
            answer = _busy(error)
        self._note(channel, callback, answer, monotonic() - began)
        return answer

    async def _answer(self, channel: Channel, callback: Callback) -> LocalResponse:
        """What a channel's callback is answered with, once what it says is durable."""
        kind = TYPES[channel.type]
        if not kind.is_genuine(channel, callback):
            return FORGED
        if kind.is_polled and callback.action == FETCH:
            return await self._relay.lend(channel, callback)
        arrivals = kind.arrivals(channel, callback)
        if len(arrivals) == 1:
            await self._write(channel, arrivals[0])
        elif arrivals:
            await asyncio.gather(*(self._write(channel, arrival) for arrival in arrivals))
        return kind.thanks(channel, callback) or (ACCEPTED[arrivals[0].kind] if arrivals else IGNORED)

    def _note(self, channel: Channel, callback: Callback, answer: LocalResponse, seconds: float) -> None:
        is_accepted = answer.status < 400
        self._log.note(
            channel,
            "callback",
            "accepted" if is_accepted else "refused",
            method=callback.method,
            address=callback.action,
            status=answer.status,
            seconds=seconds,
            words="" if is_accepted else answer.body.decode(),
        )
        if self._logging is None or self._logging.done():
            self._logging = asyncio.create_task(self._write_log())

    async def _write_log(self, pause_seconds: float = FLUSH_SECONDS) -> None:
        await asyncio.sleep(pause_seconds)
        try:
            await self._log.write(await self._lookups.get())
        except psycopg.Error as error:
            log.warning("The channel log could not be written (%s).", type(error).__name__)

    async def close(self) -> None:
        if self._writing is not None:
            await self._writing
        if self._logging is not None:
            self._logging.cancel()
            await self._write_log(0)
        await self._connection.close()
        await self._lookups.close()
        await self._relay.close()

    async def _channel(self, callback: Callback) -> Channel | None:
        """The channel that the callback proves to know; None as well when the secret is wrong."""
        age = monotonic() - self._looked_at
        if age < CHANNELS_SECONDS and (known := self._known(callback)):
            return known
        async with self._looking:
            if monotonic() - self._looked_at >= LOOK_AGAIN_SECONDS:
                self._channels = await enabled_channels(await self._lookups.get())
                self._looked_at = monotonic()
        return self._known(callback)

    def _known(self, callback: Callback) -> Channel | None:
        channel = self._channels.get(callback.channel_id)
        if channel is None or channel.type != callback.type or not channel.callback_secret:
            return None
        is_right = hmac.compare_digest(channel.callback_secret.encode(), callback.secret.encode())
        return channel if is_right else None

    async def _write(self, channel: Channel, arrival: Arrival) -> None:
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        row = Row(
            channel_id=channel.id,
            kind=arrival.kind,
            key=_key(arrival),
            payload=json.dumps(dict(arrival.payload)),
            written=written,
        )
        self._waiting.append(row)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all())
        await written

    async def _write_all(self) -> None:
        """Writes until nothing waits: what comes while one batch is written is the next batch."""
        while self._waiting:
            rows, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
            try:
                connection = await self._connection.get()
                await connection.execute(
                    WRITE,
                    {
                        "now": now(),
                        "channels": [row.channel_id for row in rows],
                        "kinds": [row.kind for row in rows],
                        "keys": [row.key for row in rows],
                        "payloads": [row.payload for row in rows],
                    },
                )
            except psycopg.Error as error:
                for row in rows:
                    if not row.written.done():
                        row.written.set_exception(error)
            else:
                for row in rows:
                    if not row.written.done():
                        row.written.set_result(None)


def _busy(error: psycopg.Error) -> LocalResponse:
    log.warning("A callback could not be kept (%s); the network will bring it again.", type(error).__name__)
    return BUSY


def _key(arrival: Arrival) -> str:
    """What the same call made twice has in common; without an id, the same words in the same minute."""
    said = arrival.key or "\x1f".join((*arrival.payload.values(), f"{now():%Y-%m-%d %H:%M}"))
    return said if len(said) <= 64 and arrival.key else blake2b(said.encode(), digest_size=24).hexdigest()


_receivers: dict[asyncio.AbstractEventLoop, Receiver] = {}


async def serve(request: LocalRequest) -> LocalResponse:
    """The gateway's service `messaging.receive`."""
    loop = asyncio.get_running_loop()
    if loop not in _receivers:
        _receivers[loop] = Receiver()
    return await _receivers[loop].serve(request)


async def close() -> None:
    """Gives back what `serve` holds in this event loop."""
    if receiver := _receivers.pop(asyncio.get_running_loop(), None):
        await receiver.close()
