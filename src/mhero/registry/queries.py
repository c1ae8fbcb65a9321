"""Reads of the registry room. Whoever shows people begins with `people_of` the user's area."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.core.cache import cache
from django.db.models import Count, F, Func, Q, QuerySet, TextField

from mhero.registry.models import Level, Person, PhoneState, Place, PlaceKind

#: The country is 1; its counties are what it is shown by.
COUNTY_LEVEL = 2
#: Lists of choices may be this old.
_KEPT_SECONDS = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Branch:
    """A place of the tree with the places directly beneath it."""

    id: UUID
    name: str
    level: int
    below: "tuple[Branch, ...]"


def people_of(area_id: UUID | None) -> QuerySet[Person]:
    """The people of an area, those who left included; None is the whole country."""
    people = Person.objects.all()
    return people if area_id is None else people.filter(place_ids__contains=[area_id])


def places_of(area_id: UUID | None) -> QuerySet[Place]:
    """The areas and facilities of an area, itself included."""
    places = Place.objects.all()
    return places if area_id is None else places.filter(path__contains=[area_id])


def person_changes(after: int, limit: int) -> list[Person]:
    """Who changed since a follower's mark, in order; the mark to keep is the last one's `change`.

    Changes are committed in the order of their numbers (see `writing`), so nothing below a mark comes later.
    """
    return list(Person.objects.filter(change__gt=after).order_by("change")[:limit])


def latest_change() -> int:
    """The mark of a follower that has seen everything."""
    return Person.objects.order_by("-change").values_list("change", flat=True).first() or 0


def counties(area_id: UUID | None = None) -> QuerySet[Place]:
    """The places that the country is shown by, of those in the area or above it."""
    places = Place.objects.filter(kind=PlaceKind.JURISDICTION, level=COUNTY_LEVEL, is_active=True)
    if area_id is not None:
        above = Place.objects.filter(id=area_id).values_list("path", flat=True).first() or []
        places = places.filter(Q(path__contains=[area_id]) | Q(id__in=above))
    return places.order_by("name")


def places_tree(area_id: UUID | None = None, *, deepest: int = 3) -> tuple[Branch, ...]:
    """The areas down to a level, as a tree whose tops are the area itself or the counties."""
    areas = places_of(area_id).filter(kind=PlaceKind.JURISDICTION, is_active=True)
    rows = areas.filter(level__lte=deepest).order_by("name").values_list("id", "name", "level", "parent_id")
    return _branches(list(rows), area_id)


def _branches(rows: list[tuple[UUID, str, int, UUID | None]], area_id: UUID | None) -> tuple[Branch, ...]:
    below: dict[UUID | None, list[tuple[UUID, str, int, UUID | None]]] = {}
    for row in rows:
        below.setdefault(row[3], []).append(row)

    def branch(row: tuple[UUID, str, int, UUID | None]) -> Branch:
        id, name, level, _ = row
        return Branch(id=id, name=name, level=level, below=tuple(map(branch, below.get(id, ()))))

    tops = [row for row in rows if (row[0] == area_id if area_id else row[2] == COUNTY_LEVEL)]
    return tuple(map(branch, tops))


def level_names() -> dict[int, str]:
    return dict(Level.objects.values_list("level", "name"))


def names_of(places: Collection[UUID]) -> dict[UUID, str]:
    return dict(Place.objects.filter(id__in=places).values_list("id", "name"))


def place_words(people: Iterable[Person]) -> dict[UUID, str]:
    """Where each person works, for a list: "Phebe Clinic, Suakoko, Bong"."""
    at = {person.place_id for person in people if person.place_id}
    paths = dict(Place.objects.filter(id__in=at).values_list("id", "path"))
    names = names_of({step for path in paths.values() for step in path})
    # The country goes without saying.
    words = {
        id: ", ".join(names[step] for step in reversed(path[1:] or path) if step in names)
        for id, path in paths.items()
    }
    return {person.id: words.get(person.place_id, "") for person in people if person.place_id}


def cadres_of(area_id: UUID | None) -> list[str]:
    """The cadres that somebody working in the area has."""
    key = f"registry:cadres:{area_id}"
    known: list[str] | None = cache.get(key)
    if known is None:
        each = Func(F("cadres"), function="unnest", output_field=TextField())
        working = people_of(area_id).filter(is_active=True)
        known = sorted(working.annotate(cadre=each).values_list("cadre", flat=True).distinct())
        cache.set(key, known, _KEPT_SECONDS)
    return known


def facility_types_of(area_id: UUID | None) -> list[str]:
    types = places_of(area_id).filter(kind=PlaceKind.FACILITY).exclude(facility_type="")
    return sorted(types.values_list("facility_type", flat=True).distinct())


def phone_states_of(people: QuerySet[Person]) -> dict[str, int]:
    """How many of the people have which phone state; every state is there."""
    counted = dict(people.order_by().values_list("phone_state").annotate(Count("id")))
    return {state: counted.get(state, 0) for state in PhoneState.values}
