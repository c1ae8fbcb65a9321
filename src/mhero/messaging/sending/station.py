"""Keeps one sender going for each SMS channel that is on."""

import asyncio
import logging
from uuid import UUID

from mhero.messaging.channels import TYPES
from mhero.messaging.channels.types import Channel
from mhero.messaging.circumstances import Watched
from mhero.messaging.database import Connection, enabled_channels
from mhero.messaging.sending.sender import TIMEOUT_SECONDS, Sender

log = logging.getLogger(__name__)
#: How soon a channel that was added, changed or switched off is noticed.
LOOK_SECONDS = 2.0


class Station:
    def __init__(self, watched: Watched | None = None, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._watched = watched or Watched()
        self._timeout_seconds = timeout_seconds
        self._connection = Connection()
        self._senders: dict[UUID, tuple[Sender, asyncio.Task[None]]] = {}

    async def wake(self) -> bool:
        """Something was queued."""
        for sender, _ in self._senders.values():
            sender.wake()
        return False

    async def run(self) -> bool:
        """A pump's step that lasts until it is cancelled."""
        try:
            while True:
                await self._look()
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            await asyncio.gather(*(self._end(key) for key in list(self._senders)))
            await self._connection.close()

    async def _look(self) -> None:
        channels = await enabled_channels(await self._connection.get())
        changed = [
            key
            for key, (sender, task) in self._senders.items()
            if task.done() or channels.get(key) != sender.channel
        ]
        await asyncio.gather(*(self._end(key) for key in changed))
        for key, channel in channels.items():
            if not TYPES[channel.type].is_polled and key not in self._senders:
                self._senders[key] = self._begun(channel)

    def _begun(self, channel: Channel) -> tuple[Sender, asyncio.Task[None]]:
        sender = Sender(channel, self._watched, timeout_seconds=self._timeout_seconds)
        return sender, asyncio.create_task(sender.run(), name=f"sender {channel.id}")

    async def _end(self, key: UUID) -> None:
        _, task = self._senders.pop(key)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            pass
        except Exception:
            # The outer wall of a sender: one channel's trouble must not stop the others.
            log.exception("A sender stumbled; it begins anew.")
