"""What phone networks bring: replies, reports, wishes, and nonsense."""

import asyncio
from typing import Any

import pytest
from tests.integration.messaging.world import World, nurse, pumping, use


async def contact(number: int) -> Any:
    from mhero.messaging.models import Contact

    return await use(lambda: Contact.objects.get(number=f"+23177{number:07d}"))


async def until_heard(world: World, number: int) -> list[Any]:
    async def heard() -> bool:
        return len(await world.messages(is_incoming=True)) >= number

    await world.until(heard)
    return await world.messages(is_incoming=True)


async def test_a_reply_is_kept_once_with_the_person_and_the_message_it_answers(world: World) -> None:
    await world.follow(1)
    await world.send("Is there BCG? Answer 1 for yes.")
    async with pumping(world):
        await world.until_all("delivered", 1)
        await world.say(1, "1.")
        (reply,) = await until_heard(world, 1)
    musu = await contact(1)
    (sent,) = await world.messages(is_incoming=False)
    assert (reply.contact_id, reply.answers_id, reply.text, reply.is_handled) == (
        musu.id,
        sent.id,
        "1.",
        False,
    )
    assert musu.waiting_since is not None
    assert musu.last_message_at == musu.waiting_since


async def test_an_unknown_number_is_kept_as_such_and_becomes_the_persons(world: World) -> None:
    from mhero.messaging.models import Contact
    from mhero.messaging.services import follow_contacts

    async with pumping(world):
        await world.callback("receive", {"from": "0770000009", "text": "Hello, who is this?", "id": "n-1"})
        await until_heard(world, 1)
    unknown = await contact(9)
    assert (unknown.person_id, unknown.name) == (None, "")
    # Known under another number so far: the conversation moves with the number.
    await use(follow_contacts, [nurse(8)])
    await use(follow_contacts, [nurse(8, number="+231770000009", change=1)])
    musu = await contact(9)
    assert musu.person_id == nurse(8).person_id
    assert musu.waiting_since is not None
    assert [one.contact_id for one in await world.messages(is_incoming=True)] == [musu.id]
    assert await use(Contact.objects.count) == 1


async def test_stop_opts_out_at_once_is_confirmed_and_nothing_follows(world: World) -> None:
    from mhero.messaging.models import OptOut

    await world.follow(1, 2)
    await world.send("First")
    async with pumping(world):
        await world.until_all("delivered", 2)
        await world.say(1, "Arrêt!")

        async def confirmed() -> bool:
            return len(await world.sent_to(1)) == 2

        await world.until(confirmed)
        await world.send("Second")
        await world.until_all("delivered", 4)
        assert (await world.sent_to(1))[1].startswith("You will get no more messages")
        assert await world.sent_to(2) == ["First", "Second"]
        musu = await contact(1)
        assert (musu.status, musu.waiting_since) == ("stopped", None)
        (stopped,) = await use(lambda: list(OptOut.objects.all()))
        assert (stopped.number, stopped.by) == ("+231770000001", "STOP")

        await world.say(1, "start")

        async def active() -> bool:
            return bool((await contact(1)).status == "active")

        await world.until(active)
        await world.send("Third")
        await world.until_all("delivered", 6)
        assert (await world.sent_to(1))[-1] == "Third"


async def test_an_opt_out_holds_when_the_person_comes_back(world: World) -> None:
    from mhero.messaging.services import follow_contacts, opt_out

    await world.follow(1)
    await use(opt_out, "+231770000001", world.korto)
    await use(follow_contacts, [nurse(1, is_active=False, change=1)])
    await use(follow_contacts, [nurse(1, change=2)])
    assert (await contact(1)).status == "stopped"


async def test_messages_that_wait_are_cancelled_by_an_opt_out(world: World) -> None:
    from mhero.messaging.services import opt_out

    await world.follow(1)
    await world.make_channel(is_off=True)
    await world.send()
    async with pumping(world):
        await world.until_all("queued", 1)
        await use(opt_out, "+231770000001", world.korto)
        assert await world.statuses() == {"cancelled": 1}
        await world.turn_on()
        await asyncio.sleep(2.5)
    assert (await world.control())["accepted"] == 0


