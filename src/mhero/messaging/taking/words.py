"""Replies: whose they are, what they answer, and whether they ask to be left alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from mhero.messaging.circumstances import Circumstances
from mhero.messaging.segments import count
from mhero.messaging.stop import Wish, wish_of
from mhero.messaging.taking.received import Received
from mhero.messaging.taking.statements import (
    ADD_MESSAGES,
    ADD_UNKNOWN,
    CONTACTS,
    OPT_IN,
    OPT_OUT,
    TOUCH_CONTACTS,
)
from mhero.platform.ids import derived_id
from mhero.platform.phones import clean, operator_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """Something that a phone said."""

    received: Received
    #: E.164, or what the network gave when that is no number.
    number: str
    wish: Wish | None
    #: Whether somebody has to look at it.
    waits: bool


async def take_words(
    connection: psycopg.AsyncConnection, batch: list[Received], allowed: Circumstances
) -> None:
    said = [_said(each, allowed) for each in batch]
    contacts = await _contacts(connection, said)
    await _note_wishes(connection, said)
    messages = [_incoming(each, *contacts[each.number]) for each in said if each.received.kind == "message"]
    messages += _confirmations(said, contacts, allowed)
    if messages:
        await connection.execute(
            ADD_MESSAGES, {name: [message[name] for message in messages] for name in messages[0]}
        )
    heard = {contacts[each.number][0]: each for each in said if each.received.kind == "message"}
    waiting = {contacts[each.number][0] for each in said if each.waits}
    await connection.execute(
        TOUCH_CONTACTS,
        {
            "ids": list(heard),
            "ats": [each.received.received_at for each in heard.values()],
            "waits": [contact_id in waiting for contact_id in heard],
        },
    )
    await connection.execute("SELECT pg_notify('messaging_queued', '')")


def _said(received: Received, allowed: Circumstances) -> Said:
    number = number_of(received.payload["from"], allowed.country_code)
    if received.kind == "stopped":
        return Said(received=received, number=number, wish=Wish.STOP, waits=False)
    wish = wish_of(received.payload["text"], allowed.stop_words)
    return Said(received=received, number=number, wish=wish, waits=wish is None)


def number_of(raw: str, country_code: str) -> str:
    """The E.164 number of a sender; a short code or a name stays as it is."""
    cleaned = clean(raw[:40], country_code)
    return (cleaned[0].number if cleaned else "") or raw.strip()[:20] or "?"


async def _contacts(
    connection: psycopg.AsyncConnection, said: Iterable[Said]
) -> dict[str, tuple[UUID, UUID | None]]:
    """Each number's contact, made where there was none, and the message that its reply answers."""
    first = {each.number: each for each in reversed(list(said))}
    numbers = list(first)
    cursor = await connection.execute(CONTACTS, {"numbers": numbers})
    found = {number: (contact, answers) for number, contact, answers in await cursor.fetchall()}
    missing = [each for number, each in first.items() if number not in found]
    if missing:
        ids = [derived_id(each.received.received_at, each.received.id, "contact") for each in missing]
        unknown = {
            "ids": ids,
            "numbers": [each.number for each in missing],
            "now": missing[0].received.received_at,
        }
        await connection.execute(ADD_UNKNOWN, unknown)
        cursor = await connection.execute(CONTACTS, {"numbers": [each.number for each in missing]})
        found |= {number: (contact, answers) for number, contact, answers in await cursor.fetchall()}
    return found


async def _note_wishes(connection: psycopg.AsyncConnection, said: Iterable[Said]) -> None:
    """The last wish of each number counts."""
    wishes = {each.number: each for each in said if each.wish is not None}
    stops = [each for each in wishes.values() if each.wish is Wish.STOP]
    starts = [number for number, each in wishes.items() if each.wish is Wish.START]
    if stops:
        by = ["STOP" if each.received.kind == "message" else "provider" for each in stops]
        at = stops[-1].received.received_at
        await connection.execute(OPT_OUT, {"numbers": [each.number for each in stops], "by": by, "now": at})
    if starts:
        await connection.execute(OPT_IN, {"numbers": starts})


def _confirmations(
    said: Iterable[Said],
    contacts: dict[str, tuple[UUID, UUID | None]],
    allowed: Circumstances,
) -> list[dict[str, Any]]:
    """One answer for each number whose last wish was to stop, if it sent that wish itself."""
    if not allowed.stop_confirmation:
        return []
    wishes = {each.number: each for each in said if each.wish is not None}
    return [
        _confirmation(each, contacts[number][0], allowed.stop_confirmation)
        for number, each in wishes.items()
        if each.wish is Wish.STOP and each.received.kind == "message"
    ]


def _incoming(said: Said, contact_id: UUID, answers_id: UUID | None) -> dict[str, Any]:
    received = said.received
    return {
        "id": derived_id(received.received_at, received.id),
        "is_incoming": True,
        "contact_id": contact_id,
        "channel": received.sms_channel_id,
        "number": said.number,
        "text": received.payload["text"],
        "status": "received",
        "segments": min(count(received.payload["text"]).segments, 255),
        "external_id": received.payload.get("id", ""),
        "answers_id": answers_id,
        "is_handled": not said.waits,
        "operator": operator_of(said.number),
    }


def _confirmation(said: Said, contact_id: UUID, text: str) -> dict[str, Any]:
    received = said.received
    return {
        "id": derived_id(received.received_at, received.id, "confirmation"),
        "is_incoming": False,
        "contact_id": contact_id,
        "channel": received.sms_channel_id,
        "number": said.number,
        "text": text,
        "status": "queued",
        "segments": count(text).segments,
        "external_id": "",
        "answers_id": None,
        "is_handled": False,
        "operator": operator_of(said.number),
    }
