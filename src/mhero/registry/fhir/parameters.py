"""Search parameters of FHIR R4, read into values. Pure.

An unknown parameter is refused: ignoring it, as FHIR allows, would answer a narrow question with everybody.
"""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from mhero.registry.fhir.errors import NotUnderstood

PAGE_SIZE: Final = 50
LARGEST_PAGE: Final = 500

#: What can be searched for, by type of resource: the parameter's name and FHIR's type of it.
PARAMETERS: Final[dict[str, dict[str, str]]] = {
    "Location": {
        "identifier": "token",
        "name": "string",
        "status": "token",
        "type": "token",
        "partof": "reference",
        "organization": "reference",
    },
    "Organization": {
        "identifier": "token",
        "name": "string",
        "active": "token",
        "type": "token",
        "partof": "reference",
    },
    "Practitioner": {
        "identifier": "token",
        "name": "string",
        "given": "string",
        "family": "string",
        "active": "token",
        "phone": "token",
        "telecom": "token",
    },
    "PractitionerRole": {
        "identifier": "token",
        "active": "token",
        "location": "reference",
        "organization": "reference",
        "practitioner": "reference",
        "role": "token",
        "specialty": "token",
    },
}
#: What can be included, and the type it leads to.
INCLUDES: Final[dict[str, dict[str, str]]] = {
    "Location": {"organization": "Organization", "partof": "Location"},
    "Organization": {"partof": "Organization"},
    "Practitioner": {},
    "PractitionerRole": {
        "practitioner": "Practitioner",
        "location": "Location",
        "organization": "Organization",
    },
}
#: Parameters that read numbers, which need a role of their own.
ABOUT_NUMBERS: Final = {"phone", "telecom"}
#: What changes how an answer looks and not what is in it.
_LOOKS: Final = {"_format", "_pretty", "_total", "_elements"}
_MODIFIERS: Final = {"string": {"", "contains", "exact"}, "token": {""}, "reference": {""}}
_MOMENT = re.compile(
    r"(eq|ne|gt|lt|ge|le|sa|eb)?(\d{4}(?:-\d\d(?:-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?)?)?)"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Criterion:
    """One condition; any of its values will do."""

    name: str
    #: `contains`, `exact` or nothing.
    modifier: str
    values: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Updated:
    """A condition on a date such as `_lastUpdated`, as the half-open span that the date means."""

    prefix: str
    start: datetime
    end: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Search:
    type: str
    criteria: tuple[Criterion, ...]
    updated: tuple[Updated, ...]
    #: None is no condition.
    ids: frozenset[UUID] | None
    includes: tuple[str, ...]
    count: int
    counts_only: bool
    #: The last resource of the page before.
    after: UUID | None


def read_search(type: str, query: Iterable[tuple[str, str]]) -> Search:
    """The search in a query; raises `NotUnderstood` naming what is wrong."""
    criteria: list[Criterion] = []
    updated: list[Updated] = []
    ids: frozenset[UUID] | None = None
    includes: list[str] = []
    count, counts_only, after = PAGE_SIZE, False, None
    for name, value in query:
        if name == "_id":
            named = frozenset(filter(None, map(_uuid, value.split(","))))
            ids = named if ids is None else ids & named
        elif name == "_lastUpdated":
            updated.append(read_moment(name, value))
        elif name == "_include":
            includes.append(_include(type, value))
        elif name == "_count":
            count = read_count(value)
        elif name == "_summary":
            counts_only = value == "count"
        elif name == "_page":
            after = UUID(read_page(value))
        elif name not in _LOOKS:
            criteria.append(_criterion(type, name, value))
    return Search(
        type=type,
        criteria=tuple(criteria),
        updated=tuple(updated),
        ids=ids,
        includes=tuple(includes),
        count=count,
        counts_only=counts_only or count == 0,
        after=after,
    )


def read_count(value: str) -> int:
    if not value.isdecimal():
        raise NotUnderstood("_count must be a whole number.")
    return min(int(value), LARGEST_PAGE)


def read_since(value: str) -> datetime:
    found = _MOMENT.fullmatch(value)
    if not found or found[1]:
        raise NotUnderstood("_since must be a moment such as 2026-03-01T00:00:00Z.")
    return _span(found[2])[0]


def page(place: object) -> str:
    """An opaque token for where the next page begins."""
    return base64.urlsafe_b64encode(str(place).encode()).decode().rstrip("=")


def read_page(token: str) -> str:
    try:
        place = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode("ascii")
    except (binascii.Error, ValueError) as error:
        raise NotUnderstood("This link does not lead to a page.") from error
    if not place.isdecimal() and _uuid(place) is None:
        raise NotUnderstood("This link does not lead to a page.")
    return place


def reference_ids(values: Iterable[str]) -> list[UUID]:
    """The identifiers in references such as `Location/…`, a whole address, or the identifier alone."""
    return [id for value in values if (id := _uuid(value.rpartition("/")[2]))]


def _criterion(type: str, name: str, value: str) -> Criterion:
    base, _, modifier = name.partition(":")
    kind = PARAMETERS[type].get(base)
    if kind is None:
        known = ", ".join(["_id", "_lastUpdated", *PARAMETERS[type]])
        raise NotUnderstood(f"{type} cannot be searched by {base[:50]!r}. It can be by {known}.")
    # `location:Location=…` names the type that a reference leads to anyway.
    if kind == "reference" and modifier[:1].isupper():
        modifier = ""
    if modifier not in _MODIFIERS[kind]:
        raise NotUnderstood(f"{base}:{modifier[:20]} is not supported.")
    return Criterion(name=base, modifier=modifier, values=tuple(filter(None, value.split(","))))


def _include(type: str, value: str) -> str:
    source, _, name = value.partition(":")
    name = name.partition(":")[0]
    if source != type or name not in INCLUDES[type]:
        known = ", ".join(f"{type}:{one}" for one in INCLUDES[type]) or "nothing"
        raise NotUnderstood(f"_include can be {known}.")
    return name


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None


def read_moment(name: str, value: str) -> Updated:
    """A condition on a date, such as `ge2026-03-01`."""
    found = _MOMENT.fullmatch(value)
    if not found:
        raise NotUnderstood(f"{name} must be a moment such as ge2026-03-01.")
    start, end = _span(found[2])
    return Updated(prefix=found[1] or "eq", start=start, end=end)


def _span(text: str) -> tuple[datetime, datetime]:
    """From when until before when a date of any precision lasts; without a zone it is UTC."""
    try:
        if len(text) == 4:
            return _utc(int(text)), _utc(int(text) + 1)
        if len(text) == 7:
            year, month = int(text[:4]), int(text[5:])
            return _utc(year, month), _utc(year + month // 12, month % 12 + 1)
        start = datetime.fromisoformat(text)
    except ValueError as error:
        raise NotUnderstood(f"{text[:40]} is not a moment.") from error
    start = start if start.tzinfo else start.replace(tzinfo=UTC)
    lasting = timedelta(days=1) if len(text) == 10 else timedelta(seconds=1)
    return start, start + (lasting if "." not in text else timedelta(milliseconds=1))


def _utc(year: int, month: int = 1) -> datetime:
    return datetime(year, month, 1, tzinfo=UTC)
