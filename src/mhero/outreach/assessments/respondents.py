"""Of whom a report is expected: people who fit a choice, or whoever is in charge of each facility."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from mhero.outreach.assessments.models import Assessment, Who
from mhero.outreach.audience import Filter
from mhero.outreach.reach import Reach, Reason
from mhero.outreach.recipients import everyone
from mhero.outreach.supervisors import in_charge_of
from mhero.registry.models import Person, Place, PlaceKind
from mhero.registry.queries import places_of

#: A facility of which nobody is said to be in charge.
NOBODY: Final = "nobody"


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """One report that is expected."""

    place_id: UUID | None
    #: The places above it and itself.
    path: tuple[UUID, ...]
    person_id: UUID | None
    #: Whom it can be asked of; None when nobody, for a reason.
    contact_id: UUID | None
    #: A value of `Reason`, or `NOBODY`; empty when it can be asked.
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Standing:
    contact_id: UUID | None
    reason: str


def expected(assessment: Assessment, reach: Reach) -> list[Expected]:
    """Everybody, each contact once; those who cannot be asked are among them, with the reason."""
    chosen = Filter.from_json(assessment.filter)
    if assessment.who == Who.IN_CHARGE:
        return list(_in_charge(chosen, reach))
    return list(_people(_standings(chosen, reach)))


def facilities(chosen: Filter, reach: Reach) -> QuerySet[Place]:
    """The facilities of a choice; only its places and kinds of facility count."""
    found = places_of(reach.area_id).filter(kind=PlaceKind.FACILITY, is_active=True)
    if chosen.places:
        found = found.filter(path__overlap=list(chosen.places))
    if chosen.facility_types:
        found = found.filter(facility_type__in=chosen.facility_types)
    return found.order_by("path")


def _standings(chosen: Filter, reach: Reach) -> dict[UUID, _Standing]:
    return {
        person: _Standing(contact_id=contact, reason=reason)
        for person, contact, reason in everyone(chosen, reach)
    }


def _people(standings: Mapping[UUID, _Standing]) -> Iterator[Expected]:
    at = dict(Person.objects.filter(id__in=list(standings)).values_list("id", "place_id"))
    paths = dict(Place.objects.filter(id__in={*at.values()}).values_list("id", "path"))
    asked: set[UUID] = set()
    for person_id, standing in standings.items():
        place_id = at.get(person_id)
        contact_id, reason = _asked_of([standing], asked)
        yield Expected(
            place_id=place_id,
            path=tuple(paths.get(place_id, ())) if place_id else (),
            person_id=person_id,
            contact_id=contact_id,
            reason=reason,
        )


def _in_charge(chosen: Filter, reach: Reach) -> Iterator[Expected]:
    rows = list(facilities(chosen, reach).values_list("id", "path"))
    leading = in_charge_of([place_id for place_id, _path in rows])
    standings = _standings(Filter(), reach)
    asked: set[UUID] = set()
    for place_id, path in rows:
        people = [person for person in leading.get(place_id, ()) if person in standings]
        # Who can be asked goes before those whose post says it better.
        people.sort(key=lambda person: not _can_be_asked(standings[person], asked))
        contact_id, reason = _asked_of([standings[person] for person in people], asked)
        yield Expected(
            place_id=place_id,
            path=tuple(path),
            person_id=people[0] if people else None,
            contact_id=contact_id,
            reason=reason,
        )


def _can_be_asked(standing: _Standing, asked: set[UUID]) -> bool:
    return standing.reason == Reason.WILL_SEND and standing.contact_id not in asked


def _asked_of(standings: Iterable[_Standing], asked: set[UUID]) -> tuple[UUID | None, str]:
    """The contact of the first of them, whom it makes one of those who are asked; or None and why."""
    standing = next(iter(standings), None)
    if standing is None:
        return None, NOBODY
    if standing.reason != Reason.WILL_SEND or standing.contact_id is None:
        return None, standing.reason
    if standing.contact_id in asked:
        return None, Reason.DUPLICATE
    asked.add(standing.contact_id)
    return standing.contact_id, ""
