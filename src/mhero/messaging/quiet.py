"""The hours in which nobody is texted unless they wrote first."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


def is_quiet(at: datetime, quiet_from: time, quiet_until: time, zone: ZoneInfo) -> bool:
    """Whether the aware moment lies in the quiet hours of the zone; equal ends mean that there are none."""
    return is_quiet_time(at.astimezone(zone).time(), quiet_from, quiet_until)


def is_quiet_time(clock: time, quiet_from: time, quiet_until: time) -> bool:
    """Whether a time of day lies in the quiet hours."""
    if quiet_from <= quiet_until:
        return quiet_from <= clock < quiet_until
    return clock >= quiet_from or clock < quiet_until


def next_allowed(at: datetime, quiet_from: time, quiet_until: time, zone: ZoneInfo) -> datetime:
    """The moment itself, or the end of the quiet hours that it lies in."""
    if not is_quiet(at, quiet_from, quiet_until, zone):
        return at
    local = at.astimezone(zone)
    day = local.date() if local.time() < quiet_until else local.date() + timedelta(days=1)
    return datetime.combine(day, quiet_until, tzinfo=zone)


def next_quiet(at: datetime, quiet_from: time, quiet_until: time, zone: ZoneInfo) -> datetime | None:
    """When quiet hours begin next after a moment outside of them; None when there are none."""
    if quiet_from == quiet_until:
        return None
    local = at.astimezone(zone)
    day = local.date() if local.time() < quiet_from else local.date() + timedelta(days=1)
    return datetime.combine(day, quiet_from, tzinfo=zone)
