"""What has to be done now and then: partitions made ahead, a new version's channels, old sessions."""

import asyncio
from datetime import timedelta

from django.contrib.sessions.models import Session
from django.db import connection

from mhero.exchange.services import ensure_seeds
from mhero.platform.clock import now
from mhero.platform.partitions import ensure_partitions
from mhero.platform.worker import Pump


def housekeeping() -> Pump:
    async def step() -> bool:
        await asyncio.to_thread(keep_house)
        return False

    return Pump(name="housekeeping", step=step, every_seconds=timedelta(hours=6).total_seconds())


def keep_house() -> None:
    try:
        ensure_partitions()
        ensure_seeds()
        Session.objects.filter(expire_date__lt=now()).delete()
    finally:
        connection.close()
