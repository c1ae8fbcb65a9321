"""What the worker keeps doing for stock. Importing it registers the command."""

from typing import Final

from mhero.messaging.commands import register
from mhero.messaging.database import in_thread
from mhero.outreach.stock.asking import ask_when_due
from mhero.outreach.stock.reporting import StockCommand
from mhero.outreach.stock.services import PRODUCTS_CHANGED
from mhero.platform.worker import Pump

COMMAND: Final = StockCommand()
register(COMMAND)


async def _learn() -> bool:
    await in_thread(COMMAND.learn)
    return False


async def _ask() -> bool:
    return await in_thread(ask_when_due)


def pumps() -> list[Pump]:
    # Before the first text is taken in.
    COMMAND.learn()
    return [
        Pump(name="stock.products", step=_learn, wakes_on=PRODUCTS_CHANGED, every_seconds=60),
        Pump(name="stock.asking", step=_ask, every_seconds=30),
    ]
