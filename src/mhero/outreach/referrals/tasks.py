"""What the worker keeps doing for referrals. Importing it registers the command."""

from typing import Final

from mhero.messaging.commands import register
from mhero.messaging.database import in_thread
from mhero.outreach.referrals.command import ReferralCommand
from mhero.outreach.referrals.overdue import close_old, forget_old, remind_due
from mhero.platform.worker import Pump

COMMAND: Final = ReferralCommand()
register(COMMAND)


async def _remind() -> bool:
    return await in_thread(remind_due)


async def _close() -> bool:
    return await in_thread(close_old)


async def _forget() -> bool:
    return await in_thread(forget_old)


def pumps() -> list[Pump]:
    return [
        Pump(name="referrals.overdue", step=_remind, every_seconds=10),
        Pump(name="referrals.close", step=_close, every_seconds=600),
        Pump(name="referrals.forget", step=_forget, every_seconds=600),
    ]
