"""Conversations that call other systems, and what they ask for other people."""

import asyncio
import ipaddress
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
from aiohttp import web
from tests.integration.messaging.flows import ask, definition, node, say
from tests.integration.messaging.test_conversations import published, runs, sessions, until_texts
from tests.integration.messaging.test_triggers import triggers
from tests.integration.messaging.world import World, pumping, serving

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)


@dataclass
class Partner:
    """A system that flows call."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    #: Set when those who wait may go on.
    released: asyncio.Event = field(default_factory=asyncio.Event)

    async def stock(self, request: web.Request) -> web.Response:
        self.asked.append((await request.text()) or request.path)
        return web.json_response({"stock": 7})

    async def hang(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        await self.released.wait()
        return web.Response()

    async def flood(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while not self.released.is_set():
                await response.write(b"x" * 65536)
        except ConnectionError:
            self.asked.append("cut off")
        return response

    async def redirect(self, request: web.Request) -> web.Response:
        raise web.HTTPFound(request.query["to"])


@pytest.fixture
async def partner() -> AsyncIterator[Partner]:
    made = Partner()
    app = web.Application()
    for name in ("stock", "hang", "flood", "redirect"):
        app.router.add_route("*", f"/{name}", getattr(made, name))
    async with serving(app) as url:
        made.url = url
        yield made
        made.released.set()


def outside(*, allowed: Any = LOOPBACK, **own: Any) -> Any:
    from mhero.platform.outside import Outside

    return Outside(allowed=allowed, **own)


def calling(url: str, flow: int = 1, method: str = "GET", body: str = "") -> dict[str, Any]:
    """Asks a question, calls the URL, and says what came of it."""
    call = {"type": "call_webhook", "method": method, "url": url, "result_name": "Stock", "headers": {}}
    if body:
        call["body"] = body
    return definition(
        flow,
        [
            *ask(flow, 1, "Which vaccine?", "vaccine", ("bcg", "opv"), to=2),
            node(flow, 2, call, say("<@results.stock.category @webhook.json.stock>")),
        ],
    )


async def start(world: World, flow: dict[str, Any], number: int = 1) -> None:
    await world.follow(number)
    flow_id = await published(world, flow)
    await triggers(world, "keyword", flow_id, keywords=[f"go{flow['name'][-1]}"])
    sent = {"from": f"+23177{number:07d}", "text": f"go{flow['name'][-1]}"}
    await world.callback("receive", sent)
    await until_texts(world, number, ["Which vaccine?"])


async def test_a_webhook_is_called_once_and_its_answer_said(world: World, partner: Partner) -> None:
    flow = calling(f"{partner.url}/stock", method="POST", body="@results.vaccine.category")
    async with pumping(world, outside=outside()):
        await start(world, flow)
        await world.say(1, "BCG")
        await until_texts(world, 1, ["Which vaccine?", "<Success 7>"])
    assert partner.asked == ["Bcg"]
    (run,) = await runs()
    assert run.results["stock"]["extra"] == {"stock": 7}
    heard = await world.messages(is_incoming=True)
    (session,) = await sessions()
    assert {(each.session_id, each.is_handled) for each in heard} == {(session.id, True)}


async def test_a_webhook_that_hangs_holds_nobody_else(world: World, partner: Partner) -> None:
    quick = definition(2, [node(2, 1, say("At once"))])
    async with pumping(world, outside=outside(timeout_seconds=2)):
        await start(world, calling(f"{partner.url}/hang"))
        await triggers(world, "keyword", await published(world, quick), keywords=["quick"])
        await world.say(1, "BCG")
        await world.until(lambda: _is(bool(partner.asked)))
        began = monotonic()
        await world.follow(2)
        await world.callback("receive", {"from": "+231770000002", "text": "quick"})
        await until_texts(world, 2, ["At once"])
        assert monotonic() - began < 1.5
        # What the one who waits says meanwhile comes after.
        await world.callback("receive", {"from": "+231770000001", "text": "quick"})
        await until_texts(world, 1, ["Which vaccine?", "<Failure >", "At once"])


async def test_a_webhook_that_floods_is_cut_off(world: World, partner: Partner) -> None:
    async with pumping(world, outside=outside()):
        await start(world, calling(f"{partner.url}/flood"))
        await world.say(1, "BCG")
        await until_texts(world, 1, ["Which vaccine?", "<Failure >"])
        await world.until(lambda: _is(partner.asked == ["cut off"]))


async def test_no_webhook_reaches_a_private_address(world: World, partner: Partner) -> None:
    async with pumping(world, outside=outside(allowed=())):
        await start(world, calling(f"{partner.url}/stock"))
        await world.say(1, "BCG")
        await until_texts(world, 1, ["Which vaccine?", "< >"])
    assert partner.asked == []


async def test_no_webhook_is_led_to_a_private_address(world: World, partner: Partner) -> None:
    """The partner itself may be asked; where it points to may not."""
    to = partner.url.replace("127.0.0.1", "127.0.0.2")
    only = (ipaddress.ip_network("127.0.0.1/32"),)
    async with pumping(world, outside=outside(allowed=only)):
        await start(world, calling(f"{partner.url}/redirect?to={to}/stock"))
        await world.say(1, "BCG")
        await until_texts(world, 1, ["Which vaccine?", "<Failure >"])
    assert partner.asked == []


async def test_stop_while_another_system_is_asked_ends_it(world: World, partner: Partner) -> None:
    async with pumping(world, outside=outside(timeout_seconds=5)):
        await start(world, calling(f"{partner.url}/hang"))
        await world.say(1, "BCG")
        await world.until(lambda: _is(bool(partner.asked)))
        await world.say(1, "STOP")

        async def stopped() -> bool:
            return (await sessions())[0].status == "interrupted"

        await world.until(stopped)
        partner.released.set()
        await world.until_all("delivered", 2)
        await asyncio.sleep(0.5)
    (session,) = await sessions()
    assert session.reason == "opted_out"
    texts = await world.sent_to(1)
    assert len(texts) == 2
    assert not any("<Success" in text for text in texts)


async def test_a_worker_that_died_leaves_its_task_to_the_next(world: World, partner: Partner) -> None:
    from mhero.messaging.conversations.lane import LEASE

    async with pumping(world, outside=outside(timeout_seconds=30)):
        await start(world, calling(f"{partner.url}/hang"))
        await world.say(1, "BCG")
        await world.until(lambda: _is(bool(partner.asked)))
    partner.released.set()
    world.clock.moved = LEASE + timedelta(seconds=1)
    async with pumping(world, outside=outside()):
        await until_texts(world, 1, ["Which vaccine?", "<Success >"])


async def test_a_step_starts_a_flow_with_others_and_writes_to_others(world: World) -> None:
    await world.follow(1, 2, 3)
    first, second, third = await world.contact_ids()
    other = await published(world, definition(2, [node(2, 1, say("@parent.contact.name asks for you"))]))
    starting = {
        "type": "start_session",
        "flow": {"uuid": str(other), "name": "Flow 2"},
        "contacts": [{"uuid": str(second), "name": "Musu 2"}],
        "groups": [],
        "legacy_vars": [],
    }
    writing = {
        "type": "send_broadcast",
        "text": "News from @contact.name",
        "contacts": [{"uuid": str(third), "name": "Musu 3"}],
        "groups": [],
        "legacy_vars": [],
    }
    flow_id = await published(world, definition(1, [node(1, 1, starting, writing, say("Done"))]))
    await triggers(world, "keyword", flow_id, keywords=["go"])
    async with pumping(world):
        await world.callback("receive", {"from": "+231770000001", "text": "go"})
        await until_texts(world, 1, ["Done"])
        await until_texts(world, 2, ["Musu 1 asks for you"])
        await until_texts(world, 3, ["News from Musu 1"])
    assert first in {session.contact_id for session in await sessions()}


async def test_a_flow_started_by_hand_begins_at_once(world: World) -> None:
    from tests.integration.messaging.world import use

    from mhero.messaging.services.sessions import start_flow

    await world.follow(1)
    flow_id = await published(world, definition(1, [node(1, 1, say("Hello @contact.first_name"))]))
    async with pumping(world):
        await use(start_flow, flow_id, await world.contact_ids(), world.korto, clock=world.clock)
        await until_texts(world, 1, ["Hello Musu"])
    (session,) = await sessions()
    assert (session.broadcast_id, session.status) == (None, "completed")


async def test_what_is_known_of_a_person_changes_in_a_conversation(world: World) -> None:
    from tests.integration.messaging.world import use

    from mhero.messaging.models import Contact, ContactField, Group, Label, LabelledMessage

    def make() -> tuple[Any, Any]:
        ContactField.objects.create(key="beds", name="Beds", type="number")
        return Group.objects.create(name="Reporters"), Label.objects.create(name="Stock")

    group, label = await use(make)
    await world.follow(1)
    flow_id = await published(
        world,
        definition(
            1,
            [
                node(
                    1,
                    1,
                    {"type": "set_contact_field", "field": {"key": "beds", "name": "Beds"}, "value": "12"},
                    {"type": "set_contact_language", "language": "fra"},
                    {
                        "type": "add_contact_groups",
                        "groups": [{"uuid": str(group.id), "name": "Reporters"}],
                    },
                    {"type": "add_input_labels", "labels": [{"uuid": str(label.id), "name": "Stock"}]},
                    say("@(fields.beds + 1) beds"),
                )
            ],
        ),
    )
    await triggers(world, "keyword", flow_id, keywords=["go"])
    async with pumping(world):
        await world.callback("receive", {"from": "+231770000001", "text": "go"})
        await until_texts(world, 1, ["13 beds"])
    contact = await use(lambda: Contact.objects.get(groups=group))
    assert (contact.own_fields, contact.language) == ({"beds": "12"}, "fra")
    labelled = await use(lambda: list(LabelledMessage.objects.values_list("message_id", flat=True)))
    assert labelled == [message.id for message in await world.messages(is_incoming=True)]


async def _is(value: bool) -> bool:
    return value
