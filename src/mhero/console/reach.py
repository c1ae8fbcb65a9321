"""How many health workers can be reached: by the places beneath one's area, and by cadre."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db import connection

from mhero.registry.models import Level, Place
from mhero.registry.queries import COUNTY_LEVEL

#: Figures of the home page may be this old.
KEPT_SECONDS = 10
#: An outline keeps about this many points: the map is small.
OUTLINE_POINTS = 150

#: One row for each place (kind 1), one for each cadre (kind 2), one for everyone (kind 3).
#: A person counts once, at the place of the latest role and by the first cadre.
REACH = """
    WITH within AS (
        SELECT below.id AS place_id, above.id AS area_id
        FROM registry_place above
        JOIN registry_place below ON below.path @> ARRAY[above.id]
        WHERE above.level = %(level)s AND (%(area)s::uuid IS NULL OR above.path @> ARRAY[%(area)s::uuid])
    )
    SELECT GROUPING(within.area_id, person.cadres[1]) AS kind,
           within.area_id, person.cadres[1], count(*), count(contact.id)
    FROM registry_person person
    LEFT JOIN within ON within.place_id = person.place_id
    LEFT JOIN messaging_contact contact ON contact.person_id = person.id
        AND contact.status = 'active' AND contact.number IS NOT NULL
    WHERE person.is_active AND (%(area)s::uuid IS NULL OR person.place_ids @> ARRAY[%(area)s::uuid])
    GROUP BY GROUPING SETS ((within.area_id), (person.cadres[1]), ())
"""

#: A place without a point of its own stands in the middle of the points beneath it.
SHAPES = """
    SELECT above.id, above.outline,
           coalesce(above.latitude, avg(below.latitude)), coalesce(above.longitude, avg(below.longitude))
    FROM registry_place above
    LEFT JOIN registry_place below ON below.path @> ARRAY[above.id] AND below.latitude IS NOT NULL
    WHERE above.id = ANY(%(places)s)
    GROUP BY above.id
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reached:
    """How many of the people of one place or cadre can be texted."""

    #: The place's name or the cadre's; empty for people without one.
    name: str
    #: None for a cadre, and for people who are at none of the places.
    place_id: UUID | None
    people: int
    reachable: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    #: What the places are called: `County`. Empty when the registry does not say.
    level: str
    people: int
    reachable: int
    #: By name.
    places: tuple[Reached, ...]
    #: The largest first.
    cadres: tuple[Reached, ...]


def reach(area_id: UUID | None) -> Reach:
    """The figures for a person's area, not older than `KEPT_SECONDS`."""
    key = f"home-reach:{area_id}"
    kept = cache.get(key)
    if isinstance(kept, Reach):
        return kept
    found = _read(area_id)
    cache.set(key, found, KEPT_SECONDS)
    return found


def _read(area_id: UUID | None) -> Reach:
    level = COUNTY_LEVEL
    if area_id is not None:
        area = Place.objects.filter(pk=area_id).only("level").first()
        level = area.level + 1 if area else COUNTY_LEVEL
    names = dict(Place.objects.filter(level=level).values_list("id", "name"))
    with connection.cursor() as cursor:
        cursor.execute(REACH, {"level": level, "area": area_id})
        rows = cursor.fetchall()
    # GROUPING sets a bit for each column that a row is not grouped by.
    places = [
        Reached(name=names.get(place, ""), place_id=place, people=people, reachable=reachable)
        for kind, place, _cadre, people, reachable in rows
        if kind == 1
    ]
    cadres = [
        Reached(name=cadre or "", place_id=None, people=people, reachable=reachable)
        for kind, _place, cadre, people, reachable in rows
        if kind == 2
    ]
    everyone = next(((people, reachable) for kind, _, _, people, reachable in rows if kind == 3), (0, 0))
    called = Level.objects.filter(level=level).first()
    return Reach(
        level=called.name if called else "",
        people=everyone[0],
        reachable=everyone[1],
        places=tuple(sorted(places, key=lambda each: (not each.name, each.name))),
        cadres=tuple(sorted(cadres, key=lambda each: -each.reachable)),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """Where a place is: its outline's rings as lists of [longitude, latitude], or else a point."""

    rings: list[list[list[float]]]
    point: tuple[float, float] | None


def shapes(places: list[UUID]) -> dict[UUID, Shape]:
    with connection.cursor() as cursor:
        cursor.execute(SHAPES, {"places": places})
        return {
            place: Shape(
                # Django leaves JSON of a plain query as text.
                rings=outer_rings(json.loads(outline)) if outline else [],
                point=(longitude, latitude) if latitude is not None and longitude is not None else None,
            )
            for place, outline, latitude, longitude in cursor.fetchall()
        }


def outer_rings(outline: Any) -> list[list[list[float]]]:
    """The outer rings of a GeoJSON polygon or multipolygon, thinned; nothing for what is neither."""
    match outline:
        case {"type": "Polygon", "coordinates": [ring, *_]}:
            rings = [ring]
        case {"type": "MultiPolygon", "coordinates": [*polygons]}:
            rings = [polygon[0] for polygon in polygons if polygon]
        case _:
            return []
    return [_thinned(ring) for ring in rings]


def _thinned(ring: list[list[float]]) -> list[list[float]]:
    step = max(1, len(ring) // OUTLINE_POINTS)
    return [[round(longitude, 4), round(latitude, 4)] for longitude, latitude, *_ in ring[::step]]
