"""Asking those once more who did not answer the questions of a send."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from mhero.accounts.models import User
from mhero.accounts.queries import workspace
from mhero.accounts.services import record_audit
from mhero.messaging.circumstances import rules
from mhero.messaging.errors import AskedAgain, NotAllowedNow
from mhero.messaging.models import Broadcast, BroadcastStatus
from mhero.messaging.quiet import next_allowed
from mhero.messaging.reasking import another_time
from mhero.messaging.services.broadcasts import BroadcastOrder, make_broadcast
from mhero.platform.clock import Clock, now

#: What could not be asked again for longer than this is not asked any more.
LATEST: Final = timedelta(hours=12)
STARTED = (BroadcastStatus.SENDING, BroadcastStatus.SENT, BroadcastStatus.EXPIRED)

# Asked and silent: nobody who said something, who opted out or left, or who talks of something else by now.
SILENT = """
SELECT s.contact_id FROM messaging_session s JOIN messaging_contact c ON c.id = s.contact_id
WHERE s.broadcast_id = %(broadcast)s AND s.answered_at IS NULL AND s.status IN ('waiting', 'expired')
  AND c.status = 'active' AND c.number IS NOT NULL
  AND (%(area)s::uuid IS NULL OR c.place_ids @> ARRAY[%(area)s::uuid])
  AND NOT EXISTS (SELECT FROM messaging_optout o WHERE o.number = c.number)
  AND NOT EXISTS (
      SELECT FROM messaging_session other
      WHERE other.contact_id = s.contact_id AND other.status = 'waiting' AND other.id <> s.id)
ORDER BY s.contact_id
"""


def silent(broadcast: Broadcast, area_id: UUID | None = None) -> list[UUID]:
    """The contacts who were asked and have not answered, and can be asked again."""
    with connection.cursor() as cursor:
        cursor.execute(SILENT, {"broadcast": broadcast.id, "area": area_id})
        return [row[0] for row in cursor.fetchall()]


def usual_time(broadcast: Broadcast) -> datetime:
    """On the day after it was asked, at another time of day."""
    ours, zone = rules(), ZoneInfo(workspace().time_zone)
    asked_at = broadcast.started_at or broadcast.starts_at
    return another_time(asked_at, ours.quiet_from, ours.quiet_until, zone)


def ask_again(broadcast_id: UUID, at: datetime | None, user: User) -> None:
    """Plans it for that moment, or with None takes the plan back.

    Raises `NotAllowedNow` for a send without questions and for one that asks again itself, and `AskedAgain`.
    """
    with transaction.atomic():
        broadcast = Broadcast.objects.select_for_update().get(id=broadcast_id)
        if broadcast.flow_id is None or broadcast.reask_of_id is not None:
            raise NotAllowedNow
        if Broadcast.objects.filter(reask_of=broadcast).exists():
            raise AskedAgain
        Broadcast.objects.filter(id=broadcast.id).update(reask_at=at)
        what = "broadcast.reask_planned" if at else "broadcast.reask_dropped"
        record_audit(what, f"send {broadcast.id}", user=user)


def reask_due(clock: Clock = now) -> bool:
    """Makes the sends that ask again and are due; True while there may be more."""
    # As much before the moment as a send is held, so that the first question leaves on time.
    until = clock() + timedelta(seconds=rules().hold_seconds)
    with transaction.atomic():
        due = Broadcast.objects.select_for_update(skip_locked=True).filter(reask_at__lte=until)
        broadcast = due.order_by("reask_at").first()
        if broadcast is None or broadcast.reask_at is None:
            return False
        at = broadcast.reask_at
        # The plan goes in any case: with its send, or because there is nobody or nothing to ask.
        Broadcast.objects.filter(id=broadcast.id).update(reask_at=None)
        authors = User.objects.filter(is_active=True, id__in=[broadcast.created_by_id])
        author = authors.first()
        may = author is not None and author.may("messages.send")
        if author is not None and may and broadcast.status in STARTED and at > clock() - LATEST:
            contacts = silent(broadcast, author.area_id)
            if contacts:
                _send(broadcast, contacts, at, author, clock)
    return True


def _send(broadcast: Broadcast, contacts: list[UUID], at: datetime, author: User, clock: Clock) -> None:
    ours, zone = rules(), ZoneInfo(workspace().time_zone)
    begins = next_allowed(max(at, clock()), ours.quiet_from, ours.quiet_until, zone)
    again = make_broadcast(
        BroadcastOrder(
            name=broadcast.name,
            text="",
            flow_id=broadcast.flow_id,
            contact_ids=contacts,
            created_by=author,
            sms_channel_id=broadcast.sms_channel_id,
            starts_at=at,
            expires_at=begins + timedelta(hours=ours.expires_after_hours),
            audience=broadcast.audience,
            audience_description=broadcast.audience_description,
            accounted={"chosen": len(contacts), "will_send": len(contacts)},
            needs_approval=len(contacts) > ours.approval_above,
        ),
        clock=clock,
    )
    Broadcast.objects.filter(id=again.id).update(reask_of=broadcast)
