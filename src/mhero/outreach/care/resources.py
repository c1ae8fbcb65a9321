"""Client visits for other systems: Appointments that a system made itself, each read audited."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from mhero.exchange.seeds import CLIENT_VISITS
from mhero.outreach.care import queries, services
from mhero.outreach.care.appointments import MEANS, appointment, read_appointment, without_key
from mhero.outreach.care.models import CareClient, ClientSource, Visit, VisitState
from mhero.outreach.care.services import Planned, Who
from mhero.outreach.fhir.answers import Answer, Caller, known_id, one, page_of
from mhero.outreach.fhir.errors import ResourceRefused
from mhero.outreach.fhir.reading import Json
from mhero.outreach.fhir.resources import Served
from mhero.outreach.fhir.searching import Criterion, Query, any_of, bounds, not_known, read_search, within
from mhero.outreach.referrals.named import facilities_of
from mhero.outreach.texts.codes import read_code
from mhero.platform.clock import now
from mhero.platform.ids import new_id
from mhero.registry.fhir.errors import NotHere
from mhero.registry.fhir.parameters import reference_ids

PARAMETERS: Final = {
    "_id": "token",
    "_lastUpdated": "date",
    "actor": "reference",
    "date": "date",
    "identifier": "token",
    "location": "reference",
    "patient": "reference",
    "practitioner": "reference",
    "status": "token",
}


def _theirs(caller: Caller) -> QuerySet[Visit]:
    """A system sees what it made itself, and no other client."""
    visits = Visit.objects.select_related("client", "kind", "facility")
    return visits.filter(source=ClientSource.FHIR, source_key__startswith=f"{caller.client_id}#")


def make(raw: Json, caller: Caller) -> Answer:
    """201 for a new one; 200 for one with an identifier that is known already."""
    planned, state = read_appointment(raw, caller.client_id)
    if state != VisitState.DUE:
        raise ResourceRefused("Only an appointment that is still to come is taken.", "Appointment.status")
    _check_day(planned)
    at = now()
    planned = without_key(planned, f"{caller.client_id}#{new_id(at)}")
    with transaction.atomic():
        visit, is_new = services.register(planned, Who(name=caller.client_id), at)
        caller.audit("clients.added" if is_new else "clients.read", "FHIR Appointment", people=1)
    return one(appointment(visit), caller, is_new=is_new)


def change(id: str, raw: Json, caller: Caller) -> Answer:
    """Moves it, ends it, or brings what is known of the client up to date."""
    planned, state = read_appointment(raw, caller.client_id)
    with transaction.atomic():
        visit = _theirs(caller).filter(id=known_id(id)).select_for_update(of=("self",)).first()
        if visit is None:
            raise NotHere
        caller.check_version(visit.version)
        at = now()
        _update(visit.client, planned)
        _take(visit, planned, state, Who(name=caller.client_id), at)
        visit.source_data = {**visit.source_data, **planned.visit_data}
        visit.save(update_fields=["source_data"])
        caller.audit("clients.changed", "FHIR Appointment", people=1)
    return one(appointment(_theirs(caller).get(id=visit.id)), caller)


def _check_day(planned: Planned) -> None:
    if planned.due_on < queries.today():
        raise ResourceRefused("This day is over.", "Appointment.start")


def _update(client: CareClient, planned: Planned) -> None:
    """What the system did not tell again stays."""
    client.name = planned.name or client.name
    client.number = planned.number or client.number
    client.worker_id = planned.worker_id or client.worker_id
    if planned.phone:
        client.phone, client.agreed = planned.phone, planned.agreed
    client.forgotten_at = None
    client.save()


def _take(visit: Visit, planned: Planned, state: VisitState, who: Who, at: datetime) -> None:
    today = queries.today(lambda: at)
    if state == VisitState.DONE:
        services.finish(visit, min(planned.due_on, today), who, at)
    elif state == VisitState.MISSED:
        services.miss(visit, today, who, at)
    elif state == VisitState.CANCELLED:
        services.cancel(visit, today, who, at)
    elif planned.due_on != visit.due_on or visit.state != VisitState.DUE:
        _check_day(planned)
        services.move(visit, planned.due_on, who, at)


def _read(id: str, caller: Caller) -> Answer:
    visit = _theirs(caller).filter(id=known_id(id)).first()
    if visit is None:
        raise NotHere
    caller.audit("clients.read", "FHIR Appointment", people=1)
    return one(appointment(visit), caller)


def _search(query: Query, caller: Caller) -> Answer:
    search = read_search(query)
    found = _theirs(caller)
    for criterion in search.criteria:
        if criterion.name not in PARAMETERS:
            raise not_known("Appointment", criterion.name, PARAMETERS)
        criterion.check_plain()
        found = found.filter(_condition(criterion, caller))

    def shown(rows: Sequence[Visit]) -> list[Json]:
        caller.audit("clients.read", "FHIR Appointment", people=len(rows))
        return [appointment(row) for row in rows]

    return page_of("Appointment", found, search, caller, shown)


def _condition(criterion: Criterion, caller: Caller) -> Q:
    values = criterion.values
    match criterion.name:
        case "_id":
            return Q(id__in=reference_ids(values))
        case "_lastUpdated":
            return within("changed_at", criterion)
        case "date":
            return _on_days(criterion)
        case "status":
            return any_of(Q(state=MEANS[value]) for value in values if value in MEANS)
        case "identifier":
            return any_of(_identified(value, caller) for value in values)
        case "location":
            return Q(facility_id__in=facilities_of(values))
        case "practitioner":
            return Q(client__worker_id__in=reference_ids(values))
        case "patient":
            return any_of(_is_patient(value, caller) for value in values)
    return any_of(
        Q(facility_id__in=facilities_of([value]))
        if value.startswith("Location/")
        else Q(client__worker_id__in=_ids(value)) | _is_patient(value, caller)
        for value in values
    )


def _ids(value: str) -> list[UUID]:
    return reference_ids([value])


def _is_patient(value: str, caller: Caller) -> Q:
    whole = value if "/" in value else f"Patient/{value}"
    return Q(client__source_key=f"{caller.client_id}#{whole}")


def _identified(value: str, caller: Caller) -> Q:
    system, bar, code = value.rpartition("|")
    condition = Q(source_key=f"{caller.client_id}#{system}|{code}")
    if not bar:
        condition |= Q(source_key__endswith=f"|{code}")
    if known := read_code(code):
        condition |= Q(code=known)
    return condition


def _on_days(criterion: Criterion) -> Q:
    """Visits have days: those that a moment or a day is in."""
    first, last = bounds(criterion)
    condition = Q() if first is None else Q(due_on__gte=queries.today(lambda: first))
    return condition if last is None else condition & Q(due_on__lt=queries.today(lambda: last))


SERVED: Final = (
    Served(
        type="Appointment",
        role=CLIENT_VISITS,
        parameters=PARAMETERS,
        search=_search,
        read=_read,
        create=make,
        update=change,
        is_patched=True,
    ),
)
