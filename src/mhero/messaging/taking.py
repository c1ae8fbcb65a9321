"""Takes in what the gateway kept: delivery reports, replies, and wishes to be left alone.

One worker at a time, in the order of arrival; each batch is one transaction, together with the marks that it
was taken, so that a worker that dies in between has done nothing.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from mhero.messaging.circumstances import Circumstances, Watched
from mhero.messaging.database import Connection
from mhero.messaging.segments import count
from mhero.messaging.stop import Wish, wish_of
from mhero.platform.ids import derived_id
from mhero.platform.phones import clean, operator_of

log = logging.getLogger(__name__)
BATCH = 500

LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('mhero.messaging.taking', 0))"
WAITING = """
SELECT id, sms_channel_id, kind, payload, received_at FROM messaging_received
WHERE NOT is_taken ORDER BY id LIMIT %(most)s
"""
MARK_TAKEN = """
UPDATE messaging_received r SET is_taken = true, error = t.error
FROM unnest(%(ids)s::bigint[], %(errors)s::text[]) AS t(id, error) WHERE r.id = t.id
"""

# A final state stays, but for news that is better: a phone that comes back after days still counts, and so
# does a message that left although a crash kept us from noting it.
TAKE_REPORTS = """
UPDATE messaging_message m SET
    status = r.status,
    sent_at = coalesce(m.sent_at, r.at),
    final_at = CASE WHEN r.status = 'sent' THEN NULL ELSE r.at END,
    reason = CASE WHEN r.status = 'failed' THEN 'not_delivered' ELSE '' END,
    provider_words = r.words
FROM (
    SELECT * FROM unnest(%(ids)s::uuid[], %(statuses)s::text[], %(ats)s::timestamptz[], %(words)s::text[])
        AS news(id, status, at, words)
    ORDER BY id
) AS r
WHERE m.id = r.id AND NOT m.is_incoming AND (
    m.status IN ('queued', 'wired')
    OR (m.status = 'sent' AND r.status <> 'sent')
    OR (m.status IN ('failed', 'cancelled') AND r.status = 'delivered')
)
"""
KNOWN_IDS = """
SELECT m.id FROM unnest(%(ids)s::uuid[]) AS r(id)
JOIN messaging_message m ON m.id = r.id AND NOT m.is_incoming
"""
IDS_OF_EXTERNAL = """
SELECT m.external_id, m.id FROM unnest(%(externals)s::text[]) AS r(external)
JOIN messaging_message m ON m.external_id = r.external AND m.external_id <> '' AND NOT m.is_incoming
"""

# The contact of a number, and the message that a reply answers: the latest one that reached the phone.
CONTACTS = """
SELECT c.number, c.id, latest.id
FROM messaging_contact c
LEFT JOIN LATERAL (
    SELECT m.id FROM messaging_message m
    WHERE m.contact_id = c.id AND NOT m.is_incoming AND NOT m.is_confirmation
      AND m.status IN ('wired', 'sent', 'delivered', 'failed')
    ORDER BY m.id DESC LIMIT 1
) AS latest ON true
WHERE c.number = ANY(%(numbers)s)
"""
ADD_UNKNOWN = """
INSERT INTO messaging_contact (id, number, name, language, status, fields, stopped_by, place_ids, created_at,
    followed_change)
SELECT c.id, c.number, '', '', 'active', '{}', '', '{}', %(now)s, 0
FROM unnest(%(ids)s::uuid[], %(numbers)s::text[]) AS c(id, number)
ON CONFLICT (number) DO NOTHING
"""
ADD_MESSAGES = """
INSERT INTO messaging_message (
    id, is_incoming, contact_id, sms_channel_id, number, text, status, priority, segments, external_id,
    reason, provider_words, attempts, expires_at, answers_id, is_handled, author, is_confirmation, operator,
    cadre, county
)
SELECT m.id, m.is_incoming, m.contact_id, m.channel, m.number, m.text, m.status, 0, m.segments,
    m.external_id, '', '', 0, CASE WHEN m.is_incoming THEN NULL ELSE now() + interval '1 day' END,
    m.answers_id, m.is_handled, '', NOT m.is_incoming, m.operator, '', ''
FROM unnest(
    %(id)s::uuid[], %(is_incoming)s::bool[], %(contact_id)s::uuid[], %(channel)s::uuid[], %(number)s::text[],
    %(text)s::text[], %(status)s::text[], %(segments)s::smallint[], %(external_id)s::text[],
    %(answers_id)s::uuid[], %(is_handled)s::bool[], %(operator)s::text[]
) AS m(id, is_incoming, contact_id, channel, number, text, status, segments, external_id, answers_id,
       is_handled, operator)
ON CONFLICT (id) DO NOTHING
"""
TOUCH_CONTACTS = """
UPDATE messaging_contact c SET
    last_message_at = greatest(c.last_message_at, t.at),
    waiting_since = CASE WHEN t.waits THEN coalesce(c.waiting_since, t.at) ELSE c.waiting_since END
