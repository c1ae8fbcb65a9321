"""What a body or query of iHRIS's pages names, wherever in it and under whatever name. Pure."""

import re
from collections.abc import Iterator
from typing import Any, Final

_DEEPEST: Final = 10
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_PRACTITIONER: Final = re.compile(r"Practitioner/[A-Za-z0-9.\-]{1,64}")
#: Names under which a bare id of a health worker is given, and that of a list.
_PEOPLE: Final = {
    "id",
    "ids",
    "practitioner",
    "practitioners",
    "contact",
    "contacts",
    "recipient",
    "reference",
}
_LISTS: Final = {"group", "groups", "groupid", "groupids"}


def ids_named(value: Any) -> list[str]:
    """Ids of our own."""
    return [found[0] for _, text in _texts(value) for found in _UUID.finditer(text)]


def people_named(value: Any) -> list[str]:
    """References to health workers, and bare ids under a name that says so; each once."""
    found = [
        text
        for name, text in _texts(value)
        if _PRACTITIONER.fullmatch(text) or (name in _PEOPLE and "/" not in text)
    ]
    return list(dict.fromkeys(found))


def lists_named(value: Any) -> list[str]:
    """Ids of lists, each once."""
    found = [
        text.removeprefix("Group/")
        for name, text in _texts(value)
        if name in _LISTS or text.startswith("Group/")
    ]
    return list(dict.fromkeys(found))


def _texts(value: Any, name: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Every text in some JSON, with the name under which it stands."""
    if isinstance(value, str):
        if "\x00" not in value:
            yield name.lower(), value
    elif depth < _DEEPEST and isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, str(key), depth + 1)
    elif depth < _DEEPEST and isinstance(value, list):
        for inner in value:
            yield from _texts(inner, name, depth + 1)
