"""How sends go: their messages by status, reason, cadre, county and operator."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from mhero.messaging.models import Broadcast, Contact, Message, MessageStatus, Recipient
from mhero.platform.ids import lowest_id

#: While a send runs, everybody who watches it asks for the same figures.
KEPT_SECONDS = 1.0
MOST_KEPT = 200

# One pass over the messages of the one moment whose ids they have, which is one partition.
COUNTS = """
SELECT m.status, m.reason, m.cadre, m.county, m.operator, count(*), sum(m.segments)
FROM messaging_message m
WHERE m.broadcast_id = %(broadcast)s AND m.id >= %(from)s AND m.id < %(until)s
  AND (%(area)s::uuid IS NULL OR EXISTS (
      SELECT FROM messaging_contact c WHERE c.id = m.contact_id AND c.place_ids @> ARRAY[%(area)s::uuid]))
GROUP BY m.status, m.reason, m.cadre, m.county, m.operator
"""
RECIPIENTS = """
SELECT count(*) FROM messaging_recipient r
WHERE r.broadcast_id = %(broadcast)s
  AND (%(area)s::uuid IS NULL OR EXISTS (
      SELECT FROM messaging_contact c WHERE c.id = r.contact_id AND c.place_ids @> ARRAY[%(area)s::uuid]))
"""
STATUSES = """
SELECT m.broadcast_id, m.status, count(*) FROM messaging_message m
WHERE m.broadcast_id = ANY(%(broadcasts)s)
  AND (%(area)s::uuid IS NULL OR EXISTS (
      SELECT FROM messaging_contact c WHERE c.id = m.contact_id AND c.place_ids @> ARRAY[%(area)s::uuid]))
GROUP BY m.broadcast_id, m.status
"""
#: What has left our hands, one way or another, and will not be tried again.
LEFT = (MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.FAILED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """One line of a table of the send: a cadre, a county or an operator."""

    name: str
    total: int
    delivered: int
    failed: int

    @property
    def percent(self) -> float:
        """How many of a hundred were delivered."""
        return round(100 * self.delivered / self.total, 1) if self.total else 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """The figures of one send at one moment."""

    recipients: int
    #: By `MessageStatus`; those who have no message yet count as queued, or as cancelled once it is over.
    by_status: Counter[str] = field(default_factory=Counter)
    #: By code of `messaging.reasons`, for messages that did not arrive.
    by_reason: Counter[str] = field(default_factory=Counter)
    cadres: list[Share] = field(default_factory=list)
    counties: list[Share] = field(default_factory=list)
    operators: list[Share] = field(default_factory=list)
    #: SMS that left, as they are paid for.
    segments: int = 0

    @property
    def left(self) -> int:
        """How many messages left for the network."""
        return sum(self.by_status[status] for status in LEFT)

    @property
    def done(self) -> int:
        """How many have a final status."""
        return self.by_status["delivered"] + self.by_status["failed"] + self.by_status["cancelled"]


_kept: dict[tuple[UUID, UUID | None], tuple[float, Progress]] = {}


def progress_of(broadcast: Broadcast, area_id: UUID | None) -> Progress:
    """The figures of a send, as far as the area reaches; at most a second old."""
    key = (broadcast.id, area_id)
    at, known = _kept.get(key, (float("-inf"), None))
    if known is not None and monotonic() - at < KEPT_SECONDS:
        return known
    counted = _counted(broadcast, area_id)
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[key] = (monotonic(), counted)
    return counted


def _counted(broadcast: Broadcast, area_id: UUID | None) -> Progress:
    asked: dict[str, Any] = {"broadcast": broadcast.id, "area": area_id}
    rows: list[tuple[str, str, str, str, str, int, int]] = []
    with connection.cursor() as cursor:
        cursor.execute(RECIPIENTS, asked)
        recipients = cursor.fetchone()[0]
        if broadcast.started_at is not None:
            moment = broadcast.started_at
            asked |= {"from": lowest_id(moment), "until": lowest_id(moment + timedelta(milliseconds=1))}
            cursor.execute(COUNTS, asked)
            rows = cursor.fetchall()
    by_status: Counter[str] = Counter()
    by_reason: Counter[str] = Counter()
    segments = 0
    for status, reason, _cadre, _county, _operator, number, size in rows:
        by_status[status] += number
        if reason:
            by_reason[reason] += number
        if status in LEFT:
            segments += size
    without_message = recipients - by_status.total()
    by_status["cancelled" if broadcast.finished_at else "queued"] += without_message
    return Progress(
        recipients=recipients,
        by_status=by_status,
        by_reason=by_reason,
        cadres=_shares((row[2], row[0], row[5]) for row in rows),
        counties=_shares((row[3], row[0], row[5]) for row in rows),
        operators=_shares((row[4], row[0], row[5]) for row in rows),
        segments=segments,
    )


def _shares(rows: Iterable[tuple[str, str, int]]) -> list[Share]:
    totals: Counter[str] = Counter()
    by_status: Counter[tuple[str, str]] = Counter()
    for name, status, number in rows:
        totals[name] += number
        by_status[name, status] += number
    shares = [
        Share(
            name=name,
            total=total,
            delivered=by_status[name, "delivered"],
            failed=by_status[name, "failed"],
        )
        for name, total in totals.items()
    ]
    return sorted(shares, key=lambda share: (-share.total, share.name))


def broadcasts_of(area_id: UUID | None, user_id: UUID) -> QuerySet[Broadcast]:
    """The sends that somebody may see: of an area, those to somebody in it, and their own."""
    everything = Broadcast.objects.all()
    if area_id is None:
        return everything
    within = Recipient.objects.filter(broadcast=OuterRef("pk"), contact__place_ids__contains=[area_id])
    return everything.filter(Exists(within)) | everything.filter(created_by_id=user_id)


def statuses_of(broadcasts: Iterable[Broadcast], area_id: UUID | None) -> dict[UUID, Counter[str]]:
    """The numbers of each send by status, for lists of sends."""
    counted: dict[UUID, Counter[str]] = {broadcast.id: Counter() for broadcast in broadcasts}
    with connection.cursor() as cursor:
        cursor.execute(STATUSES, {"broadcasts": list(counted), "area": area_id})
        for broadcast_id, status, number in cursor.fetchall():
            counted[broadcast_id][status] = number
    return counted


def messages_of(broadcast: Broadcast, area_id: UUID | None) -> QuerySet[Message]:
    """The messages of a send, to the people of the area."""
    messages = Message.objects.filter(broadcast_id=broadcast.id)
    if area_id is not None:
        within = Contact.objects.filter(id=OuterRef("contact_id"), place_ids__contains=[area_id])
        messages = messages.filter(Exists(within))
    return messages
