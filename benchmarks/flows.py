"""How fast the conversation engine is, on one core: sprints, templates and compilation.

Every sprint reads its session and contact from JSON and writes session, contact and events to JSON, as a
server that keeps nothing in memory would. Each figure is the best of several rounds, in processor time: other
programs may share the core.
"""

from __future__ import annotations

import cProfile
import json
import pstats
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from mhero.flows.assets import Assets, assets_from_json
from mhero.flows.definition.read import read_flow
from mhero.flows.environment import Environment, environment_from_json
from mhero.flows.session import resume, start
from mhero.flows.texts import template

Json = dict[str, Any]

ROUNDS, SECONDS = 7, 0.6
FLOW = "f1000000-0000-4000-8000-000000000000"
CONTACT = {
    "uuid": "c1000000-0000-4000-8000-000000000000",
    "id": 1234,
    "name": "Musu Kollie",
    "language": "eng",
    "status": "active",
    "timezone": "Africa/Monrovia",
    "created_on": "2026-01-01T00:00:00Z",
    "urns": ["tel:+231777000111"],
    "fields": {"cadre": {"text": "Nurse"}},
}
STORED_CONTACT = json.dumps(CONTACT)
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


def question(number: int, text: str, name: str, words: list[str], after: int | None) -> Json:
    """A node that asks and takes one of some words; any other answer asks again."""
    own = number * 16
    answers = [*words, "Other"]
    exits = [
        {"uuid": id_of("e", own + at), "destination_uuid": after and id_of("b", after)}
        for at in range(len(words))
    ]
    exits.append({"uuid": id_of("e", own + len(words)), "destination_uuid": id_of("b", number)})
    return {
        "uuid": id_of("b", number),
        "actions": [{"uuid": id_of("d", number), "type": "send_msg", "text": text}],
        "router": {
            "type": "switch",
            "wait": {
                "type": "msg",
                "timeout": {"seconds": 600, "category_uuid": id_of("c", own + len(words))},
            },
            "operand": "@input.text",
            "result_name": name,
            "default_category_uuid": id_of("c", own + len(words)),
            "categories": [
                {"uuid": id_of("c", own + at), "name": word.title(), "exit_uuid": id_of("e", own + at)}
                for at, word in enumerate(answers)
            ],
            "cases": [
                {
                    "uuid": id_of("a", own + at),
                    "type": "has_any_word",
                    "arguments": [word],
                    "category_uuid": id_of("c", own + at),
                }
                for at, word in enumerate(words)
            ],
        },
        "exits": exits,
    }


def flow(nodes: list[Json]) -> Json:
    return {
        "uuid": FLOW,
        "name": "Two questions",
        "spec_version": "14.4.2",
        "language": "eng",
        "type": "messaging",
        "localization": {},
        "nodes": nodes,
    }


def two_questions() -> Json:
    thanks = {
        "uuid": id_of("b", 3),
        "actions": [
            {
                "uuid": id_of("d", 3),
                "type": "send_msg",
                "text": "Thank you @contact.first_name, you like @results.color and @results.soda.category!",
            }
        ],
        "exits": [{"uuid": id_of("e", 900), "destination_uuid": None}],
    }
    first = question(1, "Hi @contact.name! What is your favorite color?", "Color", ["red", "blue"], 2)
    second = question(2, "@(title(results.color)) it is! And your soda?", "Soda", ["pepsi", "coke"], 3)
    return flow([first, second, thanks])


def hundred_nodes() -> Json:
    nodes = [
        question(
            number, f"Question {number} for @contact.name", f"Answer {number}", ["yes", "no"], number % 99 + 1
        )
        for number in range(1, 101)
    ]
    return flow(nodes)


def environment() -> Environment:
    drawn = random.Random(1)
    data = {"allowed_languages": ["eng", "fra"], "timezone": "Africa/Monrovia", "default_country": "LR"}
    return environment_from_json(data, now=lambda: datetime.now(UTC), random=drawn.random)


