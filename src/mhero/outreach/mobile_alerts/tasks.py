"""What the worker keeps doing for the requests of other systems."""

from mhero.messaging.database import in_thread
from mhero.outreach.mobile_alerts.services import run_due
from mhero.platform.worker import Pump


async def _step() -> bool:
    return await in_thread(run_due)


def pumps() -> list[Pump]:
    return [Pump(name="alerts.schedules", step=_step, every_seconds=10)]
