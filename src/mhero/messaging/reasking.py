"""When those who did not answer are asked again: on the next day, at another time of day. Pure."""

from datetime import datetime, time, timedelta, tzinfo

from mhero.flows.excellent.dates import localize
from mhero.messaging.quiet import is_quiet_time

#: Who was asked before this hour is asked again late in the day, everybody else early.
NOON = 13
EARLY = (time(9), time(8), time(10), time(11), time(7))
LATE = (time(17), time(16), time(15), time(14), time(18))


def another_time(asked_at: datetime, quiet_from: time, quiet_until: time, zone: tzinfo) -> datetime:
    """The moment on the day after, in the zone, outside quiet hours where there is one."""
    local = asked_at.astimezone(zone)
    wanted = LATE if local.hour < NOON else EARLY
    at = next((each for each in wanted if not is_quiet_time(each, quiet_from, quiet_until)), quiet_until)
    return localize(datetime.combine(local.date() + timedelta(days=1), at), zone)
