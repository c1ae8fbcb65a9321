"""What a message starts, and what ends a conversation before its last step."""

from datetime import timedelta
from typing import Any

from tests.integration.messaging.flows import QUESTIONS, THANKS, definition, node, say, survey
from tests.integration.messaging.test_conversations import published, runs, sessions, until_texts
from tests.integration.messaging.world import World, pumping, use

ASKED = [text for text, _, _ in QUESTIONS]


async def triggers(world: World, type: str, flow_id: Any, **own: Any) -> None:
    from mhero.messaging.models import Trigger

    del world
    await use(lambda: Trigger.objects.create(type=type, flow_id=flow_id, **own))


async def test_a_keyword_starts_a_flow_without_case_accents_and_signs(world: World) -> None:
    flow_id = await published(world, survey())
    await triggers(world, "keyword", flow_id, keywords=["santé"])
    await world.follow(1, 2)
    async with pumping(world):
        await world.callback("receive", {"from": "+231770000001", "text": "SANTE!"})
        await world.callback("receive", {"from": "+231770000002", "text": "Health"})
        await until_texts(world, 1, ASKED[:1])
    (session,) = await sessions()
    assert (session.flow_id, session.broadcast_id, session.answers) == (flow_id, None, 0)
    heard = {each.number[-1]: each for each in await world.messages(is_incoming=True)}
    assert (heard["1"].session_id, heard["1"].is_handled) == (session.id, True)
    assert (heard["2"].session_id, heard["2"].is_handled) == (None, False)


async def test_a_keyword_leads_out_of_a_conversation_and_a_catch_all_does_not(world: World) -> None:
    first, second = await published(world, survey(1)), await published(world, survey(2))
    await triggers(world, "keyword", first, keywords=["join"])
    await triggers(world, "catch_all", second)
    await world.follow(1)
    async with pumping(world):
        await world.callback("receive", {"from": "+231770000001", "text": "Hello there"})
        await until_texts(world, 1, ASKED[:1])
        await world.say(1, "Whatever")
        await until_texts(world, 1, ASKED[:1] * 2)
        await world.say(1, "join us")
        await until_texts(world, 1, ASKED[:1] * 3)
    begun = {session.flow_id: session for session in await sessions()}
    assert (begun[second].status, begun[second].reason) == ("interrupted", "other_flow")
    assert begun[first].status == "waiting"
    (left,) = await runs(flow_id=second)
    assert (left.status, left.ended_at is not None) == ("interrupted", True)


async def test_the_first_message_of_a_number_has_a_trigger_of_its_own(world: World) -> None:
    welcome = await published(world, definition(1, [node(1, 1, say("Welcome!"))]))
    other = await published(world, definition(2, [node(2, 1, say("Again?"))]))
    await triggers(world, "new_conversation", welcome)
    await triggers(world, "catch_all", other)
    async with pumping(world):
        await world.callback("receive", {"from": "+231770000001", "text": "Hello"})
        await until_texts(world, 1, ["Welcome!"])
        await world.say(1, "Hello again")
        await until_texts(world, 1, ["Welcome!", "Again?"])


async def test_two_answers_at_once_are_two_steps_in_their_order(world: World) -> None:
    await world.follow(1)
    flow_id = await published(world, survey())
    async with pumping(world):
        await world.send(text="", flow_id=flow_id)
        await until_texts(world, 1, ASKED[:1])
    for text in ("yes", "no", "clerk"):
        await world.callback("receive", {"from": "+231770000001", "text": text})
    async with pumping(world):
        await until_texts(world, 1, [*ASKED, THANKS])
    (run,) = await runs()
    assert [run.results[key]["value"] for key in ("vaccine", "fridge", "counts")] == ["yes", "no", "clerk"]


async def test_stop_ends_the_conversation_and_nothing_more_is_asked(world: World) -> None:
    await world.follow(1)
    flow_id = await published(world, survey(timeout=60))
    async with pumping(world):
        await world.send(text="", flow_id=flow_id)
        await until_texts(world, 1, ASKED[:1])
        await world.say(1, "STOP")
        await world.say(1, "yes")

        async def stopped() -> bool:
            return (await sessions())[0].status == "interrupted"

        await world.until(stopped)
        world.clock.moved = timedelta(hours=2)
        await world.until_all("delivered", 2)
    (session,) = await sessions()
    assert session.reason == "opted_out"
    assert len(await world.sent_to(1)) == 2  # The question, and that there will be no more.


