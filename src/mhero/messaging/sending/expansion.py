"""Turns a broadcast's recipients into messages, and moves broadcasts through their states.

waiting_for_approval ──approve──► scheduled | held ──starts_at──► sending ──► sent
any of them ──► stopped (by a person) | expired (by the clock)

A batch of recipients becomes messages in one transaction that also marks them. The messages' ids are derived,
so even a batch made twice could not double a message.
"""

from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

import psycopg

from mhero.messaging.circumstances import Circumstances, Watched
from mhero.messaging.conversations.batch import Batch
from mhero.messaging.conversations.occasions import Start, by_hand
from mhero.messaging.conversations.published import Publications
from mhero.messaging.database import Connection
from mhero.messaging.reasons import ANSWERED
from mhero.messaging.segments import count, simplified
from mhero.messaging.sending.balance import Choices
from mhero.messaging.sending.texts import Addressed, texts_of
from mhero.platform.ids import derived_id
from mhero.platform.phones import operator_of

BATCH = 500
#: Fewer where each is a conversation that begins: answers to others must not wait for all of them.
FLOW_BATCH = 200

START_DUE = """
UPDATE messaging_broadcast SET status = 'sending', started_at = %(now)s
WHERE status IN ('scheduled', 'held') AND starts_at <= %(now)s AND expires_at > %(now)s
"""
EXPIRE_UNSTARTED = """
UPDATE messaging_broadcast SET status = 'expired', finished_at = %(now)s
WHERE status IN ('waiting_for_approval', 'scheduled', 'held') AND expires_at <= %(now)s
"""

# The row's lock keeps Stop waiting until the batch is in, so that Stop sees every message there is.
NEXT = """
SELECT b.id, b.text, b.translations, b.flow_id, b.simplifies_accents, b.sms_channel_id, b.started_at,
    b.expires_at, b.reask_of_id, b.is_urgent
FROM messaging_broadcast b
WHERE b.status = 'sending' AND b.expires_at > %(now)s
  AND EXISTS (SELECT FROM messaging_recipient r WHERE r.broadcast_id = b.id AND NOT r.is_expanded)
ORDER BY NOT b.is_urgent, b.started_at
LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
"""
RECIPIENTS = """
SELECT r.id, c.id, coalesce(c.number, ''), c.name, c.language, c.status, c.fields, o.number IS NOT NULL
FROM messaging_recipient r
JOIN messaging_contact c ON c.id = r.contact_id
LEFT JOIN messaging_optout o ON o.number = c.number
WHERE r.broadcast_id = %(broadcast)s AND NOT r.is_expanded
ORDER BY r.id LIMIT %(most)s
"""
ANSWERED_SINCE = """
SELECT contact_id FROM messaging_session
WHERE contact_id = ANY(%(contacts)s) AND broadcast_id = %(broadcast)s AND answered_at IS NOT NULL
"""
INSERT_MESSAGES = """
INSERT INTO messaging_message (
    id, is_incoming, contact_id, broadcast_id, sms_channel_id, number, text, status, priority, segments,
    external_id, reason, provider_words, attempts, expires_at, final_at, is_handled, author, is_confirmation,
    operator, cadre, county
)
SELECT m.id, false, m.contact_id, %(broadcast)s, m.channel, m.number, m.text, m.status, %(priority)s,
    m.segments, '', m.reason, '', 0, %(expires_at)s,
    CASE WHEN m.status = 'cancelled' THEN %(now)s::timestamptz END, false, '', false,
    m.operator, m.cadre, m.county
FROM unnest(
    %(id)s::uuid[], %(contact_id)s::uuid[], %(channel)s::uuid[], %(number)s::text[], %(text)s::text[],
    %(status)s::text[], %(segments)s::smallint[], %(reason)s::text[], %(operator)s::text[],
    %(cadre)s::text[], %(county)s::text[]
) AS m(id, contact_id, channel, number, text, status, segments, reason, operator, cadre, county)
ON CONFLICT (id) DO NOTHING
"""
MARK_EXPANDED = """
WITH marked AS (
    UPDATE messaging_recipient SET is_expanded = true WHERE id = ANY(%(recipients)s) RETURNING 1
)
UPDATE messaging_broadcast SET expanded = expanded + (SELECT count(*) FROM marked) WHERE id = %(broadcast)s
"""

