"""At which hour each county answers most, learned from what was answered. Pure.

Few answers say little, so what is seen in the country is drawn towards its mean. A county may answer more or
less at all hours; only what is left when that is taken away speaks for an hour, drawn towards the country's.
With nothing to go by it is the afternoon: in Kenya 28 of 38 completed then, and 68 of 119 in the morning.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from typing import Final

from mhero.messaging.quiet import is_quiet_time
from mhero.outreach.reaching.shares import NOBODY, Share, differ

#: Hours are looked at two at a time: what begins at three ends before five.
WINDOW: Final = 2
#: When one may ask at all, quiet hours aside.
FIRST, LAST = 7, 19
USUAL: Final = 15
#: The other time, for those who were silent.
USUAL_AGAIN: Final = 13
#: What was expected counts as much as so many people.
WEIGHT: Final = 200
#: So many times as good as the usual hour is what takes its place.
MARGIN: Final = 1.1


@dataclass(frozen=True, kw_only=True, slots=True)
class Best:
    """When to ask the people of one county, or of all."""

    hour: int
    #: The hour for those who were silent.
    again: int
    #: What the two hours from then on got, and all others.
    within: Share = NOBODY
    others: Share = NOBODY

    @property
    def is_learned(self) -> bool:
        """Whether answers speak for it, and not only the custom."""
        return self.hour != USUAL or self.is_told_apart

    @property
    def is_told_apart(self) -> bool:
        """Whether more answered then than at other hours, and hardly by chance."""
        better = self.within.value > self.others.value
        return better and differ(self.within, self.others, among=LAST - FIRST)


Hours = Mapping[int, Share]


def allowed_hours(quiet_from: time, quiet_until: time) -> list[int]:
    """When windows may begin that no quiet hour is a part of."""
    return [
        hour
        for hour in range(FIRST, LAST - WINDOW + 1)
        if not any(is_quiet_time(time(hour + step), quiet_from, quiet_until) for step in range(WINDOW))
    ] or [USUAL]


def best_hours(counties: Mapping[str, Hours], allowed: Iterable[int]) -> dict[str, Best]:
    """By county; the country's under the empty name, which also holds for counties that are not in it."""
    hours = list(allowed)
    country: dict[int, Share] = {}
    for seen in counties.values():
        for hour, share in seen.items():
            country[hour] = country.get(hour, NOBODY) + share
    mean = sum(country.values(), NOBODY).value
    expected = {hour: _drawn(_window(country, hour), mean) for hour in hours}
    found = {"": _best(country, expected, hours)}
    each_hour = {hour: _drawn(share, mean) for hour, share in country.items()}
    for county, seen in counties.items():
        if county:
            usual = {hour: share.asked * each_hour[hour] for hour, share in seen.items()}
            level = _ratio(sum(seen.values(), NOBODY).answered, sum(usual.values()), 0)
            own = {
                hour: expected[hour]
                * _ratio(_window(seen, hour).answered, level * _sum(usual, hour), WEIGHT * mean)
                for hour in hours
            }
            found[county] = _best(seen, own, hours)
    return found


def _best(seen: Hours, values: Mapping[int, float], hours: list[int]) -> Best:
    hour = _pick(values, hours, USUAL)
    apart = [each for each in hours if abs(each - hour) >= WINDOW] or hours
    within = _window(seen, hour)
    return Best(
        hour=hour,
        again=_pick(values, apart, USUAL_AGAIN),
        within=within,
        others=sum(seen.values(), NOBODY) - within,
    )


def _pick(values: Mapping[int, float], hours: list[int], usual: int) -> int:
    """The usual hour, or the nearest to it that is allowed, unless another is clearly better."""
    usual = min(hours, key=lambda hour: abs(hour - usual))
    best = max(hours, key=lambda hour: values[hour])
    return best if values[best] > MARGIN * values[usual] else usual


def _window(seen: Hours, hour: int) -> Share:
    return sum((seen.get(hour + step, NOBODY) for step in range(WINDOW)), NOBODY)


def _drawn(share: Share, towards: float) -> float:
    return (share.answered + WEIGHT * towards) / (share.asked + WEIGHT)


def _sum(usual: Mapping[int, float], hour: int) -> float:
    return sum(usual.get(hour + step, 0.0) for step in range(WINDOW))


def _ratio(answered: float, expected: float, weight: float) -> float:
    """How many times as many answered as was to be expected, drawn towards one."""
    return (answered + weight) / (expected + weight) if expected + weight else 1.0
