"""Carries reports and answers back to the gateway until it accepts them.

A gateway that is killed loses nothing: whatever it did not answer with 2xx is brought again, with growing
pauses.
"""

import asyncio
import ipaddress
from collections import deque
from typing import Final
from urllib.parse import urlencode, urlsplit

import aiohttp

from mhero.sandbox.phones.routes import Callback
from mhero.sandbox.phones.schedule import Schedule

#: Requests at the same time; each keeps its connection. A gateway that answers only when it has written
#: what it heard takes its time, and so many carriers still bring it more than a thousand a second.
CARRIERS: Final = 48
FIRST_PAUSE_SECONDS: Final = 0.25
LONGEST_PAUSE_SECONDS: Final = 5.0
#: About a quarter of an hour of trying.
MOST_ATTEMPTS: Final = 180
TIMEOUT_SECONDS: Final = 15.0

_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


class Postman:
    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self._waiting: deque[Callback] = deque()
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        #: Owed to the gateway: waiting, on the way, or in a pause before the next attempt.
        self.pending = 0
        self.accepted = 0
        self.retried = 0
        self.given_up = 0

    async def start(self) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=CARRIERS, keepalive_timeout=30),
            timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        self._tasks = [asyncio.create_task(self._carry()) for _ in range(CARRIERS)]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._session.close()

    def post(self, callback: Callback) -> None:
        self.pending += 1
        self._queue(callback)

    def _queue(self, callback: Callback) -> None:
        self._waiting.append(callback)
        self._wake.set()

    async def _carry(self) -> None:
        while True:
            while not self._waiting:
                self._wake.clear()
                await self._wake.wait()
            callback = self._waiting.popleft()
            if await self._accepted(callback):
                self.accepted += 1
                self.pending -= 1
            elif callback.attempts + 1 >= MOST_ATTEMPTS:
                self.given_up += 1
                self.pending -= 1
            else:
                self.retried += 1
                self._again_later(callback.again())

    def _again_later(self, callback: Callback) -> None:
        pause = min(FIRST_PAUSE_SECONDS * 2 ** (callback.attempts - 1), LONGEST_PAUSE_SECONDS)
        self._schedule.after(pause, lambda: self._queue(callback))

    async def _accepted(self, callback: Callback) -> bool:
        try:
            async with self._session.request(
                callback.method,
                callback.url,
                # Encoded here, which costs a third of what aiohttp's form does.
                data=urlencode(callback.form).encode() if callback.form else None,
                headers=_FORM if callback.form else None,
                allow_redirects=False,
            ) as response:
                await response.read()
                return 200 <= response.status < 300
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            # ValueError is an address that cannot be one. It is counted as the gateway's refusal.
            return False


def is_loopback(url: str) -> bool:
    """Whether the address is on this machine. The network calls no other: nobody outside hears of a test."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
