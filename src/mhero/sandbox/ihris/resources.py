"""The country as the FHIR resources that iHRIS 5 keeps, with the irregularities its data has in life."""

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from mhero.sandbox.country import COUNTIES, Country, Facility, Leave, Person, Role
from mhero.sandbox.country.cadres import CADRES, JOBS, LEADING_JOBS, SKILLS
from mhero.sandbox.country.facilities import OWNERSHIPS, TYPES

Resource = dict[str, Any]

_IHRIS: Final = "http://ihris.org/fhir"
_PROFILE: Final = f"{_IHRIS}/StructureDefinition"
_SYSTEM: Final = f"{_IHRIS}/CodeSystem"
_PHYSICAL_TYPE: Final = "http://terminology.hl7.org/CodeSystem/location-physical-type"
JOB_SYSTEM: Final = f"{_SYSTEM}/ihris-job"
CADRE_SYSTEM: Final = f"{_SYSTEM}/ihris-cadre"
TRAINING_SYSTEM: Final = f"{_SYSTEM}/ihris-training"


def resources(country: Country) -> Iterator[Resource]:
    """Every resource, without `meta.versionId` and `meta.lastUpdated`."""
    yield _jurisdiction("LR", "Liberia", "country", "Country", None)
    for county in COUNTIES:
        yield _jurisdiction(county.code, county.name, "region", "County", "LR")
        for district in county.districts:
            yield _jurisdiction(district.code, district.name, "district", "District", county.code)
    for number, facility in enumerate(country.facilities):
        yield _facility(facility, number)
    for person in country.people:
        yield _practitioner(person)
        for role in person.roles:
            yield _role(person, role)
        if person.leave:
            yield _leave(person, person.leave)
    yield _job_codes()
    yield _cadre_codes()


@cache
def _coding(system: str, code: str, display: str) -> Resource:
    """Shared by all who use it: a resource is turned into bytes at once and changed by nobody."""
    return {"coding": [{"system": system, "code": code, "display": display}], "text": display}


def _jurisdiction(code: str, name: str, kind: str, display: str, parent: str | None) -> Resource:
    # Half of life's jurisdictions name another code system than the one the guide publishes.
    system = "ihris-jurisdiction" if kind == "country" else "ihris-jurisdiction-type"
    resource: Resource = {
        "resourceType": "Location",
        "id": code,
        "meta": {"profile": [f"{_PROFILE}/ihris-{kind}"]},
        "identifier": [{"system": "urn:iso:std:iso:3166:-2", "value": code}] if kind == "region" else [],
        "status": "active",
        "name": name,
        "type": [_coding(f"{_SYSTEM}/{system}", kind, display)],
        "physicalType": _coding(_PHYSICAL_TYPE, "jdn", "Jurisdiction"),
    }
    if parent:
        resource["partOf"] = {"reference": f"Location/{parent}"}
    return resource


def _facility(facility: Facility, number: int) -> Resource:
    kind, display, value = ("dhis2Id", "DHIS2 ID", facility.uid)
    if not facility.linked:
        kind, display, value = ("mfrId", "MFR ID", facility.code)
    resource: Resource = {
        "resourceType": "Location",
        "id": facility.id,
        "meta": {"profile": [f"{_PROFILE}/ihris-facility"]},
        "extension": [
            {
                "url": f"{_PROFILE}/ihris-facility-ownership",
                "valueCoding": {
                    "system": f"{_SYSTEM}/ihris-facility-ownership",
                    "code": facility.ownership,
                    "display": OWNERSHIPS[facility.ownership],
                },
            }
        ],
        "identifier": [
            {"type": _coding(f"{_SYSTEM}/ihris-Facility-identifier", kind, display), "value": value}
        ],
        "status": "inactive" if facility.closed else "active",
        "name": facility.name,
        "type": [_coding(f"{_SYSTEM}/ihris-facility-type", facility.type, TYPES[facility.type])],
        "physicalType": _coding(_PHYSICAL_TYPE, "bu", "Building"),
        "partOf": {"reference": f"Location/{facility.district.code}"},
    }
    if facility.position:
        latitude, longitude = facility.position
        resource["position"] = {"longitude": longitude, "latitude": latitude}
    elif number % 2:
        resource["position"] = {"longitude": "", "latitude": ""}
    if number % 50 == 7:
        # The demonstration data of iHRIS itself has a bare string here, which is no reference.
        resource["managingOrganization"] = f"Organization/{facility.id}"
    return resource


