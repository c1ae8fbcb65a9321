"""How numbers are gathered for a chart: classes of a width that people count in."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor, log10

#: A chart has about this many classes at the most.
MOST_BUCKETS = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Bucket:
    """How many numbers are at least `low` and below `high`."""

    low: float
    high: float
    count: int


def step_of(least: float, most: float, *, whole: bool) -> float:
    """The width of the classes: 1, 2 or 5 times a power of ten, and at least 1 for whole numbers."""
    width = (most - least) / MOST_BUCKETS
    if whole:
        width = max(1.0, width)
    if width == 0:
        return 1.0
    power = 10.0 ** floor(log10(width))
    return next((times * power for times in (1, 2, 5) if times * power >= width), 10 * power)


def buckets(counted: Mapping[int, int], step: float) -> list[Bucket]:
    """The classes by their place (a class begins at place times step), with the empty ones between."""
    if not counted:
        return []
    digits = max(0, -floor(log10(step)))
    return [
        Bucket(
            low=round(place * step, digits),
            high=round((place + 1) * step, digits),
            count=counted.get(place, 0),
        )
        for place in range(min(counted), max(counted) + 1)
    ]
