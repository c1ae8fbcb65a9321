"""When a polling channel is due: "10 minutes", as OpenHIM has it, or cron in the country's time."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from croniter import croniter

from mhero.exchange.errors import ScheduleUnreadable

_EVERY = re.compile(r"(\d{1,4})\s*(minute|hour|day)s?")


def next_due(schedule: str, after: datetime, time_zone: str) -> datetime:
    """The first time after `after`; raises `ScheduleUnreadable`."""
    text = schedule.strip().lower()
    if found := _EVERY.fullmatch(text):
        number = int(found[1])
        if number == 0:
            raise ScheduleUnreadable
        return after + timedelta(**{f"{found[2]}s": number})
    # Exactly five fields: with a sixth, for seconds, a channel could be due more often than it can run.
    if len(text.split()) != 5 or not croniter.is_valid(text):
        raise ScheduleUnreadable
    due: datetime = croniter(text, after.astimezone(ZoneInfo(time_zone))).get_next(datetime)
    return due.astimezone(UTC)