FROM unnest(%(ids)s::uuid[], %(ats)s::timestamptz[], %(waits)s::bool[]) AS t(id, at, waits) WHERE c.id = t.id
"""
OPT_OUT = """
WITH wished AS (SELECT number, by FROM unnest(%(numbers)s::text[], %(by)s::text[]) AS w(number, by)),
added AS (
    INSERT INTO messaging_optout (number, at, by) SELECT number, %(now)s, by FROM wished
    ON CONFLICT (number) DO NOTHING RETURNING number
),
cancelled AS (
    UPDATE messaging_message SET status = 'cancelled', reason = 'opted_out', final_at = %(now)s
    WHERE id IN (
        SELECT m.id FROM messaging_message m JOIN wished w ON w.number = m.number
        WHERE m.status = 'queued' AND NOT m.is_confirmation ORDER BY m.id FOR UPDATE OF m
    )
)
UPDATE messaging_contact c SET status = 'stopped', stopped_at = %(now)s, stopped_by = w.by
FROM wished w WHERE c.number = w.number
"""
# Whether somebody still works in the service is not theirs to say: the registry does at its next change.
OPT_IN = """
WITH removed AS (DELETE FROM messaging_optout WHERE number = ANY(%(numbers)s))
UPDATE messaging_contact SET status = 'active', stopped_at = NULL, stopped_by = ''
WHERE number = ANY(%(numbers)s) AND status = 'stopped'
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    id: int
    sms_channel_id: UUID
    kind: str
    payload: dict[str, str]
    received_at: datetime


class Taking:
    """The pump's step."""

    def __init__(self, watched: Watched | None = None) -> None:
        self._watched = watched or Watched()
        self._connection = Connection()

    async def step(self) -> bool:
        """Takes in one batch; True while there may be more."""
        allowed = await self._watched.get()
        connection = await self._connection.get()
        async with connection.transaction():
            row = await (await connection.execute(LOCK)).fetchone()
            if row is None or not row[0]:
                return False
            cursor = await connection.execute(WAITING, {"most": BATCH})
            batch = [
                Received(id=key, sms_channel_id=channel, kind=kind, payload=payload, received_at=at)
                for key, channel, kind, payload, at in await cursor.fetchall()
            ]
            if batch:
                await take_in(connection, batch, allowed)
        return len(batch) == BATCH

    async def close(self) -> None:
        await self._connection.close()


async def take_in(connection: psycopg.AsyncConnection, batch: list[Received], allowed: Circumstances) -> None:
    """Takes in a batch inside the caller's transaction."""
    errors = await _take_reports(connection, [each for each in batch if each.kind == "status"])
    said = [each for each in batch if each.kind in {"message", "stopped"}]
    if said:
        await _take_words(connection, said, allowed)
    ids = [each.id for each in batch]
    taken_errors = [errors.get(key, "") for key in ids]
    await connection.execute(MARK_TAKEN, {"ids": ids, "errors": taken_errors})


async def _take_reports(connection: psycopg.AsyncConnection, reports: list[Received]) -> dict[int, str]:
    """Returns an error for each report about a message that is not ours."""
    if not reports:
        return {}
    ids = await _message_ids(connection, reports)
    latest: dict[UUID, Received] = {}
    for report in reports:
        message_id = ids.get(report.id)
        if message_id is not None and _is_news(report, latest.get(message_id)):
            latest[message_id] = report
    news = list(latest.items())
    await connection.execute(
        TAKE_REPORTS,
        {
            "ids": [message_id for message_id, _ in news],
            "statuses": [report.payload["status"] for _, report in news],
            "ats": [report.received_at for _, report in news],
            "words": [report.payload.get("words", "")[:300] for _, report in news],
        },
    )
    return {report.id: "There is no such message." for report in reports if report.id not in ids}


def _is_news(report: Received, before: Received | None) -> bool:
    """Whether a report counts beside an earlier one of the same batch, by the rule of `TAKE_REPORTS`."""
    if before is None:
        return True
    order = ("sent", "failed", "delivered")
    return order.index(report.payload["status"]) > order.index(before.payload["status"])


async def _message_ids(connection: psycopg.AsyncConnection, reports: list[Received]) -> dict[int, UUID]:
    """Our message of each report: by our own id, or by the one that the provider gave."""
    ours = {report.id: found for report in reports if (found := _uuid(report.payload["id"]))}
    cursor = await connection.execute(KNOWN_IDS, {"ids": list(set(ours.values()))})
    known = {row[0] for row in await cursor.fetchall()}
    ids = {key: message_id for key, message_id in ours.items() if message_id in known}
    theirs = {report.id: report.payload["id"] for report in reports if report.id not in ids}
    if theirs:
        cursor = await connection.execute(IDS_OF_EXTERNAL, {"externals": list(set(theirs.values()))})
        by_external: dict[str, UUID] = dict(await cursor.fetchall())
        ids |= {key: by_external[external] for key, external in theirs.items() if external in by_external}
    return ids


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """Something that a phone said."""

    received: Received
    #: E.164, or what the network gave when that is no number.
    number: str
    wish: Wish | None
    #: Whether somebody has to look at it.
    waits: bool


async def _take_words(
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
