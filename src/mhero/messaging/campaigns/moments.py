"""When a point of a campaign is due. Pure."""

from datetime import UTC, datetime, timedelta, tzinfo

from mhero.flows.excellent.dates import localize

_CLOCK = {"M": timedelta(minutes=1), "H": timedelta(hours=1)}
_CALENDAR = {"D": timedelta(days=1), "W": timedelta(weeks=1)}
#: A point's hour when it keeps that of the date itself.
SAME_HOUR = -1


def fires_at(about: datetime, offset: int, unit: str, hour: int, zone: tzinfo) -> datetime | None:
    """The moment before or after `about`, on a whole minute; None beyond the calendar.

    Minutes and hours are counted by the clock, days and weeks on the calendar of the zone: a week after
    9 o'clock is 9 o'clock, whatever the clocks were set to in between. An hour, if there is one, comes last.
    """
    try:
        if unit in _CLOCK:
            local = (about.astimezone(UTC) + offset * _CLOCK[unit]).astimezone(zone)
        else:
            local = localize(_wall(about, zone) + offset * _CALENDAR[unit], zone)
        if hour != SAME_HOUR:
            return localize(_wall(local, zone).replace(hour=hour, minute=0, second=0, microsecond=0), zone)
        rest = timedelta(seconds=local.second, microseconds=local.microsecond)
        return local + (timedelta(minutes=1) - rest) if rest else local
    except OverflowError:
        return None


def _wall(moment: datetime, zone: tzinfo) -> datetime:
    """What clocks in the zone show, without the zone."""
    return moment.astimezone(zone).replace(tzinfo=None)
