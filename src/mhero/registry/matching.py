"""Finds the places that two sources know under different keys. Pure.

Two records are the same place when they come from different sources, belong to the same place, and share a
name (tolerantly for areas, exactly for facilities) or an identifier. It is done from the top down after each
batch of places, so it does not matter which source came first or in which order.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

#: Words that one source writes after a name and another leaves out.
_GENERIC = re.compile(
    r"\b(?:county|region|district|province|state|republic|of|the|health|departement|prefecture)\b"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    id: UUID
    name: str
    parent: UUID | None
    is_facility: bool
    #: The sources that know it.
    sources: frozenset[str]
    #: Identifiers such as a master facility list's code, without their systems, which differ.
    identifiers: frozenset[str]
    #: Smaller is earlier: of two records of one place the earlier one's identifier stays.
    since: int


@dataclass(kw_only=True, slots=True)
class _Family:
    """The records found to be one place so far; the eldest names it."""

    eldest: UUID
    members: list[UUID | None]
    sources: frozenset[str]


def merges(candidates: Iterable[Candidate]) -> dict[UUID, UUID]:
    """For each place that is another one: which one it is."""
    below: dict[UUID | None, list[Candidate]] = defaultdict(list)
    for candidate in sorted(candidates, key=lambda candidate: candidate.since):
        below[candidate.parent].append(candidate)
    same: dict[UUID, UUID] = {}
    # It begins with what belongs to nothing. An orphan or a loop is never reached, and so matches nobody.
    waiting: list[list[UUID | None]] = [[None]]
    while waiting:
        parents = waiting.pop()
        for family in _families([child for parent in parents for child in below[parent]]):
            same |= {member: family.eldest for member in family.members[1:] if member is not None}
            waiting.append(family.members)
    return same


def _families(siblings: list[Candidate]) -> Iterable[_Family]:
    """The children of one place, those of different sources that are the same one together."""
    families: list[_Family] = []
    by_sign: dict[tuple[bool, str], list[_Family]] = defaultdict(list)
    for child in sorted(siblings, key=lambda child: child.since):
        signs = [(child.is_facility, sign) for sign in (_key(child), *sorted(child.identifiers)) if sign]
        alike = (family for sign in signs for family in by_sign[sign])
        family = next((family for family in alike if not family.sources & child.sources), None)
        if family is None:
            family = _Family(eldest=child.id, members=[], sources=frozenset())
            families.append(family)
        family.members.append(child.id)
        family.sources |= child.sources
        for sign in signs:
            by_sign[sign].append(family)
    return families


def _key(candidate: Candidate) -> str:
    """The name without what spelling does to it: `River Cess County` and `Rivercess` are one."""
    plain = unicodedata.normalize("NFKD", candidate.name.casefold())
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    if candidate.is_facility:
        return " ".join(re.findall(r"\w+", plain))
    return "".join(re.findall(r"\w+", _GENERIC.sub(" ", plain))) or "".join(re.findall(r"\w+", plain))
