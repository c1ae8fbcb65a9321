"""Families: actions, modifiers, routers, triggers and resumes, one at a time."""

# ruff: noqa: PT017 - The cases run outside of pytest too.

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import partial
from typing import Any

from tests.conformance.cases import Case, skipped
from tests.conformance.engine_support import (
    MockedServices,
    counting,
    fixed_uuids,
    normal,
    read_assets,
    read_environment,
    same,
    testdata,
)

from mhero.flows import modifiers
from mhero.flows.definition.inspect import inspect, localizables, texts
from mhero.flows.definition.read import read_flow
from mhero.flows.errors import FlowError, InvalidResume
from mhero.flows.excellent.convert import to_json
from mhero.flows.services import Limits
from mhero.flows.session import Sprint, resume, start
from mhero.flows.state import Session
from mhero.flows.triggers import read_trigger

Json = dict[str, Any]

MESSAGING = "bead76f5-dac4-4c9d-996c-c62b326e8c0a"
VOICE = "7a84463d-d209-4d3e-a0ff-79f977cd7bd0"
ENVIRONMENT = {"allowed_languages": ["eng", "spa"], "default_country": "RW", "timezone": "America/Guayaquil"}
RYAN = {
    "uuid": "5d76d86b-3bb9-4d5a-b822-c9d86f5d8e4f",
    "name": "Ryan Lewis",
    "language": "eng",
    "status": "active",
    "timezone": "America/Guayaquil",
    "created_on": "2018-06-20T11:40:30.123456789Z",
    "urns": [
        "tel:+12065551212?channel=57f1078f-88aa-46f4-a59a-948a5739c03d",
        "twitterid:54784326227#nyaruka",
    ],
    "groups": [
        {"uuid": "b7cf0d83-f1c9-411c-96fd-c511a4cfa86d", "name": "Testers"},
        {"uuid": "0ec97956-c451-48a0-a180-1ce766623e31", "name": "Males"},
    ],
    "fields": {"gender": {"text": "Male"}},
}
BOB_TEL = "tel:+12065551212"
SERVICES_WE_HAVE_NOT = {
    "call_llm": "language models",
    "open_ticket": "ticketing",
    "transfer_airtime": "airtime",
    "play_audio": "voice",
    "say_msg": "voice",
}
LIMITS = Limits(webhook_response_bytes=100_000)


def families() -> Iterator[Case]:
    yield from action_cases()
    yield from modifier_cases()
    for name in ("switch", "random"):
        for case in testdata(f"flows/routers/testdata/{name}.json"):
            yield "routers", f"{name}: {case['description']}", partial(router, case)
    for name in ("call", "campaign", "channel", "chat", "flow_action", "manual", "msg", "ticket"):
        for case in testdata(f"flows/triggers/testdata/{name}.json"):
            yield "triggers", f"{name}: {case['description']}", partial(trigger, case)
    for name in ("msg", "wait_expiration", "wait_timeout", "dial"):
        for case in testdata(f"flows/resumes/testdata/{name}.json"):
            attempt = skipped("voice") if name == "dial" else partial(resumed, case)
            yield "resumes", f"{name}: {case['description']}", attempt


# Actions


def action_cases() -> Iterator[Case]:
    names = (
        "add_contact_groups",
        "add_contact_urn",
        "add_input_labels",
        "call_classifier",
        "call_llm",
        "call_resthook",
        "call_webhook",
        "enter_flow",
        "open_ticket",
        "play_audio",
        "remove_contact_groups",
        "request_optin",
        "say_msg",
        "send_broadcast",
        "send_email",
        "send_msg",
        "set_contact_channel",
        "set_contact_field",
        "set_contact_language",
        "set_contact_name",
        "set_contact_status",
        "set_contact_timezone",
        "set_run_local",
        "set_run_result",
        "start_session",
        "transfer_airtime",
    )
    for name in names:
        reason = SERVICES_WE_HAVE_NOT.get(name)
        for case in testdata(f"flows/actions/testdata/{name}.json"):
            attempt = skipped(reason) if reason else partial(action, case)
            yield f"actions: {name}", case["description"], attempt


