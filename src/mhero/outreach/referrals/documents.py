"""A referral as FHIR R4: a ServiceRequest, what was asked; and a Task of the same id, how far it has come."""

from typing import Any, Final
from uuid import UUID

from mhero.outreach.referrals.models import Referral
from mhero.outreach.referrals.steps import State, Step
from mhero.registry.fhir.documents import instant
from mhero.registry.identity import organization_of
from mhero.registry.models import Place

Json = dict[str, Any]

#: The short code that people text.
CODE_SYSTEM: Final = "urn:mhero:referral-code"
STATE_SYSTEM: Final = "urn:mhero:referral-state"
#: What is asked for: SNOMED CT's patient referral.
REFERRAL: Final = {"system": "http://snomed.info/sct", "code": "3457005", "display": "Patient referral"}
FULFILL: Final = {"system": "http://hl7.org/fhir/CodeSystem/task-code", "code": "fulfill"}
FORGOTTEN: Final = "No longer kept"

#: FHIR's task-status of each state that has one of its own.
_TASK: Final[dict[str, str]] = {
    State.SENT: "requested",
    State.ACCEPTED: "accepted",
    State.ARRIVED: "in-progress",
    State.NO_SHOW: "on-hold",
    State.BACK: "completed",
    State.CANCELLED: "cancelled",
}


def task_status(referral: Referral) -> str:
    if referral.ending == Step.REFUSED:
        return "rejected"
    if referral.state == State.CLOSED:
        return "completed" if referral.arrived_at else "failed"
    return _TASK[referral.state]


def request_status(referral: Referral) -> str:
    """FHIR's request-status."""
    if referral.is_open:
        return "active"
    return "completed" if task_status(referral) == "completed" else "revoked"


def service_request(referral: Referral) -> Json:
    made: Json = {
        "resourceType": "ServiceRequest",
        **_common(referral),
        "status": request_status(referral),
        "intent": "order",
        "code": {"coding": [REFERRAL]},
        "subject": _subject(referral),
        "authoredOn": instant(referral.made_at),
        "requester": _organization(referral.from_facility),
        "performer": [_organization(referral.to_facility)],
        "locationReference": [_location(referral.to_facility)],
    }
    if referral.reason:
        made["reasonCode"] = [{"text": referral.reason}]
    return made


def task(referral: Referral) -> Json:
    made: Json = {
        "resourceType": "Task",
        **_common(referral),
        "basedOn": [_request(referral.id)],
        "focus": _request(referral.id),
        "status": task_status(referral),
        "businessStatus": {"coding": [{"system": STATE_SYSTEM, "code": referral.state}]},
        "intent": "order",
        "code": {"coding": [FULFILL]},
        "for": _subject(referral),
        "authoredOn": instant(referral.made_at),
        "lastModified": instant(referral.changed_at),
        "requester": {"reference": f"Practitioner/{referral.person_id}"}
        if referral.person_id
        else _organization(referral.from_facility),
        "owner": _organization(referral.to_facility),
        "location": _location(referral.to_facility),
    }
    if referral.outcome:
        made["output"] = [{"type": {"text": "Outcome"}, "valueString": referral.outcome}]
    return made


def _common(referral: Referral) -> Json:
    identifiers = [{"system": CODE_SYSTEM, "value": referral.code}]
    if referral.identifier:
        system, _, value = referral.identifier.rpartition("|")
        identifiers.append({"value": value} | ({"system": system} if system else {}))
    return {
        "id": str(referral.id),
        "meta": {"versionId": str(referral.version), "lastUpdated": instant(referral.changed_at)},
        "identifier": identifiers,
    }


def _subject(referral: Referral) -> Json:
    return {"display": referral.client or FORGOTTEN}


def _request(id: UUID) -> Json:
    return {"reference": f"ServiceRequest/{id}"}


def _organization(place: Place) -> Json:
    return {"reference": f"Organization/{organization_of(place.id)}", "display": place.name.strip()}


def _location(place: Place) -> Json:
    return {"reference": f"Location/{place.id}", "display": place.name.strip()}
