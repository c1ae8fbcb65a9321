"""Starts and stops the whole sandbox, for a demonstration and inside tests."""

import asyncio
import signal
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import uvloop
from aiohttp import web

from mhero.platform.clock import Clock, now
from mhero.platform.configuration import Configuration
from mhero.platform.errors import ConfigurationError
from mhero.sandbox.country import Country
from mhero.sandbox.country.country import DEFAULT_SEED
from mhero.sandbox.dhis2.server import DHIS2Server
from mhero.sandbox.ihris.server import IHRISServer
from mhero.sandbox.phones.schedule import Schedule
from mhero.sandbox.phones.server import PhoneServer


@dataclass(frozen=True, kw_only=True, slots=True)
class SandboxConfig:
    #: The first of three ports: iHRIS, then DHIS2, then the phones. 0 takes any that are free.
    port: int = 0
    host: str = "127.0.0.1"
    seed: int = DEFAULT_SEED
    people: int = 12_000
    facilities: int = 800
    #: "2.42" or "2.43".
    dialect: str = "2.42"
    #: "demo" or "fast".
    profile: str = "demo"
    #: The gateway that hears of deliveries and answers.
    callback_base: str = "http://127.0.0.1:5001"
    clock: Clock = now


class Sandbox:
    """`async with Sandbox(SandboxConfig(...)) as sandbox:` or `start` and `stop`."""

    def __init__(self, config: SandboxConfig | None = None, *, country: Country | None = None) -> None:
        self.config = config or SandboxConfig()
        self._country = country
        self._runners: list[web.AppRunner] = []
        #: The FHIR base; its controls are at `/control` beside it.
        self.ihris_url = ""
        #: The base without `/api`.
        self.dhis2_url = ""
        self.phones_url = ""

    async def start(self) -> None:
        config = self.config
        self.country = self._country or Country.generate(
            seed=config.seed, people=config.people, facilities=config.facilities
        )
        self.ihris = IHRISServer(self.country, clock=config.clock)
        self.dhis2 = DHIS2Server(self.country, dialect=config.dialect, clock=config.clock)
        self.phones = PhoneServer(
            self.country,
            Schedule(asyncio.get_running_loop()),
            callback_base=config.callback_base,
            profile=config.profile,
            clock=config.clock,
        )
        await self.phones.start()
        try:
            ihris = await self._serve(self.ihris.application(), 0)
            self.ihris_url = f"{ihris}/fhir"
            self.dhis2_url = await self._serve(self.dhis2.application(), 1)
            self.phones_url = await self._serve(self.phones.application(), 2)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        for runner in self._runners:
            await runner.cleanup()
        self._runners.clear()
        await self.phones.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _serve(self, application: web.Application, offset: int) -> str:
        # Phone numbers and texts stand in the addresses, so there is no access log.
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
        await runner.setup()
        self._runners.append(runner)
        port = self.config.port + offset if self.config.port else 0
        try:
            await web.TCPSite(runner, self.config.host, port).start()
        except OSError as exc:
            raise ConfigurationError(
                f"Port {port} is taken, so the sandbox cannot start. "
                "MHERO_SANDBOX_PORT names the first of its three ports."
            ) from exc
        host, bound = runner.addresses[0][:2]
        return f"http://{host}:{bound}"


def config_for(configuration: Configuration) -> SandboxConfig:
    """The sandbox of an installation."""
    return SandboxConfig(port=configuration.sandbox_port, callback_base=configuration.gateway_url)


def run(configuration: Configuration, config: SandboxConfig | None = None) -> None:
    """Serves until it is interrupted; raises `ConfigurationError` when a port is taken."""
    uvloop.run(_until_stopped(Sandbox(config or config_for(configuration))))


async def _until_stopped(sandbox: Sandbox) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with sandbox:
        print(f"iHRIS   {sandbox.ihris_url}", flush=True)
        print(f"DHIS2   {sandbox.dhis2_url}", flush=True)
        print(f"Phones  {sandbox.phones_url}/sandbox/", flush=True)
        await stopped.wait()
