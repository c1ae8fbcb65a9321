"""Reads of clients and their visits. Whoever shows them begins with those of the user's area."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from mhero.accounts.queries import workspace
from mhero.messaging.models import Contact
from mhero.outreach.care.models import CareClient, CareRules, Visit, VisitKind, VisitState
from mhero.outreach.supervisors import supervisors_at
from mhero.outreach.texts.words import words
from mhero.platform.clock import Clock, now
from mhero.registry.models import Place

DUE_SOON: Final = timedelta(days=7)
#: The kind that there is before anybody made one.
FIRST_KIND: Final = {"name_en": "visit", "name_fr": "visite", "name_sw": "ziara"}


def rules() -> CareRules:
    """The rules of reminding, made at the first look."""
    made, is_new = CareRules.objects.get_or_create(id=CareRules.ONLY)
    if is_new:
        made.refresh_from_db()
    return made


def kinds() -> list[VisitKind]:
    """Those that visits can be of, the usual one first; there is always one."""
    found = list(VisitKind.objects.filter(archived_at=None).order_by("created_at", "id"))
    return found or [VisitKind.objects.create(**FIRST_KIND)]


def kinds_by_name(kinds: list[VisitKind]) -> dict[str, str]:
    """Ids of kinds by what texts call them."""
    return {
        "".join(words(name)): str(kind.id)
        for kind in reversed(kinds)
        for name in (kind.name_en, kind.name_fr, kind.name_sw)
    }


def today(clock: Clock = now) -> date:
    """The day in the country."""
    return clock().astimezone(ZoneInfo(workspace().time_zone)).date()


def clients_of(area_id: UUID | None) -> QuerySet[CareClient]:
    """The clients of the facilities of an area; None is the whole country."""
    clients = CareClient.objects.all()
    return clients if area_id is None else clients.filter(facility__path__contains=[area_id])


def visits_of(area_id: UUID | None) -> QuerySet[Visit]:
    visits = Visit.objects.all()
    return visits if area_id is None else visits.filter(facility__path__contains=[area_id])


#: What the list of visits can be narrowed to.
STATES: Final = ("soon", "overdue", "missed", "done", "all")


def in_state(visits: QuerySet[Visit], state: str, day: date) -> QuerySet[Visit]:
    """The visits that are due within a week, overdue, missed, done; or all of them."""
    conditions: dict[str, dict[str, Any]] = {
        "soon": {"state": VisitState.DUE, "due_on__gte": day, "due_on__lt": day + DUE_SOON},
        "overdue": {"state": VisitState.DUE, "due_on__lt": day},
        "missed": {"state": VisitState.MISSED},
        "done": {"state": VisitState.DONE},
    }
    return visits.filter(**conditions.get(state, {}))


def not_come(visits: QuerySet[Visit], day: date) -> QuerySet[Visit]:
    """Whom a facility has to look for: missed, or overdue without a word."""
    return visits.filter(Q(state=VisitState.MISSED) | Q(state=VisitState.DUE, due_on__lt=day)).filter(
        client__forgotten_at=None
    )


def responsible(clients: Iterable[CareClient]) -> dict[UUID, Contact]:
    """Who is reminded of each client's visits: who is named, else who registered her, else the in-charge.

    By client; one whose facility has nobody who can be texted is not in it.
    """
    clients = list(clients)
    named = {person for one in clients for person in (one.worker_id, one.registered_by_id) if person}
    active = Contact.objects.filter(person_id__in=named, status="active").exclude(number=None)
    by_person = {contact.person_id: contact for contact in active}
    in_charge: dict[UUID, Contact | None] = {}
    found: dict[UUID, Contact] = {}
    for client in clients:
        contact = by_person.get(client.worker_id) or by_person.get(client.registered_by_id)
        if contact is None:
            if client.facility_id not in in_charge:
                in_charge[client.facility_id] = next(iter(supervisors_at(client.facility_id)), None)
            contact = in_charge[client.facility_id]
        if contact:
            found[client.id] = contact
    return found


def visits_called(code: str, contact: Contact) -> list[Visit]:
    """The visits of a code that somebody may tell about: their own before the others of where they work."""
    if contact.person_id is None:
        return []
    found = Visit.objects.filter(code=code, client__forgotten_at=None).select_related(
        "client", "kind", "facility"
    )
    visits = [
        visit
        for visit in found
        if contact.person_id in (visit.client.worker_id, visit.client.registered_by_id)
        or set(contact.place_ids) & set(visit.facility.path[-1:])
    ]
    own = [v for v in visits if contact.person_id in (v.client.worker_id, v.client.registered_by_id)]
    return own or visits


def facilities_of(area_id: UUID | None) -> QuerySet[Place]:
    places = Place.objects.filter(kind="facility", is_active=True)
    return places if area_id is None else places.filter(path__contains=[area_id])


def zone_name() -> str:
    return workspace().time_zone
