"""Starting a flow with some people at once, and ending what goes on."""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection, transaction

from mhero.accounts.models import User
from mhero.accounts.services import record_audit
from mhero.messaging.conversations.occasions import Start, by_hand
from mhero.messaging.errors import NotAllowedNow
from mhero.messaging.models import Contact, Flow
from mhero.messaging.models.conversations import SessionTask
from mhero.messaging.services.channels import channel_to_send_by
from mhero.platform.clock import Clock, now
from mhero.platform.ids import derived_id, new_id
from mhero.platform.notify import notify

# The contacts are locked in the order of their ids, as everybody does who writes sessions.
LOCK_TALKING = """
SELECT c.id FROM messaging_contact c JOIN messaging_session s ON s.contact_id = c.id AND s.status = 'waiting'
WHERE (%(contacts)s::uuid[] IS NULL OR c.id = ANY(%(contacts)s::uuid[]))
  AND (%(broadcast)s::uuid IS NULL OR s.broadcast_id = %(broadcast)s)
  AND (%(flow)s::uuid IS NULL OR s.flow_id = %(flow)s)
ORDER BY c.id FOR NO KEY UPDATE OF c
"""
END_SESSIONS = """
WITH ended AS (
    UPDATE messaging_session s
    SET status = 'interrupted', reason = %(reason)s, state = '', ended_at = %(now)s, timeout_at = NULL,
        expires_at = NULL
    WHERE s.status = 'waiting'
      AND (%(contacts)s::uuid[] IS NULL OR s.contact_id = ANY(%(contacts)s::uuid[]))
      AND (%(broadcast)s::uuid IS NULL OR s.broadcast_id = %(broadcast)s)
      AND (%(flow)s::uuid IS NULL OR s.flow_id = %(flow)s)
    RETURNING s.id, s.contact_id, s.flow_id
),
runs AS (
    UPDATE messaging_flowrun r SET status = 'interrupted', ended_at = %(now)s, changed_at = %(now)s
    FROM ended WHERE r.session_id = ended.id AND r.ended_at IS NULL
),
questions AS (
    UPDATE messaging_message m SET status = 'cancelled', reason = 'stopped', final_at = %(now)s
    FROM ended WHERE m.contact_id = ended.contact_id AND m.session_id = ended.id AND m.status = 'queued'
)
SELECT id, contact_id, flow_id FROM ended
"""
NOTE_ENDS = """
INSERT INTO messaging_contactevent (id, contact_id, session_id, flow_id, kind, data)
SELECT t.id, t.contact_id, t.session_id, t.flow_id, 'flow_ended',
    jsonb_build_object('status', 'interrupted', 'reason', %(reason)s::text)
FROM unnest(%(ids)s::uuid[], %(contacts)s::uuid[], %(sessions)s::uuid[], %(flows)s::uuid[])
    AS t(id, contact_id, session_id, flow_id)
"""


def start_flow(flow_id: UUID, contact_ids: Iterable[UUID], user: User, *, clock: Clock = now) -> int:
    """Starts the flow with each of the contacts at once, whom that leads out of what they were in.

    Who cannot be texted is passed over when their turn comes. Returns how many there are. Raises
    NoSMSChannel, and NotAllowedNow for a flow that is not published. For many people make a send.
    """
    at = clock()
    with transaction.atomic():
        flow = Flow.objects.get(id=flow_id)
        if flow.published_revision is None or flow.is_archived:
            raise NotAllowedNow("This flow is not published.")
        channel = channel_to_send_by()
        start_id = new_id(at)
        trigger = by_hand(flow_id, at, is_batch=False)
        contacts = (
            Contact.objects.filter(id__in=list(contact_ids)).order_by("id").values_list("id", flat=True)
        )
        tasks = [
            SessionTask(
                contact_id=contact_id,
                kind="start",
                data=Start(
                    session_id=derived_id(at, start_id, contact_id),
                    flow_id=flow_id,
                    sms_channel_id=channel.id,
                    trigger=trigger,
                ).kept(),
                made_at=at,
            )
            for contact_id in contacts
        ]
        SessionTask.objects.bulk_create(tasks)
        record_audit("flow.started", f"flow {flow_id}", user=user, people=len(tasks))
        notify("messaging_sessiontasks")
    return len(tasks)


def interrupt(
    user: User,
    *,
    contact_ids: Iterable[UUID] | None = None,
    flow_id: UUID | None = None,
    clock: Clock = now,
) -> int:
    """Ends the conversations of these contacts, or all in this flow, that wait for an answer."""
    if contact_ids is None and flow_id is None:
        raise ValueError("whose conversations are to end?")
    with transaction.atomic():
        contacts = None if contact_ids is None else list(contact_ids)
        ended = end_sessions("stopped", contacts=contacts, flow_id=flow_id, clock=clock)
        record_audit(
            "conversation.stopped", f"flow {flow_id}" if flow_id else "contacts", user=user, people=ended
        )
    return ended


def end_sessions(
    reason: str,
    *,
    contacts: list[UUID] | None = None,
    broadcast_id: UUID | None = None,
    flow_id: UUID | None = None,
    clock: Clock = now,
) -> int:
    """Ends the waiting sessions that fit all that is given, inside the caller's transaction."""
    at = clock()
    chosen = {"contacts": contacts, "broadcast": broadcast_id, "flow": flow_id, "reason": reason, "now": at}
    with connection.cursor() as cursor:
        cursor.execute(LOCK_TALKING, chosen)
        cursor.execute(END_SESSIONS, chosen)
        ended = cursor.fetchall()
        if ended:
            sessions, talking, flows = (list(column) for column in zip(*ended, strict=True))
            ids = [derived_id(at, session_id, reason) for session_id in sessions]
            cursor.execute(
                NOTE_ENDS,
                {"ids": ids, "contacts": talking, "sessions": sessions, "flows": flows, "reason": reason},
            )
    return len(ended)
