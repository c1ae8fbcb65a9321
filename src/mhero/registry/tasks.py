"""What the registry does by itself: begin each day."""

from asgiref.sync import sync_to_async
from django.db import close_old_connections

from mhero.platform.worker import Pump
from mhero.registry.services import begin_day

_HOUR_SECONDS = 3600


def _look() -> None:
    close_old_connections()
    begin_day()


async def _step() -> bool:
    await sync_to_async(_look, thread_sensitive=True)()
    return False


def pumps() -> list[Pump]:
    """The hourly look is cheap when nobody's role began or ended, and right in every time zone."""
    return [Pump(name="registry day", step=_step, every_seconds=_HOUR_SECONDS)]
