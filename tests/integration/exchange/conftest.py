"""A gateway that runs in a thread of its own, on ports of its own, over the test's copied database."""

import asyncio
import ssl
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiohttp import web

from mhero.platform.gateway import LocalRequest, LocalResponse


@dataclass
class RunningGateway:
    url: str
    tls_url: str
    #: The folder with the authority's certificate.
    home: Path
    #: What the in-process service was asked.
    asked: list[LocalRequest] = field(default_factory=list)
    refresh: Callable[[], None] = lambda: None

    def client(self, **how: Any) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=30, **how)


class Loop:
    """An event loop in a thread."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return self.start(coroutine).result(30)

    def start(self, coroutine: Coroutine[Any, Any, Any]) -> "Future[Any]":
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop)

    def close(self) -> None:
        self.run(self._cancel_the_rest())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()

    async def _cancel_the_rest(self) -> None:
        """An upstream that hangs on purpose has not ended."""
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)


@pytest.fixture
def loop_thread() -> Iterator[Loop]:
    loop = Loop()
    yield loop
    loop.close()


@pytest.fixture
def gateway(live_db: str, loop_thread: Loop, tmp_path: Path) -> Iterator[RunningGateway]:
    from mhero.exchange import certificates
    from mhero.exchange.gateway.configuration import CurrentExchange
    from mhero.exchange.gateway.server import build_gateway
    from mhero.platform.configuration import load

    running = RunningGateway(url="", tls_url="", home=tmp_path)
    tls = certificates.server_context(load({"MHERO_HOME": str(tmp_path)}))
    stop = asyncio.Event()
    opened: Future[None] = Future()

    async def serve(request: LocalRequest) -> LocalResponse:
        running.asked.append(request)
        if request.path.endswith("/broken"):
            raise RuntimeError("Musu's number is +231770000001")
        return LocalResponse(body=b'{"who": "Musu"}', content_type="application/fhir+json")

    async def main() -> None:
        current = CurrentExchange(lambda exchange: certificates.trust(tls, exchange.certificates))
        await current.refresh()
        running.refresh = lambda: loop_thread.run(current.refresh())
        async with build_gateway({"registry.fhir": serve}, current) as server:
            runner = web.ServerRunner(server, shutdown_timeout=1)
            await runner.setup()
            plain, secure = (
                web.TCPSite(runner, "127.0.0.1", 0),
                web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls),
            )
            await plain.start()
            await secure.start()
            ports = [address[1] for address in runner.addresses]
            running.url, running.tls_url = f"http://127.0.0.1:{ports[0]}", f"https://localhost:{ports[1]}"
            opened.set_result(None)
            await stop.wait()
            await runner.cleanup()

    serving = loop_thread.start(main())
    serving.add_done_callback(lambda done: opened.done() or opened.set_exception(done.exception()))
    opened.result(30)
    yield running
    loop_thread.loop.call_soon_threadsafe(stop.set)
    serving.result(30)


@pytest.fixture
def upstream(loop_thread: Loop) -> Iterator[Any]:
    """Another system over HTTP, whose answers a test decides; it keeps what it was asked."""

    class Upstream:
        port = 0
        asked: list[web.BaseRequest] = []
        bodies: list[bytes] = []

        async def answer(self, _request: web.BaseRequest) -> web.StreamResponse:
            return web.Response(body=b"from upstream", headers={"X-Own": "yes"})

    system = Upstream()
    system.asked, system.bodies = [], []
    runners: list[web.ServerRunner] = []

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        system.asked.append(request)
        system.bodies.append(await request.read())
        return await system.answer(request)

    async def open_port() -> None:
        runner = web.ServerRunner(web.Server(handle, access_log=None), shutdown_timeout=0.1)
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        system.port = runner.addresses[0][1]

    loop_thread.run(open_port())
    yield system
    loop_thread.run(runners[0].cleanup())


def trusting(home: Path) -> ssl.SSLContext:
    """The TLS of a caller who trusts the gateway's authority."""
    return ssl.create_default_context(cafile=str(home / "tls" / "ca.pem"))
