# ruff: noqa: ARG002 - The services answer without looking.
"""A long conversation for the tests of properties: every kind of action, a flow within a flow, many tests."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from mhero.flows.assets import Assets, assets_from_json
from mhero.flows.contact import Contact
from mhero.flows.environment import Environment, environment_from_json
from mhero.flows.ids import Ids
from mhero.flows.queries import groups
from mhero.flows.services import Limits, WebhookRequest, WebhookResponse
from mhero.flows.session import carry_on, resume, start
from mhero.flows.state import Sprint

Json = dict[str, Any]


def id_of(kind: str, number: int) -> str:
    return f"{kind}{number:07x}-0000-4000-8000-000000000000"


STOCK, SUPPLIES = id_of("f", 1), id_of("f", 2)
CHANNEL = {
    "uuid": id_of("a", 1), "name": "Ministry", "address": "8000", "schemes": ["tel"],
    "roles": ["send", "receive"], "country": "LR",
}  # fmt: skip
NURSES = {"uuid": id_of("7", 1), "name": "Nurses"}
BONG = {"uuid": id_of("7", 2), "name": "Bong", "query": 'county = "Bong"'}
MUSU = {
    "uuid": id_of("c", 1),
    "id": 7,
    "name": "Musu Kollie",
    "status": "active",
    "language": "fra",
    "timezone": "Africa/Monrovia",
    "created_on": "2026-01-01T00:00:00.123456789Z",
    "urns": ["tel:+231777000111"],
    "fields": {"cadre": {"text": "Nurse"}},
}
TRIGGER = {
    "type": "manual",
    "flow": {"uuid": STOCK, "name": "Stock"},
    "triggered_on": "2026-01-01T00:00:00Z",
    "params": {"round": 3, "large": 2**70, "name": "x"},
}


def node(number: int, actions: list[Json], *ways: int | None, router: Json | None = None) -> Json:
    found: Json = {
        "uuid": id_of("b", number),
        "actions": [{"uuid": id_of("d", number * 32 + at), **action} for at, action in enumerate(actions)],
        "exits": [
            {"uuid": id_of("e", number * 16 + at), "destination_uuid": id_of("b", way) if way else None}
            for at, way in enumerate(ways)
        ],
    }
    return {**found, "router": router} if router else found


def router(number: int, operand: str, name: str, *cases: tuple[str, list[str]], wait: bool = False) -> Json:
    """A switch; each case has a category and the exit of its number, and what no case takes has the next."""
    categories = [
        {"uuid": id_of("1", number * 16 + at), "name": f"Way {at}", "exit_uuid": id_of("e", number * 16 + at)}
        for at in range(len(cases) + 1)
    ]
    found: Json = {
        "type": "switch",
        "operand": operand,
        "result_name": name,
        "categories": categories,
        "default_category_uuid": categories[-1]["uuid"],
        "cases": [
            {
                "uuid": id_of("2", number * 16 + at),
                "type": test,
                "arguments": arguments,
                "category_uuid": categories[at]["uuid"],
            }
            for at, (test, arguments) in enumerate(cases)
        ],
    }
    if wait:
        timeout = {"seconds": 600, "category_uuid": categories[-1]["uuid"]}
        found["wait"] = {"type": "msg", "timeout": timeout}
    return found


def say(text: str, **more: Any) -> Json:
    return {"type": "send_msg", "text": text, **more}


_FIELD = {"key": "county", "name": "County"}
_REFERENCE = {"uuid": SUPPLIES, "name": "Supplies"}
_CONTENT = {"text": "From @contact: @results.gloves", "groups": [NURSES], "urns": ["tel:0777000222"]}
_CHANGES: list[Json] = [
    {"type": "set_contact_field", "field": _FIELD, "value": "@input.text"},
    {"type": "set_contact_name", "name": "@(title(contact.name)) @(rand_between(1, 9))"},
    {"type": "set_contact_language", "language": "eng"},
    {"type": "set_contact_timezone", "timezone": "Africa/Kigali"},
    {"type": "set_contact_status", "status": "active"},
    {"type": "set_contact_channel", "channel": {"uuid": CHANNEL["uuid"], "name": "Ministry"}},
    {"type": "add_contact_groups", "groups": [NURSES, {"name_match": "@results.gloves"}]},
    {"type": "remove_contact_groups", "groups": [], "all_groups": False},
    {"type": "add_contact_urn", "scheme": "tel", "path": "@input.text"},
    {"type": "add_input_labels", "labels": [{"uuid": id_of("3", 1), "name": "Stock"}]},
    {"type": "send_email", "addresses": ["korto@moh.gov.lr"], "subject": "@run", "body": "@results"},
    {"type": "send_broadcast", **_CONTENT},
    {"type": "start_session", "flow": _REFERENCE, "contact_query": "cadre = @fields.cadre", "groups": []},
    {"type": "call_resthook", "resthook": "new-stock", "result_name": "Hook"},
    {"type": "request_optin", "optin": {"uuid": id_of("4", 1), "name": "News"}},
    {
        "type": "call_llm", "llm": {"uuid": id_of("4", 2), "name": "None"}, "instructions": "",
        "input": "@input", "output_local": "said",
    },
    {"type": "open_ticket", "topic": {"uuid": id_of("4", 3), "name": "Stock"}, "note": "@results"},
]  # fmt: skip
_ASKED = [("has_number_between", ["1", "@trigger.params.round"]), ("has_any_word", ["none few"])]
_ASKED += [("has_pattern", ["(\\w+) (\\d+)"]), ("has_date", []), ("has_phone", ["LR"])]


def flows() -> list[Json]:
    """Stock enters Supplies in its middle; both are of the present version."""
    common = {"spec_version": "14.4.2", "language": "eng", "type": "messaging"}
    replies = ["Yes", "No @contact.first_name"]
    gone_well = [("has_number_between", ["200", "299"])]
    webhook = {"type": "call_webhook", "method": "POST", "url": "http://dhis2.example/?n=@input.text"}
    webhook |= {"body": "@(json(results))", "headers": {"X-Run": "@run.uuid"}, "result_name": "Sent"}
    counted = {"type": "set_run_local", "local": "asked", "value": "1", "operation": "increment"}
    any_way = {"type": "random", "result_name": "Drawn", **_drawn(6, 2)}
    stock = [
        node(1, [counted, say("Gloves, @contact.first_name? (@locals.asked)", quick_replies=replies)],
             2, 2, 2, 3, 3, 3, router=router(1, "@input.text", "Gloves", *_ASKED, wait=True)),
        node(2, _CHANGES, 3),
        node(3, [webhook], 4, 4, router=router(3, "@webhook.status", "", *gone_well)),
        node(4, [{"type": "enter_flow", "flow": _REFERENCE, "terminal": False}], 5, 6,
             router=router(4, "@child.status", "", ("has_only_text", ["completed"]))),
        node(5, [say("@child.results.masks, @input, @webhook.json.ok, @node.visit_count @resume")], 6, 6,
             router=router(5, "@input", "Last", ("has_text", []), wait=True)),
        node(6, [{"type": "set_run_result", "name": "Note", "value": "@(now())", "category": "@contact"}],
             7, 1, router=any_way),
        node(7, [say("@input @results @fields @urns @locals @run @trigger @parent @webhook.json")], None),
    ]  # fmt: skip
    supplies = [
        node(16, [say("Masks for @parent.contact? @parent.results.gloves", attachments=["image:http://x/@run"])],
             17, 17, router=router(16, "@input.text", "Masks", ("has_number_gt", ["0"]), wait=True)),
        node(17, [say("@results.masks.category of @contact.fields.county")], None),
    ]  # fmt: skip
    french = {
        id_of("d", 33): {"text": ["Des gants, @contact.first_name ?"], "quick_replies": ["Oui", "Non"]},
        id_of("2", 17): {"arguments": ["rien peu"]},
        id_of("1", 17): {"name": ["Pas assez"]},
    }
    return [
        {**common, "uuid": STOCK, "name": "Stock", "nodes": stock, "localization": {"fra": french}},
        {**common, "uuid": SUPPLIES, "name": "Supplies", "nodes": supplies, "localization": {}},
    ]


def _drawn(number: int, ways: int) -> Json:
    return {
        "categories": [
            {"uuid": id_of("1", number * 16 + at), "name": str(at), "exit_uuid": id_of("e", number * 16 + at)}
            for at in range(ways)
        ]
    }


class Lent:
    """Services that answer the same to the same."""

    def call_webhook(self, request: WebhookRequest) -> WebhookResponse:
        body = b'{"ok": true, "large": 1180591620717411303424, "half": "\\ud800", "n": 0.1}'
        return WebhookResponse(status=200 + len(request.body) % 3 * 100, body=body)

    def send_email(self, to: list[str], subject: str, body: str) -> None:
        """Promises to."""

    def matches(self, query: str, contact: Contact, env: Environment) -> bool:
        return groups.matches(query, contact, env)

    def owns_other(self, urn: str, contact: Contact) -> bool:
        return urn.endswith("5")

    def is_forbidden(self, text: str) -> bool:
        return "forbidden" in text

    def is_blocked_host(self, host: str) -> bool:
        return False


def world(*definitions: Json) -> tuple[Assets, Environment]:
    """The flows with what they refer to, a clock that ticks and dice that always fall alike."""
    moment = datetime(2026, 1, 1, tzinfo=UTC)

    def now() -> datetime:
        nonlocal moment
        moment += timedelta(seconds=1)
        return moment

    assets = assets_from_json(
        {
            "flows": list(definitions or flows()),
            "channels": [CHANNEL],
            "groups": [NURSES, BONG],
            "fields": [{"key": "cadre", "name": "Cadre", "type": "text"}, {**_FIELD, "type": "text"}],
            "labels": [{"uuid": id_of("3", 1), "name": "Stock"}],
            "resthooks": [{"slug": "new-stock", "subscribers": ["http://dhis2.example/hook"]}],
        },
        uuid=lambda: id_of("8", 1),
    )
    data = {"allowed_languages": ["eng", "fra"], "default_country": "LR"}
    return assets, environment_from_json(data, now=now, random=random.Random(7).random)


# The talk

#: What is answered: the kind of resume, and the text of a message.
Move = tuple[str, str]
FIXED: list[Move] = [
    ("msg", "peu"),
    ("msg", "Bong"),
    ("msg", "12"),
    ("msg", "yes"),
    ("wait_timeout", ""),
    ("msg", "2"),
]
_EVENTS = {"msg": "msg_received", "wait_timeout": "wait_timed_out", "wait_expiration": "wait_expired"}


def move_to_resume(move: Move) -> Json:
    kind, text = move
    event: Json = {"type": _EVENTS[kind], "uuid": id_of("9", 1), "created_on": "2026-01-02T00:00:00.5Z"}
    if kind == "msg":
        event["msg"] = {"text": text, "urn": "tel:+231777000111", "attachments": ["image:http://x/y.jpg"]}
    return {"type": kind, "resumed_on": "2026-01-02T00:00:00Z", "event": event}


def begin(assets: Assets, env: Environment, limits: Limits | None = None) -> Sprint:
    """The first sprint."""
    return start(
        assets=assets, environment=env, contact=MUSU, trigger=TRIGGER, services=Lent(), limits=limits
    )


def after_storing(
    assets: Assets, env: Environment, before: Sprint, move: Move, limits: Limits | None = None
) -> Sprint:
    """The next sprint of a session that was written down and read again."""
    session, contact = json.loads(json.dumps([before.session, before.contact]))
    answered = move_to_resume(move)
    return resume(
        assets=assets,
        environment=env,
        session=session,
        contact=contact,
        resume=answered,
        services=Lent(),
        limits=limits,
    )


def in_memory(env: Environment, before: Sprint, move: Move) -> Sprint:
    """The next sprint of a session whose objects were kept as they were."""
    session = before.runs[0].session
    session.events, session.segments = [], []
    session.uuid = Ids(env.now, env.random)
    return carry_on(session, move_to_resume(move))


def said(sprint: Sprint) -> str:
    """All that came of a sprint, as a database would keep it."""
    text = json.dumps([sprint.session, sprint.contact, sprint.events, sprint.segments], ensure_ascii=False)
    assert "\\u0000" not in text
    return text.encode().decode()


def talk(moves: list[Move], stored: list[bool], most_sprints: int = 500) -> list[str]:
    """All that came of a conversation, in which some of the waits are stored ones."""
    assets, env = world()
    limits = Limits(sprints_per_session=most_sprints)
    sprint = begin(assets, env, limits)
    found = [said(sprint)]
    for move, away in zip(moves, stored, strict=True):
        if sprint.session["status"] != "waiting":
            break
        sprint = after_storing(assets, env, sprint, move, limits) if away else in_memory(env, sprint, move)
        found.append(said(sprint))
    return found
