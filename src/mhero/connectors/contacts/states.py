"""What a contact is to know of a person."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from mhero.connectors.contacts.languages import three_letters
from mhero.messaging.services import ContactState
from mhero.registry.models import Person, Place, PlaceKind, Role

COUNTY: Final = 2
DISTRICT: Final = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedPlace:
    name: str
    level: int
    is_facility: bool
    #: All places above it and itself, the country first.
    path: tuple[UUID, ...]


def named_places() -> dict[UUID, NamedPlace]:
    """Every place of the registry: some thousands, read once a run."""
    rows = Place.objects.values_list("id", "name", "level", "kind", "path")
    return {
        id_: NamedPlace(name=name, level=level, is_facility=kind == PlaceKind.FACILITY, path=tuple(path))
        for id_, name, level, kind, path in rows.iterator()
    }


def states_of(people: Iterable[Person], places: Mapping[UUID, NamedPlace]) -> Iterator[ContactState]:
    """The people as contacts. Their jobs are read for all of them at once."""
    people = list(people)
    jobs = _jobs_of(people)
    for person in people:
        yield _state_of(person, jobs.get((person.id, person.place_id), ""), places)


def _jobs_of(people: list[Person]) -> dict[tuple[UUID, UUID | None], str]:
    """The job that each holds at each place; of several the one that began last."""
    roles = Role.objects.filter(person_id__in=[person.id for person in people])
    rows = roles.order_by("start", "id").values_list("person_id", "place_id", "job")
    return {(person, place): job for person, place, job in rows}


def _state_of(person: Person, job: str, places: Mapping[UUID, NamedPlace]) -> ContactState:
    here = places.get(person.place_id) if person.place_id else None
    above = {place.level: place.name for id_ in (here.path if here else ()) if (place := places.get(id_))}
    county, district = above.get(COUNTY, ""), above.get(DISTRICT, "")
    languages = [person.language_correction, *person.languages]
    fields = {
        "first_name": (person.given_name or person.name).partition(" ")[0],
        "cadre": next(iter(person.cadres), ""),
        "job": job,
        "facility": here.name if here and here.is_facility else "",
        "district": district,
        "county": county,
    }
    return ContactState(
        person_id=person.id,
        number=person.phone,
        name=person.name,
        language=next(filter(None, map(three_letters, languages)), ""),
        fields={name: value for name, value in fields.items() if value},
        groups=list(_groups(person.cadres, county, district)),
        place_ids=person.place_ids,
        is_active=person.is_active,
        change=person.change,
    )


def _groups(cadres: Iterable[str], county: str, district: str) -> Iterator[str]:
    for cadre in cadres:
        yield f"Cadre: {cadre}"
    if county:
        yield f"County: {county}"
    # Districts of different counties share names: half of the world has a “Central”.
    if district:
        yield f"District: {district} ({county})" if county else f"District: {district}"
