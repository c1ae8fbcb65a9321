"""What the worker keeps doing for alerts. Importing it registers the command."""

from mhero.messaging.commands import register
from mhero.messaging.database import in_thread
from mhero.outreach.alerts.confirming import Confirmation
from mhero.outreach.alerts.thresholds.services import RULES_CHANGED
from mhero.outreach.alerts.thresholds.watching import look_when_due
from mhero.outreach.alerts.waves import WAVES_DUE, run_due
from mhero.platform.worker import Pump

register(Confirmation())


async def _step() -> bool:
    return await in_thread(run_due)


async def _look() -> bool:
    await in_thread(look_when_due)
    return False


def pumps() -> list[Pump]:
    return [
        Pump(name="alerts.waves", step=_step, wakes_on=WAVES_DUE, every_seconds=5),
        Pump(name="alerts.thresholds", step=_look, wakes_on=RULES_CHANGED, every_seconds=30),
    ]
