"""The forgiving reading of a source's records that all mappings share.

A source is dirty. A mapping understands what it can and never fails on the rest: making R4 of what is left,
and saying what had to be left out, is the registry's part.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from mhero.platform.errors import MheroError

Document = dict[str, Any]

_MCSD_TYPES: Final = "https://profiles.ihe.net/ITI/mCSD/CodeSystem/IHE.mCSD.Organization.Location.Types"
_PHYSICAL_TYPES: Final = "http://terminology.hl7.org/CodeSystem/location-physical-type"
#: Where the owner of a facility stands: iHRIS's extension, as R4 and mCSD have none.
OWNERSHIP: Final = "http://ihris.org/fhir/StructureDefinition/ihris-facility-ownership"


class Unmappable(MheroError):
    """The record has no id, so nothing can be said about it."""

    code = "unmappable_record"


def mcsd_types(is_facility: bool) -> Document:
    """What mCSD wants first in a Location's `type`, and its `physicalType`."""
    code, display = ("facility", "Facility") if is_facility else ("jurisdiction", "Jurisdiction")
    form, words = ("bu", "Building") if is_facility else ("jdn", "Jurisdiction")
    return {
        "type": [{"coding": [{"system": _MCSD_TYPES, "code": code, "display": display}]}],
        "physicalType": {"coding": [{"system": _PHYSICAL_TYPES, "code": form, "display": words}]},
    }


def listed(value: Any) -> list[Any]:
    """The items of a list; what stands where a list belongs, as its one item."""
    return value if isinstance(value, list) else [] if value is None else [value]


def dicts(value: Any) -> Iterator[Document]:
    """The objects among them."""
    for item in listed(value):
        if isinstance(item, dict):
            yield item


def part(value: Any) -> Document:
    """The first object; an empty one where there is none."""
    return next(dicts(value), {})


def text(value: Any) -> str:
    """The words without the blanks around them; nothing for what is no text."""
    return " ".join(value.split()) if isinstance(value, str) else ""


def day(value: Any) -> str:
    """The day of a FHIR date or dateTime, completed to its first day when only month or year is known."""
    words = text(value)[:10]
    for completion in ("", "-01", "-01-01"):
        try:
            return date.fromisoformat(words + completion).isoformat()
        except ValueError:
            continue
    return ""


def codings(concepts: Any) -> Iterator[Document]:
    for concept in dicts(concepts):
        yield from dicts(concept.get("coding"))


def words_of(concepts: Any) -> str:
    """What people call a concept: its text, else what a coding displays, else nothing."""
    said = [text(concept.get("text")) for concept in dicts(concepts)]
    shown = [text(coding.get("display")) for coding in codings(concepts)]
    return next(filter(None, said + shown), "")


def reference_to(value: Any, type_: str) -> str:
    """`Location/9` from a Reference, a bare string, or a URL that ends so; nothing for another type."""
    raw = value.get("reference") if isinstance(value, dict) else value
    parts = text(raw).split("/_history/")[0].split("/")
    return f"{type_}/{parts[-1]}" if parts[-2:-1] == [type_] and parts[-1] else ""
