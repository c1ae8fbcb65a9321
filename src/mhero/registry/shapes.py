"""The elements of FHIR R4 that a directory uses, as data: what a resource of ours may contain.

A shape maps the name of an element to its type; a type in a list is an element that repeats. What a source
sends beyond this is left out with a warning, so that whatever leaves our FHIR API is R4 (hl7.org/fhir/R4).
"""

from typing import Final

#: A primitive's or a datatype's name; a list of one for what repeats; a mapping for a backbone element.
Type = str | list["Type"] | dict[str, "Type"]
Shape = dict[str, Type]

_TIMES: Final[Shape] = {
    "daysOfWeek": ["code"],
    "allDay": "boolean",
    "openingTime": "time",
    "closingTime": "time",
}

DATATYPES: Final[dict[str, Shape]] = {
    "Coding": {
        "system": "uri",
        "version": "string",
        "code": "code",
        "display": "string",
        "userSelected": "boolean",
    },
    "CodeableConcept": {"coding": ["Coding"], "text": "string"},
    "Period": {"start": "dateTime", "end": "dateTime"},
    "Reference": {"reference": "string", "type": "uri", "identifier": "Identifier", "display": "string"},
    "Identifier": {
        "use": "code:usual official temp secondary old",
        "type": "CodeableConcept",
        "system": "uri",
        "value": "string",
        "period": "Period",
        "assigner": "Reference",
    },
    "HumanName": {
        "use": "code:usual official temp nickname anonymous old maiden",
        "text": "string",
        "family": "string",
        "given": ["string"],
        "prefix": ["string"],
        "suffix": ["string"],
        "period": "Period",
    },
    "ContactPoint": {
        "system": "code:phone fax email pager url sms other",
        "value": "string",
        "use": "code:home work temp old mobile",
        "rank": "positiveInt",
        "period": "Period",
    },
    "Address": {
        "use": "code:home work temp old billing",
        "type": "code:postal physical both",
        "text": "string",
        "line": ["string"],
        "city": "string",
        "district": "string",
        "state": "string",
        "postalCode": "string",
        "country": "string",
        "period": "Period",
    },
    "Attachment": {
        "contentType": "code",
        "language": "code",
        "data": "base64",
        "url": "uri",
        "title": "string",
    },
    "Money": {"value": "decimal", "currency": "code"},
    "Quantity": {"value": "decimal", "unit": "string", "system": "uri", "code": "code"},
    "Extension": {
        "url": "uri",
        "extension": ["Extension"],
        "valueString": "string",
        "valueCode": "code",
        "valueUri": "uri",
        "valueBoolean": "boolean",
        "valueInteger": "integer",
        "valueDecimal": "decimal",
        "valueDate": "date",
        "valueDateTime": "dateTime",
        "valueCoding": "Coding",
        "valueCodeableConcept": "CodeableConcept",
        "valuePeriod": "Period",
        "valueReference": "Reference",
        "valueIdentifier": "Identifier",
        "valueAttachment": "Attachment",
        "valueMoney": "Money",
        "valueQuantity": "Quantity",
    },
}

_EVERYWHERE: Final[Shape] = {"language": "code", "extension": ["Extension"], "identifier": ["Identifier"]}

RESOURCES: Final[dict[str, Shape]] = {
    "Location": {
        **_EVERYWHERE,
        "status": "code:active suspended inactive",
        "name": "string",
        "alias": ["string"],
        "description": "string",
        "mode": "code:instance kind",
        "type": ["CodeableConcept"],
        "telecom": ["ContactPoint"],
        "address": "Address",
        "physicalType": "CodeableConcept",
        "position": {"longitude": "decimal", "latitude": "decimal", "altitude": "decimal"},
        "managingOrganization": "Reference",
        "partOf": "Reference",
        "hoursOfOperation": [_TIMES],
    },
    "Organization": {
        **_EVERYWHERE,
        "active": "boolean",
        "type": ["CodeableConcept"],
        "name": "string",
        "alias": ["string"],
        "telecom": ["ContactPoint"],
        "address": ["Address"],
        "partOf": "Reference",
    },
    "Practitioner": {
        **_EVERYWHERE,
        "active": "boolean",
        "name": ["HumanName"],
        "telecom": ["ContactPoint"],
        "address": ["Address"],
        "gender": "code:male female other unknown",
        "birthDate": "date",
        "qualification": [
            {
                "identifier": ["Identifier"],
                "code": "CodeableConcept",
                "period": "Period",
                "issuer": "Reference",
            }
        ],
        "communication": ["CodeableConcept"],
    },
    "PractitionerRole": {
        **_EVERYWHERE,
        "active": "boolean",
        "period": "Period",
        "practitioner": "Reference",
        "organization": "Reference",
        "code": ["CodeableConcept"],
        "specialty": ["CodeableConcept"],
        "location": ["Reference"],
        "healthcareService": ["Reference"],
        "telecom": ["ContactPoint"],
        "availabilityExceptions": "string",
    },
}

#: Elements that R4 says must be there within an element; without them the whole is left out.
REQUIRED: Final[dict[str, set[str]]] = {
    "Extension": {"url"},
    "position": {"longitude", "latitude"},
    "qualification": {"code"},
}

#: Elements whose absence is ordinary, so that leaving them out is no news: they are the server's own.
OURS: Final = {"resourceType", "id", "meta", "text", "contained", "implicitRules", "photo"}
