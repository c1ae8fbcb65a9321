"""A small country and its servers on free ports."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web

from mhero.sandbox.country import Country
from mhero.sandbox.credentials import DHIS2_TOKEN, IHRIS_PASSWORD, IHRIS_USER
from mhero.sandbox.server import Sandbox, SandboxConfig

IHRIS = {"Authorization": aiohttp.encode_basic_auth(IHRIS_USER, IHRIS_PASSWORD)}
DHIS2 = {"Authorization": f"ApiToken {DHIS2_TOKEN}"}


@dataclass
class Gateway:
    """What a gateway hears from the phone network, and whether it is in order."""

    url: str = ""
    heard: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    #: Requests that it still answers with 500.
    failing: int = 0

    async def hear(self, request: web.Request) -> web.Response:
        if self.failing:
            self.failing -= 1
            raise web.HTTPInternalServerError
        fields = {name: str(value) for name, value in (await request.post()).items()} | dict(request.query)
        self.heard.append((request.method, request.path, fields))
        return web.Response(text="Accepted")

    def of(self, action: str) -> list[dict[str, str]]:
        return [fields for _, path, fields in self.heard if path.endswith(f"/{action}")]


Until = Callable[[Callable[[], bool]], Awaitable[None]]


async def until(holds: Callable[[], bool]) -> None:
    """Waits until it holds; fails after ten seconds."""
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.01)


@pytest.fixture
def patience() -> Until:
    return until


@pytest.fixture(scope="session")
def country() -> Country:
    return Country.generate(people=600, facilities=120)


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    double = Gateway()
    app = web.Application()
    app.router.add_route("*", "/c/{path:.+}", double.hear)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    double.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield double
    await runner.cleanup()


@pytest.fixture
async def sandbox(country: Country, gateway: Gateway) -> AsyncIterator[Sandbox]:
    config = SandboxConfig(profile="fast", callback_base=gateway.url)
    async with Sandbox(config, country=country) as running:
        yield running


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def ihris_login() -> dict[str, str]:
    return IHRIS


@pytest.fixture
def dhis2_login() -> dict[str, str]:
    return DHIS2
