"""Points that are due become sends: everyone of one point who is due at the time in one send.

The send, its recipients and the marks on what was due are one transaction, and a mark is never taken back, so
nobody gets a point twice for the same date, and nobody is forgotten, whatever dies.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from mhero.accounts.models import User
from mhero.accounts.queries import workspace
from mhero.messaging.circumstances import rules
from mhero.messaging.errors import NoSMSChannel
from mhero.messaging.models import Broadcast, CampaignPoint, FiringState, SMSChannel, StartMode
from mhero.messaging.quiet import next_allowed
from mhero.messaging.services.broadcasts import BroadcastOrder, make_broadcast
from mhero.platform.clock import Clock, now

#: What could not be sent for this long is left out: a reminder of yesterday's visit helps nobody.
LATEST = timedelta(hours=12)
AT_ONCE = 20_000

DUE_POINTS = """
SELECT DISTINCT point_id FROM messaging_firing WHERE state = 'waiting' AND fires_at <= %(until)s LIMIT 50
"""
# Of each firing that is due: what becomes of it, the first that applies. An area is the author's.
DUE = """
SELECT f.id, f.contact_id, f.fires_at,
    CASE
        WHEN f.fires_at <= %(latest)s THEN 'late'
        WHEN c.status <> 'active' OR c.number IS NULL
            OR EXISTS (SELECT FROM messaging_optout o WHERE o.number = c.number) THEN 'unreachable'
        WHEN NOT %(allowed)s OR (%(area)s::uuid IS NOT NULL AND NOT c.place_ids @> ARRAY[%(area)s::uuid])
            THEN 'not_allowed'
        WHEN %(skips)s AND EXISTS (
            SELECT FROM messaging_session x WHERE x.contact_id = f.contact_id AND x.status = 'waiting')
            THEN 'busy'
        ELSE 'sent'
    END
FROM messaging_firing f JOIN messaging_contact c ON c.id = f.contact_id
WHERE f.point_id = %(point)s AND f.state = 'waiting' AND f.fires_at <= %(until)s
ORDER BY f.id LIMIT %(most)s FOR NO KEY UPDATE OF f
"""
MARK = """
UPDATE messaging_firing f SET state = t.state,
    broadcast_id = CASE WHEN t.state = 'sent' THEN %(broadcast)s::uuid END
FROM unnest(%(ids)s::bigint[], %(states)s::text[]) AS t(id, state) WHERE f.id = t.id
"""


def fire_due(clock: Clock = now) -> bool:
    """Makes the sends of all points that are due; True while there may be more."""
    # As much before the moment as a send is held, so that the first message leaves on time.
    until = clock() + timedelta(seconds=rules().hold_seconds)
    points = [row[0] for row in _rows(DUE_POINTS, {"until": until})]
    fired = [_fire(point_id, until, clock) for point_id in points]
    return AT_ONCE in fired


def _fire(point_id: UUID, until: datetime, clock: Clock) -> int:
    """How many firings of the point were dealt with."""
    with transaction.atomic():
        # Whoever changes the point, or fires it elsewhere, comes before or after.
        points = CampaignPoint.objects.select_for_update(skip_locked=True, of=("self",))
        point = points.select_related("campaign__group").filter(id=point_id).first()
        if point is None:
            return 0
        author = User.objects.filter(id=point.campaign.created_by_id, is_active=True).first()
        asked = {
            "point": point_id,
            "until": until,
            "latest": clock() - LATEST,
            "skips": point.start_mode == StartMode.SKIP,
            "allowed": author is not None and author.may("messages.send"),
            "area": author.area_id if author else None,
            "most": AT_ONCE,
        }
        due = _rows(DUE, asked)
        chosen = [contact for _, contact, _, state in due if state == FiringState.SENT]
        broadcast_id = None
        if chosen and author is not None:
            starts_at = max(fires_at for _, _, fires_at, state in due if state == FiringState.SENT)
            try:
                broadcast_id = _send(point, chosen, starts_at, author, clock).id
            except NoSMSChannel:
                # They stay due until there is one, or until it is too late.
                due = [row for row in due if row[3] != FiringState.SENT]
        marked = {"ids": [row[0] for row in due], "states": [row[3] for row in due]}
        with connection.cursor() as cursor:
            cursor.execute(MARK, {**marked, "broadcast": broadcast_id})
    return len(due)


def _send(
    point: CampaignPoint, contacts: list[UUID], starts_at: datetime, author: User, clock: Clock
) -> Broadcast:
    ours, zone = rules(), ZoneInfo(workspace().time_zone)
    begins = next_allowed(max(starts_at, clock()), ours.quiet_from, ours.quiet_until, zone)
    texts = dict(point.texts)
    broadcast = make_broadcast(
        BroadcastOrder(
            name=point.campaign.name,
            text=texts.pop(point.base_language, ""),
            flow_id=point.flow_id,
            contact_ids=contacts,
            created_by=author,
            sms_channel_id=_channel(),
            starts_at=starts_at,
            expires_at=begins + timedelta(hours=ours.expires_after_hours),
            audience_description=point.campaign.group.name,
            accounted={"chosen": len(contacts), "will_send": len(contacts)},
            needs_approval=len(contacts) > ours.approval_above,
        ),
        clock=clock,
    )
    Broadcast.objects.filter(id=broadcast.id).update(translations=texts, campaign_point=point)
    return broadcast


def _channel() -> UUID | None:
    """The only channel that is on; None lets each number choose among several."""
    enabled = list(SMSChannel.objects.filter(is_enabled=True).values_list("id", flat=True)[:2])
    if not enabled:
        raise NoSMSChannel
    return enabled[0] if len(enabled) == 1 else None


def _rows(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
