"""Visits by place: how many are due, overdue, missed and done."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.db import connection

from mhero.registry.models import Place, PlaceKind

#: Missed and done ones of so many days are counted.
LATELY: Final = timedelta(days=30)
#: The position of a county in a place's path.
COUNTY: Final = 2

COUNTED = """
SELECT f.path[%(depth)s],
       count(*) FILTER (WHERE v.state = 'due' AND v.due_on >= %(today)s AND v.due_on < %(soon)s),
       count(*) FILTER (WHERE v.state = 'due' AND v.due_on < %(today)s),
       count(*) FILTER (WHERE v.state = 'missed'),
       count(*) FILTER (WHERE v.state = 'done')
FROM outreach_visit v JOIN registry_place f ON f.id = v.facility_id
WHERE (%(place)s::uuid IS NULL OR f.path @> ARRAY[%(place)s::uuid])
  AND (
      (v.state = 'due' AND v.due_on < %(soon)s)
      OR (v.state IN ('missed', 'done') AND v.ended_on > %(since)s)
  )
GROUP BY 1
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A place right beneath the one that is looked at."""

    id: UUID
    name: str
    is_facility: bool
    soon: int
    overdue: int
    missed: int
    done: int


def rows(place: Place | None, today: date, soon: timedelta) -> list[Row]:
    """The places beneath that have visits, by name; None is the whole country."""
    with connection.cursor() as cursor:
        cursor.execute(
            COUNTED,
            {
                "place": place.id if place else None,
                "depth": _depth(place),
                "today": today,
                "soon": today + soon,
                "since": today - LATELY,
            },
        )
        counted: dict[UUID, list[int]] = {id: numbers for id, *numbers in cursor.fetchall() if id}
    places = Place.objects.filter(id__in=counted).order_by("name").only("id", "name", "kind")
    return [
        Row(
            id=one.id,
            name=one.name.strip(),
            is_facility=one.kind == PlaceKind.FACILITY,
            soon=counted[one.id][0],
            overdue=counted[one.id][1],
            missed=counted[one.id][2],
            done=counted[one.id][3],
        )
        for one in places
    ]


def _depth(place: Place | None) -> int:
    if place is None:
        return COUNTY
    # A facility is beneath itself.
    return len(place.path) + (0 if place.kind == PlaceKind.FACILITY else 1)
