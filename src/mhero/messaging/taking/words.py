"""Replies: whose they are, what they answer, and whether they ask to be left alone."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import psycopg

from mhero.messaging.circumstances import Circumstances
from mhero.messaging.commands import answer_commands, claiming
from mhero.messaging.conversations.batch import Batch, Taken
from mhero.messaging.conversations.occasions import Heard
from mhero.messaging.segments import count
from mhero.messaging.stop import Wish, wish_of
from mhero.messaging.taking import commands
from mhero.messaging.taking.links import is_address
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
    #: The command that claims it, which conversations then never see.
    command: str = ""


async def take_words(connection: psycopg.AsyncConnection, batch: list[Received], talks: Batch) -> None:
    """Takes in what phones said, and gives it to the conversations that are going on."""
    allowed = talks.allowed
    said = await _with_answers(connection, [_said(each, allowed) for each in batch])
    contacts, unknown = await _contacts(connection, said)
    said = await _with_dialogues(connection, said, contacts)
    await talks.read(connection, {contact_id for contact_id, _ in contacts.values()})
    await _note_wishes(connection, said)
    taken = _answered(said, contacts, unknown, talks)
    await talks.write(connection)
    waits = {
        each.received.id
        for each in said
        if each.wish is None and not each.command and each.received.id not in taken
    }
    messages = [
        _incoming(each, *contacts[each.number], taken.get(each.received.id), each.received.id in waits)
        for each in said
        if each.received.kind == "message"
    ]
    messages += _confirmations(said, contacts, allowed)
    if messages:
        await connection.execute(
            ADD_MESSAGES, {name: [message[name] for message in messages] for name in messages[0]}
        )
    await commands.keep(
        connection, [_claimed(each, contacts[each.number][0]) for each in said if each.command]
    )
    heard = {contacts[each.number][0]: each for each in said if each.received.kind == "message"}
    waiting = {contacts[each.number][0] for each in said if each.received.id in waits}
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
        return Said(received=received, number=number, wish=Wish.STOP)
    text = received.payload["text"]
    wish = wish_of(text, allowed.stop_words)
    return Said(received=received, number=number, wish=wish, command="" if wish else claiming(text))


async def _with_dialogues(
    connection: psycopg.AsyncConnection, said: list[Said], contacts: Mapping[str, tuple[UUID, UUID | None]]
) -> list[Said]:
    """The same, with what answers a command's question for that command."""
    free = [contacts[each.number][0] for each in said if each.wish is None and not each.command]
    asked = await commands.asked(connection, free, said[-1].received.received_at) if free else {}
    if not asked:
        return said
    return [
        replace(each, command=asked.get(contacts[each.number][0], ""))
        if each.wish is None and not each.command
        else each
        for each in said
    ]


async def _with_answers(connection: psycopg.AsyncConnection, said: list[Said]) -> list[Said]:
    """Gives those texts to commands that are the answers they wait for."""
    for command in answer_commands():
        free = {
            (each.number, each.received.payload["text"])
            for each in said
            if each.wish is None and not each.command and command.claims(each.received.payload["text"])
        }
        awaited = await command.awaited(connection, sorted(free)) if free else ()
        if awaited:
            said = [
                replace(each, command=command.name)
                if each.wish is None
                and not each.command
                and (each.number, each.received.payload["text"]) in awaited
                else each
                for each in said
            ]
    return said


def _claimed(said: Said, contact_id: UUID) -> dict[str, Any]:
    """The row of a text that waits for its command."""
    received = said.received
    return {
        "message_id": _message_id(received),
        "command": said.command,
        "contact_id": contact_id,
        "channel": received.sms_channel_id,
        "number": said.number,
        "text": received.payload["text"],
        "received_at": received.received_at,
    }


def _answered(
    said: Iterable[Said],
    contacts: Mapping[str, tuple[UUID, UUID | None]],
    unknown: Collection[str],
    talks: Batch,
) -> dict[int, Taken]:
    """What the conversations took, by the receipts: one after the other, as it came."""
    taken: dict[int, Taken] = {}
    new = set(unknown)
    for each in said:
        contact_id = contacts[each.number][0]
        if each.wish is Wish.STOP:
            talks.participants[contact_id].status = "stopped"
            talks.interrupt(contact_id, "opted_out")
        elif each.wish is Wish.START:
            talks.participants[contact_id].status = "active"
        elif not each.command and (found := talks.hear(contact_id, _heard(each), is_new=each.number in new)):
            taken[each.received.id] = found
        new.discard(each.number)
    return taken


def _heard(said: Said) -> Heard:
    received = said.received
    return Heard(
        id=_message_id(received),
        text=received.payload["text"],
        at=received.received_at,
        sms_channel_id=received.sms_channel_id,
        number=said.number,
        external_id=received.payload.get("id", ""),
    )


def _message_id(received: Received) -> UUID:
    return derived_id(received.received_at, received.id)


def number_of(raw: str, country_code: str) -> str:
    """The E.164 number of a sender; a short code, a name or another network's address stays as it is."""
    if is_address(raw):
        return raw[:20]
    cleaned = clean(raw[:40], country_code)
    return (cleaned[0].number if cleaned else "") or raw.strip()[:20] or "?"


async def _contacts(
    connection: psycopg.AsyncConnection, said: Iterable[Said]
) -> tuple[dict[str, tuple[UUID, UUID | None]], list[str]]:
    """Each number's contact and the message that its reply answers; and the numbers that had no contact."""
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
    return found, [each.number for each in missing]


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


def _incoming(
    said: Said, contact_id: UUID, answers_id: UUID | None, taken: Taken | None, waits: bool
) -> dict[str, Any]:
    received = said.received
    return {
        "id": _message_id(received),
        "is_incoming": True,
        "contact_id": contact_id,
        "channel": received.sms_channel_id,
        "number": said.number,
        "text": received.payload["text"],
        "status": "received",
        "segments": min(count(received.payload["text"]).segments, 255),
        "external_id": received.payload.get("id", ""),
        "answers_id": answers_id,
        "is_handled": not waits,
        "session_id": taken.session_id if taken else None,
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
        "session_id": None,
        "operator": operator_of(said.number),
    }
