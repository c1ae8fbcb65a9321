"""A conversation that is only tried: answers put to a definition one after the other, nothing kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from mhero.flows.assets import assets_from_json
from mhero.flows.environment import Environment
from mhero.flows.ids import uuid7
from mhero.flows.locations import Hierarchy
from mhero.flows.session import resume, start
from mhero.flows.state import Sprint

Json = dict[str, Any]
CHANNEL: Json = {
    "uuid": "00000000-0000-4000-8000-0000000c0001",
    "name": "SMS",
    "address": "1234",
    "schemes": ["tel"],
    "roles": ["send", "receive"],
}
NOBODY: Json = {
    "uuid": "00000000-0000-4000-8000-0000000a0001",
    "status": "active",
    "urns": ["tel:+231770000000"],
}
#: Somebody who answers for ever would otherwise be answered for ever.
MOST_ANSWERS = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One message of the conversation."""

    ours: bool
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Talk:
    lines: tuple[Line, ...]
    #: `waiting`, `completed` or `failed`.
    status: str
    #: What each question was understood to be answered with, by the results' names: category and value.
    results: Mapping[str, tuple[str, str]]


def talk(
    definition: Json,
    answers: Iterable[str] = (),
    *,
    at: datetime,
    contact: Json | None = None,
    zone: tzinfo = UTC,
    locations: Hierarchy | None = None,
    others: Iterable[Json] = (),
) -> Talk:
    """Starts the flow at a moment and gives it the answers. `others` are flows that it may enter.

    `contact` is the engine's; without one it is somebody of whom nothing is known. Raises FlowError where
    the definition cannot be run.
    """
    contact = {**NOBODY, **(contact or {})}
    fields = [{"key": key, "name": key, "type": "text"} for key in contact.get("fields") or {}]
    new_id = _ids(at)
    assets = assets_from_json(
        {"flows": [definition, *others], "channels": [CHANNEL], "fields": fields}, uuid=new_id
    )
    languages = [definition["language"], *(definition.get("localization") or {})]
    environment = Environment(
        timezone=zone,
        allowed_languages=tuple(languages),
        locations=locations,
        now=lambda: at,
        random=lambda: 0.5,
    )
    flow = {"uuid": definition["uuid"], "name": definition["name"]}
    sprint = start(
        assets=assets,
        environment=environment,
        contact=contact,
        trigger={"type": "manual", "flow": flow, "triggered_on": at.isoformat()},
        uuid=new_id,
    )
    lines = [*_said(sprint)]
    for answer in list(answers)[:MOST_ANSWERS]:
        if sprint.session["status"] != "waiting":
            break
        lines.append(Line(ours=False, text=answer))
        sprint = resume(
            assets=assets,
            environment=environment,
            session=sprint.session,
            contact=sprint.contact,
            resume=_reply(answer, at, new_id),
            uuid=new_id,
        )
        lines += _said(sprint)
    return Talk(lines=tuple(lines), status=str(sprint.session["status"]), results=_results(sprint))


def _reply(text: str, at: datetime, new_id: Callable[[], str]) -> Json:
    event = {
        "uuid": new_id(),
        "type": "msg_received",
        "created_on": at.isoformat(),
        "msg": {"text": text, "urn": NOBODY["urns"][0]},
    }
    return {"type": "msg", "resumed_on": at.isoformat(), "event": event}


def _said(sprint: Sprint) -> list[Line]:
    return [
        Line(ours=True, text=event["msg"]["text"])
        for event in sprint.events
        if event["type"] == "msg_created"
    ]


def _results(sprint: Sprint) -> dict[str, tuple[str, str]]:
    return {
        result["name"]: (result.get("category") or "", str(result.get("value") or ""))
        for run in sprint.session.get("runs") or []
        for result in (run.get("results") or {}).values()
    }


def _ids(at: datetime) -> Callable[[], str]:
    """The same ids each time: they are shown to nobody."""
    drawn = iter(range(1, 10**9))
    return lambda: uuid7(lambda: at, lambda: next(drawn) / 10**9)
