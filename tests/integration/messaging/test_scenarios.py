"""The engine's published scenarios through the stored service: PostgreSQL, pumps, HTTP in and out."""

import asyncio
import json
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from aiohttp import web
from tests.integration.messaging.world import World, pumping, serving, use

Json = dict[str, Any]

#: What asks for kinds of channels or services that there are none of.
NOT_OURS = ("airtime", "ivr", "llm", "ticketing", "two_questions_offline")
#: What is another text here, and why.
DIFFERENT = {
    # A contact has one number; a flow adds no other.
    "smart_groups.test": (", MTN Callers", ""),
    # Contacts have no numeric ids.
    "redact_urns.test": ("1234567", "0"),
}
TABLES = """
TRUNCATE messaging_sessiontask, messaging_session, messaging_flowrun, messaging_message, messaging_received,
    messaging_trigger, messaging_flow, messaging_flowrevision, messaging_contactfield, messaging_group,
    messaging_label, messaging_global, messaging_contact, messaging_optout CASCADE
"""


def scenarios(folder: Path) -> list[Path]:
    found = sorted((folder / "rapidpro/goflow-testdata/test/testdata/runner").glob("*.*.json"))
    return [path for path in found if not path.name.startswith(NOT_OURS)]


async def test_every_published_scenario_says_the_same(
    world: World, conformance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mhero.accounts.models import Workspace
    from mhero.messaging.conversations import story

    # One scenario goes round until the engine itself stops it.
    monkeypatch.setattr(story, "SAME_TEXTS", 1000)
    monkeypatch.setattr(story, "ALL_TEXTS", 1000)
    # As in the scenarios' own environment.
    await use(lambda: Workspace.objects.update(country_code="US"))
    differences = {}
    for path in scenarios(conformance):
        try:
            await play(world, path)
        except (AssertionError, TimeoutError) as error:
            differences[path.stem] = str(error)
    assert differences == {}, json.dumps(differences, indent=1)


class Mocks:
    """The scenario's other systems, over HTTP."""

    def __init__(self, answers: Json) -> None:
        self.answers = {url: list(those) for url, those in answers.items()}

    async def serve(self, request: web.Request) -> web.Response:
        answer = self.answers[request.query["url"]].pop(0)
        body = (answer.get("body") or "") * (answer.get("body_repeat") or 1)
        headers = {
            key: value for key, value in (answer.get("headers") or {}).items() if key != "Content-Length"
        }
        return web.Response(status=answer["status"], headers=headers, body=body.encode())


async def play(world: World, path: Path) -> None:
    case = json.loads(path.read_text())
    assets = json.loads((path.parent / f"{path.name.partition('.')[0]}.json").read_text())
    number = next(urn for urn in case["contact"]["urns"] if urn.startswith("tel:"))[4:].partition("?")[0]
    world.clock.moved = timedelta()
    world.phones.network.phones.clear()
    await use(store, world, case, assets, number)
    app = web.Application()
    app.router.add_route("*", "/", Mocks(case.get("http_mocks") or {}).serve)
    async with serving(app) as mocked, conversing(world, case, assets, mocked):
        await begin(world, case, number)
        others, said = written_to_others(case), texts_of(case["outputs"][0], path.stem)
        await until_said(world, number, said, others, "start")
        for at, resume in enumerate(case.get("resumes") or [], 1):
            await go_on(world, resume, number, f"x{at}")
            said += texts_of(case["outputs"][at], path.stem)
            await until_said(world, number, said, others, f"resume {at}")


@asynccontextmanager
async def conversing(world: World, case: Json, assets: Json, mocked: str) -> Any:
    from mhero.flows.environment import environment_from_json
    from mhero.flows.locations import hierarchy
    from mhero.messaging.conversations import published
    from mhero.platform.outside import Outside

    class Rewired(Outside):
        def ask(self, method: str, url: str, **own: Any) -> Any:
            return super().ask(method, f"{mocked}/?url={quote(url, safe='')}", **own)

        def may_be_asked(self, host: str) -> bool:
            return bool(host)

    given = environment_from_json(
        case.get("environment") or {"default_country": "US"},
        now=world.clock,
        random=lambda: 0.774856886849196,
    )
    names = (
        "date_format",
        "time_format",
        "timezone",
        "allowed_languages",
        "default_country",
        "number_format",
    )
    settings = {name: getattr(given, name) for name in (*names, "input_collation", "redaction_policy")}
    places = hierarchy(assets.get("locations") or [])
    read: Callable[..., Any] = published.Publications._read

    async def with_environment(self: Any, connection: Any) -> Any:
        return replace(await read(self, connection), settings=settings | {"locations": places})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(published.Publications, "_read", with_environment)
        async with pumping(world, outside=Rewired(allowed=(ip_network("127.0.0.0/8"),))):
            yield


def store(world: World, case: Json, assets: Json, number: str) -> None:
    """The scenario's world as rows."""
    from django.db import connection

    from mhero.messaging.models import (
        Contact,
        ContactField,
        Flow,
        FlowRevision,
        Global,
        Group,
        Label,
        SMSChannel,
    )

    with connection.cursor() as cursor:
        cursor.execute(TABLES)
    for channel in assets.get("channels") or []:
        own = {
            "type": "external",
            "name": channel["name"],
            "send_url": f"{world.phones_url}/send",
            "rate": 1000,
        }
        SMSChannel.objects.update_or_create(id=channel["uuid"], defaults=own)
    for raw in assets["flows"]:
        key = raw.get("uuid") or raw["metadata"]["uuid"]
        name = raw.get("name") or raw["metadata"]["name"]
        flow = Flow.objects.create(id=key, name=name, published_revision=1, latest_revision=1)
        FlowRevision.objects.create(flow=flow, revision=1, definition=raw)
    for field in assets.get("fields") or []:
        ContactField.objects.create(key=field["key"], name=field["name"], type=field.get("type") or "text")
    for group in assets.get("groups") or []:
        Group.objects.create(id=group["uuid"], name=group["name"], query=group.get("query") or "")
    for label in assets.get("labels") or []:
        Label.objects.create(id=label["uuid"], name=label["name"])
    for each in assets.get("globals") or []:
        Global.objects.create(key=each["key"], name=each["name"], value=each["value"])
    given = case["contact"]
    contact = Contact.objects.create(
        id=given["uuid"],
        number=number,
        name=given.get("name") or "",
        language=given.get("language") or "",
        own_fields={key: value["text"] for key, value in (given.get("fields") or {}).items() if value},
        created_at=given.get("created_on") or world.clock(),
    )
    contact.groups.set(Group.objects.filter(id__in=[group["uuid"] for group in given.get("groups") or []]))


async def begin(world: World, case: Json, number: str) -> None:
    from mhero.messaging.conversations.occasions import Start
    from mhero.messaging.models import Trigger
    from mhero.messaging.models.conversations import SessionTask
    from mhero.platform.ids import new_id

    trigger = case["trigger"]
    flow_id = UUID(trigger["flow"]["uuid"])
    if trigger["type"] == "msg":
        await use(lambda: Trigger.objects.create(type="catch_all", flow_id=flow_id))
        # It may have been published a moment ago.
        await asyncio.sleep(0.2)
        await say(world, number, trigger["event"]["msg"]["text"], "first")
        return
    start = Start(
        session_id=new_id(world.clock()), flow_id=flow_id, sms_channel_id=world.channel.id, trigger=trigger
    )
    row = {"contact_id": case["contact"]["uuid"], "kind": "start", "data": start.kept()}
    await use(lambda: SessionTask.objects.create(**row))


async def go_on(world: World, resume: Json, number: str, key: str) -> None:
    if resume["type"] == "msg":
        await say(world, number, resume["event"]["msg"]["text"], key)
        return
    await world.until(lambda: nothing_leaves())
    world.clock.moved += timedelta(minutes=10) if resume["type"] == "wait_timeout" else timedelta(days=31)


async def nothing_leaves() -> bool:
    from mhero.messaging.models import Message

    return not await use(lambda: Message.objects.filter(status__in=["queued", "wired"]).exists())


async def say(world: World, number: str, text: str, key: str) -> None:
    sent = {"from": number, "text": text, "id": key}
    assert await world.callback("receive", sent) == (200, "Message Accepted")


def written_to_others(case: Json) -> set[str]:
    """What the flow writes to contacts and groups that the person may belong to."""
    events = [event for output in case["outputs"] for event in output["events"]]
    written = [event["translations"] for event in events if event["type"] == "broadcast_created"]
    return {content["text"] for translations in written for content in translations.values()}


def texts_of(output: Json, name: str) -> list[str]:
    """What the person is to get of a sprint."""
    theirs, ours = DIFFERENT.get(name, ("\n", "\n"))
    texts = []
    for event in output["events"]:
        message = event.get("msg") or {}
        # Some scenarios have no channel at all: here there always is one.
        if event["type"] == "msg_created" and message.get("unsendable_reason", "no_route") == "no_route":
            lines = [message.get("text") or ""]
            lines += [each.partition(":")[2] for each in message.get("attachments") or []]
            texts.append("\n".join(lines).replace(theirs, ours))
    return [text for text in texts if text.strip()]


async def until_said(world: World, number: str, expected: list[str], others: set[str], what: str) -> None:
    async def said() -> list[str]:
        phone = world.phones.network.phones.get(number)
        messages = phone.messages if phone else []
        return [each.text for each in messages if each.direction == "in" and each.text not in others]

    async def reached() -> bool:
        return len(await said()) >= len(expected)

    try:
        await world.until(reached, 6)
    except TimeoutError:
        raise AssertionError(f"{what}: got {await said()}, expected {expected}") from None
    # Nothing more comes.
    await asyncio.sleep(0.15)
    got = await said()
    assert list(map(without_spaces, got)) == list(map(without_spaces, expected)), f"{what}: got {got}"


def without_spaces(text: str) -> str:
    """The JSON of results as text: the scenarios' own files have spaces in it."""
    return "".join(text.split()) if "{" in text else text
