"""Searches of FHIR R4, read from a query.

As in the registry, an unknown parameter is refused: ignoring it would answer a narrow question with
everything.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q

from mhero.registry.fhir.errors import NotUnderstood
from mhero.registry.fhir.parameters import PAGE_SIZE, read_count, read_moment, read_page

Query = list[tuple[str, str]]

#: What changes how an answer looks and not what is in it.
LOOKS: Final = {"_format", "_pretty", "_total", "_elements", "_profile"}
#: By prefix, which end of the span that a date means is the first moment, and which the one after the last.
_ENDS: Final[dict[str, tuple[int | None, int | None]]] = {
    "eq": (0, 1),
    "ge": (0, None),
    "gt": (1, None),
    "sa": (1, None),
    "le": (None, 1),
    "lt": (None, 0),
    "eb": (None, 0),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Criterion:
    """One condition of a search."""

    name: str
    #: Such as `contains`; empty for none.
    modifier: str
    value: str

    @property
    def values(self) -> list[str]:
        """Any of them will do."""
        return [one for one in self.value.split(",") if one]

    def check_plain(self) -> None:
        """Raises `NotUnderstood` for a modifier."""
        # `based-on:CommunicationRequest=…` names the type that a reference leads to anyway.
        if self.modifier and not (self.modifier[:1].isupper() and self.modifier.isalpha()):
            raise NotUnderstood(f"{self.name[:40]}:{self.modifier[:20]} is not supported.")


@dataclass(kw_only=True, slots=True)
class Search:
    """What is asked of every search; its own criteria are left over."""

    #: As it came.
    query: Query
    count: int = PAGE_SIZE
    counts_only: bool = False
    #: The last one of the page before.
    after: UUID | None = None
    criteria: list[Criterion] = field(default_factory=list)
    #: Such as `Communication:based-on`.
    includes: list[str] = field(default_factory=list)
    is_oldest_first: bool = False


def read_search(query: Iterable[tuple[str, str]], *, includes: Iterable[str] = ()) -> Search:
    """Raises `NotUnderstood`; `includes` are the values that `_include` can have."""
    search = Search(query=list(query))
    for name, value in search.query:
        if "\x00" in name + value:
            raise NotUnderstood("A parameter holds a character that cannot be meant.")
        if name == "_count":
            search.count = read_count(value)
        elif name == "_summary":
            search.counts_only = value == "count"
        elif name == "_page":
            search.after = _id(read_page(value))
        elif name == "_include" and value in includes:
            search.includes.append(value)
        elif name == "_sort" and value.lstrip("-") in ("_lastUpdated", "authored"):
            search.is_oldest_first = not value.startswith("-")
        elif name not in LOOKS:
            base, _, modifier = name.partition(":")
            search.criteria.append(Criterion(name=base, modifier=modifier, value=value))
    search.counts_only |= search.count == 0
    return search


def bounds(criterion: Criterion) -> tuple[datetime | None, datetime | None]:
    """From when, and until before when, a condition on a date such as `ge2026-03-01` holds."""
    said = read_moment(criterion.name, criterion.value)
    if said.prefix not in _ENDS:
        raise NotUnderstood(f"{criterion.name} cannot be asked for with {said.prefix}.")
    span = (said.start, said.end)
    first, last = _ENDS[said.prefix]
    return (None if first is None else span[first], None if last is None else span[last])


def within(column: str, criterion: Criterion) -> Q:
    """The same as a condition on a column."""
    first, last = bounds(criterion)
    condition = Q() if first is None else Q(**{f"{column}__gte": first})
    return condition if last is None else condition & Q(**{f"{column}__lt": last})


def any_of(conditions: Iterable[Q]) -> Q:
    """Nothing fits when there are none."""
    whole = Q(pk__in=[])
    for condition in conditions:
        whole |= condition
    return whole


def token(text: str, element: str) -> dict[str, str]:
    """`system|code` as the JSON that a Coding (`code`) or an Identifier (`value`) contains."""
    system, _, code = text.rpartition("|")
    return {element: code} | ({"system": system} if system else {})


def not_known(type: str, name: str, known: Iterable[str]) -> NotUnderstood:
    return NotUnderstood(f"{type} cannot be searched by {name[:50]!r}. It can be by {', '.join(known)}.")


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotUnderstood("This link does not lead to a page.") from error
