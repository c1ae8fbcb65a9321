"""Reminders as pages show them: what is planned and what was sent."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Count, QuerySet

from mhero.messaging.models import Broadcast, Campaign, CampaignPoint, ContactField
from mhero.messaging.searching.fields import DATES

FIGURES = """
SELECT f.point_id, f.state, count(*), min(f.fires_at) FROM messaging_firing f
WHERE f.point_id = ANY(%(points)s)
  AND (%(area)s::uuid IS NULL OR EXISTS (
      SELECT FROM messaging_contact c WHERE c.id = f.contact_id AND c.place_ids @> ARRAY[%(area)s::uuid]))
GROUP BY f.point_id, f.state
"""
NEXT = """
SELECT f.point_id, date_trunc('day', f.fires_at, %(zone)s) AS day, count(*) FROM messaging_firing f
WHERE f.point_id = ANY(%(points)s) AND f.state = 'waiting'
  AND (%(area)s::uuid IS NULL OR EXISTS (
      SELECT FROM messaging_contact c WHERE c.id = f.contact_id AND c.place_ids @> ARRAY[%(area)s::uuid]))
GROUP BY f.point_id, day ORDER BY day LIMIT %(most)s
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class PointFigures:
    """How many of each state, and when the next is due."""

    by_state: Counter[str] = field(default_factory=Counter)
    next_at: datetime | None = None

    @property
    def left_out(self) -> int:
        return sum(number for state, number in self.by_state.items() if state not in ("waiting", "sent"))


def campaigns() -> QuerySet[Campaign]:
    found = Campaign.objects.filter(is_archived=False).select_related("group").order_by("name", "id")
    return found.annotate(number_of_points=Count("points"))


def points_of(campaign: Campaign) -> list[CampaignPoint]:
    """In the order of time, as far as that can be told without anybody's date."""
    minutes = {"M": 1, "H": 60, "D": 1440, "W": 10080}
    found = campaign.points.filter(is_archived=False).select_related("flow")
    return sorted(
        found, key=lambda point: (point.offset * minutes[point.unit], point.delivery_hour, point.id)
    )


def figures(points: list[CampaignPoint], area_id: UUID | None) -> dict[UUID, PointFigures]:
    counted: dict[UUID, Counter[str]] = {point.id: Counter() for point in points}
    next_at: dict[UUID, datetime] = {}
    with connection.cursor() as cursor:
        cursor.execute(FIGURES, {"points": list(counted), "area": area_id})
        for point_id, state, number, first in cursor.fetchall():
            counted[point_id][state] = number
            if state == "waiting":
                next_at[point_id] = first
    return {key: PointFigures(by_state=by, next_at=next_at.get(key)) for key, by in counted.items()}


def days_ahead(
    points: list[CampaignPoint], area_id: UUID | None, zone: str, most: int
) -> list[tuple[UUID, datetime, int]]:
    """The next days on which something is planned: the point, the day, how many people."""
    asked = {"points": [point.id for point in points], "area": area_id, "zone": zone, "most": most}
    with connection.cursor() as cursor:
        cursor.execute(NEXT, asked)
        rows: list[tuple[UUID, datetime, int]] = cursor.fetchall()
    return rows


def sends_of(campaign: Campaign) -> QuerySet[Broadcast]:
    return Broadcast.objects.filter(campaign_point__campaign=campaign).order_by("-id")


def date_name(key: str) -> str:
    """What a point's date is called."""
    fixed = dict(DATES).get(key)
    if fixed is not None:
        return str(fixed)
    return ContactField.objects.filter(key=key).values_list("name", flat=True).first() or key
