"""What a contact is to know of a person."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from mhero.connectors.contacts.languages import three_letters
from mhero.messaging.services import ContactState
from mhero.registry.models import Level, Person, Place, PlaceKind, Role

COUNTY: Final = 2
DISTRICT: Final = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedPlace:
    name: str
    level: int
    is_facility: bool
    #: All places above it and itself, the country first.
    path: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedCountry:
    places: Mapping[UUID, NamedPlace]
    #: What the country calls the levels of its tree.
    county: str
    district: str

    def names_above(self, place: NamedPlace | None) -> dict[int, str]:
        """The names of a place and of those above it, by their levels."""
        path = (self.places.get(id_) for id_ in (place.path if place else ()))
        return {one.level: one.name for one in path if one}


def named_country() -> NamedCountry:
    """Every place of the registry: some thousands, read once a run."""
    levels = dict(Level.objects.values_list("level", "name"))
    rows = Place.objects.values_list("id", "name", "level", "kind", "path")
    places = {
        id_: NamedPlace(name=name, level=level, is_facility=kind == PlaceKind.FACILITY, path=tuple(path))
        for id_, name, level, kind, path in rows.iterator()
    }
    return NamedCountry(
        places=places, county=levels.get(COUNTY, "County"), district=levels.get(DISTRICT, "District")
    )


def states_of(people: Sequence[Person], country: NamedCountry) -> Iterator[ContactState]:
    """The people as contacts. Their jobs are read for all of them at once."""
    jobs = _jobs_of(people)
    for person in people:
        yield _state_of(person, jobs.get((person.id, person.place_id), ""), country)


def _jobs_of(people: Iterable[Person]) -> dict[tuple[UUID, UUID | None], str]:
    """The job that each holds at each place; of several the one that began last."""
    roles = Role.objects.filter(person_id__in=[person.id for person in people])
    rows = roles.order_by("start", "id").values_list("person_id", "place_id", "job")
    return {(person, place): job for person, place, job in rows}


def _state_of(person: Person, job: str, country: NamedCountry) -> ContactState:
    here = country.places.get(person.place_id) if person.place_id else None
    above = country.names_above(here)
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
        groups=list(_groups(person.cadres, county, district, country)),
        place_ids=person.place_ids,
        is_active=person.is_active,
        change=person.change,
    )


def _groups(cadres: Iterable[str], county: str, district: str, country: NamedCountry) -> Iterator[str]:
    for cadre in cadres:
        yield f"Cadre: {cadre}"
    if county:
        yield f"{country.county}: {county}"
    # Districts of different counties share names: half of the world has a “Central”.
    if district:
        yield f"{country.district}: {district} ({county})" if county else f"{country.district}: {district}"
