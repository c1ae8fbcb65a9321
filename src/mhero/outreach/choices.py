"""What one can choose from, each with how many people it stands for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

from django.core.cache import cache
from django.db import connection

from mhero.registry.models import Place, PlaceKind

#: The figures beside the choices change with each sync at most.
SECONDS = 120
#: More than this are searched for and not read through.
MOST_FACILITIES = 25
#: In a district, where there is nothing else to choose.
MOST_LISTED = 100

# One line per value: the part of the filter, the value, how many people.
OPTIONS = """
WITH person AS (
    SELECT cadres, skills, facility_types, languages, gender, place_ids
    FROM registry_person
    WHERE is_active AND (%(area)s::uuid IS NULL OR place_ids @> ARRAY[%(area)s::uuid])
)
SELECT 'cadres', value, count(*) FROM person, unnest(cadres) AS value GROUP BY value
UNION ALL
SELECT 'skills', value, count(*) FROM person, unnest(skills) AS value GROUP BY value
UNION ALL
SELECT 'facility_types', value, count(*) FROM person, unnest(facility_types) AS value GROUP BY value
UNION ALL
SELECT 'languages', value, count(*) FROM person, unnest(languages) AS value GROUP BY value
UNION ALL
SELECT 'genders', gender, count(*) FROM person GROUP BY gender
UNION ALL
SELECT 'places', value::text, count(*) FROM person, unnest(place_ids) AS value GROUP BY value
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceOption:
    id: UUID
    name: str
    #: How many people work in or below it.
    people: int
    #: The areas right below it.
    children: "tuple[PlaceOption, ...]" = ()
    #: The name of the place above it, where that is not seen from where it stands.
    within: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """Each value with how many people, the most frequent first."""

    cadres: list[tuple[str, int]] = field(default_factory=list)
    skills: list[tuple[str, int]] = field(default_factory=list)
    facility_types: list[tuple[str, int]] = field(default_factory=list)
    languages: list[tuple[str, int]] = field(default_factory=list)
    genders: list[tuple[str, int]] = field(default_factory=list)
    #: How many people work in or below a place.
    people_at: dict[UUID, int] = field(default_factory=dict)


def options(area_id: UUID | None) -> Options:
    """The values that people of the area have."""
    return cast(Options, cache.get_or_set(f"outreach:options:{area_id}", lambda: _options(area_id), SECONDS))


def _options(area_id: UUID | None) -> Options:
    with connection.cursor() as cursor:
        cursor.execute(OPTIONS, {"area": area_id})
        rows: list[tuple[str, str, int]] = cursor.fetchall()
    found: dict[str, Any] = {"people_at": {}}
    for part, value, people in sorted(rows, key=lambda row: (-row[2], row[1])):
        if part == "places":
            found["people_at"][UUID(value)] = people
        else:
            found.setdefault(part, []).append((value, people))
    return Options(**found)


def area_tree(area_id: UUID | None, people_at: Mapping[UUID, int]) -> tuple[PlaceOption, ...]:
    """The areas below the person's own, or below the country, with the areas right below each."""
    areas = Place.objects.filter(kind=PlaceKind.JURISDICTION, is_active=True)
    if area_id is not None:
        areas = areas.filter(path__contains=[area_id])
    below: dict[UUID | None, list[Place]] = defaultdict(list)
    for area in areas.order_by("name"):
        below[area.parent_id].append(area)
    tops = (
        [top for root in below[None] for top in below[root.id] or [root]]
        if area_id is None
        else below[area_id]
    )
    roots = {root.id for root in below[None]}
    return tuple(
        PlaceOption(
            id=top.id,
            name=top.name,
            people=people_at.get(top.id, 0),
            children=tuple(
                PlaceOption(id=child.id, name=child.name, people=people_at.get(child.id, 0))
                for child in ([] if top.id in roots else below[top.id])
            ),
        )
        for top in tops
    )


def facilities(
    area_id: UUID | None,
    people_at: Mapping[UUID, int],
    *,
    words: str = "",
    ids: Iterable[UUID] = (),
    lists_all: bool = False,
) -> list[PlaceOption]:
    """Facilities by their name, and those that are chosen already whatever their name."""
    places = Place.objects.filter(kind=PlaceKind.FACILITY, is_active=True).select_related("parent")
    if area_id is not None:
        places = places.filter(path__contains=[area_id])
    chosen = list(places.filter(id__in=list(ids)).order_by("name"))
    fitting = places.filter(name__icontains=words).order_by("name") if words or lists_all else places.none()
    named = fitting[: MOST_FACILITIES if words else MOST_LISTED]
    return [
        PlaceOption(
            id=place.id,
            name=place.name,
            people=people_at.get(place.id, 0),
            within=place.parent.name if place.parent else "",
        )
        for place in [*chosen, *(place for place in named if place not in chosen)]
    ]
