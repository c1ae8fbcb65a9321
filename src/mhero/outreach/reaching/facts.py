"""Keeps what came of each question, in the columns by which it is counted.

A send is looked at until its last conversation is over, and each look may be the second: what is written is
what is true now, in one transaction.
"""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from mhero.accounts.queries import workspace
from mhero.messaging.models import Broadcast
from mhero.messaging.queries.questions import askable
from mhero.platform.clock import Clock, now
from mhero.platform.ids import lowest_id

#: How often a send that goes on is looked at.
EVERY: Final = timedelta(minutes=1)
#: Reports of the network still come in this long after the last conversation.
REPORTS_COME: Final = timedelta(hours=1)
#: Sends that begin together become visible in any order.
MARGIN: Final = timedelta(hours=1)

BEGUN = """
INSERT INTO outreach_reachsend (broadcast_id, questions, is_settled, looked_at)
SELECT b.id, 0, false, 'epoch' FROM messaging_broadcast b
WHERE b.flow_id IS NOT NULL AND b.started_at IS NOT NULL
  AND (%(since)s::timestamptz IS NULL OR b.started_at > %(since)s)
ON CONFLICT DO NOTHING
"""
LATEST = """
SELECT max(b.started_at) FROM outreach_reachsend s JOIN messaging_broadcast b ON b.id = s.broadcast_id
"""
NEXT = """
SELECT s.broadcast_id, s.questions FROM outreach_reachsend s
WHERE NOT s.is_settled AND s.looked_at <= %(before)s
ORDER BY s.looked_at LIMIT 1 FOR UPDATE SKIP LOCKED
"""
# The first words of a send's conversations have ids of its moment, so that one partition is read. What never
# left, or did not reach the phone, asked nobody.
KEEP = """
INSERT INTO outreach_reachask (
    session_id, broadcast_id, asked_at, hour, weekday, operator, county, cadre, language, parts, questions,
    was_announced, is_reask, answered_first, answered_all, place_ids
)
SELECT s.id, s.broadcast_id, m.sent_at,
    extract(hour FROM m.sent_at AT TIME ZONE %(zone)s),
    extract(isodow FROM m.sent_at AT TIME ZONE %(zone)s) - 1,
    m.operator, m.county, m.cadre, c.language, m.parts, %(questions)s, %(was_announced)s, %(is_reask)s,
    s.answers > 0, s.answers > 0 AND s.status = 'completed', c.place_ids
FROM messaging_session s
JOIN (
    SELECT session_id, min(sent_at) AS sent_at, sum(segments) AS parts, min(operator) AS operator,
           min(county) AS county, min(cadre) AS cadre
    FROM messaging_message
    WHERE broadcast_id = %(broadcast)s AND id >= %(from)s AND id < %(until)s
      AND status IN ('sent', 'delivered') AND sent_at IS NOT NULL
    GROUP BY session_id
) m ON m.session_id = s.id
JOIN messaging_contact c ON c.id = s.contact_id
WHERE s.broadcast_id = %(broadcast)s
ON CONFLICT (session_id) DO UPDATE
SET answered_first = excluded.answered_first, answered_all = excluded.answered_all
WHERE (outreach_reachask.answered_first, outreach_reachask.answered_all)
    IS DISTINCT FROM (excluded.answered_first, excluded.answered_all)
"""
# A report that came late says that somebody was not asked after all.
FORGET_UNREACHED = """
DELETE FROM outreach_reachask a USING messaging_message m
WHERE a.broadcast_id = %(broadcast)s AND m.session_id = a.session_id AND m.broadcast_id = %(broadcast)s
  AND m.id >= %(from)s AND m.id < %(until)s AND m.status = 'failed' AND NOT a.answered_first
"""
WAS_ANNOUNCED = """
SELECT EXISTS (
    SELECT FROM outreach_reachpart mine JOIN outreach_reachpart other ON other.round_id = mine.round_id
    JOIN messaging_broadcast said ON said.id = other.broadcast_id
    WHERE mine.broadcast_id = %(first)s AND other.is_announcement AND said.expanded > 0
)
"""
GOES_ON = """
SELECT EXISTS (SELECT FROM messaging_session s WHERE s.broadcast_id = %(broadcast)s AND s.status = 'waiting')
"""
COUNTED = """
SELECT broadcast_id, count(*), count(*) FILTER (WHERE answered_first), count(*) FILTER (WHERE answered_all)
FROM outreach_reachask WHERE broadcast_id = ANY(%(broadcasts)s) GROUP BY broadcast_id
"""
MARK = """
UPDATE outreach_reachsend SET looked_at = %(now)s, is_settled = %(is_settled)s, questions = %(questions)s
WHERE broadcast_id = %(broadcast)s
"""


def keep_asks(clock: Clock = now) -> bool:
    """Looks at one send; True while there may be more to look at."""
    at = clock()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LATEST)
        latest = cursor.fetchone()[0]
        cursor.execute(BEGUN, {"since": latest - MARGIN if latest else None})
        cursor.execute(NEXT, {"before": at - EVERY})
        found = cursor.fetchone()
        if found is None:
            return False
        _keep(cursor, found[0], found[1], at)
    return True


def _keep(cursor: Any, broadcast_id: UUID, questions: int, at: datetime) -> None:
    send = Broadcast.objects.select_related("flow").get(id=broadcast_id)
    moment = send.started_at
    if moment is None or send.flow is None:
        raise ValueError("only a send of questions that has begun is looked at")
    cursor.execute(WAS_ANNOUNCED, {"first": send.reask_of_id or send.id})
    was_announced = cursor.fetchone()[0]
    values = {
        "broadcast": send.id,
        "from": lowest_id(moment),
        "until": lowest_id(moment + timedelta(milliseconds=1)),
        "zone": workspace().time_zone,
        # As they were when it began: they may be changed later.
        "questions": questions or askable(send.flow).weight.questions,
        "was_announced": was_announced,
        "is_reask": send.reask_of_id is not None,
        "now": at,
    }
    cursor.execute(KEEP, values)
    cursor.execute(FORGET_UNREACHED, values)
    cursor.execute(GOES_ON, values)
    goes_on = cursor.fetchone()[0]
    ended = send.finished_at
    settled = not goes_on and ended is not None and ended <= at - REPORTS_COME
    cursor.execute(MARK, values | {"is_settled": settled})


def counted(broadcast_ids: list[UUID]) -> dict[UUID, tuple[int, int, int]]:
    """By send: how many were asked, answered the first question, answered all."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, {"broadcasts": broadcast_ids})
        return {row[0]: (row[1], row[2], row[3]) for row in cursor.fetchall()}
