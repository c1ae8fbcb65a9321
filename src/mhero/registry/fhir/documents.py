"""Resources as they leave: with identity and the facility's organization, without what is not allowed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from mhero.registry.identity import organization_of
from mhero.registry.models import Resource, Version

Document = dict[str, Any]

PROFILES: Final = {
    "Location": "https://profiles.ihe.net/ITI/mCSD/StructureDefinition/IHE.mCSD.Location",
    "Organization": "https://profiles.ihe.net/ITI/mCSD/StructureDefinition/IHE.mCSD.Organization",
    "Practitioner": "https://profiles.ihe.net/ITI/mCSD/StructureDefinition/IHE.mCSD.Practitioner",
    "PractitionerRole": "https://profiles.ihe.net/ITI/mCSD/StructureDefinition/IHE.mCSD.PractitionerRole",
}
#: Words in the address of an extension that holds a way to reach somebody.
_REACHING: Final = ("phone", "telecom", "contact", "kin", "mobile")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """Who reads, and under which address."""

    client_id: str
    may_see_numbers: bool
    #: Such as `https://mhero.example.org/fhir`.
    base: str
    ip: str

    def url_of(self, type: str, id: UUID) -> str:
        return f"{self.base}/{type}/{id}"


def document(stored: Resource | Version, reader: Reader) -> Document:
    """The resource as this reader may see it."""
    id = stored.id if isinstance(stored, Resource) else stored.resource_id
    body: Document = dict(stored.body)
    if stored.type == "Location":
        organization = {"reference": f"Organization/{organization_of(id)}"}
        body.setdefault("managingOrganization", organization)
        body.setdefault("status", "active")
    return {
        "resourceType": stored.type,
        "id": str(id),
        "meta": {
            "versionId": str(stored.version),
            "lastUpdated": instant(stored.updated_at),
            "profile": [PROFILES[stored.type]],
        },
        **(body if reader.may_see_numbers else without_numbers(body)),
    }


def without_numbers(body: Mapping[str, Any]) -> Document:
    """The resource without any way to call or write to somebody."""
    left = {element: value for element, value in body.items() if element != "telecom"}
    if "extension" in left:
        left["extension"] = [e for e in left["extension"] if not _reaches(e)]
    if "identifier" in left:
        left["identifier"] = [i for i in left["identifier"] if "tel" not in i.get("system", "").split(":")]
    return {element: value for element, value in left.items() if value != []}


def _reaches(extension: Mapping[str, Any]) -> bool:
    url = extension["url"].lower()
    return any(word in url for word in _REACHING) or any(map(_reaches, extension.get("extension", ())))


def instant(at: datetime) -> str:
    """FHIR's instant, in UTC and to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
