"""Adding up what places reported, and putting the figures into the words of a rule. Pure."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from mhero.messaging.segments import simplified

#: What a rule's text can say of what was raised.
VARIABLES: Final = ("place", "number", "limit", "period")
_FOUND: Final = re.compile(rf"(?<!\w)@({'|'.join(VARIABLES)})\b")


def at_level(
    values: Mapping[UUID, float], paths: Mapping[UUID, Sequence[UUID]], level: int
) -> dict[UUID, float]:
    """The sums by places of a level. What was reported above it belongs to none of them."""
    sums: dict[UUID, float] = defaultdict(float)
    for place, value in values.items():
        path = paths.get(place, ())
        if len(path) >= level:
            sums[path[level - 1]] += value
    return dict(sums)


def over(sums: Mapping[UUID, float], limit: float) -> dict[UUID, float]:
    """The places that have reached the limit, the highest number first."""
    found = {place: number for place, number in sums.items() if number >= limit}
    return dict(sorted(found.items(), key=lambda one: (-one[1], str(one[0]))))


def is_news(before: float, number: float, factor: float | None) -> bool:
    """Whether a number has risen so far that it is told once more."""
    return factor is not None and number > before and number >= before * factor


def put_in(text: str, values: Mapping[str, str]) -> str:
    """The text with its figures. An at sign of a name is doubled, so that it stays one when it is sent."""
    return _FOUND.sub(lambda found: simplified(values[found[1]]).replace("@", "@@"), text)


def plain_number(number: float) -> str:
    """`14`, or `2.5`."""
    return str(int(number)) if number == int(number) else f"{number:.1f}"
