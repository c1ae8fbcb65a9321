"""Making, approving and stopping a send."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from mhero.accounts.authors import Author, signature
from mhero.accounts.models import User
from mhero.accounts.services import record_audit
from mhero.messaging.circumstances import rules
from mhero.messaging.errors import NotAllowedNow, OwnSend
from mhero.messaging.models import Broadcast, BroadcastStatus
from mhero.messaging.services.sessions import end_sessions
from mhero.platform.clock import Clock, now
from mhero.platform.notify import notify

#: The states in which a send can still be stopped.
STOPPABLE = frozenset(
    {
        BroadcastStatus.WAITING_FOR_APPROVAL,
        BroadcastStatus.SCHEDULED,
        BroadcastStatus.HELD,
        BroadcastStatus.SENDING,
    }
)

ADD_RECIPIENTS = """
INSERT INTO messaging_recipient (broadcast_id, contact_id, is_expanded)
SELECT %(broadcast)s, c.id, false
FROM unnest(%(contacts)s::uuid[]) WITH ORDINALITY AS chosen(id, place)
JOIN messaging_contact c ON c.id = chosen.id
ORDER BY chosen.place
ON CONFLICT DO NOTHING
"""
CANCEL_QUEUED = """
UPDATE messaging_message SET status = 'cancelled', reason = 'stopped', final_at = %(now)s
WHERE id IN (
    SELECT id FROM messaging_message WHERE broadcast_id = %(broadcast)s AND status = 'queued'
    ORDER BY id FOR UPDATE
)
"""
FORGET_STARTS = """
DELETE FROM messaging_sessiontask WHERE kind = 'start' AND data->>'broadcast_id' = %(broadcast)s
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class BroadcastOrder:
    """A send as its author decided it on the check page."""

    name: str
    #: With `@contact.first_name` and the like; empty where a flow is sent.
    text: str
    #: Whom it goes to: ids of contacts.
    contact_ids: Iterable[UUID]
    created_by: Author
    #: None lets each number choose.
    sms_channel_id: UUID | None
    #: The flow that starts with each of them, in place of a text. It must be published.
    flow_id: UUID | None = None
    #: Further languages of the text, by ISO 639-3.
    translations: Mapping[str, str] = field(default_factory=dict)
    simplifies_accents: bool = False
    #: Another hold than that of the sending rules.
    hold_seconds: int | None = None
    #: A chosen time; None starts after the visible hold.
    starts_at: datetime | None = None
    #: None leaves it to the sending rules.
    expires_at: datetime | None = None
    audience: Mapping[str, Any] = field(default_factory=dict)
    audience_description: str = ""
    #: Everyone accounted for: {chosen, will_send, opted_out, …}.
    accounted: Mapping[str, int] = field(default_factory=dict)
    #: Whether it goes before other sends, and in quiet hours too.
    is_urgent: bool = False
    #: Whether a second person has to approve it first.
    needs_approval: bool = False


def make_broadcast(order: BroadcastOrder, *, clock: Clock = now) -> Broadcast:
    """Makes the send and its recipients in one transaction; it begins by itself when its hold is over."""
    at, ours = clock(), rules()
    hold_seconds = ours.hold_seconds if order.hold_seconds is None else order.hold_seconds
    starts_at = max(order.starts_at or at, at + timedelta(seconds=hold_seconds))
    expires_at = order.expires_at or starts_at + timedelta(hours=ours.expires_after_hours)
    if expires_at <= starts_at:
        raise NotAllowedNow("It would expire before it starts.")
    status = BroadcastStatus.SCHEDULED if order.starts_at else BroadcastStatus.HELD
    if order.needs_approval:
        status = BroadcastStatus.WAITING_FOR_APPROVAL
    with transaction.atomic():
        broadcast = Broadcast.objects.create(
            name=order.name,
            text=order.text,
            translations=dict(order.translations),
            flow_id=order.flow_id,
            simplifies_accents=order.simplifies_accents,
            is_urgent=order.is_urgent,
            sms_channel_id=order.sms_channel_id,
            status=status,
            audience=dict(order.audience),
            audience_description=order.audience_description,
            created_by_id=order.created_by.id,
            created_by=signature(order.created_by),
            created_at=at,
            starts_at=starts_at,
            expires_at=expires_at,
            accounted=dict(order.accounted),
        )
        with connection.cursor() as cursor:
            cursor.execute(ADD_RECIPIENTS, {"broadcast": broadcast.id, "contacts": list(order.contact_ids)})
            people = cursor.rowcount
        record_audit("broadcast.made", f"send {broadcast.id}", user=order.created_by, people=people)
        notify("messaging_broadcasts")
    return broadcast


def approve_broadcast(broadcast_id: UUID, user: User, *, clock: Clock = now) -> Broadcast:
    """Lets a send go that waited for a second person; its hold begins. Raises `OwnSend`, `NotAllowedNow`."""
    at = clock()
    with transaction.atomic():
        broadcast = Broadcast.objects.select_for_update().get(id=broadcast_id)
        if broadcast.created_by_id == user.id:
            raise OwnSend
        if broadcast.status != BroadcastStatus.WAITING_FOR_APPROVAL or broadcast.expires_at <= at:
            raise NotAllowedNow
        hold_ends = at + timedelta(seconds=rules().hold_seconds)
        is_later = broadcast.starts_at > hold_ends
        broadcast.status = BroadcastStatus.SCHEDULED if is_later else BroadcastStatus.HELD
        broadcast.starts_at = max(broadcast.starts_at, hold_ends)
        broadcast.approved_by = user.email
        broadcast.save(update_fields=["status", "starts_at", "approved_by"])
        record_audit("broadcast.approved", f"send {broadcast.id}", user=user)
        notify("messaging_broadcasts")
    return broadcast


def stop_broadcast(broadcast_id: UUID, user: Author, *, clock: Clock = now) -> Broadcast:
    """Stops a send to the last message: only those on their way to the provider this moment still leave.

    The conversations that it began end too.
    """
    at = clock()
    with transaction.atomic():
        broadcast = Broadcast.objects.select_for_update().get(id=broadcast_id)
        # What a flow asks goes on when its first words have left.
        goes_on = broadcast.flow_id is not None and broadcast.status == BroadcastStatus.SENT
        if broadcast.status not in STOPPABLE and not goes_on:
            raise NotAllowedNow
        broadcast.status = BroadcastStatus.STOPPED
        broadcast.finished_at = at
        broadcast.save(update_fields=["status", "finished_at"])
        with connection.cursor() as cursor:
            cursor.execute(CANCEL_QUEUED, {"broadcast": broadcast.id, "now": at})
            cancelled = cursor.rowcount
            cursor.execute(FORGET_STARTS, {"broadcast": str(broadcast.id)})
        end_sessions("stopped", broadcast_id=broadcast.id, clock=clock)
        record_audit("broadcast.stopped", f"send {broadcast.id}", user=user, cancelled=cancelled)
    return broadcast
