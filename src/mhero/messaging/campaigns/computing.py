"""Which points are due for which contacts, computed in bulk whenever a date, a member or a point changes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any
from uuid import UUID

import psycopg

from mhero.messaging.campaigns.moments import fires_at
from mhero.messaging.searching.conditions import EPOCH

POINTS = """
SELECT p.id, c.group_id, p.relative_to, p."offset", p.unit, p.delivery_hour
FROM messaging_campaignpoint p JOIN messaging_campaign c ON c.id = p.campaign_id
WHERE NOT p.is_archived AND NOT c.is_archived
"""
# The dates of the contacts that are in a campaign's group, each as microseconds since 1970.
DATES = """
SELECT p.id, s.contact_id,
    CASE p.relative_to
        WHEN 'last_seen_on' THEN (extract(epoch FROM c.last_message_at) * 1000000)::bigint
        WHEN 'created_on' THEN (s.moments ->> '@created_on')::bigint
        ELSE (s.moments ->> p.relative_to)::bigint
    END
FROM unnest(%(points)s::uuid[], %(groups)s::uuid[], %(keys)s::text[]) AS p(id, group_id, relative_to)
JOIN messaging_group_contacts m ON m.group_id = p.group_id AND m.contact_id = ANY(%(contacts)s)
JOIN messaging_searched s ON s.contact_id = m.contact_id
JOIN messaging_contact c ON c.id = m.contact_id
"""
# What waits and is not so any more goes; what is new comes, but nothing that has passed, and nothing that was
# there for the same date before, whatever became of it.
FORGET = """
DELETE FROM messaging_firing f
WHERE f.contact_id = ANY(%(contacts)s) AND f.point_id = ANY(%(computed)s) AND f.state = 'waiting'
  AND NOT EXISTS (
      SELECT FROM unnest(%(points)s::uuid[], %(people)s::uuid[], %(abouts)s::timestamptz[],
          %(fires_ats)s::timestamptz[]) AS t(point_id, contact_id, about, fires_at)
      WHERE t.point_id = f.point_id AND t.contact_id = f.contact_id AND t.about = f.about
        AND t.fires_at = f.fires_at)
"""
ADD = """
INSERT INTO messaging_firing (point_id, contact_id, about, fires_at)
SELECT t.point_id, t.contact_id, t.about, t.fires_at
FROM unnest(%(points)s::uuid[], %(people)s::uuid[], %(abouts)s::timestamptz[], %(fires_ats)s::timestamptz[])
    AS t(point_id, contact_id, about, fires_at)
WHERE t.fires_at > %(now)s
ON CONFLICT (point_id, contact_id, about) DO NOTHING
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    id: UUID
    group_id: UUID
    relative_to: str
    offset: int
    unit: str
    hour: int

    def due(self, about: datetime, zone: tzinfo) -> datetime | None:
        return fires_at(about, self.offset, self.unit, self.hour, zone)


async def points(connection: psycopg.AsyncConnection) -> list[Point]:
    """The points of every campaign that is not put away."""
    rows = await (await connection.execute(POINTS)).fetchall()
    names = ("id", "group_id", "relative_to", "offset", "unit", "hour")
    return [Point(**dict(zip(names, row, strict=True))) for row in rows]


async def compute(
    connection: psycopg.AsyncConnection,
    contacts: list[UUID],
    computed: Iterable[Point],
    zone: tzinfo,
    at: datetime,
) -> None:
    """Brings the waiting firings of the contacts in step with these points, in the caller's transaction."""
    known = {point.id: point for point in computed}
    if not known or not contacts:
        return
    asked: dict[str, Any] = {
        "points": list(known),
        "groups": [point.group_id for point in known.values()],
        "keys": [point.relative_to for point in known.values()],
        "contacts": contacts,
    }
    rows = await (await connection.execute(DATES, asked)).fetchall()
    firings = [
        (point_id, contact_id, about, due)
        for point_id, contact_id, microseconds in rows
        if microseconds is not None
        and (about := _moment(microseconds)) is not None
        and (due := known[point_id].due(about, zone)) is not None
    ]
    named = {
        "points": [row[0] for row in firings],
        "people": [row[1] for row in firings],
        "abouts": [row[2] for row in firings],
        "fires_ats": [row[3] for row in firings],
        "contacts": contacts,
        "computed": list(known),
        "now": at,
    }
    await connection.execute(FORGET, named)
    await connection.execute(ADD, named)


def _moment(microseconds: int) -> datetime | None:
    try:
        return EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        return None
