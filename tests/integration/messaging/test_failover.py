"""Messages choose their channel, and leave one that has trouble; nothing is sent twice."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from tests.integration.messaging.provider import providing
from tests.integration.messaging.world import World, pumping, use


async def balanced(world: World) -> None:
    from mhero.messaging.circumstances import Watched
    from mhero.messaging.sending.balance import Balance

    balance = Balance(Watched(world.clock))
    try:
        while await balance.step():
            pass
    finally:
        await balance.close()


async def shares(world: World) -> dict[str, tuple[float, str]]:
    from mhero.messaging.models import SMSChannel

    rows = SMSChannel.objects.values_list("name", "share", "share_reason")
    return {name: (share, reason) for name, share, reason in await use(lambda: list(rows))}


async def alone(world: World, **own: Any) -> Any:
    """A channel that the world's first one does not stand beside."""
    from mhero.messaging.models import SMSChannel

    await use(lambda: SMSChannel.objects.filter(name__startswith="Lonestar ").delete())
    return await world.make_channel(**own)


def well(_path: str, fields: dict[str, Any]) -> tuple[int, Any]:
    return 200, {"id": f"p-{fields['id']}"}


def broken(_path: str, _fields: dict[str, Any]) -> tuple[int, Any]:
    return 503, {"error": "busy"}


async def test_the_beginning_of_the_number_chooses_the_channel(world: World) -> None:
    async with providing(well) as (orange, orange_url), providing(well) as (others, others_url):
        await alone(world, name="Orange", send_url=orange_url, prefixes=["+231770"])
        await world.make_channel(name="Others", send_url=others_url)
        await world.follow(1, 2, 7_700_003)
        await world.send(sms_channel_id=None)
        async with pumping(world):
            await world.until_all("sent", 3)
    assert {fields["to"] for _, fields in orange.asked} == {"+231770000001", "+231770000002"}
    assert [fields["to"] for _, fields in others.asked] == ["+231777700003"]


async def test_weights_share_what_several_channels_could_send(world: World) -> None:
    async with providing(well) as (first, first_url), providing(well) as (second, second_url):
        await alone(world, name="First", send_url=first_url, weight=80)
        await world.make_channel(name="Second", send_url=second_url, weight=20)
        await world.follow(*range(1, 201))
        await world.send(sms_channel_id=None)
        async with pumping(world):
            await world.until_all("sent", 200)
    assert 135 <= len(first.asked) <= 185
    assert len(first.asked) + len(second.asked) == 200


async def test_a_provider_that_fails_loses_its_messages_to_one_that_works(world: World) -> None:
    async with providing(broken) as (ill, ill_url), providing(well) as (fine, fine_url):
        await alone(world, name="Ill", send_url=ill_url)
        await world.make_channel(name="Fine", send_url=fine_url)
        await world.follow(*range(1, 101))
        await world.send(sms_channel_id=None)
        async with pumping(world):

            async def split() -> bool:
                statuses = await world.statuses()
                return statuses.get("sent", 0) > 20 and sum(statuses.values()) == 100 and bool(ill.asked)

            await world.until(split)

            async def moved() -> bool:
                await balanced(world)
                return await world.statuses() == {"sent": 100}

            await world.until(moved)
        assert await shares(world) == {"Ill": (40, "errors"), "Fine": (60, "helping")}
        counts = Counter(fields["id"] for _, fields in fine.asked)
        assert (len(counts), set(counts.values())) == (100, {1})


async def test_a_message_that_a_provider_may_have_stays_with_it(world: World) -> None:
    """No answer came: only the same provider knows the message by its id."""
    from mhero.messaging.models import SMSChannel

    silent = world.channel
    await world.follow(1)
    await world.control(fault={"kind": "down", "path": "/send"})
    await world.send(sms_channel_id=None)
    async with providing(well) as (fine, fine_url), pumping(world):

        async def tried() -> bool:
            return any(one.provider_words.startswith("No answer came.") for one in await world.messages())

        await world.until(tried)
        await use(lambda: SMSChannel.objects.filter(id=silent.id).update(is_enabled=False))
        await world.make_channel(name="Fine", send_url=fine_url)
        await balanced(world)
        assert [one.sms_channel_id for one in await world.messages()] == [silent.id]
        await world.control(fault=None)
        await use(lambda: SMSChannel.objects.filter(id=silent.id).update(is_enabled=True))
        await world.until_all("delivered", 1, seconds=30)
    assert fine.asked == []


async def test_a_channel_that_was_named_keeps_its_messages(world: World) -> None:
    async with providing(broken) as (ill, ill_url):
        ill_channel = await world.make_channel(name="Ill", send_url=ill_url)
        await world.follow(1, 2)
        await world.send(sms_channel_id=ill_channel.id)
        async with pumping(world):

            async def tried() -> bool:
                return len(ill.asked) >= 3

            await world.until(tried)
            await balanced(world)
    assert {one.sms_channel_id for one in await world.messages()} == {ill_channel.id}


async def test_what_waits_for_a_channel_that_was_switched_off_goes_by_another(world: World) -> None:
    from mhero.messaging.models import SMSChannel

    await world.follow(1, 2)
    await use(lambda: SMSChannel.objects.update(is_enabled=False))
    await world.send(sms_channel_id=None)
    async with providing(well) as (fine, fine_url), pumping(world):
        await world.until_all("queued", 2)
        await balanced(world)
        assert await world.statuses() == {"queued": 2}
        await world.make_channel(name="Fine", send_url=fine_url)
        await balanced(world)
        await world.until_all("sent", 2)
    assert len(fine.asked) == 2


@pytest.mark.parametrize(("all_are_slow", "ill"), [(False, (40, "slow")), (True, (50, ""))])
async def test_late_reports_move_messages_away_unless_all_are_late(
    world: World, all_are_slow: bool, ill: tuple[float, str]
) -> None:
    from mhero.messaging.models import ChannelLogEntry, Message
    from mhero.platform.clock import now
    from mhero.platform.ids import new_id

    def logged(channel: Any, minutes: int, number: int) -> None:
        at = now() - timedelta(minutes=8)
        for last in range(number):
            message = Message.objects.create(
                is_incoming=False, contact_id=new_id(), sms_channel_id=channel.id, number=f"+23177{last:07d}",
                text="Hello", status="delivered", sent_at=at, final_at=at + timedelta(minutes=minutes),
            )  # fmt: skip
            ChannelLogEntry.objects.create(
                id=new_id(at), sms_channel_id=channel.id, kind="request", outcome="sent", address="POST",
                status=200, milliseconds=9, message_id=message.id,
            )  # fmt: skip
        ChannelLogEntry.objects.create(
            sms_channel_id=channel.id, kind="callback", outcome="accepted", address="POST delivered",
            status=200, milliseconds=1,
        )  # fmt: skip

    slow = await alone(world, name="Slow")
    quick = await world.make_channel(name="Quick")
    await use(logged, slow, 6, 20)
    await use(logged, quick, 6 if all_are_slow else 1, 20)
    await balanced(world)
    assert (await shares(world))["Slow"] == ill
    # Within five minutes nothing more moves; after a quarter of an hour of peace it comes back.
    world.clock.moved = timedelta(minutes=4)
    await balanced(world)
    assert (await shares(world))["Slow"] == ill
    world.clock.moved = timedelta(minutes=30)
    await balanced(world)
    assert (await shares(world))["Slow"][0] == 50
