"""Requests and what became of them, as FHIR R4 resources."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.translation import override

from mhero.messaging.models import BroadcastStatus
from mhero.messaging.reasons import reason_of
from mhero.outreach.fhir.reading import Json
from mhero.outreach.mobile_alerts.addressing import DUPLICATE, UNKNOWN
from mhero.outreach.mobile_alerts.communications import Reply, Told
from mhero.outreach.mobile_alerts.models import AlertRequest
from mhero.outreach.reach import Reason
from mhero.platform.ids import time_of
from mhero.registry.fhir.documents import instant

#: The codes with which `statusReason` says why.
REASON_SYSTEM: Final = "urn:mhero:why-not-texted"
SMS: Final = {
    "coding": [
        {
            "system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationMode",
            "code": "SMSWRIT",
            "display": "SMS message",
        }
    ]
}
PROFILES: Final = "http://mHero.org/fhir/StructureDefinition"
_OWN_WORDS: Final = {
    UNKNOWN: "Nobody by this reference is known here.",
    DUPLICATE: "Another request with the same tag texts this person already.",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialect:
    """What emNutt's profile adds to a Communication."""

    #: By contact and send, the run of its flow.
    runs: Mapping[tuple[UUID, UUID], UUID]


def status_of(request: AlertRequest) -> str:
    """FHIR's request-status."""
    send = request.broadcast
    if request.revoked_at or (send and send.status in (BroadcastStatus.STOPPED, BroadcastStatus.EXPIRED)):
        return "revoked"
    if request.next_at or (send and send.status == BroadcastStatus.WAITING_FOR_APPROVAL):
        return "on-hold"
    return "active" if send and send.finished_at is None else "completed"


def request_document(request: AlertRequest, *, is_dialect: bool = False) -> Json:
    send = request.broadcast
    steps = [request.made_at, request.revoked_at, *((send.started_at, send.finished_at) if send else ())]
    changes = [moment for moment in steps if moment]
    body: Json = {
        name: value for name, value in request.body.items() if name not in ("status", "statusReason")
    }
    if request.based_on_id:
        body["basedOn"] = [{"reference": f"CommunicationRequest/{request.based_on_id}"}]
    made: Json = {
        "resourceType": "CommunicationRequest",
        "id": str(request.id),
        "meta": {"versionId": str(len(changes)), "lastUpdated": instant(max(changes))},
        **body,
        "status": status_of(request),
    }
    made.setdefault("authoredOn", instant(request.made_at))
    if send and send.status == BroadcastStatus.WAITING_FOR_APPROVAL:
        made["statusReason"] = {"text": "It goes to so many people that somebody has to approve it first."}
    elif send and send.status in (BroadcastStatus.STOPPED, BroadcastStatus.EXPIRED):
        made["statusReason"] = _why(send.status)
    if is_dialect:
        made["meta"]["profile"] = [f"{PROFILES}/mhero-communication-request"]
        made["extension"] = [*made.get("extension", []), *_starts(request)]
        if not made["extension"]:
            del made["extension"]
    return made


def communication_document(told: Told, request: AlertRequest, dialect: Dialect | None = None) -> Json:
    """One recipient, with the state of their message."""
    made: Json = _communication(told.id, told.changed, told, request, dialect)
    made["status"] = told.status
    if told.reason:
        made["statusReason"] = _why(told.reason)
    made["recipient"] = [told.reference]
    made |= {"sent": instant(told.sent)} if told.sent else {}
    made |= {"received": instant(told.received)} if told.received else {}
    if told.words:
        made["payload"] = [{"contentString": told.words}]
    return made


def reply_document(reply: Reply, request: AlertRequest, dialect: Dialect | None = None) -> Json:
    """What a recipient wrote back."""
    at = time_of(reply.id)
    made = _communication(reply.id, at, reply.to, request, dialect)
    made |= {
        "inResponseTo": [{"reference": f"Communication/{reply.to.id}"}],
        "status": "completed",
        "sender": reply.to.reference,
        "received": instant(at),
    }
    if reply.words.strip():
        made["payload"] = [{"contentString": reply.words}]
    return made


def _communication(
    id: UUID, changed: datetime, told: Told, request: AlertRequest, dialect: Dialect | None
) -> Json:
    """What a Communication to somebody and one from them have in common."""
    made: Json = {
        "resourceType": "Communication",
        "id": str(id),
        "meta": {"lastUpdated": instant(changed)},
        "basedOn": [{"reference": f"CommunicationRequest/{told.request_id}"}],
        "medium": [SMS],
    }
    for element in ("category", "priority"):
        if element in request.body:
            made[element] = request.body[element]
    if dialect is not None:
        made["meta"]["profile"] = [f"{PROFILES}/mhero-communication"]
        run = None
        if told.contact_id and told.broadcast_id:
            run = dialect.runs.get((told.contact_id, told.broadcast_id))
        if run is not None:
            reference = {"reference": f"Basic/{run}"}
            made["extension"] = [{"url": f"{PROFILES}/mhero-comm-flow-run", "valueReference": reference}]
    return made


def _starts(request: AlertRequest) -> list[Json]:
    """emNutt's note of the send that a request became."""
    send = request.broadcast
    if send is None:
        return []
    contacts = [
        {"url": "contact_globalid", "valueString": one["reference"]}
        for one in request.body.get("recipient", [])
        if one.get("reference")
    ]
    created = {"url": "created_on", "valueDateTime": instant(send.created_at)}
    if send.flow_id is None:
        own = [{"url": "broadcast_id", "valueString": str(send.id)}, created]
        return [{"extension": [*own, *contacts], "url": f"{PROFILES}/mhero-comm-req-broadcast-starts"}]
    modified = send.finished_at or send.started_at or send.created_at
    own = [
        {"url": "flow_starts_uuid", "valueString": str(send.id)},
        created,
        {"url": "modified_on", "valueDateTime": instant(modified)},
        {"url": "flow_uuid", "valueString": str(send.flow_id)},
        {"url": "status", "valueString": _start_status(send.status)},
    ]
    return [{"extension": [*own, *contacts], "url": f"{PROFILES}/mhero-comm-req-flow-starts"}]


def _start_status(status: str) -> str:
    """RapidPro's word for the state of a flow start."""
    if status == BroadcastStatus.SENT:
        return "complete"
    if status == BroadcastStatus.SENDING:
        return "starting"
    return "failed" if status in (BroadcastStatus.STOPPED, BroadcastStatus.EXPIRED) else "pending"


def _why(code: str) -> Json:
    # Machines have no language of their own; their operators read English here.
    with override("en"):
        reason = reason_of(code)
        words = str(reason.sentence) if reason else _OWN_WORDS.get(code, "")
        if not words and code in Reason.values:
            words = f"{Reason(code).label}."
    return {"coding": [{"system": REASON_SYSTEM, "code": code}], "text": words or code}
