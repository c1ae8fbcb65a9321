"""Who sees to a facility or a district: those whose post says so."""

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
    # The country's own officers are too far away.
    for place_id in reversed(facility.path[1:]):
        if contacts := supervisors_at(place_id, but=but):
            return contacts
    return []


def supervisors_at(place_id: UUID, *, but: UUID | None = None) -> list[Contact]:
    """Who can be texted at this very place: of a facility its in-charge, of a district its officers."""
    roles = Role.objects.filter(supervising(), place_id=place_id, is_active=True, end=None)
    people = roles.exclude(person_id=but) if but else roles
    found = Contact.objects.filter(person_id__in=people.values("person_id"), status="active")
    return list(found.exclude(number=None).order_by("id")[:MOST_TOLD])


def supervising() -> Q:
    """The condition on a `Role` that its post is one of these."""
    condition = Q()
    for words in SUPERVISING:
        condition |= Q(job__icontains=words)
    return condition