def action(case: Json) -> None:
    raw = copy.deepcopy(testdata("flows/actions/testdata/_assets.json"))
    voice = case.get("in_flow_type") == "voice"
    uuid = VOICE if voice else MESSAGING
    flow = next(item for item in raw["flows"] if item["uuid"] == uuid)
    flow["nodes"][0]["actions"] = [case["action"]]
    if case.get("localization"):
        flow["localization"] = case["localization"]
    assets = read_assets(raw)
    if case.get("read_error"):
        try:
            read_flow(flow, uuid=counting())
        except FlowError as exc:
            assert case["read_error"] in str(exc), f"got {exc}, expected {case['read_error']}"
            return
        raise AssertionError("was read")
    sprint = _act(case, raw, uuid)
    events = sprint.events[1:]
    if events and events[-1]["type"] == "run_ended":
        events = events[:-1]
    fixed = fixed_uuids(raw, RYAN, case["action"], case.get("contact"))
    same(events, case["events"], fixed, "events")
    if case.get("contact_after"):
        same(sprint.contact, case["contact_after"], fixed, "contact_after")
    if "locals_after" in case:
        same(sprint.runs[0].locals, case["locals_after"], fixed, "locals_after")
    if "webhook" in case:
        same(sprint.runs[0].webhook, case["webhook"], fixed, "webhook")
    read = assets.flow(uuid)
    assert read.definition["nodes"][0]["actions"] == [_migrated(case["action"])]
    found = [text.text for text in texts(read) if text.text]
    assert found == (case.get("templates") or []), f"templates: got {found}, expected {case.get('templates')}"
    found = [text for _, _, text in localizables(read)]
    assert found == (case.get("localizables") or []), f"localizables: got {found}"
    same(inspect(read, assets), case["inspection"], fixed, "inspection")


def _migrated(data: Json) -> Json:
    """The assets of the actions are of version 14.1, since when only `all_urns` went away."""
    return {key: value for key, value in data.items() if key != "all_urns"}


def _act(case: Json, raw: Json, flow_uuid: str) -> Sprint:
    assets = read_assets(raw)
    environment = read_environment(
        {**ENVIRONMENT, "redaction_policy": "urns" if case.get("redact_urns") else "none"}, assets
    )
    contact = copy.deepcopy(case.get("contact") or RYAN)
    if case.get("localization"):
        contact["language"] = "spa"
    flow = {"uuid": flow_uuid, "name": "Action Tester"}
    started: Json = {"type": "manual", "flow": flow, "triggered_on": "2025-05-04T12:30:46.123456789Z"}
    if case.get("as_batch"):
        started["batch"] = True
    elif not case.get("no_input"):
        message = {
            "urn": BOB_TEL,
            "text": "Hi everybody",
            "attachments": [
                "image/jpeg:http://http://s3.amazon.com/bucket/test.jpg",
                "audio/mp3:http://s3.amazon.com/bucket/test.mp3",
            ],
        }
        event = {
            "type": "msg_received",
            "uuid": "01969b47-0583-76f8-924e-9de1a11831b3",
            "created_on": "2025-05-04T12:30:46.123456789Z",
            "msg": message,
        }
        started.update(type="msg", event=event)
    services = MockedServices(case.get("http_mocks"), case.get("smtp_error") or "")
    return start(
        assets=assets,
        environment=environment,
        contact=contact,
        trigger=started,
        services=services,
        limits=LIMITS,
        uuid=counting(),
    )


# Modifiers


def modifier_cases() -> Iterator[Case]:
    names = (
        "affinity",
        "channel",
        "field",
        "groups",
        "language",
        "name",
        "routes",
        "seen",
        "status",
        "timezone",
        "urns",
        "ticket",
        "ticket_assignee",
        "ticket_close",
        "ticket_note",
        "ticket_open",
        "ticket_reopen",
        "ticket_topic",
    )
    for name in names:
        for case in testdata(f"flows/modifiers/testdata/{name}.json"):
            ticketing = name.startswith("ticket")
            yield (
                "modifiers",
                f"{name}: {case['description']}",
                (skipped("ticketing") if ticketing else partial(modifier, case)),
            )