def _practitioner(person: Person) -> Resource:
    resource: Resource = {
        "resourceType": "Practitioner",
        "id": person.id,
        "meta": {"profile": [f"{_PROFILE}/ihris-practitioner"]},
        "identifier": [
            {
                "type": _coding(f"{_SYSTEM}/ihris-identifier-type", "EN", "Employee Number"),
                "value": person.employee_number,
            }
        ],
        "active": person.active,
        "name": [
            {
                "use": "official",
                "text": f"{person.given} {person.family}",
                "family": person.family,
                "given": person.given.split(),
            }
        ],
        "telecom": [] if person.legacy_phone else [_telecom(n, raw) for n, raw in enumerate(person.phones)],
        "communication": [
            {"coding": [{"system": "urn:ietf:bcp:47", "code": language}]} for language in person.languages
        ],
    }
    if person.legacy_phone:
        resource["extension"] = [
            {"url": f"{_PROFILE}/ihris-practitioner-phone", "valueString": person.phones[0]}
        ]
    if person.gender:
        resource["gender"] = person.gender
    if person.birth_date:
        resource["birthDate"] = person.birth_date.isoformat()
    if person.skills:
        resource["qualification"] = [{"code": _coding(TRAINING_SYSTEM, s, SKILLS[s])} for s in person.skills]
    return resource


def _telecom(number: int, raw: str) -> Resource:
    use = "work" if number else "mobile"
    return {"system": "phone", "value": raw, "use": use, "rank": number + 1}


def _role(person: Person, role: Role) -> Resource:
    period = {"start": role.start.isoformat()}
    if role.end:
        period["end"] = role.end.isoformat()
    return {
        "resourceType": "PractitionerRole",
        "id": role.id,
        "meta": {"profile": [f"{_PROFILE}/ihris-practitioner-role"]},
        "active": role.active,
        "period": period,
        "practitioner": {"reference": f"Practitioner/{person.id}"},
        "code": [_coding(JOB_SYSTEM, role.job.code, role.job.title)],
        "location": [{"reference": f"Location/{role.office or role.facility.id}"}],
    }


def _leave(person: Person, leave: Leave) -> Resource:
    period = {"start": leave.start.isoformat(), "end": leave.end.isoformat()}
    kind = {"system": f"{_SYSTEM}/ihris-leave-type", "code": leave.kind, "display": leave.kind.capitalize()}
    return {
        "resourceType": "Basic",
        "id": leave.id,
        "meta": {"profile": [f"{_PROFILE}/ihris-basic-leave"]},
        "extension": [
            {
                "url": f"{_PROFILE}/ihris-practitioner-reference",
                "valueReference": {"reference": f"Practitioner/{person.id}"},
            },
            {
                "url": f"{_PROFILE}/ihris-leave",
                "extension": [
                    {"url": "leave-type", "valueCoding": kind},
                    {"url": "period", "valuePeriod": period},
                ],
            },
        ],
        "code": _coding(f"{_SYSTEM}/ihris-resource-codesystem", "ihris-leave", "Leave"),
    }


def _job_codes() -> Resource:
    """In iHRIS 5 the cadre is a property of the job and not of the role."""
    concepts = [
        {
            "code": job.code,
            "display": job.title,
            "property": [
                {
                    "code": "cadre",
                    "valueCoding": {"system": CADRE_SYSTEM, "code": job.cadre, "display": CADRES[job.cadre]},
                }
            ],
        }
        for job in (*JOBS, *LEADING_JOBS)
    ]
    return _code_system("ihris-job", JOB_SYSTEM, concepts)


def _cadre_codes() -> Resource:
    concepts = [{"code": code, "display": display} for code, display in CADRES.items()]
    return _code_system("ihris-cadre", CADRE_SYSTEM, concepts)


def _code_system(identity: str, url: str, concepts: list[Resource]) -> Resource:
    return {
        "resourceType": "CodeSystem",
        "id": identity,
        "url": url,
        "status": "active",
        "content": "complete",
        "concept": concepts,
    }