# Finished is a send whose every message has left our hands, or never will.
FINISH = """
UPDATE messaging_broadcast b
SET status = CASE WHEN b.expires_at <= %(now)s AND (
        EXISTS (SELECT FROM messaging_recipient r WHERE r.broadcast_id = b.id AND NOT r.is_expanded)
        OR EXISTS (SELECT FROM messaging_message m
                   WHERE m.broadcast_id = b.id AND m.status = 'cancelled' AND m.reason = 'expired')
    ) THEN 'expired' ELSE 'sent' END,
    finished_at = %(now)s
WHERE b.status = 'sending'
  AND (b.expires_at <= %(now)s
       OR NOT EXISTS (SELECT FROM messaging_recipient r WHERE r.broadcast_id = b.id AND NOT r.is_expanded))
  AND NOT EXISTS (SELECT FROM messaging_message m WHERE m.broadcast_id = b.id AND m.status = 'queued')
  AND NOT EXISTS (SELECT FROM messaging_message m WHERE m.broadcast_id = b.id AND m.status = 'wired')
  AND (b.flow_id IS NULL OR NOT EXISTS (
      SELECT FROM messaging_sessiontask t WHERE t.kind = 'start' AND t.data->>'broadcast_id' = b.id::text
  ))
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sending:
    """A broadcast that is being expanded."""

    id: UUID
    text: str
    translations: dict[str, str]
    flow_id: UUID | None
    simplifies_accents: bool
    #: None lets each number choose.
    sms_channel_id: UUID | None
    started_at: datetime
    expires_at: datetime
    #: The send whose silent people it asks again.
    reask_of_id: UUID | None
    is_urgent: bool


class Expansion:
    """The pump's step: starts what is due, expands one batch, finishes what is done."""

    def __init__(self, watched: Watched | None = None, publications: Publications | None = None) -> None:
        self._watched = watched or Watched()
        self._publications = publications or Publications()
        self._choices = Choices()
        self._random = Random()
        self._connection = Connection()

    async def step(self) -> bool:
        """True while there may be more to expand."""
        connection = await self._connection.get()
        at = {"now": self._watched.clock()}
        await connection.execute(EXPIRE_UNSTARTED, at)
        await connection.execute(START_DUE, at)
        if await self._expand(connection, at["now"]):
            return True
        await connection.execute(FINISH, at)
        return False

    async def close(self) -> None:
        await self._connection.close()

    async def _expand(self, connection: psycopg.AsyncConnection, at: datetime) -> bool:
        allowed, published = await self._watched.get(), await self._publications.get(connection)
        choice = await self._choices.get(connection)
        async with connection.transaction():
            found = await (await connection.execute(NEXT, {"now": at})).fetchone()
            if found is None:
                return False
            names = (
                "id", "text", "translations", "flow_id", "simplifies_accents", "sms_channel_id", "started_at",
                "expires_at", "reask_of_id", "is_urgent",
            )  # fmt: skip
            sending = Sending(**dict(zip(names, found, strict=True)))
            most = FLOW_BATCH if sending.flow_id else BATCH
            cursor = await connection.execute(RECIPIENTS, {"broadcast": sending.id, "most": most})
            recipients = await cursor.fetchall()
            addressed = [
                Addressed(contact_id=row[1], name=row[3], language=row[4], fields=row[6])
                for row in recipients
            ]
            texts = await texts_of(connection, sending.text, sending.translations, addressed)
            made = [_message(sending, texts[row[1]], allowed, row) for row in recipients]
            for message in made:
                message["channel"] = sending.sms_channel_id or choice.channel_for(
                    message["number"], self._random
                )
            if sending.reask_of_id is not None:
                await _leave_out_answered(connection, sending.reask_of_id, made)
            if sending.flow_id is not None:
                begins = {
                    message["contact_id"]: message["channel"] for message in made if not message["reason"]
                }
                await _begin(connection, Batch(published, allowed, at), sending, sending.flow_id, begins)
                # Who is not asked after all is accounted for as with any send.
                made = [message for message in made if message["reason"]]
            if made:
                columns = {name: [message[name] for message in made] for name in made[0]}
                own = {
                    "broadcast": sending.id,
                    "expires_at": sending.expires_at,
                    "priority": 0 if sending.is_urgent else 1,
                    "now": at,
                }
                await connection.execute(INSERT_MESSAGES, {**own, **columns})
            keys = [recipient[0] for recipient in recipients]
            await connection.execute(MARK_EXPANDED, {"recipients": keys, "broadcast": sending.id})
            await connection.execute("SELECT pg_notify('messaging_queued', '')")
        return True


async def _leave_out_answered(
    connection: psycopg.AsyncConnection, first: UUID, made: list[dict[str, Any]]
) -> None:
    """Whoever answered since it was decided to ask again is not asked."""
    wanted = {"broadcast": first, "contacts": [message["contact_id"] for message in made]}
    answered = {row[0] for row in await (await connection.execute(ANSWERED_SINCE, wanted)).fetchall()}
    for message in made:
        if message["contact_id"] in answered and not message["reason"]:
            message |= {"reason": ANSWERED, "status": "cancelled"}


async def _begin(
    connection: psycopg.AsyncConnection,
    batch: Batch,
    sending: Sending,
    flow_id: UUID,
    channels: dict[UUID, UUID],
) -> None:
    """Starts the send's flow with each of the contacts, by the channel that stands beside it."""
    trigger = by_hand(flow_id, batch.at, is_batch=True)
    await batch.read(connection, list(channels))
    for contact_id, channel_id in channels.items():
        batch.start(
            contact_id,
            Start(
                session_id=derived_id(sending.started_at, sending.id, contact_id),
                flow_id=flow_id,
                sms_channel_id=channel_id,
                trigger=trigger,
                broadcast_id=sending.id,
                expires_at=sending.expires_at,
                is_urgent=sending.is_urgent,
            ),
        )
    await batch.write(connection)


def _message(
    sending: Sending, text: str, allowed: Circumstances, recipient: tuple[Any, ...]
) -> dict[str, Any]:
    _, contact_id, number, _name, _language, status, fields, has_opted_out = recipient
    if sending.simplifies_accents:
        text = simplified(text)
    # What a flow will say is not known before it begins, but that it says something is.
    reason = allowed.why_not(
        number, text if sending.flow_id is None else "…", "stopped" if has_opted_out else status
    )
    return {
        "id": derived_id(sending.started_at, sending.id, contact_id),
        "contact_id": contact_id,
        "number": number,
        "text": text,
        "status": "cancelled" if reason else "queued",
        "segments": count(text).segments,
        "reason": reason,
        "operator": operator_of(number),
        "cadre": fields.get("cadre") or "",
        "county": fields.get("county") or "",
    }