def modifier(case: Json) -> None:
    raw = testdata("flows/modifiers/testdata/_assets.json")
    assets = read_assets(raw)
    environment = read_environment({"allowed_languages": ["eng", "spa"], "default_country": "US"}, assets)
    changing = Session(
        assets=assets,
        environment=environment,
        contact=copy.deepcopy(case["contact_before"]),
        trigger={},
        services=MockedServices({}),
        limits=None,
        uuid=counting(),
    )
    modifiers.apply(changing, case["modifier"])
    fixed = fixed_uuids(raw, case["contact_before"], case["modifier"])
    same(changing.events, case["events"], fixed, "events")
    same(changing.contact.data, case["contact_after"], fixed, "contact_after")


# Routers, triggers, resumes


def router(case: Json) -> None:
    raw = copy.deepcopy(testdata("flows/routers/testdata/_assets.json"))
    raw["flows"][0]["nodes"][0]["router"] = case["router"]
    assets = read_assets(raw)
    uuid = raw["flows"][0]["uuid"]
    if case.get("read_error"):
        try:
            assets.flow(uuid)
        except FlowError as exc:
            assert case["read_error"] in str(exc), f"got {exc}"
            return
        raise AssertionError("was read")
    contact = {"uuid": "5d76d86b-3bb9-4d5a-b822-c9d86f5d8e4f", "name": "Ryan Lewis", "status": "active"}
    started = {"type": "manual", "flow": {"uuid": uuid, "name": ""}, "triggered_on": "2025-05-04T12:30:46Z"}
    sprint = start(
        assets=assets,
        environment=read_environment({}, assets),
        contact=contact,
        trigger=started,
        uuid=counting(),
    )
    fixed = fixed_uuids(raw)
    same(
        [e for e in sprint.events if not e["type"].startswith("run_") or e["type"] == "run_result_changed"],
        case["events"],
        fixed,
        "events",
    )
    same(sprint.session["runs"][0].get("results") or {}, case.get("results") or {}, fixed, "results")


def trigger(case: Json) -> None:
    if case.get("read_error"):
        try:
            read_trigger(case["trigger"])
        except FlowError as exc:
            assert str(exc) == case["read_error"], f"got {exc}"
            return
        raise AssertionError("was read")
    assets = read_assets(testdata("flows/triggers/testdata/_assets.json"))
    contact = {"uuid": "c59b0033-e748-4240-9d4c-e85eb6800151", "name": "Bob", "status": "active"}
    sprint = start(
        assets=assets,
        environment=read_environment({}, assets),
        contact=contact,
        trigger=case["trigger"],
        uuid=counting(),
    )
    found = json.loads(to_json(sprint.runs[0].context.get("trigger")))
    assert normal(found, fixed_uuids(case)) == normal(case["context"], fixed_uuids(case)), found
    assert json.loads(json.dumps(sprint.session))["trigger"] == case["trigger"]


def resumed(case: Json) -> None:
    raw = copy.deepcopy(testdata("flows/resumes/testdata/_assets.json"))
    flow = next(item for item in raw["flows"] if item["uuid"] == case["flow_uuid"])
    flow["nodes"][0]["router"]["wait"] = case["wait"]
    assets = read_assets(raw)
    environment = read_environment({}, assets)
    contact = {"uuid": "c59b0033-e748-4240-9d4c-e85eb6800151", "name": "Bob", "status": "active"}
    started = {
        "type": "manual",
        "flow": {"uuid": flow["uuid"], "name": ""},
        "triggered_on": "2025-05-04T12:30:46Z",
    }
    first = start(assets=assets, environment=environment, contact=contact, trigger=started, uuid=counting())
    try:
        second = resume(
            assets=assets,
            environment=environment,
            session=first.session,
            contact=first.contact,
            resume=case["resume"],
            uuid=counting(),
        )
    except InvalidResume as exc:
        assert str(exc) == case.get("resume_error"), exc
        assert first.session["status"] == case["session_status"]
        return
    assert not case.get("resume_error"), "was resumed"
    events = [event for event in second.events if event["type"] != "run_ended"]
    same(events, case["events"], fixed_uuids(raw), "events")
    assert second.session["status"] == case["session_status"]
    assert second.session["runs"][0]["status"] == case["run_status"]