async def test_the_same_callback_twice_is_one_message(world: World) -> None:
    fields = {"from": "+231770000001", "text": "Yes pls", "id": "n-1"}
    without_id = {"from": "+231770000002", "text": "Yes pls"}
    async with pumping(world):
        for _ in range(3):
            assert await world.callback("receive", fields) == (200, "Message Accepted")
            assert (await world.callback("receive", without_id))[0] == 200
        await until_heard(world, 2)
        await asyncio.sleep(0.3)
    assert len(await world.messages(is_incoming=True)) == 2


async def test_a_final_status_stays_but_for_better_news(world: World) -> None:
    await world.follow(1)
    await world.send()
    world.phones.callback_base = "http://127.0.0.1:9"
    async with pumping(world):
        await world.until_all("sent", 1)
        (message,) = await world.messages()
        await world.report("failed", str(message.id))
        await world.until_all("failed", 1)
        await world.report("sent", str(message.id))
        await world.report("delivered", str(message.id))
        await world.until_all("delivered", 1)
        await world.report("failed", f"{message.id}".upper())
        await asyncio.sleep(0.4)
    assert await world.statuses() == {"delivered": 1}


async def test_a_report_about_no_message_of_ours_is_kept_with_the_reason(world: World) -> None:
    from mhero.messaging.models import Received

    async with pumping(world):
        await world.report("delivered", "019f0000-0000-7000-8000-00000000dead")
        await world.report("delivered", "p-4711")

        async def said() -> bool:
            kept = Received.objects.filter(is_taken=True, error="There is no such message.")
            return await use(kept.count) == 2

        # For a minute they are tried again now and then, and between two tries nothing is said.
        await world.until(said)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("👍🏾 Yes", "👍🏾 Yes"),
        ("a\0b", "ab"),
        ("x" * 10_000, "x" * 10_000),
        ("", ""),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
    ids=["emoji", "zero byte", "10 kB", "empty", "markup"],
)
async def test_a_strange_reply_is_kept(world: World, text: str, kept: str) -> None:
    async with pumping(world):
        assert (await world.callback("receive", {"from": "+231770000001", "text": text, "id": "1"}))[0] == 200
        (reply,) = await until_heard(world, 1)
    assert reply.text == kept


async def test_a_short_code_or_a_name_can_write_too(world: World) -> None:
    async with pumping(world):
        await world.callback("receive", {"from": "ORANGE", "text": "You have won", "id": "1"})
        (reply,) = await until_heard(world, 1)
    assert reply.number == "ORANGE"


async def test_who_does_not_know_the_secret_learns_nothing(world: World) -> None:
    from mhero.messaging.models import Received

    fields = {"from": "+231770000001", "text": "Yes", "id": "1"}
    answers = [
        await world.callback("receive", fields, secret="wrong"),
        await world.callback("receive", fields, secret=""),
        await world.callback("receive", fields, channel="019f0000-0000-7000-8000-000000000009"),
        await world.callback("receive", {"text": "no from"}, secret="wrong"),
    ]
    assert {answer[0] for answer in answers} == {404}
    assert len(set(answers)) == 1
    assert (await world.callback("receive", {"text": "no from"}))[0] == 400
    assert await use(Received.objects.count) == 0


async def test_a_channel_that_was_made_just_now_is_known(world: World) -> None:
    fields = {"from": "+231770000001", "text": "Yes", "id": "1"}
    assert (await world.callback("receive", fields))[0] == 200
    await asyncio.sleep(1.1)
    await world.make_channel()
    assert (await world.callback("receive", fields))[0] == 200


async def test_a_callback_is_thanked_for_only_when_it_is_durable(world: World) -> None:
    from mhero.messaging.models import Received

    fields = [{"from": f"+2317700001{n:02}", "text": "Yes", "id": f"{n}"} for n in range(40)]
    answers = await asyncio.gather(*(world.callback("receive", each) for each in fields))
    assert {status for status, _ in answers} == {200}
    assert await use(Received.objects.count) == 40
