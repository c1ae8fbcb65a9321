"""Stand-in sources in a thread, and how a test has them read."""

import asyncio
import threading
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

import httpx

#: The size of the tests' country.
PEOPLE, FACILITIES = 600, 120


class Loop:
    """An event loop in a thread."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(30)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()


@dataclass
class Source:
    """A stand-in server and the channel that reads it."""

    system: str
    #: What is entered on the connection's page.
    url: str
    username: str
    secret: str
    options: dict[str, Any] = field(default_factory=lambda: {"timeout_seconds": 2, "attempts": 1})

    def connect(self, **other: Any) -> None:
        from mhero.connectors.services import connect

        kept = {"url": self.url, "username": self.username, "secret": self.secret, "options": self.options}
        connect(self.system, **kept | other)

    def sync(self, **how: Any) -> Any:
        """One run, from beginning to end."""
        return run_channel(self.system, **how)

    def control(self, **wish: Any) -> None:
        """Changes things at the source, or how it behaves."""
        httpx.post(f"{self.root}/control", json=wish).raise_for_status()

    @property
    def root(self) -> str:
        return self.url.removesuffix("/fhir")

    def requests(self) -> int:
        counted: dict[str, int] = httpx.get(f"{self.root}/control/stats").json()["requests"]
        return sum(number for path, number in counted.items() if "/control" not in path)


def run_channel(mediator: str, **how: Any) -> Any:
    from mhero.exchange import running, services
    from mhero.exchange.models import Channel, Run

    channel = Channel.objects.get(mediator=mediator)
    run = services.request_run(channel, "korto@example.org", **how)
    running.perform(run.id)
    return Run.objects.get(id=run.id)
