"""A conversation asks, keeps the answers, and ends."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mhero.flows.assets import Assets, assets_from_json
from mhero.flows.definition.read import read_flow
from mhero.flows.environment import Environment, environment_from_json
from mhero.flows.errors import InvalidDefinition, InvalidResume
from mhero.flows.session import resume, start
from mhero.flows.state import Sprint

Json = dict[str, Any]

FLOW = "f1000000-0000-4000-8000-000000000000"
MUSU = {
    "uuid": "c1000000-0000-4000-8000-000000000000",
    "id": 7,
    "name": "Musu Kollie",
    "status": "active",
    "language": "eng",
    "urns": ["tel:+231777000111"],
}
CHANNEL = {
    "uuid": "a1000000-0000-4000-8000-000000000000",
    "name": "Ministry",
    "address": "8000",
    "schemes": ["tel"],
    "roles": ["send", "receive"],
    "country": "LR",
}


def id_of(kind: str, number: int) -> str:
    return f"{kind}{number:07x}-0000-4000-8000-000000000000"


def node(number: int, actions: list[Json], after: int | None = None, router: Json | None = None) -> Json:
    exit_ = {"uuid": id_of("e", number), "destination_uuid": id_of("b", after) if after else None}
    found: Json = {"uuid": id_of("b", number), "actions": actions, "exits": [exit_]}
    if router:
        found["router"] = router
    return found


def message(number: int, text: str) -> Json:
    return {"uuid": id_of("d", number), "type": "send_msg", "text": text}


def any_answer(number: int, name: str) -> Json:
    category = {"uuid": id_of("c", number), "name": "All Responses", "exit_uuid": id_of("e", number)}
    return {
        "type": "switch",
        "wait": {"type": "msg", "timeout": {"seconds": 60, "category_uuid": category["uuid"]}},
        "operand": "@input.text",
        "result_name": name,
        "categories": [category],
        "default_category_uuid": category["uuid"],
        "cases": [],
    }


def flow(*nodes: Json, **more: Any) -> Json:
    return {
        "uuid": FLOW,
        "name": "Stock",
        "spec_version": "14.4.2",
        "language": "eng",
        "type": "messaging",
        "nodes": list(nodes),
        **more,
    }


STOCK = flow(
    node(1, [message(1, "How many gloves, @contact.first_name?")], 2, any_answer(1, "Gloves")),
    node(2, [message(2, "And masks?")], 3, any_answer(2, "Masks")),
    node(3, [message(3, "@results.gloves gloves, @results.masks masks; lot @(rand_between(1, 1000))")]),
)


def world(*flows: Json) -> tuple[Assets, Environment]:
    moment = datetime(2026, 1, 1, tzinfo=UTC)

    def now() -> datetime:
        nonlocal moment
        moment += timedelta(seconds=1)
        return moment

    drawn = random.Random(7)
    assets = assets_from_json({"flows": list(flows), "channels": [CHANNEL]})
    return assets, environment_from_json({}, now=now, random=drawn.random)


def begin(assets: Assets, env: Environment) -> Sprint:
    trigger = {"type": "manual", "flow": {"uuid": FLOW, "name": ""}, "triggered_on": "2026-01-01T00:00:00Z"}
    return start(assets=assets, environment=env, contact=MUSU, trigger=trigger)


def answer(assets: Assets, env: Environment, before: Sprint, text: str) -> Sprint:
    event = {
        "type": "msg_received",
        "uuid": id_of("9", 1),
        "created_on": "2026-01-01T00:00:00Z",
        "msg": {"text": text, "urn": "tel:+231777000111"},
    }
    answered = {"type": "msg", "resumed_on": "2026-01-01T00:00:00Z", "event": event}
    return resume(
        assets=assets, environment=env, session=before.session, contact=before.contact, resume=answered
    )


def texts(sprint: Sprint) -> list[str]:
    return [event["msg"]["text"] for event in sprint.events if event["type"] == "msg_created"]


def test_each_answer_is_kept_and_the_next_question_asked() -> None:
    assets, env = world(STOCK)
    asked = begin(assets, env)
    assert texts(asked) == ["How many gloves, Musu?"]
    asked = answer(assets, env, asked, "12")
    assert texts(asked) == ["And masks?"]
    done = answer(assets, env, asked, "30")
    assert texts(done)[0].startswith("12 gloves, 30 masks")
    assert done.session["status"] == "completed"
    results = done.session["runs"][0]["results"]
    assert (results["gloves"]["value"], results["masks"]["value"]) == ("12", "30")


def test_what_the_caller_hands_in_stays_as_it_was() -> None:
    assets, env = world(STOCK)
    first = begin(assets, env)
    before = json.dumps([first.session, first.contact])
    answer(assets, env, first, "12")
    assert json.dumps([first.session, first.contact]) == before


def test_a_loop_without_a_wait_fails_the_session_instead_of_hanging() -> None:
    assets, env = world(flow(node(1, [message(1, "Again")], 1)))
    sprint = begin(assets, env)
    assert sprint.session["status"] == "failed"
    assert [event["type"] for event in sprint.events][-2:] == ["failure", "run_ended"]


def test_a_session_that_has_ended_cannot_be_resumed() -> None:
    assets, env = world(flow(node(1, [message(1, "Bye")])))
    with pytest.raises(InvalidResume):
        answer(assets, env, begin(assets, env), "hello")


def test_an_error_of_a_definition_names_the_node_and_the_field() -> None:
    broken = flow(node(1, [{"uuid": id_of("d", 1), "type": "send_msg", "text": ""}]))
    with pytest.raises(InvalidDefinition, match=f"node.uuid={id_of('b', 1)}.*field 'text' is required"):
        read_flow(broken)
