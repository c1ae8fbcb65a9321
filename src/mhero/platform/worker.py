"""The worker process: takes jobs from the queue, and keeps the rooms' pumps going."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import psycopg
from asgiref.sync import sync_to_async
from django.db import close_old_connections, connection
from pgqueuer import PgQueuer, RetryRequested
from pgqueuer.models import Job

from mhero.platform.jobs import REGISTERED, JobDefinition
from mhero.platform.notify import Listener
from mhero.platform.postgres import dsn

log = logging.getLogger(__name__)
HEARTBEAT_SECONDS = 15


@dataclass(frozen=True, kw_only=True, slots=True)
class Pump:
    """A loop that moves rows from one state to the next, woken by NOTIFY and now and then by the clock."""

    name: str
    #: Does one batch; True means that there may be more at once.
    step: Callable[[], Awaitable[bool]]
    #: The NOTIFY channel that wakes it; None is the clock alone.
    wakes_on: str | None = None
    #: How long it sleeps at most when there was nothing to do.
    every_seconds: float = 5


async def run(pumps: Sequence[Pump]) -> None:
    """Runs until cancelled; then lets what has begun finish."""
    listener = Listener()
    async with asyncio.TaskGroup() as group:
        for pump in pumps:
            woken = asyncio.Event()
            if pump.wakes_on is not None:
                listener.on(pump.wakes_on, lambda _payload, woken=woken: woken.set())  # type: ignore[misc]
            group.create_task(_keep_pumping(pump, woken), name=pump.name)
        group.create_task(listener.run(), name="listener")
        group.create_task(_keep_taking_jobs(), name="jobs")


async def _keep_pumping(pump: Pump, woken: asyncio.Event) -> None:
    while True:
        woken.clear()
        try:
            more = await pump.step()
        except Exception:
            # The outer wall of a pump: whatever one batch stumbles over must not stop the others for good.
            log.exception("The %s pump stumbled; it goes on in a moment.", pump.name)
            await asyncio.sleep(1)
            continue
        if more:
            await asyncio.sleep(0)
            continue
        # Not wait_for, which in Python 3.11 can lose a cancellation that comes together with the event.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pump.every_seconds):
                await woken.wait()


async def _keep_taking_jobs() -> None:
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(dsn(), autocommit=True) as taking:
                queue = PgQueuer.from_psycopg_connection(taking)
                for definition in REGISTERED.values():
                    _register(queue, definition)
                await queue.run(
                    dequeue_timeout=timedelta(seconds=5),
                    heartbeat_timeout=timedelta(seconds=HEARTBEAT_SECONDS),
                    shutdown_on_listener_failure=True,
                )
        except psycopg.OperationalError as error:
            log.warning("Lost the database while taking jobs (%s); trying again.", type(error).__name__)
        await asyncio.sleep(1)


def _register(queue: PgQueuer, definition: JobDefinition) -> None:
    @queue.entrypoint(
        definition.name, concurrency_limit=definition.concurrency, on_failure="hold", accepts_context=False
    )
    async def perform(job: Job) -> None:
        try:
            await sync_to_async(_perform, thread_sensitive=False)(definition, job.payload or b"{}")
        except Exception as error:
            # The outer wall of a job: it is tried again later, or kept as failed for a person to look at.
            log.exception("The job %s failed (attempt %d).", definition.name, job.attempts + 1)
            if job.attempts + 1 >= definition.attempts:
                raise
            raise RetryRequested(timedelta(seconds=2**job.attempts), str(error)) from error


def _perform(definition: JobDefinition, payload: bytes) -> None:
    close_old_connections()
    try:
        definition.function(**json.loads(payload))
    finally:
        connection.close()
