"""Visits as FHIR R4 Appointments: read from what another system sends, and written for it."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from mhero.accounts.queries import workspace
from mhero.connectors.reading import dicts, text
from mhero.outreach.care import queries
from mhero.outreach.care.models import ClientSource, Visit, VisitKind, VisitState
from mhero.outreach.care.services import Planned
from mhero.outreach.fhir.errors import ResourceRefused
from mhero.outreach.fhir.reading import Json, tidied
from mhero.outreach.referrals.named import facility_of, worker_of
from mhero.outreach.texts.words import words
from mhero.platform.phones import clean
from mhero.registry.fhir.documents import instant
from mhero.registry.models import Person, Place
from mhero.registry.shapes import Shape

#: The short code that people text.
CODE_SYSTEM: Final = "urn:mhero:visit-code"
#: Says on the contained Patient that the client agreed to be texted.
AGREES: Final = "urn:mhero:agrees-to-texts"
#: FHIR's appointmentstatus by what it means here.
MEANS: Final = {
    **dict.fromkeys(("proposed", "pending", "booked", "waitlist"), VisitState.DUE),
    **dict.fromkeys(("arrived", "checked-in", "fulfilled"), VisitState.DONE),
    "noshow": VisitState.MISSED,
    **dict.fromkeys(("cancelled", "entered-in-error"), VisitState.CANCELLED),
}
STATUS_OF: Final = {
    VisitState.DUE: "booked",
    VisitState.DONE: "fulfilled",
    VisitState.MISSED: "noshow",
    VisitState.CANCELLED: "cancelled",
}
_SHAPE: Final[Shape] = {
    "identifier": ["Identifier"],
    "status": f"code:{' '.join(MEANS)}",
    "serviceType": ["CodeableConcept"],
    "appointmentType": "CodeableConcept",
    # Instants, but a day alone says all that we need.
    "start": "dateTime",
    "end": "dateTime",
    "participant": [{"actor": "Reference", "status": "code"}],
}
_PATIENT: Final[Shape] = {
    "identifier": ["Identifier"],
    "name": ["HumanName"],
    "telecom": ["ContactPoint"],
}
_DECISIVE: Final = ("status", "start", "participant")
#: A visit of which only the day is known is shown at this hour.
_HOUR, _LASTS = time(8), timedelta(minutes=30)


def read_appointment(raw: Json, client_id: str) -> tuple[Planned, VisitState]:
    """What is planned and what became of it; raises `ResourceRefused` with the element that is wrong."""
    body = tidied(_SHAPE, raw, _DECISIVE)
    state = MEANS.get(str(body.get("status", "")))
    if state is None:
        raise _refused(f"The status can be {', '.join(MEANS)}.", "status")
    start = body.get("start")
    if not start:
        raise _refused("Say when the client is to come.", "start")
    actors = [one.get("actor", {}) for one in dicts(body.get("participant"))]
    place, worker_id = _where(actors)
    patient = _patient_actor(actors)
    known = _patient(raw, patient)
    if not known["name"] and not known["number"]:
        raise _refused("The patient must have a display, a name or an identifier.", "participant")
    identifiers = [one for one in dicts(body.get("identifier")) if one.get("system") != CODE_SYSTEM]
    key = next((f"{one.get('system', '')}|{one['value']}" for one in identifiers if one.get("value")), "")
    reference = text(patient.get("reference")) or text(patient.get("identifier", {}).get("value"))
    planned = Planned(
        facility=place,
        kind=_kind(body),
        due_on=_day(str(start)),
        source=ClientSource.FHIR,
        worker_id=worker_id,
        client_key="" if not reference or reference.startswith("#") else f"{client_id}#{reference}"[:200],
        visit_key=f"{client_id}#{key}"[:200] if key else "",
        visit_data={
            "identifier": identifiers,
            "patient": reference,
            "start": str(start),
            "end": body.get("end"),
        },
        **known,
    )
    return planned, state


def _where(actors: list[Json]) -> tuple[Place, UUID | None]:
    """The facility, and the health worker who is responsible when one is named."""
    references = [text(actor.get("reference")) for actor in actors]
    workers = [found for one in references if one and (found := worker_of(one))]
    locations = [one for one in references if one.startswith("Location/")]
    places = [facility for one in locations if (facility := facility_of(one))]
    person = workers[0][0] if workers else None
    place = places[0] if places else workers[0][1] if workers else None
    if place is None:
        raise _refused(
            "The facility is not known: give a Location, Practitioner or PractitionerRole of our registry.",
            "participant",
        )
    return place, person.id if person else None


def _patient_actor(actors: list[Json]) -> Json:
    others = ("Location", "Practitioner", "PractitionerRole", "HealthcareService", "Device", "RelatedPerson")
    for actor in actors:
        kind = text(actor.get("type")) or text(actor.get("reference")).partition("/")[0]
        if kind not in others:
            return actor
    raise _refused("Name the patient among the participants.", "participant")


def _patient(raw: Json, actor: Json) -> dict[str, Any]:
    """Name, number, phone and consent, from the reference and from a contained Patient."""
    id = text(actor.get("reference")).removeprefix("#")
    contained = next((one for one in dicts(raw.get("contained")) if id and one.get("id") == id), {})
    patient = tidied(_PATIENT, contained, ())
    name = next(dicts(patient.get("name")), {})
    given = " ".join(name.get("given", []))
    written = text(name.get("text")) or f"{given} {name.get('family', '')}".strip()
    identifier = next(dicts(patient.get("identifier")), actor.get("identifier", {}))
    phones = [
        text(one.get("value"))
        for one in dicts(patient.get("telecom"))
        if one.get("system") in ("phone", "sms")
    ]
    numbers = [
        one.number for one in clean(phones[0] if phones else "", workspace().country_code) if one.number
    ]
    agrees = any(
        one.get("url") == AGREES and one.get("valueBoolean") is True
        for one in dicts(contained.get("extension"))
    )
    return {
        "name": (written or text(actor.get("display")))[:100],
        "number": text(identifier.get("value"))[:40],
        "phone": numbers[0] if len(numbers) == 1 else "",
        "agreed": agrees and len(numbers) == 1,
    }


def _kind(body: Json) -> VisitKind:
    """The kind that the appointment's own words name; the usual one where they name none of ours."""
    kinds = queries.kinds()
    by_name = queries.kinds_by_name(kinds)
    for concept in [body.get("appointmentType", {}), *dicts(body.get("serviceType"))]:
        said = [
            text(concept.get("text")),
            *(text(one.get("display")) for one in dicts(concept.get("coding"))),
        ]
        for name in filter(None, said):
            if found := by_name.get("".join(words(name))):
                return next(kind for kind in kinds if str(kind.id) == found)
    return kinds[0]


