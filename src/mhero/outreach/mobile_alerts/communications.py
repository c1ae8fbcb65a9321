"""What became of each recipient of a request, and what came back: their state is that of their message."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from mhero.messaging.models import FlowRun, Message
from mhero.outreach.fhir.reading import Json
from mhero.outreach.mobile_alerts.models import AlertRecipient

#: As many recipients of one contact are looked through for the message that a reply answers.
MOST_LOOKED_THROUGH: Final = 200
#: Replies of one recipient that are shown with what was said to them.
MOST_REPLIES: Final = 50

# FHIR's event-status. A message that nobody reported on is unknown, as it may have arrived.
# Who asks every minute for what is new since then is not to wait for all that was ever sent: two weeks after
# a send nothing of it changes any more.
FIND = """
SELECT told.id, told.request_id, told.reference, told.contact_id, told.broadcast_id, told.message_id,
    told.status, told.reason, told.words, told.sent, told.received, told.changed
FROM (
    SELECT r.id, r.request_id, r.reference, r.contact_id, q.broadcast_id, m.id AS message_id,
        CASE
            WHEN r.reason <> '' THEN 'not-done'
            WHEN m.status = 'delivered' THEN 'completed'
            WHEN m.status IN ('wired', 'sent') THEN 'in-progress'
            WHEN m.status = 'failed' AND m.reason = 'no_report' THEN 'unknown'
            WHEN m.status IN ('failed', 'cancelled') THEN 'not-done'
            WHEN m.status = 'queued' OR b.finished_at IS NULL THEN 'preparation'
            WHEN b.status IN ('stopped', 'expired') THEN 'not-done'
            ELSE 'unknown'
        END AS status,
        CASE
            WHEN r.reason <> '' THEN r.reason
            WHEN m.id IS NOT NULL THEN m.reason
            WHEN b.status IN ('stopped', 'expired') THEN b.status
            ELSE ''
        END AS reason,
        coalesce(m.text, '') AS words,
        m.sent_at AS sent,
        CASE WHEN m.status = 'delivered' THEN m.final_at END AS received,
        greatest(q.made_at, m.sent_at, m.final_at, CASE WHEN m.id IS NULL THEN b.finished_at END) AS changed
    FROM outreach_alertrecipient r
    JOIN outreach_alertrequest q ON q.id = r.request_id
    LEFT JOIN messaging_broadcast b ON b.id = q.broadcast_id
    LEFT JOIN LATERAL (
        SELECT m.id, m.status, m.reason, m.text, m.sent_at, m.final_at
        FROM messaging_message m
        WHERE r.reason = '' AND m.contact_id = r.contact_id AND m.broadcast_id = q.broadcast_id
          AND NOT m.is_incoming
        ORDER BY m.id LIMIT 1
    ) AS m ON true
    WHERE q.client_id = %(client)s
      AND (%(after)s::uuid IS NULL OR r.id > %(after)s)
      AND (%(ids)s::uuid[] IS NULL OR r.id = ANY (%(ids)s))
      AND (%(requests)s::uuid[] IS NULL OR r.request_id = ANY (%(requests)s))
      AND (%(keys)s::text[] IS NULL OR q.key = ANY (%(keys)s))
      AND (%(recipients)s::text[] IS NULL OR r.reference->>'reference' = ANY (%(recipients)s)
           OR r.person_id = ANY (%(people)s::uuid[]))
      AND (b.finished_at IS NULL OR coalesce(
              greatest(%(sent_from)s, %(received_from)s, %(changed_from)s)::timestamptz, b.finished_at
          ) <= b.finished_at + interval '14 days')
) AS told
WHERE (%(statuses)s::text[] IS NULL OR told.status = ANY (%(statuses)s))
  AND (%(sent_from)s::timestamptz IS NULL OR told.sent >= %(sent_from)s)
  AND (%(sent_until)s::timestamptz IS NULL OR told.sent < %(sent_until)s)
  AND (%(received_from)s::timestamptz IS NULL OR told.received >= %(received_from)s)
  AND (%(received_until)s::timestamptz IS NULL OR told.received < %(received_until)s)
  AND (%(changed_from)s::timestamptz IS NULL OR told.changed >= %(changed_from)s)
  AND (%(changed_until)s::timestamptz IS NULL OR told.changed < %(changed_until)s)
