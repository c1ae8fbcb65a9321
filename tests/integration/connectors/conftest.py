"""A small country's iHRIS and DHIS2 in a thread, and a copied database whose channels read them."""

from collections.abc import Callable, Iterator

import pytest
from aiohttp import web
from tests.integration.connectors.sources import FACILITIES, PEOPLE, Loop, Source

from mhero.sandbox.country import Country
from mhero.sandbox.credentials import DHIS2_TOKEN, IHRIS_PASSWORD, IHRIS_USER
from mhero.sandbox.server import Sandbox, SandboxConfig


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
    """The channels that mHero comes with, and their mediators."""
    import mhero.connectors.tasks  # noqa: F401 - registers the mediators.
    from mhero.exchange.services import ensure_seeds

    ensure_seeds()


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
