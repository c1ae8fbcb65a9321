"""What the worker keeps doing for the conversation service."""

from mhero.messaging.campaigns.firing import fire_due
from mhero.messaging.circumstances import Watched
from mhero.messaging.conversations.lane import Lane
from mhero.messaging.conversations.published import Publications
from mhero.messaging.conversations.timers import Timers
from mhero.messaging.database import in_thread
from mhero.messaging.searching.following import Following
from mhero.messaging.sending.balance import Balance
from mhero.messaging.sending.expansion import Expansion
from mhero.messaging.sending.station import Station
from mhero.messaging.sending.sweep import Sweep
from mhero.messaging.services.reasking import reask_due
from mhero.messaging.taking import commands
from mhero.messaging.taking.pump import Taking
from mhero.platform.worker import Pump


def pumps() -> list[Pump]:
    watched, publications = Watched(), Publications()
    station = Station(watched)
    return [
        Pump(
            name="messaging.broadcasts",
            step=Expansion(watched, publications).step,
            wakes_on="messaging_broadcasts",
            every_seconds=1,
        ),
        Pump(name="messaging.senders", step=station.run),
        Pump(name="messaging.queued", step=station.wake, wakes_on="messaging_queued", every_seconds=60),
        Pump(
            name="messaging.received",
            step=Taking(watched, publications).step,
            wakes_on="messaging_received",
            every_seconds=2,
        ),
        Pump(name="messaging.commands", step=commands.step, wakes_on="messaging_commands", every_seconds=5),
        Pump(
            name="messaging.published",
            step=publications.forget,
            wakes_on="messaging_flows",
            every_seconds=60,
        ),
        Pump(
            name="messaging.contacts", step=Following().step, wakes_on="messaging_contacts", every_seconds=1
        ),
        Pump(name="messaging.campaigns", step=_fire, every_seconds=10),
        Pump(
            name="messaging.conversations",
            step=Lane(watched, publications).step,
            wakes_on="messaging_sessiontasks",
            every_seconds=2,
        ),
        Pump(name="messaging.silence", step=Timers(watched, publications).step, every_seconds=2),
        Pump(name="messaging.balance", step=Balance(watched).step, every_seconds=10),
        Pump(name="messaging.sweep", step=Sweep(watched).step, every_seconds=10),
    ]


async def _fire() -> bool:
    fired = await in_thread(fire_due)
    return await in_thread(reask_due) or fired