async def test_stopping_a_send_ends_its_conversations(world: World) -> None:
    from mhero.messaging.services import stop_broadcast

    await world.follow(1, 2)
    flow_id = await published(world, survey())
    async with pumping(world):
        send = await world.send(text="", flow_id=flow_id)
        await until_texts(world, 2, ASKED[:1])
        await until_texts(world, 1, ASKED[:1])
        await use(stop_broadcast, send.id, world.korto)
    assert {(each.status, each.reason) for each in await sessions()} == {("interrupted", "stopped")}
    assert {each.status for each in await runs()} == {"interrupted"}


async def test_who_is_silent_is_asked_again_and_at_last_let_go(world: World) -> None:
    await world.follow(1)
    flow_id = await published(world, survey(timeout=600))
    async with pumping(world):
        await world.send(text="", flow_id=flow_id)
        await until_texts(world, 1, ASKED[:1])
        await world.until_all("delivered", 1)
        world.clock.moved = timedelta(minutes=11)
        await world.until_all("delivered", 2)
        world.clock.moved = timedelta(minutes=75)

        async def over() -> bool:
            return (await sessions())[0].status == "expired"

        await world.until(over)
    (run,) = await runs()
    assert run.status == "expired"


async def test_silence_is_counted_from_when_the_question_left(world: World) -> None:
    await world.follow(1)
    flow_id = await published(world, survey(timeout=600))
    await world.make_channel(is_off=True)
    async with pumping(world):
        await world.send(text="", flow_id=flow_id)

        async def begun() -> bool:
            return bool(await sessions())

        await world.until(begun)
        world.clock.moved = timedelta(minutes=11)

        async def postponed() -> bool:
            (session,) = await sessions()
            return bool(session.timeout_at > world.clock())

        await world.until(postponed)
    assert len(await world.messages(is_incoming=False)) == 1


async def test_questions_of_silence_wait_for_the_end_of_quiet_hours(world: World) -> None:
    await world.follow(1)
    flow_id = await published(world, survey(timeout=600))
    async with pumping(world):
        await world.send(text="", flow_id=flow_id)
        await until_texts(world, 1, ASKED[:1])
        await world.until_all("delivered", 1)
    world.clock.moved = timedelta(minutes=11)
    at = world.clock()
    await world.rules(
        quiet_from=(at - timedelta(minutes=5)).time(), quiet_until=(at + timedelta(hours=3)).time()
    )
    async with pumping(world):
        await world.until_all("queued", 1)
    (waiting,) = await world.messages(status="queued")
    assert waiting.next_attempt_at is not None
    assert waiting.next_attempt_at > world.clock() + timedelta(hours=2, minutes=50)


async def test_a_thousand_people_with_the_same_word_are_all_served(world: World) -> None:
    flow_id = await published(world, survey())
    await triggers(world, "keyword", flow_id, keywords=["join"])
    people = range(1, 1001)
    for number in people:
        await world.callback("receive", {"from": f"+23177{number:07d}", "text": "Join", "id": str(number)})
    async with pumping(world):
        await world.until_all("delivered", 1000, 30)
    assert len(await sessions(status="waiting")) == 1000


async def test_two_machines_that_answer_each_other_are_cut_off(world: World) -> None:
    from mhero.messaging.conversations.story import SAME_TEXTS

    flow_id = await published(world, definition(1, [node(1, 1, say("Please write JOIN."))]))
    await triggers(world, "catch_all", flow_id)
    await world.follow(1)
    async with pumping(world):
        for number in range(SAME_TEXTS + 5):
            sent = {"from": "+231770000001", "text": f"I am away {number}", "id": f"x{number}"}
            await world.callback("receive", sent)
        await world.until_all("delivered", SAME_TEXTS)
        await world.until_all("failed", 5)
    assert {each.reason for each in await world.messages(status="failed")} == {"looping"}
    assert len(await sessions(status="failed", reason="looping")) == 5
