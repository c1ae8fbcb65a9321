"""Small flows for tests, as definitions."""

from typing import Any
from uuid import UUID

Json = dict[str, Any]

#: What the three questions of `survey` are, with the words that each takes.
QUESTIONS = (
    ("Do you have the vaccine?", "vaccine", ("yes", "no")),
    ("Is the fridge cold?", "fridge", ("yes", "no")),
    ("Who counts: nurse or clerk?", "counts", ("nurse", "clerk")),
)
THANKS = "Thank you!"
NOT_UNDERSTOOD = "Sorry, one more time."


def id_of(flow: int, kind: str, number: int) -> str:
    return str(UUID(f"{flow:08x}-{ord(kind):04x}-4000-8000-{number:012x}"))


def definition(flow: int, nodes: list[Json], **own: Any) -> Json:
    return {
        "uuid": id_of(flow, "f", 0),
        "name": f"Flow {flow}",
        "spec_version": "14.4.0",
        "type": "messaging",
        "language": "eng",
        "expire_after_minutes": 60,
        "localization": {},
        "nodes": nodes,
        **own,
    }


def node(flow: int, number: int, *actions: Json, to: int | None = None) -> Json:
    """A node that acts and goes on."""
    kept = [{"uuid": id_of(flow, "d", number * 16 + at), **action} for at, action in enumerate(actions)]
    way = {"uuid": id_of(flow, "e", 10_000 + number), "destination_uuid": to and id_of(flow, "b", to)}
    return {"uuid": id_of(flow, "b", number), "actions": kept, "exits": [way]}


def say(text: str) -> Json:
    return {"type": "send_msg", "text": text}


def ask(
    flow: int, number: int, text: str, name: str, words: tuple[str, ...], *, to: int | None, timeout: int = 0
) -> list[Json]:
    """Two nodes: one asks, one takes one of some words; any other answer, or silence, asks again."""
    answers = (*words, "other")
    places = {word: number * 16 + at for at, word in enumerate(answers)}
    wait: Json = {"type": "msg"}
    if timeout:
        wait["timeout"] = {"seconds": timeout, "category_uuid": id_of(flow, "c", places["other"])}
    waiting = {
        "uuid": id_of(flow, "b", 100 + number),
        "actions": [],
        "router": {
            "type": "switch",
            "wait": wait,
            "operand": "@input.text",
            "result_name": name,
            "default_category_uuid": id_of(flow, "c", places["other"]),
            "categories": [
                {"uuid": id_of(flow, "c", at), "name": word.title(), "exit_uuid": id_of(flow, "e", at)}
                for word, at in places.items()
            ],
            "cases": [
                {
                    "uuid": id_of(flow, "a", places[word]),
                    "type": "has_any_word",
                    "arguments": [word],
                    "category_uuid": id_of(flow, "c", places[word]),
                }
                for word in words
            ],
        },
        "exits": [
            {
                "uuid": id_of(flow, "e", at),
                "destination_uuid": id_of(flow, "b", number)
                if word == "other"
                else (to and id_of(flow, "b", to)),
            }
            for word, at in places.items()
        ],
    }
    return [node(flow, number, say(text), to=100 + number), waiting]


def survey(flow: int = 1, *, timeout: int = 0, **own: Any) -> Json:
    """Three questions and a thank-you."""
    nodes: list[Json] = []
    for at, (text, name, words) in enumerate(QUESTIONS, 1):
        nodes += ask(flow, at, text, name, words, to=at + 1, timeout=timeout)
    return definition(flow, [*nodes, node(flow, len(QUESTIONS) + 1, say(THANKS))], **own)
