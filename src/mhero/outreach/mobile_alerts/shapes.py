"""The elements of R4's CommunicationRequest and Group, as `registry.shapes` has those of a directory."""

from typing import Final

from mhero.registry.shapes import Shape

COMMUNICATION_REQUEST: Final[Shape] = {
    "language": "code",
    "extension": ["Extension"],
    "identifier": ["Identifier"],
    "basedOn": ["Reference"],
    "replaces": ["Reference"],
    "groupIdentifier": "Identifier",
    "status": "code:draft active on-hold revoked completed entered-in-error unknown",
    "statusReason": "CodeableConcept",
    "category": ["CodeableConcept"],
    "priority": "code:routine urgent asap stat",
    "doNotPerform": "boolean",
    "medium": ["CodeableConcept"],
    "subject": "Reference",
    "about": ["Reference"],
    "encounter": "Reference",
    "payload": [
        {
            "extension": ["Extension"],
            "contentString": "string",
            "contentAttachment": "Attachment",
            "contentReference": "Reference",
        }
    ],
    "occurrenceDateTime": "dateTime",
    "occurrencePeriod": "Period",
    "authoredOn": "dateTime",
    "requester": "Reference",
    "recipient": ["Reference"],
    "sender": "Reference",
    "reasonCode": ["CodeableConcept"],
    "reasonReference": ["Reference"],
    "note": [{"authorString": "string", "time": "dateTime", "text": "string"}],
}
GROUP: Final[Shape] = {
    "name": "string",
    "member": [{"entity": "Reference", "inactive": "boolean"}],
}
#: What must be understood as it was meant, or the request is refused.
DECISIVE: Final = ("status", "priority", "doNotPerform", "payload", "occurrence", "recipient")
