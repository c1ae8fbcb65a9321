"""What the worker keeps doing for clients' visits. Importing it registers the command and the mediator."""

from typing import Final

from mhero.messaging.commands import register
from mhero.messaging.database import in_thread
from mhero.outreach.care.commands import VisitCommand
from mhero.outreach.care.dhis2 import tell_when_due
from mhero.outreach.care.reminding import remind_when_due
from mhero.outreach.care.retention import look_after_clients
from mhero.outreach.care.services import OUTCOMES
from mhero.platform.worker import Pump

COMMAND: Final = VisitCommand()
register(COMMAND)


async def _remind() -> bool:
    return await in_thread(remind_when_due)


async def _forget() -> bool:
    return await in_thread(look_after_clients)


async def _tell() -> bool:
    return await in_thread(tell_when_due)


def pumps() -> list[Pump]:
    return [
        Pump(name="visits.reminding", step=_remind, every_seconds=30),
        Pump(name="visits.outcomes", step=_tell, wakes_on=OUTCOMES, every_seconds=10),
        Pump(name="visits.forgetting", step=_forget, every_seconds=600),
    ]
