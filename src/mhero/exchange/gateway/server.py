"""The gateway's ports, and their orderly opening and closing."""

import asyncio
import errno
import logging
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web

from mhero.exchange import certificates
from mhero.exchange.gateway.configuration import CurrentExchange
from mhero.exchange.gateway.journal import Journal
from mhero.exchange.gateway.pipeline import LARGEST_REQUEST, Gateway
from mhero.platform.configuration import Configuration
from mhero.platform.errors import ConfigurationError
from mhero.platform.gateway import LocalService

log = logging.getLogger(__name__)
#: How long requests that have begun may take to end when the gateway stops.
GRACE_SECONDS = 10


async def run_gateway(services: Mapping[str, LocalService], configuration: Configuration) -> None:
    """Serves both ports until cancelled; then lets what has begun finish.

    Raises `ConfigurationError` when a port is taken or the certificates cannot be used.
    """
    tls = certificates.server_context(configuration)
    current = CurrentExchange(lambda exchange: certificates.trust(tls, exchange.certificates))
    async with build_gateway(services, current) as server:
        runner = web.ServerRunner(server, shutdown_timeout=GRACE_SECONDS)
        await runner.setup()
        try:
            await _open(runner, configuration, "MHERO_GATEWAY_PORT", configuration.gateway_port, None)
            await _open(runner, configuration, "MHERO_GATEWAY_TLS_PORT", configuration.gateway_tls_port, tls)
            log.info(
                "The gateway listens on ports %d and %d.",
                configuration.gateway_port,
                configuration.gateway_tls_port,
            )
            await current.keep_fresh()
        finally:
            await runner.cleanup()


@asynccontextmanager
async def build_gateway(
    services: Mapping[str, LocalService], current: CurrentExchange
) -> AsyncIterator[web.Server]:
    """The gateway as a server without ports, and what it needs while it works."""
    journal = Journal()
    writing = asyncio.create_task(journal.run(), name="journal")
    connector = aiohttp.TCPConnector(limit=0, limit_per_host=100)
    # The answer is passed on as it came: neither unpacked, nor with cookies of our own.
    async with aiohttp.ClientSession(
        connector=connector,
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers={"User-Agent", "Content-Type", "Accept", "Accept-Encoding"},
    ) as session:
        gateway = Gateway(services, current, journal, session)
        try:
            yield web.Server(gateway.handle, request_factory=_new_request, access_log=None)
        finally:
            journal.close()
            await writing


def _new_request(
    message: Any, payload: Any, protocol: Any, writer: Any, task: "asyncio.Task[None]"
) -> web.BaseRequest:
    return web.BaseRequest(
        message,
        payload,
        protocol,
        writer,
        task,
        asyncio.get_running_loop(),
        client_max_size=LARGEST_REQUEST,
    )


async def _open(
    runner: web.ServerRunner,
    configuration: Configuration,
    setting: str,
    port: int,
    tls: ssl.SSLContext | None,
) -> None:
    try:
        await web.TCPSite(runner, configuration.bind, port, ssl_context=tls).start()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ConfigurationError(f"Port {port} is taken; set {setting} to another one.") from error
        raise ConfigurationError(
            f"The gateway cannot listen on {configuration.bind} port {port}: {error.strerror}."
        ) from error
