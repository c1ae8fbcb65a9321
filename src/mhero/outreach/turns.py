"""When a send that is made again and again is due. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from mhero.flows.excellent.dates import localize

#: Every month has a day within this many.
FARTHEST = timedelta(days=62)
LAST_DAY = 31


@dataclass(frozen=True, kw_only=True, slots=True)
class Pattern:
    #: `daily`, `weekly` or `monthly`.
    repeats: str
    #: 0 is Monday.
    weekdays: Sequence[int] = ()
    #: 1 to 31; a shorter month takes its last day.
    month_day: int | None = None
    at: time
    #: The first and the last day that count; None is no limit.
    starts_on: date | None = None
    ends_on: date | None = None

    def falls_on(self, day: date) -> bool:
        if self.repeats == "weekly":
            return day.weekday() in self.weekdays
        if self.repeats == "monthly":
            return day.day == min(self.month_day or LAST_DAY, _days_in(day))
        return True

    def next_after(self, moment: datetime, zone: tzinfo) -> datetime | None:
        """The first turn later than the aware moment; None after the last day.

        A time that the clocks skip is as much later as they were moved; of one that they show twice, the
        first counts.
        """
        today = moment.astimezone(zone).date()
        day = max(today, self.starts_on) if self.starts_on else today
        last = day + FARTHEST
        while day <= last and (self.ends_on is None or day <= self.ends_on):
            if self.falls_on(day):
                due = localize(datetime.combine(day, self.at), zone)
                if due > moment:
                    return due
            day += timedelta(days=1)
        return None


def _days_in(day: date) -> int:
    begin = day.replace(day=1)
    return ((begin + timedelta(days=31)).replace(day=1) - begin).days
