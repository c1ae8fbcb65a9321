"""The places of a country as flows know them: country, states, districts, wards, found by path or by name."""

from __future__ import annotations

import unicodedata
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

COUNTRY, STATE, DISTRICT, WARD = range(4)
SEPARATOR = " > "


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Location:
    """One place."""

    name: str
    #: Other names that it goes by.
    aliases: tuple[str, ...] = ()
    #: 0 is the country, 1 a state, 2 a district, 3 a ward.
    level: int
    #: The names from the country down, as in `Rwanda > Kigali City > Gasabo`.
    path: str
    parent: Location | None = None

    def within(self, other: Location | None) -> bool:
        """Whether this is another place or a part of it, at any depth; any is, where none is named."""
        place: Location | None = self
        while place is not None and other is not None and place is not other:
            place = place.parent
        return place is not None


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """All places, ready to be found. It is the environment's LocationResolver."""

    _by_path: dict[str, Location] = field(default_factory=dict)
    _by_name: dict[tuple[int, str], list[Location]] = field(default_factory=dict)
    #: The same without accents, spaces and punctuation, for those whom the name itself does not find.
    _by_letters: dict[tuple[int, str], list[Location]] = field(default_factory=dict)

    def find(self, path: str) -> Location | None:
        """The place with this path, in any case and with any spaces around its signs."""
        return self._by_path.get(_path_key(path))

    def find_by_name(self, name: str, level: int, parent: Location | None = None) -> list[Location]:
        """The places of a level with this name or alias, within another place or anywhere."""
        found = self._by_name.get((level, _name_key(name)))
        if found is None:
            letters = _letters(name)
            found = self._by_letters.get((level, letters), []) if letters else []
        return [place for place in found if place.within(parent)]


def hierarchy(roots: Iterable[dict[str, Any]]) -> Hierarchy:
    """The places of RapidPro's location assets: `name`, `aliases` and `children` of each."""
    places = Hierarchy()
    for place in _walk(roots):
        places._by_path.setdefault(_path_key(place.path), place)
        names = (place.name, *place.aliases)
        for key in {_name_key(name) for name in names}:
            places._by_name.setdefault((place.level, key), []).append(place)
        for key in {_letters(name) for name in names}:
            places._by_letters.setdefault((place.level, key), []).append(place)
    return places


def _walk(roots: Iterable[dict[str, Any]]) -> Iterator[Location]:
    """Each place after the one that it is a part of. What lies below wards is not known to flows."""
    waiting: deque[tuple[dict[str, Any], Location | None]] = deque((root, None) for root in roots)
    while waiting:
        data, parent = waiting.popleft()
        name = str(data.get("name") or "")
        place = Location(
            name=name,
            aliases=tuple(str(alias) for alias in data.get("aliases") or ()),
            level=parent.level + 1 if parent else COUNTRY,
            path=f"{parent.path}{SEPARATOR}{name}" if parent else name,
            parent=parent,
        )
        yield place
        if place.level < WARD:
            waiting.extend((child, place) for child in data.get("children") or ())


def _path_key(path: str) -> str:
    return SEPARATOR.join(_name_key(part) for part in path.split(">"))


def _name_key(name: str) -> str:
    return " ".join(name.casefold().split())


def _letters(name: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", name.casefold()) if char.isalnum())
