"""The exchange's jobs, and the pump that starts what is due and what was cut off."""

from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import close_old_connections

from mhero.exchange import running, services
from mhero.platform.clock import now
from mhero.platform.jobs import job
from mhero.platform.worker import Pump


@job("exchange.run")
def run(run_id: str) -> None:
    running.perform(UUID(run_id))


def look_after_runs() -> None:
    """Starts the runs that are due, and again those that were cut off or forgotten."""
    close_old_connections()
    running.recover()
    services.queue_forgotten_runs(now())
    services.start_due_runs(now())


async def _step() -> bool:
    await sync_to_async(look_after_runs, thread_sensitive=True)()
    return False


def pumps() -> list[Pump]:
    return [Pump(name="exchange runs", step=_step, wakes_on="exchange_schedule", every_seconds=5)]
