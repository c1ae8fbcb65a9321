"""A send from its making to the network's last report, over HTTP."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from tests.integration.messaging.flows import survey
from tests.integration.messaging.test_conversations import published
from tests.integration.messaging.world import World, nurse, pumping, serving, use


async def status_of(broadcast: Any) -> str:
    await use(broadcast.refresh_from_db)
    return str(broadcast.status)


async def test_a_send_reaches_everybody_once_in_their_own_words(world: World) -> None:
    await world.follow(1, 2, 3)
    broadcast = await world.send("Hello @contact.name, is there paracetamol?")
    async with pumping(world):
        await world.until_all("delivered", 3)
    assert await world.sent_to(1) == ["Hello Musu 1, is there paracetamol?"]
    assert (await world.control())["accepted"] == 3
    assert await status_of(broadcast) == "sent"
    for message in await world.messages(is_incoming=False):
        assert (message.attempts, message.reason, message.segments) == (1, "", 1)
        assert message.sent_at <= message.final_at
        assert (message.operator, message.cadre) == ("Orange", "Nurse")


async def test_nothing_leaves_while_a_send_is_held(world: World) -> None:
    await world.follow(1)
    await world.rules(hold_seconds=60)
    broadcast = await world.send()
    async with pumping(world):
        await asyncio.sleep(0.5)
        assert await status_of(broadcast) == "held"
        assert await world.messages() == []
        world.clock.moved = timedelta(seconds=61)
        await world.until_all("delivered", 1)


async def test_stop_works_to_the_last_message(world: World) -> None:
    from mhero.messaging.services import stop_broadcast

    await world.follow(*range(1, 61))
    await world.make_channel(rate=10, concurrency=2)
    broadcast = await world.send()
    async with pumping(world):

        async def some_left() -> bool:
            return bool((await world.control())["accepted"] >= 5)

        await world.until(some_left)
        await use(stop_broadcast, broadcast.id, world.korto)
        at_the_stop = (await world.control())["accepted"]
        await asyncio.sleep(1.5)
        accepted = (await world.control())["accepted"]
    # Those whose request was open at that moment.
    assert accepted - at_the_stop <= 2
    statuses = await world.statuses()
    assert statuses == {"delivered": accepted, "cancelled": 60 - accepted}
    assert {one.reason for one in await world.messages(status="cancelled")} == {"stopped"}
    assert await status_of(broadcast) == "stopped"


async def test_a_send_waits_for_a_second_person_and_not_for_its_author(world: World) -> None:
    from mhero.accounts.models import User
    from mhero.messaging.errors import NotAllowedNow, OwnSend
    from mhero.messaging.services import approve_broadcast

    flomo = await use(User.objects.create_user, "flomo@example.org", role="communications_officer")
    await world.follow(1)
    broadcast = await world.send(needs_approval=True)
    async with pumping(world):
        await asyncio.sleep(0.3)
        assert await world.messages() == []
        with pytest.raises(OwnSend):
            await use(approve_broadcast, broadcast.id, world.korto)
        await use(approve_broadcast, broadcast.id, flomo)
        await world.until_all("delivered", 1)
    with pytest.raises(NotAllowedNow):
        await use(approve_broadcast, broadcast.id, flomo)


async def test_a_send_that_was_never_approved_expires(world: World) -> None:
    await world.follow(1)
    broadcast = await world.send(needs_approval=True)
    world.clock.moved = timedelta(days=2)
    async with pumping(world):
        await asyncio.sleep(0.3)
    assert await status_of(broadcast) == "expired"
    assert await world.messages() == []


async def test_a_message_that_cannot_leave_in_time_is_dropped(world: World) -> None:
    await world.follow(1, 2)
    await world.control(fault={"kind": "unavailable", "path": "/send"})
    broadcast = await world.send()
    async with pumping(world):

        async def tried() -> bool:
            return bool((await world.control())["faults_struck"])

        await world.until(tried)
        world.clock.moved = timedelta(days=2)
        await world.control(fault=None)
        await world.until_all("cancelled", 2)

        async def over() -> bool:
            return await status_of(broadcast) == "expired"

        await world.until(over)
    assert {one.reason for one in await world.messages()} == {"expired"}
    assert (await world.control())["accepted"] == 0


async def test_in_quiet_hours_only_answers_leave(world: World) -> None:
    from mhero.messaging.models import Contact
    from mhero.messaging.services import reply

    await world.follow(1, 2)
    local = world.clock()
    await world.rules(
        quiet_from=(local - timedelta(hours=1)).time(), quiet_until=(local + timedelta(hours=2)).time()
    )
    await world.send()
    musu = await use(lambda: Contact.objects.get(number="+231770000001"))
    await use(reply, musu, "Yes, come at nine.", world.korto)
    async with pumping(world):
        await world.until_all("delivered", 1)
        await asyncio.sleep(0.3)
        assert await world.statuses() == {"delivered": 1, "queued": 2}
        assert await world.sent_to(1) == ["Yes, come at nine."]
        world.clock.moved = timedelta(hours=3)
        await world.until_all("delivered", 3)


async def test_what_is_urgent_leaves_in_quiet_hours_too(world: World) -> None:
    await world.follow(1)
    local = world.clock()
    await world.rules(
        quiet_from=(local - timedelta(hours=1)).time(), quiet_until=(local + timedelta(hours=2)).time()
    )
    flow_id = await published(world, survey())
    contacts = await world.contact_ids()
    await world.send("A calm word", contact_ids=contacts)
    await world.send("Cholera in Suakoko", contact_ids=contacts, is_urgent=True)
    async with pumping(world):
        await world.until_all("delivered", 1)
        assert await world.sent_to(1) == ["Cholera in Suakoko"]
        await world.send("", contact_ids=contacts, flow_id=flow_id, is_urgent=True)
        await world.until_all("delivered", 2)
        assert await world.statuses() == {"delivered": 2, "queued": 1}


async def test_in_trial_mode_only_the_team_is_texted(world: World) -> None:
    from mhero.accounts.models import User, Workspace

    def trial() -> None:
        Workspace.objects.update(went_live_at=None)
        User.objects.update(phone="+231770000001")

    await world.follow(1, 2, 3)
    await use(trial)
    await world.send()
    async with pumping(world):
        await world.until_all("delivered", 1)
    assert await world.statuses() == {"delivered": 1, "cancelled": 2}
    assert {one.reason for one in await world.messages(status="cancelled")} == {"trial"}
    assert len(await world.sent_to(1)) == 1


async def test_trial_mode_is_kept_for_what_waits_already(world: World) -> None:
    from mhero.accounts.models import Workspace

    await world.follow(1)
    await world.make_channel(is_off=True)
    await world.send()
    async with pumping(world):
        await world.until_all("queued", 1)
        await use(lambda: Workspace.objects.update(went_live_at=None))
        await asyncio.sleep(2.2)
        await world.turn_on()
        await asyncio.sleep(2.5)
    assert (await world.control())["accepted"] == 0


async def test_who_left_or_opted_out_after_the_choice_gets_nothing(world: World) -> None:
    from mhero.messaging.services import follow_contacts, opt_out

    await world.follow(1, 2, 3, 4)
    await world.send()
    await use(opt_out, "+231770000001", world.korto)
    await use(follow_contacts, [nurse(2, is_active=False, change=1), nurse(3, number="", change=1)])
    async with pumping(world):
        await world.until_all("delivered", 1)
    reasons = {one.number: one.reason for one in await world.messages(status="cancelled")}
    assert reasons == {"+231770000001": "opted_out", "+231770000002": "left", "": "no_number"}


@pytest.mark.parametrize("kind", ["error", "unavailable", "html", "down", "unauthorised"])
async def test_a_provider_in_trouble_is_asked_again_and_nobody_gets_two(world: World, kind: str) -> None:
    await world.follow(1, 2, 3)
    await world.control(fault={"kind": kind, "requests": 2, "path": "/send"})
    await world.send()
    async with pumping(world):
        await world.until_all("delivered", 3)
    assert (await world.control())["accepted"] == 3
    assert sum(one.attempts for one in await world.messages(is_incoming=False)) == 5


async def test_a_provider_that_does_not_answer_is_asked_again(world: World) -> None:
    await world.follow(1)
    await world.control(fault={"kind": "slow", "requests": 1, "seconds": 1.0, "path": "/send"})
    await world.send()
    async with pumping(world, timeout_seconds=0.3):
        await world.until_all("delivered", 1)
    # The first request came through although we did not wait for its answer: the id makes them one.
    stats = await world.control()
    assert (stats["accepted"], len(await world.sent_to(1))) == (1, 1)


async def test_what_a_provider_refuses_has_failed_with_its_words(world: World) -> None:
    async def refuse(_: web.Request) -> web.Response:
        return web.Response(status=422, text="Barred by the subscriber")

    application = web.Application()
    application.router.add_post("/send", refuse)
    await world.follow(1)
    async with serving(application) as provider:
        await world.make_channel(send_url=f"{provider}/send")
        await world.send()
        async with pumping(world):
            await world.until_all("failed", 1)
    (message,) = await world.messages()
    assert message.reason == "provider_refused"
    assert message.provider_words == "422 Barred by the subscriber"


async def test_a_text_of_which_nothing_is_left_is_not_sent(world: World) -> None:
    await world.follow(1)
    await world.send("@contact.facility ")
    async with pumping(world):
        await world.until_all("cancelled", 1)
    assert (await world.messages())[0].reason == "no_text"


async def test_messages_leave_by_kannel_too(world: World) -> None:
    from mhero.sandbox.credentials import KANNEL_PASSWORD, KANNEL_USER

    await world.follow(1, 2)
    await world.make_channel(
        type="kannel",
        send_url=f"{world.phones_url}/cgi-bin/sendsms",
        settings={"username": KANNEL_USER},
        secret=KANNEL_PASSWORD,
    )
    await world.send("Ça va, ŋa @contact.first_name 👍?")
    async with pumping(world):
        await world.until_all("delivered", 2)
        assert await world.sent_to(2) == ["Ça va, ŋa Musu 👍?"]
        await world.say(2, "Yes pls")

        async def heard() -> bool:
            return [one.text for one in await world.messages(is_incoming=True)] == ["Yes pls"]

        await world.until(heard)


async def test_a_worker_that_dies_in_the_middle_loses_and_doubles_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mhero.messaging.sending.sender import Sender

    async def drop_everything(sender: Sender, _: Any) -> None:
        for task in sender._open:
            task.cancel()

    await world.follow(*range(1, 121))
    await world.make_channel(rate=200, concurrency=16)
    broadcast = await world.send()
    await world.control(fault={"kind": "slow", "seconds": 0.15, "path": "/send"})
    cut_off = 0
    with monkeypatch.context() as killed:
        killed.setattr(Sender, "_finish", drop_everything)
        for number in (10, 30, 50, 70):

            async def accepted(number: int = number) -> bool:
                return bool((await world.control())["accepted"] >= number)

            async with pumping(world):
                await world.until(accepted)
            cut_off += (await world.statuses()).get("wired", 0)
    assert cut_off > 0
    await world.control(fault=None)
    async with pumping(world):
        await world.until_all("delivered", 120)

        async def over() -> bool:
            return await status_of(broadcast) == "sent"

        await world.until(over)
    phones = (await world.control())["phones"]
    assert phones == 120
    assert (await world.control())["accepted"] == 120


async def test_two_workers_share_the_work_and_double_nothing(world: World) -> None:
    await world.follow(*range(1, 101))
    await world.send()
    async with pumping(world), pumping(world):
        await world.until_all("delivered", 100)
    stats = await world.control()
    assert (stats["accepted"], stats["duplicates_refused"]) == (100, 0)


async def test_messages_are_given_up_on_when_the_network_stays_silent(world: World) -> None:
    from mhero.messaging.models import Message

    await world.follow(1)
    await world.send()
    world.phones.callback_base = "http://127.0.0.1:9"
    async with pumping(world):
        await world.until_all("sent", 1)
        world.clock.moved = timedelta(hours=73)
        await world.until_all("failed", 1)
        (message,) = await world.messages()
        assert message.reason == "no_report"
        # A late report still counts.
        await world.report("delivered", str(message.id))
        await world.until_all("delivered", 1)
    assert await use(lambda: Message.objects.get().reason) == ""
