"""A small country's iHRIS and DHIS2 in a thread, and a copied database whose channels read them."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from aiohttp import web

from mhero.sandbox.country import Country
from mhero.sandbox.credentials import DHIS2_TOKEN, IHRIS_PASSWORD, IHRIS_USER
from mhero.sandbox.server import Sandbox, SandboxConfig

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


@pytest.fixture
def loop_thread() -> Iterator[Loop]:
    loop = Loop()
    yield loop
    loop.close()


@pytest.fixture(scope="session")
def country() -> Country:
    return Country.generate(people=PEOPLE, facilities=FACILITIES)


@pytest.fixture
def sandbox(country: Country, loop_thread: Loop) -> Iterator[Sandbox]:
    running = Sandbox(SandboxConfig(profile="fast"), country=country)
    loop_thread.run(running.start())
    yield running
    loop_thread.run(running.stop())


@pytest.fixture
def channels(live_db: str) -> None:
    """The channels that mHero comes with, as far as these tests use them."""
    import mhero.connectors.tasks  # noqa: F401 - registers the mediators.
    from mhero.exchange.models import Channel

    for mediator in ("ihris", "dhis2", "contacts"):
        Channel.objects.create(
            name=f"{mediator} of the test", type="polling", mediator=mediator, polling_schedule="10 minutes"
        )


@pytest.fixture
def ihris(sandbox: Sandbox, channels: None) -> Source:
    source = Source(system="ihris", url=sandbox.ihris_url, username=IHRIS_USER, secret=IHRIS_PASSWORD)
    source.connect()
    return source


@pytest.fixture
def dhis2(sandbox: Sandbox, channels: None) -> Source:
    source = Source(system="dhis2", url=sandbox.dhis2_url, username="", secret=DHIS2_TOKEN)
    source.connect()
    return source


Serve = Callable[[web.Application], str]


@pytest.fixture
def serve(loop_thread: Loop) -> Iterator[Serve]:
    """Serves an application of the test's own; gives its address."""
    runners: list[web.AppRunner] = []

    async def start(application: web.Application) -> str:
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    yield lambda application: loop_thread.run(start(application))
    for runner in runners:
        loop_thread.run(runner.cleanup())
