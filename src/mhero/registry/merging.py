"""One resource of what several sources say about the same thing. Pure."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

Body = dict[str, Any]

#: Elements in which what one source says does not contradict what another says.
_ADDED_UP: Final = ("identifier", "type", "extension")


def merged(bodies: Sequence[Body]) -> Body:
    """The first source's word goes; the others add what it lacks, and their identifiers and types."""
    whole: Body = {}
    for body in bodies:
        for element, value in body.items():
            if element in _ADDED_UP and element in whole:
                whole[element] = _added(element, whole[element], value)
            else:
                whole.setdefault(element, value)
    return whole


def _added(element: str, ours: list[Any], theirs: list[Any]) -> list[Any]:
    known = {_sign(element, value) for value in ours}
    return ours + [value for value in theirs if _sign(element, value) not in known]


def _sign(element: str, value: Mapping[str, Any]) -> str:
    # Two extensions of one address would say two things of one place.
    return str(value.get("url")) if element == "extension" else json.dumps(value, sort_keys=True)
