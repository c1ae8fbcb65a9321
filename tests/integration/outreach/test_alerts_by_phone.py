"""Alerts on the phone network: before bulk, confirmed by a reply, never in the way of other answers."""

from datetime import timedelta
from typing import Any

import pytest
from tests.integration.messaging.conftest import world as world
from tests.integration.messaging.world import World, pumping, use

PEOPLE = 200
BULK = 5_000


@pytest.fixture
def confirmation() -> Any:
    """The command, as the worker registers it."""
    import mhero.outreach.tasks  # noqa: F401 - importing it registers the command
    from mhero.messaging.commands import REGISTERED

    return REGISTERED["alerts"]


async def alert_to(world: World, contacts: list[Any], **changes: Any) -> Any:
    """An alert that was just sent to these contacts."""
    from django.db import transaction

    from mhero.outreach.alerts import services
    from mhero.outreach.alerts.models import Alert

    def begin() -> Any:
        named = {"name": "Cholera", "text": "Cholera in Bong.", "owner": world.korto, "repeat_minutes": 30}
        with transaction.atomic():
            alert = Alert.objects.create(**(named | changes))
            services.begin(alert, contacts, world.clock)
        return alert

    return await use(begin)


async def waves_due(world: World) -> None:
    from mhero.outreach.alerts.waves import run_due

    await use(run_due, world.clock)


async def take_waiting() -> None:
    from mhero.messaging.taking.commands import take_waiting as take

    await use(take)


async def confirmed(alert: Any) -> set[str]:
    found = alert.people.exclude(confirmed_at=None)
    return await use(lambda: set(found.values_list("contact__number", flat=True)))


async def hear(world: World, number: int, *texts: str) -> None:
    """Somebody's phone says these, and they are taken in."""
    for place, text in enumerate(texts):
        fields = {"from": f"+23177{number:07d}", "text": text, "id": f"{number}-{place}-{text}"}
        assert (await world.callback("receive", fields))[0] == 200


async def test_an_alert_is_out_while_thousands_of_other_messages_wait(
    world: World, confirmation: Any
) -> None:
    from mhero.messaging.models import SMSChannel

    await world.follow(*range(1, BULK + 1))
    contacts = await world.contact_ids()
    # Most of a minute of messages, of which the alert's need two seconds.
    await use(lambda: SMSChannel.objects.update(rate=100))
    bulk = await world.send("A survey", contact_ids=contacts)
    async with pumping(world):
        await world.until(lambda: _has_left(world, bulk.id, 100), seconds=60)
        alert = await alert_to(world, contacts[-PEOPLE:])
        broadcast_id = await use(lambda: alert.waves.get().broadcast_id)
        world.clock.moved += timedelta(seconds=11)
        await world.until(lambda: _has_left(world, broadcast_id, PEOPLE), seconds=60)
        came_out_late = await _has_left(world, bulk.id, BULK // 2)
    assert not came_out_late, "the alert came out among the others"


async def _has_left(world: World, broadcast_id: Any, people: int) -> bool:
    counts = await world.statuses(broadcast_id=broadcast_id)
    return counts.get("sent", 0) + counts.get("delivered", 0) >= people


async def test_a_reply_confirms_stop_opts_out_and_any_other_text_waits_for_a_person(
    world: World, confirmation: Any
) -> None:
    await world.follow(1, 2, 3, 4)
    contacts = await world.contact_ids()
    alert = await alert_to(world, contacts[:3])
    world.clock.moved += timedelta(seconds=11)
    async with pumping(world):
        await world.until(lambda: _reached(world, 1, 2, 3))
        await hear(world, 1, "OK pls")
        await hear(world, 2, "STOP")
        await hear(world, 3, "What is cholera?")
        await hear(world, 4, "ok")

        async def thanked() -> bool:
            await take_waiting()
            return len(await world.sent_to(1)) == 2

        await world.until(thanked)
        assert await world.sent_to(1) == [
            "Cholera in Bong. Reply OK to confirm.",
            "Thank you, your confirmation is recorded.",
        ]
        world.clock.moved += timedelta(minutes=31)
        await waves_due(world)
        await world.until(lambda: _got(world, 3, 2))
    assert await confirmed(alert) == {"+231770000001"}
    assert await world.sent_to(3) == ["Cholera in Bong. Reply OK to confirm."] * 2
    assert len(await world.sent_to(1)) == 2
    handled = {one.text: one.is_handled for one in await world.messages(is_incoming=True)}
    # An OK of somebody whom no alert asked is as any other text.
    assert handled == {"OK pls": True, "STOP": True, "What is cholera?": False, "ok": False}


async def _reached(world: World, *numbers: int) -> bool:
    return all([await _got(world, number, 1) for number in numbers])


async def _got(world: World, number: int, texts: int) -> bool:
    return len(await world.sent_to(number)) >= texts


async def test_in_the_middle_of_questions_a_yes_is_an_answer_unless_the_alert_came_last(
    world: World, confirmation: Any
) -> None:
    from tests.integration.messaging.answering import make_flow

    await world.follow(1, 2)
    musu, saah = await world.contact_ids()
    flow = await use(make_flow)
    async with pumping(world):
        alert = await alert_to(world, [musu, saah])
        world.clock.moved += timedelta(seconds=11)
        await world.until(lambda: _reached(world, 1, 2))
        await world.send("", contact_ids=[musu], flow_id=flow.id)
        await world.until(lambda: _got(world, 1, 2))
        await hear(world, 1, "yes")
        await hear(world, 2, "yes")

        async def both_taken() -> bool:
            await take_waiting()
            return len(await world.sent_to(1)) > 2 and len(await world.sent_to(2)) == 2

        await world.until(both_taken)
    assert await confirmed(alert) == {"+231770000002"}
    assert "recorded" not in (await world.sent_to(1))[-1]
