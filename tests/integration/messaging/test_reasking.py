"""Those who did not answer are asked once more, at another time of day."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.integration.messaging.flows import QUESTIONS, survey
from tests.integration.messaging.test_conversations import published, until_texts
from tests.integration.messaging.world import World, pumping, use

from mhero.messaging.reasking import another_time

MONROVIA = ZoneInfo("Africa/Monrovia")
FIRST = QUESTIONS[0][0]


@pytest.mark.parametrize(
    ("asked_at", "quiet", "again"),
    [
        ("2026-03-02T09:30", (time(20), time(7)), "2026-03-03T17:00"),
        ("2026-03-02T16:00", (time(20), time(7)), "2026-03-03T09:00"),
        ("2026-12-31T16:00", (time(20), time(10)), "2027-01-01T10:00"),
        ("2026-03-02T09:00", (time(0), time(0)), "2026-03-03T17:00"),
        ("2026-03-02T09:00", (time(13), time(6)), "2026-03-03T06:00"),
    ],
)
def test_the_other_time_is_on_the_next_day(asked_at: str, quiet: tuple[time, time], again: str) -> None:
    moment = datetime.fromisoformat(asked_at).replace(tzinfo=MONROVIA)
    assert another_time(moment, *quiet, MONROVIA) == datetime.fromisoformat(again).replace(tzinfo=MONROVIA)


async def again(world: World) -> list[Any]:
    """The sends that ask again, after the worker looked for those that are due."""
    from mhero.messaging.models import Broadcast
    from mhero.messaging.services.reasking import reask_due

    while await use(reask_due, world.clock):
        pass
    return await use(lambda: list(Broadcast.objects.filter(reask_of__isnull=False)))


async def test_only_the_silent_are_asked_again_and_only_once(world: World) -> None:
    from mhero.messaging.errors import AskedAgain, NotAllowedNow
    from mhero.messaging.services.reasking import ask_again, silent

    await world.follow(1, 2, 3, 4)
    flow_id = await published(world, survey())
    async with pumping(world):
        send = await world.send(text="", flow_id=flow_id)
        for number in (1, 2, 3, 4):
            await until_texts(world, number, [FIRST])
        await world.say(1, "Yes")
        await until_texts(world, 1, [FIRST, QUESTIONS[1][0]])
        await world.say(2, "STOP")

        async def two_are_silent() -> bool:
            return len(await use(silent, send)) == 2

        await world.until(two_are_silent)
        await use(ask_again, send.id, world.clock() + timedelta(minutes=5), world.korto)
        assert await again(world) == []
        world.clock.moved += timedelta(minutes=6)
        # Held for a minute: who answers in it is not asked again.
        await world.rules(hold_seconds=60)
        [second] = await again(world)
        assert await use(second.recipients.count) == 2
        assert (second.flow_id, second.reask_of_id) == (flow_id, send.id)
        await world.say(4, "No")
        await until_texts(world, 4, [FIRST, QUESTIONS[1][0]])
        world.clock.moved += timedelta(seconds=61)
        await until_texts(world, 3, [FIRST, FIRST])

        async def one_was_left_out() -> bool:
            left_out = await world.messages(broadcast_id=second.id, reason="answered")
            return [message.number for message in left_out] == ["+231770000004"]

        await world.until(one_was_left_out)
    assert len(await again(world)) == 1
    with pytest.raises(AskedAgain):
        await use(ask_again, send.id, world.clock(), world.korto)
    with pytest.raises(NotAllowedNow):
        await use(ask_again, second.id, world.clock(), world.korto)


async def test_a_message_without_questions_cannot_ask_again(world: World) -> None:
    from mhero.messaging.errors import NotAllowedNow
    from mhero.messaging.services.reasking import ask_again

    await world.follow(1)
    send = await world.send()
    with pytest.raises(NotAllowedNow):
        await use(ask_again, send.id, world.clock(), world.korto)
