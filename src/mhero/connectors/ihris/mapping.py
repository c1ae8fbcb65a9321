"""From iHRIS 5's resources to those of the registry: FHIR R4 as IHE's mCSD shapes it.

Functions of their arguments. They take along what a registry of health workers needs and leave the rest of a
personal file (marital status, dependents, home, photograph) where it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from mhero.connectors.ihris.jobs import CadreTable
from mhero.connectors.reading import (
    OWNERSHIP,
    Document,
    Unmappable,
    codings,
    day,
    dicts,
    listed,
    mcsd_types,
    part,
    reference_to,
    text,
    words_of,
)
from mhero.registry.values import Incoming

_PROFILE: Final = "http://ihris.org/fhir/StructureDefinition"
LEAVE_PROFILE: Final = f"{_PROFILE}/ihris-basic-leave"
LEGACY_PHONE: Final = f"{_PROFILE}/ihris-practitioner-phone"
CADRE_SYSTEM: Final = "http://ihris.org/fhir/CodeSystem/ihris-cadre"
_JURISDICTION_PROFILES: Final = ("-jurisdiction", "-country", "-region", "-district", "-county")


@dataclass(frozen=True, kw_only=True, slots=True)
class Leave:
    """Days on which somebody is away and not to be texted."""

    #: `Practitioner/123`.
    practitioner: str
    start: date
    #: The last day.
    end: date


def location(raw: Document) -> Incoming:
    """A country, region, district or facility; raises `Unmappable` without an id."""
    key = _key(raw, "Location")
    is_facility = _is_facility(raw)
    ours = mcsd_types(is_facility)
    body = _taken(raw, "identifier status name telecom position partOf")
    body |= ours | {"type": ours["type"] + listed(raw.get("type")), "extension": list(_ownership(raw))}
    # Some say that they are in an area called "".
    if not reference_to(raw.get("partOf"), "Location"):
        body.pop("partOf", None)
    warnings = []
    if is_facility and "partOf" not in body:
        warnings.append("It does not say which district it is in.")
    # iHRIS need not serve the organisation, so the registry makes its own beside each facility.
    if isinstance(raw.get("managingOrganization"), str):
        warnings.append("Its managing organisation is a text where a reference belongs.")
    uid = _dhis2_id(raw)
    same_as = ("dhis2", f"Location/{uid}") if uid else None
    return Incoming(key=key, type="Location", body=body, warnings=warnings, same_as=same_as)


def practitioner(raw: Document) -> Incoming:
    """A health worker; raises `Unmappable` without an id."""
    key = _key(raw, "Practitioner")
    body = _taken(raw, "identifier active gender birthDate communication")
    # A bare name is not R4, but it is the name.
    body["name"] = [{"text": one} if isinstance(one, str) else one for one in listed(raw.get("name"))]
    body["telecom"] = [*listed(raw.get("telecom")), *_legacy_phones(raw)]
    body["qualification"] = [{"code": one.get("code")} for one in dicts(raw.get("qualification"))]
    is_bare = any(isinstance(one, str) for one in listed(raw.get("name")))
    warnings = ["The name does not tell family name from given names."] if is_bare else []
    return Incoming(key=key, type="Practitioner", body=body, warnings=warnings)


def role(raw: Document, cadres: CadreTable, today: date) -> Incoming:
    """A post with its job and cadre; raises `Unmappable` without an id."""
    key = _key(raw, "PractitionerRole")
    body = _taken(raw, "identifier active period practitioner specialty location")
    body["code"] = [*listed(raw.get("code")), *_cadre(raw, cadres)]
    return Incoming(key=key, type="PractitionerRole", body=body, warnings=list(_doubts(raw, today)))


def leave(raw: Document) -> Leave | None:
    """A leave with an end; None for what is no leave that can be understood."""
    extensions = list(_extensions(raw))
    people = (reference_to(one.get("valueReference"), "Practitioner") for one in extensions)
    person = next(filter(None, people), "")
    period = next((held for one in extensions if (held := part(one.get("valuePeriod")))), {})
    start, end = day(period.get("start")), day(period.get("end"))
    if not person or not end:
        return None
    return Leave(practitioner=person, start=date.fromisoformat(start or end), end=date.fromisoformat(end))


def _key(raw: Document, type_: str) -> str:
    identity = text(raw.get("id"))
    if not identity:
        raise Unmappable
    return f"{type_}/{identity}"


def _taken(raw: Document, names: str) -> Document:
    return {name: raw[name] for name in names.split() if name in raw}


def _extensions(raw: Document) -> Iterator[Document]:
    """Every extension, those inside others too."""
    for extension in dicts(raw.get("extension")):
        yield extension
        yield from _extensions(extension)


def _is_facility(raw: Document) -> bool:
    profiles = [text(profile) for profile in listed(part(raw.get("meta")).get("profile"))]
    if any(profile.endswith(("-facility", "FacilityLocation")) for profile in profiles):
        return True
    if any(profile.endswith(_JURISDICTION_PROFILES) for profile in profiles):
        return False
    kinds = [text(one.get("system")) + text(one.get("code")) for one in codings(raw.get("type"))]
    if any("facility" in kind for kind in kinds):
        return True
    if any("jurisdiction" in kind for kind in kinds):
        return False
    return all(coding.get("code") != "jdn" for coding in codings(raw.get("physicalType")))


def _dhis2_id(raw: Document) -> str:
    for identifier in dicts(raw.get("identifier")):
        if any(coding.get("code") == "dhis2Id" for coding in codings(identifier.get("type"))):
            return text(identifier.get("value"))
    return ""


def _ownership(raw: Document) -> Iterator[Document]:
    for extension in dicts(raw.get("extension")):
        coding = part(extension.get("valueCoding"))
        # Ethiopia's iHRIS, for one, has it under a longer name that begins the same.
        if text(extension.get("url")).startswith(OWNERSHIP) and text(coding.get("code")):
            yield {"url": OWNERSHIP, "valueCoding": coding}


def _legacy_phones(raw: Document) -> Iterator[Document]:
    """The number in the extension that iHRIS had before it used `telecom`. Its own reports still read it."""
    given = list(dicts(raw.get("telecom")))
    known = {text(telecom.get("value")) for telecom in given}
    for extension in dicts(raw.get("extension")):
        number = text(extension.get("valueString"))
        if extension.get("url") == LEGACY_PHONE and number and number not in known:
            yield {"system": "phone", "value": number, "rank": len(given) + 1}


def _cadre(raw: Document, cadres: CadreTable) -> Iterator[Document]:
    """The cadre of the job, as a concept of its own behind the job's."""
    codes = [text(coding.get("code")) for coding in codings(raw.get("code"))]
    if cadre := cadres.cadre_of(codes, words_of(raw.get("code"))):
        code = cadre.lower().replace(" ", "-")
        yield {"coding": [{"system": CADRE_SYSTEM, "code": code, "display": cadre}], "text": cadre}


def _doubts(raw: Document, today: date) -> Iterator[str]:
    if not any(reference_to(one, "Location") for one in listed(raw.get("location"))):
        yield "It does not say at which facility."
    if not listed(raw.get("code")):
        yield "It does not say what the job is."
    start, end = (day(part(raw.get("period")).get(edge)) for edge in ("start", "end"))
    if end and raw.get("active") is True and end < today.isoformat():
        yield f"It ended on {end} but is still marked as active."
    if end and start > end:
        yield "It ends before it starts."
