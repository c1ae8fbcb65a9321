"""The processes that mHero consists of, each as a function that runs until it is stopped."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import django
import uvloop

from mhero.platform.configuration import Configuration

log = logging.getLogger(__name__)
#: Set by `mhero up` in its parts: they stop when their standard input closes, so that none outlives it.
FOLLOWS_PARENT = "MHERO_FOLLOWS_PARENT"


def run_web(configuration: Configuration) -> None:
    _begin("web")
    from mhero.cli.web import Console

    Console(configuration).run()


def run_gateway(configuration: Configuration) -> None:
    _begin("gateway")
    from mhero.exchange.gateway.server import run_gateway as serve
    from mhero.messaging import receive
    from mhero.outreach import gateway as outreach
    from mhero.registry.fhir import service

    services = {
        "registry.fhir": service.serve,
        "messaging.receive": receive.serve,
        "outreach.fhir": outreach.serve_fhir,
        "outreach.emnutt": outreach.serve_emnutt,
    }
    _run_until_stopped(serve(services, configuration))


def run_worker(_configuration: Configuration) -> None:
    _begin("worker")
    import mhero.connectors.tasks
    import mhero.exchange.tasks
    import mhero.messaging.tasks
    import mhero.outreach.tasks
    import mhero.registry.tasks
    from mhero.cli.housekeeping import housekeeping
    from mhero.platform import worker

    pumps = [
        *mhero.exchange.tasks.pumps(),
        *mhero.connectors.tasks.pumps(),
        *mhero.messaging.tasks.pumps(),
        *mhero.outreach.tasks.pumps(),
        *mhero.registry.tasks.pumps(),
        housekeeping(),
    ]
    _run_until_stopped(worker.run(pumps))


def run_sandbox(configuration: Configuration) -> None:
    _follow_parent()
    from mhero.sandbox.server import run

    run(configuration)


PARTS: dict[str, Callable[[Configuration], None]] = {
    "web": run_web,
    "gateway": run_gateway,
    "worker": run_worker,
    "sandbox": run_sandbox,
}


def _begin(name: str) -> None:
    _follow_parent()
    django.setup()
    log.info("The %s starts.", name)


def _run_until_stopped(main: Coroutine[Any, Any, None]) -> None:
    """Runs until SIGTERM or SIGINT, then cancels and lets what has begun finish."""

    async def run() -> None:
        task = asyncio.ensure_future(main)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, task.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await task

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())


def _follow_parent() -> None:
    """Stops this process when `mhero up` is gone, however it went."""
    if os.environ.pop(FOLLOWS_PARENT, "") != "1":
        return

    def wait() -> None:
        # Nothing is ever written: the read ends when the other side of the pipe is closed.
        os.read(sys.stdin.fileno(), 1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True, name="parent-watch").start()
