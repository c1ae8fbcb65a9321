"""What the worker keeps doing for outreach."""

from asgiref.sync import sync_to_async
from django.db import connection

from mhero.messaging.database import in_thread
from mhero.outreach.alerts import tasks as alerts
from mhero.outreach.assessments import tasks as assessments
from mhero.outreach.care import tasks as care
from mhero.outreach.mobile_alerts import tasks as mobile_alerts
from mhero.outreach.reaching import tasks as reaching
from mhero.outreach.referrals import tasks as referrals
from mhero.outreach.refusals import tell_of_refusals
from mhero.outreach.schedules import run_due
from mhero.outreach.stock import tasks as stock
from mhero.outreach.validation import tasks as validation
from mhero.platform.worker import Pump


def _run() -> bool:
    try:
        return run_due()
    finally:
        connection.close()


async def _step() -> bool:
    return await sync_to_async(_run, thread_sensitive=False)()


async def _tell() -> bool:
    return await in_thread(tell_of_refusals)


def pumps() -> list[Pump]:
    return [
        Pump(name="outreach.schedules", step=_step, every_seconds=10),
        Pump(name="outreach.refusals", step=_tell, every_seconds=10),
        *mobile_alerts.pumps(),
        *referrals.pumps(),
        *stock.pumps(),
        *care.pumps(),
        *reaching.pumps(),
        *alerts.pumps(),
        *assessments.pumps(),
        *validation.pumps(),
    ]
