"""What the worker keeps doing for validation."""

from mhero.messaging.database import in_thread
from mhero.outreach.validation.deciding import hear_of_changes
from mhero.outreach.validation.taking import take_ended
from mhero.platform.worker import Pump


async def _take() -> bool:
    return await in_thread(take_ended)


async def _hear() -> bool:
    return await in_thread(hear_of_changes)


def pumps() -> list[Pump]:
    return [
        Pump(name="validation.answers", step=_take, every_seconds=5),
        Pump(name="validation.changes", step=_hear, every_seconds=5),
    ]
