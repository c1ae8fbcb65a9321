"""Somebody's questions and what people answered, made without a conversation: for pages and figures.

The questions: whether there is BCG (yes, no; anything else is asked again), how many doses, in which
district, since when, and why. The answers are drawn from a seed.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from mhero.platform.clock import now
from mhero.platform.ids import new_id

CADRES = ("Nurse", "Midwife", "Physician assistant", "")
COUNTIES = ("Bong", "Lofa", "Nimba", "Margibi", "Montserrado")
OPERATORS = ("Lonestar MTN", "Orange Liberia")
REASONS = (
    "No fridge that works",
    "The car did not come from the county store",
    "Fridge broken since Monday",
    "We were not told",
)


def named(name: str) -> str:
    """The identifier that a part of the flow always has."""
    return str(uuid5(NAMESPACE_URL, name))


def definition(flow_id: UUID) -> dict[str, Any]:
    return {
        "uuid": str(flow_id),
        "name": "BCG stock",
        "spec_version": "14.4.2",
        "language": "eng",
        "type": "messaging",
        "revision": 1,
        "expire_after_minutes": 4320,
        "localization": {},
        "nodes": [
            _question("bcg", "BCG", "Is there BCG on your shelf? Answer yes or no.", "doses", yes_no=True),
            _says("sorry", "We did not understand.", "bcg"),
            _question("doses", "Doses", "How many doses?", "where", tests=[("has_number", "Has number")]),
            _question(
                "where", "Where", "In which district?", "since", tests=[("has_district", "Has place", "Bong")]
            ),
            _question("since", "Since", "Since when?", "why", tests=[("has_date", "Has date")]),
            _question("why", "Why", "Why is that so?", "thanks"),
            _says("thanks", "Thank you!", ""),
        ],
    }


def _says(name: str, text: str, then: str) -> dict[str, Any]:
    return {
        "uuid": named(name),
        "actions": [{"type": "send_msg", "uuid": named(f"{name} text"), "text": text}],
        "exits": [{"uuid": named(f"{name} exit"), "destination_uuid": named(then) if then else None}],
    }


def _question(
    name: str,
    key: str,
    text: str,
    then: str,
    *,
    yes_no: bool = False,
    tests: list[tuple[str, ...]] | None = None,
) -> dict[str, Any]:
    known = [("has_any_word", "Yes", "yes 1"), ("has_any_word", "No", "no 2")] if yes_no else tests or []
    other = "Other" if known else "All Responses"
    categories = [category for _test, category, *_ in known] + [other]
    leads = {category: named(then) for category in categories}
    if yes_no:
        leads[other] = named("sorry")
    exit_of = {category: named(f"{name} {category} exit") for category in categories}
    uuid_of = {category: named(f"{name} {category}") for category in categories}
    return {
        "uuid": named(name),
        "actions": [{"type": "send_msg", "uuid": named(f"{name} text"), "text": text}],
        "router": {
            "type": "switch",
            "operand": "@input.text",
            "result_name": key,
            "wait": {"type": "msg"},
            "default_category_uuid": uuid_of[other],
            "categories": [
                {"uuid": uuid_of[each], "name": each, "exit_uuid": exit_of[each]} for each in categories
            ],
            "cases": [
                {
                    "uuid": named(f"{name} case {category}"),
                    "type": test,
                    "arguments": list(arguments),
                    "category_uuid": uuid_of[category],
                }
                for test, category, *arguments in known
            ],
        },
        "exits": [{"uuid": exit_of[each], "destination_uuid": leads[each]} for each in categories],
    }


def make_flow(name: str = "BCG stock") -> Any:
    from mhero.messaging.models import Flow, FlowRevision

    flow = Flow.objects.create(name=name, published_revision=1, latest_revision=1)
    FlowRevision.objects.create(flow=flow, revision=1, definition=definition(flow.id) | {"name": name})
    return flow


def make_send(flow: Any, channel: Any, at: datetime | None = None, **own: Any) -> Any:
    from mhero.messaging.models import Broadcast

    at = at or now() - timedelta(hours=3)
    common = {
        "name": "BCG stock, November",
        "text": "",
        "flow": flow,
        "sms_channel": channel,
        "status": "sent",
        "audience_description": "Nurses in Bong",
        "created_by": "korto@example.org",
        "starts_at": at,
        "started_at": at,
        "finished_at": at + timedelta(minutes=2),
        "expires_at": at + timedelta(days=1),
    }
    return Broadcast.objects.create(**(common | own))


def make_contacts(
    people: int, place_ids: Callable[[int], list[UUID]] = lambda _n: [], first: int = 0
) -> list[Any]:
    from mhero.messaging.models import Contact

    return Contact.objects.bulk_create(
        [
            Contact(
                person_id=UUID(int=0x5000000 + n),
                number=f"+23177{n:07d}",
                name=f"Musu {n}",
                fields={
                    "first_name": "Musu",
                    "cadre": CADRES[n % len(CADRES)],
                    "county": COUNTIES[n % len(COUNTIES)],
                    "district": f"District {n % 20}",
                    "facility": f"Clinic {n % 300}",
                },
                place_ids=place_ids(n),
            )
            for n in range(first, first + people)
        ],
        batch_size=5000,
    )


def ask(flow: Any, send: Any, contacts: list[Any], seed: int = 1, channel_id: UUID | None = None) -> None:
    """Starts the questions with everybody. One of five never answers; the others come differently far."""
    from mhero.messaging.models import FlowRun, Recipient, Session

    at = send.started_at if send else now() - timedelta(hours=3)
    drawn = Random(seed)
    made = [_conversation(flow, send, contact, at, drawn, channel_id) for contact in contacts]
    if send:
        Recipient.objects.bulk_create(
            [Recipient(broadcast=send, contact=contact, is_expanded=True) for contact in contacts],
            batch_size=5000,
        )
    Session.objects.bulk_create([session for session, _run in made], batch_size=2000)
    FlowRun.objects.bulk_create([run for _session, run in made], batch_size=2000)


def _conversation(
    flow: Any, send: Any, contact: Any, at: datetime, drawn: Random, channel_id: UUID | None
) -> tuple[Any, Any]:
    from mhero.messaging.models import FlowRun, Session

    far = 0 if drawn.random() < 0.2 else drawn.choice([1, 2, 3, 4, 5, 5, 5, 5])
    times = [at + timedelta(seconds=20 + drawn.expovariate(1 / 900)) for _ in range(5)]
    times.sort()
    answers = list(_answers(drawn, times))[:far]
    results = dict(answers)
    nodes = ("bcg", "doses", "where", "since", "why")
    if far == 5:
        status, node = "completed", "thanks"
    else:
        status, node = drawn.choice(["waiting", "waiting", "expired", "interrupted", "failed"]), nodes[far]
    reason = {"interrupted": drawn.choice(["opted_out", "other_flow", "stopped"])}.get(status, "")
    ended = None if status == "waiting" else (times[-1] + timedelta(minutes=1))
    common = {"contact": contact, "flow": flow, "broadcast_id": send.id if send else None, "status": status}
    session = Session(
        **common,
        id=new_id(),
        sms_channel_id=send.sms_channel_id if send else channel_id,
        reason=reason,
        started_at=at,
        ended_at=ended,
        answered_at=times[0] if far else None,
        answers=far,
    )
    run = FlowRun(
        **common,
        id=new_id(),
        session=session,
        started_at=at,
        ended_at=ended,
        changed_at=times[max(0, far - 1)],
        is_answered=far > 0,
        node_id=UUID(named(node)),
        results=results,
        person={
            "cadre": contact.fields["cadre"],
            "county": contact.fields["county"],
            "operator": drawn.choice(OPERATORS),
            "gender": drawn.choice(["female", "female", "male"]),
        },
    )
    return session, run


def _answers(drawn: Random, times: list[datetime]) -> Iterator[tuple[str, dict[str, str]]]:
    has_bcg = drawn.random() < 0.7
    given = [
        ("bcg", "BCG", "yes" if has_bcg else "no", "Yes" if has_bcg else "No"),
        ("doses", "Doses", str(int(drawn.gauss(40, 15)) if has_bcg else 0), "Has number"),
        ("where", "Where", f"Liberia > Bong > District {drawn.randrange(20)}", "Has place"),
        (
            "since",
            "Since",
            f"2026-{drawn.randrange(1, 12):02d}-{drawn.randrange(1, 28):02d}T00:00:00Z",
            "Has date",
        ),
        ("why", "Why", drawn.choice(REASONS), "All Responses"),
    ]
    for (key, name, value, category), at in zip(given, times, strict=True):
        yield (
            key,
            {
                "name": name,
                "value": value,
                "category": category,
                "node_uuid": named(key),
                "input": value,
                "created_on": at.isoformat(),
            },
        )
