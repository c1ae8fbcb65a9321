"""The columns that searching needs, derived from FHIR R4 resources. Pure: bodies in, rows out.

What a source should know to be understood well:

- A role's job is `PractitionerRole.code`; its cadre is the coding among them whose system has "cadre" in its
  name, else the job itself.
- A place is a facility unless its `physicalType` is `jdn` or one of its types names a jurisdiction.
- The level of a place is one below its parent's. An extension whose address ends in `/level` (valueInteger)
  says it for places whose parent is not known.
- Ownership and outline are extensions whose addresses end in `ownership` and `geojson`.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from mhero.platform.phones import NONE_GIVEN, clean

Body = Mapping[str, Any]

#: Codes of jurisdiction types, with the level that each usually has.
_JURISDICTIONS: Final = {
    "jurisdiction": 0,
    "country": 1,
    "region": 2,
    "county": 2,
    "state": 2,
    "province": 2,
    "district": 3,
    "ta": 4,
    "village": 5,
}
#: Codings that say only that something is a facility, in IHE's two spellings, or only where it stands.
_SAYS_FACILITY: Final = re.compile(r"(?:^|:)facility$|urn:ihe:iti:mcsd")
_LEGACY_PHONE: Final = "ihris-practitioner-phone"
_GEOMETRIES: Final = {"Polygon", "MultiPolygon"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Number:
    """One number of a person; see `models.PhoneNumber`."""

    raw: str
    number: str
    rank: int
    use: str
    is_joined: bool
    reason: str


def place_columns(body: Body) -> dict[str, Any]:
    """A row of `Place`, without id, path and what depends on other places."""
    kinds = [_jurisdiction_level(coding) for coding in _codings(body.get("type"))]
    levels = [level for level in kinds if level is not None]
    physical = [coding.get("code") for coding in _codings([body.get("physicalType")])]
    is_jurisdiction = "jdn" in physical or bool(levels)
    position = body.get("position") or {}
    return {
        "kind": "jurisdiction" if is_jurisdiction else "facility",
        "name": body.get("name", ""),
        "said_level": _said_level(body) or max(levels, default=0),
        "parent_id": target_id(body.get("partOf")),
        "facility_type": "" if is_jurisdiction else _facility_type(body),
        "ownership": _words_of_extension(body, "ownership"),
        "latitude": _within(position.get("latitude"), 90),
        "longitude": _within(position.get("longitude"), 180),
        "outline": _outline(body),
        "is_active": body.get("status", "active") == "active",
    }


def person_columns(body: Body) -> dict[str, Any]:
    """A row of `Person`, without id and what roles, numbers and corrections say."""
    name = best_name(body)
    given = " ".join(name.get("given") or [])
    family = name.get("family", "")
    return {
        "name": name.get("text") or f"{given} {family}".strip(),
        "given_name": given,
        "family_name": family,
        "gender": body.get("gender", ""),
        "languages": _unique(_language(concept) for concept in body.get("communication") or []),
        "qualifications": _unique(
            words(qualification.get("code")) for qualification in body.get("qualification") or []
        ),
        "said_active": body.get("active", True),
    }


def phone_numbers(body: Body, region: str) -> list[Number]:
    """The person's numbers: mobiles first, then by rank, then those of iHRIS's old extension."""
    found: dict[str, Number] = {}
    for raw, use in _telecoms(body):
        cleaned = [one for one in clean(raw, region) if one.reason != NONE_GIVEN]
        for one in cleaned:
            number = Number(
                raw=raw,
                number=one.number,
                rank=len(found) + 1,
                use=use,
                is_joined=len(cleaned) > 1,
                reason=one.reason,
            )
            found.setdefault(one.number or one.raw, number)
    return list(found.values())


def role_columns(body: Body) -> dict[str, Any]:
    """A row of `Role`, without id. The first of several locations is the place."""
    jobs = [concept for concept in body.get("code") or [] if not is_cadre(concept)]
    job = next(filter(None, map(words, jobs)), "")
    cadres = [coding for coding in _codings(body.get("code")) if _names_cadre(coding)]
    cadre = next(filter(None, (coding.get("display") or coding.get("code") for coding in cadres)), "")
    period = body.get("period") or {}
    places = filter(None, map(target_id, body.get("location") or []))
    return {
        "person_id": target_id(body.get("practitioner")),
        "place_id": next(places, None),
        "job": job or cadre,
        "cadre": cadre or job,
        "specialties": _unique(words(concept) for concept in body.get("specialty") or []),
        "start": _day(period.get("start"), last=False),
        "end": _day(period.get("end"), last=True),
        "is_active": body.get("active", True),
    }


def is_active(type: str, body: Body) -> bool:
    """Whether the source says that the thing is in use."""
    if type == "Location":
        return bool(body.get("status", "active") == "active")
    return bool(body.get("active", True))


def best_name(body: Body) -> Body:
    """The name people use: the official one, else the usual one, else the first that is not old."""
    names = [name for name in body.get("name") or [] if isinstance(name, dict)]
    order = {"official": 0, "usual": 1, "old": 9}
    named = [name for name in names if name.get("text") or name.get("given") or name.get("family")]
    return min(named, key=lambda name: order.get(name.get("use", ""), 5), default={})


def words(concept: Any) -> str:
    """What a coded value says to a person: its text, else a coding's display, else a code."""
    if not isinstance(concept, Mapping):
        return ""
    codings = _codings([concept])
    displays = (coding.get("display") for coding in codings)
    return (
        concept.get("text")
        or next(filter(None, displays), "")
        or next((coding["code"] for coding in codings if coding.get("code")), "")
    )


