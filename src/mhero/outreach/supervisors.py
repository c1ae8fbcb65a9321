"""Who sees to a facility or a district: those whose post says so."""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from django.db.models import Q

from mhero.messaging.models import Contact
from mhero.registry.models import Place, Role

#: Parts of what the posts are called whose holders see to a facility's or a district's affairs.
SUPERVISING: Final = (
    *("in charge", "in-charge", "incharge", "officer-in-charge", "oic", "supervisor", "head of"),
    *("titulaire", "responsable", "chef", "superviseur", "msimamizi", "mganga mkuu", "health officer"),
)
#: More would be nobody's task.
MOST_TOLD: Final = 3


def supervisors_of(facility: Place, *, but: UUID | None = None) -> list[Contact]:
    """Who can be texted, at the nearest place upwards that has somebody; never person `but`."""
    return supervisors_along(facility.path, but=but)


def supervisors_along(path: Sequence[UUID], *, but: UUID | None = None) -> list[Contact]:
    """The same, from the last place of a path upwards."""
    # The country's own officers are too far away.
    for place_id in reversed(path[1:]):
        if contacts := supervisors_at(place_id, but=but):
            return contacts
    return []


def supervisors_at(place_id: UUID, *, but: UUID | None = None) -> list[Contact]:
    """Who can be texted at this very place: of a facility its in-charge, of a district its officers."""
    roles = Role.objects.filter(supervising(), place_id=place_id, is_active=True, end=None)
    people = roles.exclude(person_id=but) if but else roles
    found = Contact.objects.filter(person_id__in=people.values("person_id"), status="active")
    return list(found.exclude(number=None).order_by("id")[:MOST_TOLD])


def in_charge_of(places: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """The people who are in charge of each place, whose post says it best first."""
    roles = Role.objects.filter(supervising(), place_id__in=list(places), is_active=True, end=None)
    found: dict[UUID, list[tuple[int, UUID]]] = {}
    for place_id, person_id, job in roles.values_list("place_id", "person_id", "job"):
        if place_id and person_id:
            said = job.casefold()
            rank = next((nth for nth, words in enumerate(SUPERVISING) if words in said), len(SUPERVISING))
            found.setdefault(place_id, []).append((rank, person_id))
    return {place: [person for _rank, person in sorted(people)] for place, people in found.items()}


def supervising() -> Q:
    """The condition on a `Role` that its post is one of these."""
    condition = Q()
    for words in SUPERVISING:
        condition |= Q(job__icontains=words)
    return condition