"""
PAGE = " ORDER BY told.id LIMIT %(limit)s"
COUNT_BEFORE, COUNT_AFTER = "SELECT count(*) FROM (", ") AS found"

# An answer to the first words, or anything said in the conversation that they began.
REPLIES = """
SELECT t.id, m.id, m.text
FROM unnest(%(ids)s::uuid[], %(contacts)s::uuid[], %(messages)s::uuid[], %(broadcasts)s::uuid[])
    AS t(id, contact_id, message_id, broadcast_id)
CROSS JOIN LATERAL (
    SELECT m.id, m.text FROM messaging_message m
    WHERE m.contact_id = t.contact_id AND m.id > t.message_id AND m.is_incoming
      AND (m.answers_id = t.message_id OR m.session_id IN (
          SELECT s.id FROM messaging_session s
          WHERE s.contact_id = t.contact_id AND s.broadcast_id = t.broadcast_id))
    ORDER BY m.id LIMIT %(most)s
) AS m
ORDER BY t.id, m.id
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One recipient of a request at this moment."""

    id: UUID
    request_id: UUID
    #: A FHIR Reference.
    reference: Json
    contact_id: UUID | None
    broadcast_id: UUID | None
    #: None until there is a message.
    message_id: UUID | None
    #: FHIR's event-status.
    status: str
    #: A code of `messaging.reasons`, or of `addressing`; empty when nothing went wrong.
    reason: str
    #: What was said; empty until there is a message.
    words: str
    sent: datetime | None
    received: datetime | None
    changed: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What somebody wrote back."""

    id: UUID
    to: Told
    words: str


#: A search without any condition; `client` has to be set.
ANY: Final[Mapping[str, Any]] = dict.fromkeys(
    (
        "after",
        "ids",
        "requests",
        "keys",
        "recipients",
        "people",
        "statuses",
        "sent_from",
        "sent_until",
        "received_from",
        "received_until",
        "changed_from",
        "changed_until",
    )
)


def find(client_id: str, wanted: Mapping[str, Any], limit: int) -> list[Told]:
    """Those that fit, in the order of their ids. `wanted` has some of the keys of `ANY`."""
    rows = _query(FIND + PAGE, {**ANY, **wanted, "client": client_id, "limit": limit})
    return [_told(row) for row in rows]


def count(client_id: str, wanted: Mapping[str, Any]) -> int:
    rows = _query(COUNT_BEFORE + FIND + COUNT_AFTER, {**ANY, **wanted, "client": client_id})
    return int(rows[0][0])


def replies_to(told: Sequence[Told]) -> list[Reply]:
    """What they wrote back, the first 50 of each. Of several who share a phone, the first one's."""
    heard = {one.id: one for one in told if one.message_id is not None}
    wanted = {
        "ids": list(heard),
        "contacts": [one.contact_id for one in heard.values()],
        "messages": [one.message_id for one in heard.values()],
        "broadcasts": [one.broadcast_id for one in heard.values()],
        "most": MOST_REPLIES,
    }
    found: dict[UUID, Reply] = {}
    for told_id, message_id, words in _query(REPLIES, wanted) if heard else []:
        found.setdefault(message_id, Reply(id=message_id, to=heard[told_id], words=words))
    return list(found.values())


def reply_of(client_id: str, message_id: UUID) -> Reply | None:
    """One reply, if it is one to a request of the client."""
    message = Message.objects.filter(id=message_id, is_incoming=True).first()
    if message is None:
        return None
    recipients = AlertRecipient.objects.filter(
        request__client_id=client_id, contact_id=message.contact_id, reason=""
    )
    ids = list(recipients.order_by("-id").values_list("id", flat=True)[:MOST_LOOKED_THROUGH])
    replies = replies_to(find(client_id, {"ids": ids}, MOST_LOOKED_THROUGH))
    return next((reply for reply in replies if reply.id == message_id), None)


def runs_of(told: Collection[Told]) -> dict[tuple[UUID, UUID], UUID]:
    """By contact and send, the run of its flow that the send began."""
    runs = FlowRun.objects.filter(
        broadcast_id__in={one.broadcast_id for one in told if one.broadcast_id},
        contact_id__in={one.contact_id for one in told if one.contact_id},
    )
    rows = runs.order_by("-started_at", "-id").values_list("contact_id", "broadcast_id", "id")
    return {(contact_id, broadcast_id): id for contact_id, broadcast_id, id in rows if broadcast_id}


def _told(row: tuple[Any, ...]) -> Told:
    values = dict(zip(Told.__slots__, row, strict=True))
    # Django's cursors hand out JSON as text.
    return Told(**{**values, "reference": json.loads(values["reference"])})


def _query(sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, dict(values))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