def target_id(reference: Any) -> UUID | None:
    """The identifier in a reference of ours, such as `Location/0190…`."""
    if not isinstance(reference, Mapping):
        return None
    try:
        return UUID(str(reference.get("reference", "")).rpartition("/")[2])
    except ValueError:
        return None


def _codings(concepts: Any) -> list[Body]:
    return [
        coding
        for concept in concepts or []
        if isinstance(concept, Mapping)
        for coding in concept.get("coding") or []
    ]


def _unique(texts: Iterator[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, texts)))


def _jurisdiction_level(coding: Body) -> int | None:
    code = str(coding.get("code", "")).lower()
    if code not in _JURISDICTIONS:
        return None
    about = str(coding.get("system", "")).lower()
    return _JURISDICTIONS[code] if "facility" not in about else None


def _said_level(body: Body) -> int:
    level = next((e.get("valueInteger") for e in _extensions(body, "/level")), None)
    return level if isinstance(level, int) and 0 < level < 20 else 0


def _facility_type(body: Body) -> str:
    for concept in body.get("type") or []:
        codings = [c for c in concept.get("coding") or [] if not _SAYS_FACILITY.search(c.get("code", ""))]
        text = words({**concept, "coding": codings})
        if text and text.lower() != "facility":
            return text
    return ""


def _extensions(body: Body, ending: str) -> list[Body]:
    return [e for e in body.get("extension") or [] if e["url"].lower().endswith(ending)]


def _words_of_extension(body: Body, ending: str) -> str:
    for extension in _extensions(body, ending):
        coding = extension.get("valueCoding") or {}
        text = coding.get("display") or coding.get("code") or words(extension.get("valueCodeableConcept"))
        if text or extension.get("valueString"):
            return str(text or extension["valueString"])
    return ""


def _outline(body: Body) -> Any:
    """GeoJSON of a boundary: FHIR's location-boundary-geojson, an attachment with base64 data."""
    for extension in _extensions(body, "geojson"):
        data = (extension.get("valueAttachment") or {}).get("data", "")
        try:
            shape = json.loads(base64.b64decode(data))
        except (binascii.Error, ValueError):
            continue
        geometry = shape.get("geometry", shape) if isinstance(shape, dict) else None
        if isinstance(geometry, dict) and geometry.get("type") in _GEOMETRIES:
            return geometry
    return None


def _within(degrees: Any, most: int) -> float | None:
    return degrees if isinstance(degrees, int | float) and abs(degrees) <= most else None


def _language(concept: Body) -> str:
    """The language's own part of a BCP 47 tag: `en` of `en-LR`."""
    tags = [coding.get("code", "") for coding in concept.get("coding") or []] or [concept.get("text", "")]
    tag = next(filter(None, tags), "").replace("_", "-").split("-")[0].lower()
    return tag if tag.isalpha() and len(tag) in {2, 3} else ""


def _telecoms(body: Body) -> Iterator[tuple[str, str]]:
    contacts = [
        contact
        for contact in body.get("telecom") or []
        if contact.get("value")
        # A source that does not say what it is has usually a number there, never an address.
        and contact.get("system", "phone") in {"phone", "sms"}
        and "@" not in contact["value"]
        and contact.get("use") != "old"
    ]
    contacts.sort(key=lambda contact: (contact.get("use") != "mobile", contact.get("rank", 1000)))
    for contact in contacts:
        yield contact["value"], contact.get("use", "")
    for extension in _extensions(body, _LEGACY_PHONE):
        if extension.get("valueString"):
            yield extension["valueString"], ""


def _names_cadre(coding: Body) -> bool:
    return "cadre" in str(coding.get("system", "")).lower()


def is_cadre(concept: Body) -> bool:
    codings = concept.get("coding") or []
    return bool(codings) and all(map(_names_cadre, codings))


def _day(moment: Any, *, last: bool) -> date | None:
    """The day of an R4 dateTime; of a month or a year the first, or the last where a period ends with it."""
    if not moment:
        return None
    text = str(moment)[:10]
    year, month, day = (int(part) if part else None for part in (text[:4], text[5:7], text[8:10]))
    if year is None:
        return None
    if day is not None:
        return date(year, month or 1, day)
    if not last:
        return date(year, month or 1, 1)
    if month is None:
        return date(year, 12, 31)
    return date.fromordinal(date(year + month // 12, month % 12 + 1, 1).toordinal() - 1)