def _day(start: str) -> date:
    """The day in the country on which an instant is."""
    try:
        moment = datetime.fromisoformat(start)
    except ValueError as error:
        raise _refused("Say on which day the client is to come.", "start") from error
    return moment.date() if moment.tzinfo is None else moment.astimezone(_zone()).date()


def _zone() -> ZoneInfo:
    return ZoneInfo(workspace().time_zone)


def without_key(planned: Planned, own: str) -> Planned:
    """One that brings no identifier of its own is known by ours."""
    return planned if planned.visit_key else replace(planned, visit_key=own)


def appointment(visit: Visit) -> Json:
    start, end = _span(visit)
    made: Json = {
        "resourceType": "Appointment",
        "id": str(visit.id),
        "meta": {"versionId": str(visit.version), "lastUpdated": instant(visit.changed_at)},
        "identifier": [
            *visit.source_data.get("identifier", []),
            *([{"system": CODE_SYSTEM, "value": visit.code}] if visit.code else []),
        ],
        "status": STATUS_OF[VisitState(visit.state)],
        "appointmentType": {"text": visit.kind.name_en},
        "start": start,
        "end": end,
        "participant": list(_participants(visit)),
    }
    if not made["identifier"]:
        del made["identifier"]
    return made


def _participants(visit: Visit) -> list[Json]:
    client = visit.client
    patient: Json = {"type": "Patient", "display": client.shown}
    reference = visit.source_data.get("patient", "")
    if reference and not reference.startswith("#") and "/" in reference:
        patient["reference"] = reference
    actors = [
        patient,
        {"reference": f"Location/{visit.facility_id}", "display": visit.facility.name.strip()},
    ]
    worker = Person.objects.filter(id=client.worker_id).first() if client.worker_id else None
    if worker:
        actors.append({"reference": f"Practitioner/{worker.id}", "display": worker.name})
    return [{"actor": actor, "status": "accepted"} for actor in actors]


def _span(visit: Visit) -> tuple[str, str]:
    """Start and end as they were sent; of a visit that was moved, the new day at our own hour."""
    start, end = visit.source_data.get("start"), visit.source_data.get("end")
    if start and end and "T" in start and "T" in end and _day(start) == visit.due_on:
        return str(start), str(end)
    begins = datetime.combine(visit.due_on, _HOUR, _zone())
    return instant(begins), instant(begins + _LASTS)


def _refused(message: str, element: str) -> ResourceRefused:
    return ResourceRefused(message, f"Appointment.{element}")
