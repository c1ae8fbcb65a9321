"""What an officer chose in order to get more answers, and when what happens then. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, Final, Self

from mhero.flows.excellent.dates import localize
from mhero.messaging.quiet import is_quiet_time
from mhero.messaging.reasking import another_time
from mhero.outreach.reaching.hours import Best

DAY: Final = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Levers:
    announces: bool = True
    #: By language (ISO 639-3); the first is for whoever speaks none of the others.
    announcement: Mapping[str, str] = field(default_factory=dict)
    at_best_hour: bool = True
    asks_again: bool = True

    @property
    def makes_round(self) -> bool:
        """Whether several sends come of it."""
        return self.announces or self.at_best_hour

    def to_json(self) -> dict[str, Any]:
        return {
            "announces": self.announces,
            "announcement": dict(self.announcement),
            "at_best_hour": self.at_best_hour,
            "asks_again": self.asks_again,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """None where nothing was chosen."""
        return cls(**kept) if kept else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Wave:
    """Those who are asked at the same moment."""

    at: datetime
    #: When the silent are asked again; None is never.
    again_at: datetime | None
    counties: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Timetable:
    announced_at: datetime | None
    #: The earliest first.
    waves: tuple[Wave, ...]


def timetable(
    levers: Levers,
    *,
    begin: datetime,
    counties: Mapping[str, Best],
    quiet: tuple[time, time],
    zone: tzinfo,
) -> Timetable:
    """What happens when, beginning at an aware moment that is allowed.

    Questions come on the day after the announcement. Without one they come on the same day, where their hour
    is still ahead.
    """
    local = begin.astimezone(zone)
    waves: dict[datetime, list[str]] = {}
    again: dict[datetime, datetime] = {}
    for county, best in counties.items():
        clock = time(best.hour) if levers.at_best_hour else local.time()
        day = local.date() + DAY * levers.announces
        at = _on(day, clock, zone)
        if at < begin:
            at = _on(day + DAY, clock, zone)
        waves.setdefault(at, []).append(county)
        if levers.asks_again:
            after = at.astimezone(zone).date() + DAY
            again[at] = (
                _on(after, time(best.again), zone)
                if levers.at_best_hour and not is_quiet_time(time(best.again), *quiet)
                else another_time(at, *quiet, zone)
            )
    return Timetable(
        announced_at=begin if levers.announces else None,
        waves=tuple(
            Wave(at=at, again_at=again.get(at), counties=tuple(sorted(found)))
            for at, found in sorted(waves.items())
        ),
    )


def _on(day: date, clock: time, zone: tzinfo) -> datetime:
    return localize(datetime.combine(day, clock), zone)
