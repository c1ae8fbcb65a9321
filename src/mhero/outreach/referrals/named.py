"""The facilities and health workers that a FHIR reference names."""

from collections.abc import Iterable
from uuid import UUID

from mhero.outreach.fhir.reading import split_reference
from mhero.outreach.mobile_alerts.addressing import resolve
from mhero.registry.identity import organization_of
from mhero.registry.models import Person, Place, PlaceKind, Role


def facilities_of(references: Iterable[str]) -> list[UUID]:
    """The facilities of `Location/…` and `Organization/…`, or of an id alone, which is an Organization's."""
    pairs = [split_reference(one) or ("Organization", one) for one in references]
    locations = resolve("Location", {id for type, id in pairs if type == "Location"})
    organizations = {id for type, id in pairs if type == "Organization"}
    beside = []
    if organizations:
        # The identifiers of organizations do not lead back to the places beside which they were made.
        every = Place.objects.filter(kind=PlaceKind.FACILITY).values_list("id", flat=True)
        beside = [id for id in every if str(organization_of(id)) in organizations]
    return [*locations.values(), *beside]


def facility_of(reference: str) -> Place | None:
    found = Place.objects.filter(id__in=facilities_of([reference]), kind=PlaceKind.FACILITY, is_active=True)
    return found.first()


def worker_of(reference: str) -> tuple[Person, Place] | None:
    """Who a `Practitioner/…` or a `PractitionerRole/…` is, and the facility where they work."""
    type, id = split_reference(reference) or ("", "")
    if type == "PractitionerRole":
        roles = Role.objects.select_related("person", "place")
        role = roles.filter(id__in=resolve(type, {id}).values(), is_active=True).first()
        person, place = (role.person, role.place) if role else (None, None)
    elif type == "Practitioner":
        people = Person.objects.select_related("place").filter(is_active=True)
        person = people.filter(id__in=resolve(type, {id}).values()).first()
        place = person.place if person else None
    else:
        return None
    if person is None or place is None or place.kind != PlaceKind.FACILITY:
        return None
    return person, place
