"""What the worker keeps doing for reach."""

from mhero.messaging.database import in_thread
from mhero.outreach.reaching.facts import keep_asks
from mhero.platform.worker import Pump


async def _keep() -> bool:
    return await in_thread(keep_asks)


def pumps() -> list[Pump]:
    return [Pump(name="reach.asks", step=_keep, every_seconds=10)]
