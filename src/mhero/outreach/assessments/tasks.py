"""What the worker keeps doing for assessments."""

from typing import Final

from mhero.messaging.database import in_thread
from mhero.outreach.assessments.rounds import ask_due
from mhero.outreach.assessments.steps import take_steps
from mhero.outreach.assessments.watching import let_fall_silent, take_answers
from mhero.platform.clock import Clock, now
from mhero.platform.worker import Pump

#: Officers look at who has reported; they need not wait long.
ANSWERS_SECONDS: Final = 5


def follow(clock: Clock = now) -> bool:
    """What has come in goes first, so that nobody is reminded of what they just did."""
    while take_answers(clock):
        pass
    let_fall_silent(clock)
    return take_steps(clock)


async def _ask() -> bool:
    return await in_thread(ask_due)


async def _follow() -> bool:
    return await in_thread(follow)


def pumps() -> list[Pump]:
    return [
        Pump(name="assessments.asking", step=_ask, every_seconds=10),
        Pump(name="assessments.answers", step=_follow, every_seconds=ANSWERS_SECONDS),
    ]
