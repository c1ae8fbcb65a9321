"""From DHIS2's organisation units to the registry's places: FHIR R4 as IHE's mCSD shapes it."""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from mhero.connectors.reading import (
    OWNERSHIP,
    Document,
    Unmappable,
    day,
    dicts,
    mcsd_types,
    part,
    text,
)
from mhero.registry.values import Incoming

BOUNDARY: Final = "http://hl7.org/fhir/StructureDefinition/location-boundary-geojson"
#: The level that DHIS2 itself gives a unit, for those whose parent is missing.
LEVEL: Final = "https://mhero.org/fhir/StructureDefinition/level"

#: Parts of what facility types and owners are called, where groups are in no set that says so.
_TYPE_WORDS: Final = (
    *("hospital", "hôpital", "health cent", "centre de sant", "clinic", "clinique", "dispens", "health post"),
    *("poste de sant", "chp", "chc", "mchp", "laborator", "pharmac"),
)
_OWNER_WORDS: Final = (
    "government",
    "public",
    "private",
    "privé",
    "ngo",
    "ong",
    "faith",
    "mission",
    "confession",
)
#: How countries call the level of their facilities.
_FACILITY_LEVEL_WORDS: Final = (
    "facilit",
    "établissement",
    "formation sanitaire",
    "aire de sant",
    "health unit",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class TreeShape:
    """What the levels and group sets of this country's tree mean."""

    #: The address that identifiers are made of.
    base_url: str
    #: From this level on, units are facilities and not areas.
    facility_level: int
    #: Ids of the group sets that hold the types and the owners; empty goes by their names.
    type_set: str = ""
    ownership_set: str = ""


def facility_level(levels: Mapping[int, str]) -> int:
    """The level of facilities: the first that is called so, else the deepest."""
    named = (level for level, name in sorted(levels.items()) if _is_like(name, _FACILITY_LEVEL_WORDS))
    return next(named, max(levels, default=4))


def unit(raw: Document, shape: TreeShape, today: date) -> Incoming:
    """An area or a facility; raises `Unmappable` without an id."""
    uid = text(raw.get("id"))
    if not uid:
        raise Unmappable
    level = raw["level"] if isinstance(raw.get("level"), int) else 0
    is_facility = level >= shape.facility_level
    parent, closed = text(part(raw.get("parent")).get("id")), day(raw.get("closedDate"))
    kind, owner = _kind_and_owner(raw, shape) if is_facility else (None, None)
    geometry = part(raw.get("geometry"))
    ours = mcsd_types(is_facility)
    body = {
        **ours,
        "identifier": list(_identifiers(raw, uid, shape)),
        "status": "inactive" if closed and closed <= today.isoformat() else "active",
        "name": text(raw.get("name")) or text(raw.get("shortName")),
        "type": [*ours["type"], *_types(kind)],
        "position": _position(geometry),
        "telecom": list(_telecoms(raw)),
        "partOf": {"reference": f"Location/{parent}"} if parent else None,
        "extension": [*_level(level), *_ownership(owner), *_boundary(geometry)],
    }
    warnings = ["It has no unit above it."] if not parent and level != 1 else []
    return Incoming(key=f"Location/{uid}", type="Location", body=body, warnings=warnings)


def _level(level: int) -> Iterator[Document]:
    if level:
        yield {"url": LEVEL, "valueInteger": level}


def _identifiers(raw: Document, uid: str, shape: TreeShape) -> Iterator[Document]:
    yield {"system": f"{shape.base_url}/api/organisationUnits/id", "value": uid}
    if code := text(raw.get("code")):
        yield {"system": f"{shape.base_url}/api/organisationUnits/code", "value": code}


def _position(geometry: Document) -> Document | None:
    pair = geometry.get("coordinates")
    if geometry.get("type") != "Point" or not isinstance(pair, list) or len(pair) < 2:
        return None
    return {"longitude": pair[0], "latitude": pair[1]}


def _boundary(geometry: Document) -> Iterator[Document]:
    """An outline as FHIR carries it: GeoJSON in an attachment."""
    if geometry.get("type") in {"Polygon", "MultiPolygon"}:
        data = b64encode(json.dumps(geometry, separators=(",", ":")).encode()).decode()
        yield {"url": BOUNDARY, "valueAttachment": {"contentType": "application/geo+json", "data": data}}


def _telecoms(raw: Document) -> Iterator[Document]:
    if phone := text(raw.get("phoneNumber")):
        yield {"system": "phone", "value": phone}
    if email := text(raw.get("email")):
        yield {"system": "email", "value": email}


def _kind_and_owner(raw: Document, shape: TreeShape) -> tuple[Document | None, Document | None]:
    """The groups that say what a facility is and whose: by their sets, else by their own names."""
    groups = list(dicts(raw.get("organisationUnitGroups")))
    loose = [group for group in groups if not list(dicts(group.get("groupSets")))]
    kinds = [group for group in groups if _in_set(group, shape.type_set, ("type",))]
    kinds += [group for group in loose if _is_like(group.get("name"), _TYPE_WORDS)]
    owners = [group for group in groups if _in_set(group, shape.ownership_set, ("owner", "propri"))]
    owners += [group for group in loose if _is_like(group.get("name"), _OWNER_WORDS)]
    return next(iter(kinds), None), next(iter(owners), None)


def _in_set(group: Document, set_id: str, words: tuple[str, ...]) -> bool:
    sets = dicts(group.get("groupSets"))
    if set_id:
        return any(one.get("id") == set_id for one in sets)
    return any(_is_like(one.get("name"), words) for one in sets)


def _is_like(name: Any, words: tuple[str, ...]) -> bool:
    lowered = text(name).casefold()
    return any(word in lowered for word in words)


def _coding(group: Document) -> Document:
    return {"code": text(group.get("code")) or text(group.get("id")), "display": text(group.get("name"))}


def _types(kind: Document | None) -> Iterator[Document]:
    if kind:
        yield {"coding": [_coding(kind)], "text": text(kind.get("name"))}


def _ownership(owner: Document | None) -> Iterator[Document]:
    if owner:
        yield {"url": OWNERSHIP, "valueCoding": _coding(owner)}
