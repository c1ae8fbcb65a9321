"""Whom a message is meant for: the choices of an officer as one value.

A filter is kept in a saved audience and in an address, so it has a form for each. Whatever cannot be read is
refused and never dropped: a filter with a part missing would reach more people than were meant.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Self
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict

from mhero.outreach.errors import FilterNotUnderstood

#: More values than this in one part are not a choice that somebody made by hand.
MOST_VALUES = 500
LONGEST_VALUE = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """People fit when they fit every part that says something; within a part, one value is enough."""

    cadres: tuple[str, ...] = ()
    #: Places of any level; everybody who works in or below one of them.
    places: tuple[UUID, ...] = ()
    facility_types: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    #: ISO 639 codes.
    languages: tuple[str, ...] = ()
    #: FHIR's codes: female, male, other, unknown.
    genders: tuple[str, ...] = ()

    @property
    def is_everyone(self) -> bool:
        return not any(getattr(self, part.name) for part in fields(self))

    @classmethod
    def from_query(cls, query: QueryDict) -> Self:
        """Of an address: each part's name once per value, in the singular."""
        return cls(**{part: _read(part, query.getlist(key)) for part, key in QUERY_KEYS.items()})

    def to_query(self) -> str:
        """Always the same text for the same choice, whatever order it was made in."""
        pairs = [(key, str(value)) for part, key in QUERY_KEYS.items() for value in getattr(self, part)]
        return urlencode(pairs)

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        unknown = set(body) - set(QUERY_KEYS)
        if unknown:
            raise FilterNotUnderstood(
                f"The choice of people has parts that are not known: {sorted(unknown)}."
            )
        return cls(**{part: _read(part, body.get(part, ())) for part in QUERY_KEYS})

    def to_json(self) -> dict[str, list[str]]:
        return {
            part: [str(value) for value in getattr(self, part)] for part in QUERY_KEYS if getattr(self, part)
        }


#: Each part with its name in an address.
QUERY_KEYS = {
    "cadres": "cadre",
    "places": "place",
    "facility_types": "facility_type",
    "skills": "skill",
    "languages": "language",
    "genders": "gender",
}


def _read(part: str, values: Iterable[Any]) -> Any:
    """The values of a part, sorted, each once. An empty one is a select's "any"."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise FilterNotUnderstood(f"{part} must be a list.")
    texts = sorted({_text(part, value) for value in values} - {""})
    if len(texts) > MOST_VALUES:
        raise FilterNotUnderstood(f"{part} has more than {MOST_VALUES} values.")
    if part != "places":
        return tuple(texts)
    try:
        return tuple(sorted({UUID(text) for text in texts}))
    except ValueError as error:
        raise FilterNotUnderstood("A place of the choice is not an identifier.") from error


def _text(part: str, value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_VALUE or "\x00" in value:
        raise FilterNotUnderstood(f"{part} has a value that cannot be read.")
    return value.strip()
