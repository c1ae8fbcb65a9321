"""Conversations through the store: flows that begin, are answered, fall silent and end."""

from typing import Any
from uuid import UUID

from tests.integration.messaging.flows import QUESTIONS, THANKS, survey
from tests.integration.messaging.world import World, pumping, use


async def published(world: World, definition: dict[str, Any]) -> UUID:
    from mhero.messaging.services.flows import create_flow, publish_flow

    flow_id = UUID(definition["uuid"])
    await use(
        create_flow,
        definition["name"],
        world.korto,
        definition=definition,
        flow_id=flow_id,
        clock=world.clock,
    )
    await use(publish_flow, flow_id, world.korto)
    return flow_id


async def sessions(**filters: Any) -> list[Any]:
    from mhero.messaging.models import Session

    return await use(
        lambda: list(Session.objects.filter(**filters).order_by("contact__number", "started_at"))
    )


async def runs(**filters: Any) -> list[Any]:
    from mhero.messaging.models import FlowRun

    return await use(lambda: list(FlowRun.objects.filter(**filters).order_by("started_at", "id")))


async def until_texts(world: World, number: int, texts: list[str]) -> None:
    async def reached() -> bool:
        return await world.sent_to(number) == texts

    try:
        await world.until(reached)
    except TimeoutError:
        raise AssertionError(f"not {texts} but {await world.sent_to(number)}") from None


async def test_a_send_of_a_flow_asks_takes_each_answer_and_keeps_them(world: World) -> None:
    await world.follow(1, 2)
    flow_id = await published(world, survey())
    asked = [text for text, _, _ in QUESTIONS]
    async with pumping(world):
        send = await world.send(text="", flow_id=flow_id)
        await until_texts(world, 1, asked[:1])
        await world.say(1, "Yes please")
        await until_texts(world, 1, asked[:2])
        await world.say(1, "no")
        await until_texts(world, 1, asked)
        await world.say(1, "NURSE")
        await until_texts(world, 1, [*asked, THANKS])
        await until_texts(world, 2, asked[:1])
    done, waiting = await sessions(broadcast_id=send.id)
    assert (done.status, done.answers, waiting.status) == ("completed", 3, "waiting")
    assert (done.state, done.expires_at, done.timeout_at) == ("", None, None)
    (run,) = await runs(session_id=done.id)
    assert {key: result["category"] for key, result in run.results.items()} == {
        "vaccine": "Yes",
        "fridge": "No",
        "counts": "Nurse",
    }
    assert (run.status, run.is_answered, run.broadcast_id) == ("completed", True, send.id)
    assert run.person["county"] == "Bong"
    first, *later = await world.messages(contact_id=done.contact_id, is_incoming=False)
    assert (first.broadcast_id, first.priority) == (send.id, 1)
    assert {(each.broadcast_id, each.priority) for each in later} == {(None, 0)}
    heard = await world.messages(is_incoming=True)
    assert {(each.session_id, each.is_handled) for each in heard} == {(done.id, True)}


async def test_a_receipt_that_cannot_be_taken_in_holds_nobody_else(world: World) -> None:
    from mhero.messaging.models import Received

    def receive() -> None:
        for number, payload in enumerate(
            ({"from": "+231770000001"}, {"from": "+231770000002", "text": "Hi"})
        ):
            Received.objects.create(
                sms_channel_id=world.channel.id, kind="message", key=str(number), payload=payload
            )

    await use(receive)
    async with pumping(world):

        async def taken() -> bool:
            return not await use(lambda: Received.objects.filter(is_taken=False).exists())

        await world.until(taken)
    errors = await use(lambda: list(Received.objects.order_by("id").values_list("error", flat=True)))
    assert errors == ["KeyError", ""]
    assert [message.text for message in await world.messages(is_incoming=True)] == ["Hi"]


async def test_a_broken_flow_fails_for_those_in_it_and_nobody_else(world: World) -> None:
    from mhero.messaging.models import FlowRevision

    await world.follow(1, 2)
    broken, sound = await published(world, survey(1)), await published(world, survey(2))
    first, second = await world.contact_ids()
    async with pumping(world):
        await world.send(text="", flow_id=broken, contact_ids=[first])
        await world.send(text="", flow_id=sound, contact_ids=[second])
        await until_texts(world, 1, [QUESTIONS[0][0]])
        await until_texts(world, 2, [QUESTIONS[0][0]])
    await use(lambda: FlowRevision.objects.filter(flow_id=broken).update(definition={"uuid": str(broken)}))
    for number in (1, 2):
        await world.callback("receive", {"from": f"+23177000000{number}", "text": "yes"})
    async with pumping(world):
        await until_texts(world, 2, [QUESTIONS[0][0], QUESTIONS[1][0]])
    failed, waiting = await sessions()
    assert (failed.status, failed.reason, waiting.status) == ("failed", "flow_version", "waiting")
    # Whoever looks at the inbox sees what was not understood.
    heard = await world.messages(is_incoming=True, contact_id=first)
    assert [(each.session_id, each.is_handled) for each in heard] == [(None, False)]