def conversation(assets: Assets, env: Environment) -> int:
    """One whole conversation of three sprints, everything through JSON at each."""
    trigger = {
        "type": "manual",
        "flow": {"uuid": FLOW, "name": "Two questions"},
        "triggered_on": "2026-01-01T00:00:00Z",
    }
    sprint = start(assets=assets, environment=env, contact=json.loads(STORED_CONTACT), trigger=trigger)
    kept = json.dumps([sprint.session, sprint.contact, sprint.events])
    for text in ("I like blue", "coke for me"):
        session, contact, _ = json.loads(kept)
        message = {
            "urn": "tel:+231777000111",
            "text": text,
            "channel": {"uuid": CHANNEL["uuid"], "name": "Ministry"},
        }
        event = {
            "type": "msg_received",
            "uuid": "01983845-b62e-7238-98f2-86efa860382e",
            "created_on": "2026-01-01T00:00:00Z",
            "msg": message,
        }
        answered = {"type": "msg", "resumed_on": "2026-01-01T00:00:00Z", "event": event}
        sprint = resume(assets=assets, environment=env, session=session, contact=contact, resume=answered)
        kept = json.dumps([sprint.session, sprint.contact, sprint.events])
    if sprint.session["status"] != "completed":
        raise SystemExit(f"the conversation ended {sprint.session['status']}")
    return 3


def rate(step: Callable[[], int]) -> float:
    """How many a second of processor time, in the best round."""
    step()
    best = 0.0
    for _ in range(ROUNDS):
        count, begun = 0, time.process_time()
        while (passed := time.process_time() - begun) < SECONDS:
            count += step()
        best = max(best, count / passed)
    return best


def json_share(assets: Assets, env: Environment, sprints: float) -> float:
    """The part of a sprint's time, in percent, that its JSON takes."""
    trigger = {"type": "manual", "flow": {"uuid": FLOW, "name": ""}, "triggered_on": "2026-01-01T00:00:00Z"}
    sprint = start(assets=assets, environment=env, contact=CONTACT, trigger=trigger)

    def step() -> int:
        for _ in range(100):
            json.loads(json.dumps([sprint.session, sprint.contact, sprint.events]))
        return 100

    return 100 * sprints / rate(step)


def templates(assets: Assets, env: Environment) -> Callable[[], int]:
    """A typical template in a run whose contact and results were just changed, as after an answer."""
    trigger = {"type": "manual", "flow": {"uuid": FLOW, "name": ""}, "triggered_on": "2026-01-01T00:00:00Z"}
    run = start(assets=assets, environment=env, contact=CONTACT, trigger=trigger).runs[0]
    run.results = {
        "age": {"name": "Age", "value": "37", "category": "Adult", "created_on": "2026-01-01T00:00:00Z"}
    }
    run.changed()
    expected = "Hi Musu, you said 37"

    def step() -> int:
        for _ in range(1000):
            if run.text("Hi @contact.first_name, you said @results.age")[0] != expected:
                raise SystemExit("the template is not evaluated as it should be")
        return 1000

    return step


def compiled() -> float:
    """Milliseconds that a flow of 100 nodes takes, with every template compiled anew."""
    best = 1e9
    definition = hundred_nodes()
    for _ in range(10):
        begun = time.process_time()
        read = read_flow(definition)
        for node in read.nodes:
            for action in node.actions:
                type(template(action.data["text"]))
        best = min(best, time.process_time() - begun)
        definition = json.loads(json.dumps(definition).replace("Question", "Question again"))
    return best * 1000


def shares(assets: Assets, env: Environment) -> None:
    """Prints where the time of the sprints goes, once everything is read."""
    conversation(assets, env)
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(300):
        conversation(assets, env)
    profile.disable()
    pstats.Stats(profile).sort_stats("tottime").print_stats(18)


def main() -> None:
    assets = assets_from_json(
        {
            "flows": [two_questions()],
            "channels": [CHANNEL],
            "fields": [{"key": "cadre", "name": "Cadre", "type": "text"}],
        }
    )
    env = environment()
    shares(assets, env)
    sprints = rate(lambda: conversation(assets, env))
    evaluations = rate(templates(assets, env))
    print(f"each the best of {ROUNDS} rounds of {SECONDS} s; a flow of 100 nodes is compiled cold")
    print(f"JSON's share of a sprint: {json_share(assets, env, sprints):.0f} %")
    print(f"sprints: {sprints:,.0f} /s")
    print(f"evaluations: {evaluations:,.0f} /s")
    print(f"compile: {compiled():.1f} ms")


if __name__ == "__main__":
    main()
