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
