"""A ServiceRequest and a Task as another system sends them, read into what is to be done."""

from datetime import datetime
from typing import Any, Final

from mhero.messaging.models import Contact
from mhero.outreach.fhir.errors import ResourceRefused
from mhero.outreach.fhir.reading import Json, tidied
from mhero.outreach.languages import language_of
from mhero.outreach.referrals.documents import CODE_SYSTEM
from mhero.outreach.referrals.named import facility_of, worker_of
from mhero.outreach.referrals.services import LONGEST_CLIENT, LONGEST_WORDS, Order
from mhero.outreach.referrals.steps import Step
from mhero.registry.models import Person, Place
from mhero.registry.shapes import Shape

#: What of R4 is looked at.
_REQUEST: Final[Shape] = {
    "identifier": ["Identifier"],
    "status": "code:draft active on-hold revoked completed entered-in-error unknown",
    "intent": "code",
    "doNotPerform": "boolean",
    "subject": "Reference",
    "requester": "Reference",
    "performer": ["Reference"],
    "locationReference": ["Reference"],
    "reasonCode": ["CodeableConcept"],
}
_TASK: Final[Shape] = {
    "status": "code",
    "output": [
        {"type": "CodeableConcept", "valueString": "string", "valueCodeableConcept": "CodeableConcept"}
    ],
}
_DECISIVE: Final = (
    "status",
    "doNotPerform",
    "subject",
    "requester",
    "performer",
    "locationReference",
    "output",
)
#: The step that a task-status asks for.
STEPS: Final = {
    "accepted": Step.ACCEPTED,
    "in-progress": Step.ARRIVED,
    "on-hold": Step.NO_SHOW,
    "completed": Step.BACK,
    "rejected": Step.REFUSED,
    "cancelled": Step.CANCELLED,
}


def read_request(raw: Json, *, client_id: str, at: datetime) -> Order:
    """The referral that is to be made; raises `ResourceRefused` with the element that is wrong."""
    body = tidied(_REQUEST, raw, _DECISIVE)
    if body.get("status") != "active" or body.get("doNotPerform"):
        raise _refused("Only a request whose status is active is carried out.", "status")
    person, from_facility = _from(body.get("requester", {}))
    to_facility = _to(body)
    if to_facility.id == from_facility.id:
        raise _refused("The client is referred to where they are.", "performer")
    contact = Contact.objects.filter(person_id=person.id).first() if person else None
    return Order(
        client=_client(body.get("subject", {})),
        reason=_words(body.get("reasonCode", []))[:LONGEST_WORDS],
        from_facility=from_facility,
        to_facility=to_facility,
        at=at,
        language=language_of(contact.language if contact else ""),
        contact=contact,
        person_id=person.id if person else None,
        client_id=client_id,
        identifier=_identifier(body.get("identifier", [])),
    )


def read_task(raw: Json) -> tuple[str, str]:
    """The status that is wanted, and the outcome in words."""
    body = tidied(_TASK, raw, ("status", "output"))
    outcomes = [
        one.get("valueString") or _words([one.get("valueCodeableConcept", {})])
        for one in body.get("output", [])
    ]
    return str(body.get("status", "")), "; ".join(filter(None, outcomes))[:LONGEST_WORDS]


def is_revoked(raw: Json) -> bool:
    return raw.get("status") in ("revoked", "entered-in-error")


def _from(requester: Json) -> tuple[Person | None, Place]:
    reference = str(requester.get("reference", ""))
    worker = worker_of(reference)
    if worker is not None:
        return worker
    facility = facility_of(reference) if reference else None
    if facility is None:
        raise _refused(
            "The requester must be a facility, or a health worker of one: Organization, Practitioner or"
            " PractitionerRole.",
            "requester",
        )
    return None, facility


def _to(body: Json) -> Place:
    """The place where it is to happen, or else the organization that is asked."""
    for element in ("locationReference", "performer"):
        for one in body.get(element, []):
            if facility := facility_of(str(one.get("reference", ""))):
                return facility
    raise _refused(
        "The facility is not known. Give a Location in locationReference or an Organization in performer.",
        "locationReference",
    )


def _client(subject: Json) -> str:
    name: Any = subject.get("display") or subject.get("identifier", {}).get("value")
    name = name or str(subject.get("reference", "")).rpartition("/")[2]
    if not name.strip():
        raise _refused("The subject must have a display or an identifier: facilities are told it.", "subject")
    return " ".join(str(name).split())[:LONGEST_CLIENT]


def _words(concepts: list[Json]) -> str:
    return "; ".join(
        words
        for one in concepts
        if (
            words := one.get("text")
            or next((c["display"] for c in one.get("coding", []) if "display" in c), "")
        )
    )


def _identifier(identifiers: list[Json]) -> str:
    for one in identifiers:
        if one.get("value") and one.get("system") != CODE_SYSTEM:
            return f"{one.get('system', '')}|{one['value']}"[:300]
    return ""


def _refused(message: str, element: str) -> ResourceRefused:
    return ResourceRefused(message, f"ServiceRequest.{element}")
