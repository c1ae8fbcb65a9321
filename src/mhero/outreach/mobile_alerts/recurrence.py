"""When a request that is repeated is due: iHRIS's extension, and the cron line in it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from itertools import pairwise
from typing import Final

from croniter import CroniterError, croniter

from mhero.outreach.fhir.reading import Json
from mhero.outreach.mobile_alerts.errors import AlertRefused
from mhero.outreach.turns import Pattern

#: In any case: iHRIS and emNutt do not agree on theirs.
EXTENSIONS: Final = ("sms-cron-expression-schedule", "recurrance-cron-expression")
#: Nobody means to text people more often.
SHORTEST: Final = timedelta(hours=1)
_LOOKED_AT: Final = 24


@dataclass(frozen=True, kw_only=True, slots=True)
class Recurrence:
    #: Five fields, in the country's time.
    cron: str
    #: Only its first turn counts.
    is_once: bool


def recurrence_of(extensions: list[Json]) -> Recurrence | None:
    """The schedule that a request asks for, if any; raises `AlertRefused`."""
    for extension in extensions:
        if extension["url"].lower().rpartition("/")[2] not in EXTENSIONS:
            continue
        said = {name.lower(): text for name, text in _texts(extension)}
        cron = said.get("cronexpression") or said.get(extension["url"].lower().rpartition("/")[2], "")
        words = f"{said.get('frequency', '')} {said.get('sendcategory', '')}".lower()
        return Recurrence(cron=_five_fields(cron), is_once="once" in words)
    return None


def next_turn(cron: str, after: datetime, zone: tzinfo) -> datetime | None:
    """The first turn later than an aware moment; None when none comes within the years that cron looks at."""
    try:
        due: datetime = croniter(cron, after.astimezone(zone)).get_next(datetime)
    except CroniterError:
        return None
    return due.astimezone(UTC)


def pattern_of(cron: str) -> Pattern | None:
    """The same as the team's own schedules have it; None when they have nothing like it."""
    (minutes, hours, days, months, weekdays), _ = croniter.expand(cron)
    is_at_one_time = len(minutes) == len(hours) == 1 and "*" not in (*minutes, *hours)
    if not is_at_one_time or months != ["*"]:
        return None
    at = time(int(hours[0]), int(minutes[0]))
    if days == ["*"] and weekdays == ["*"]:
        return Pattern(repeats="daily", at=at)
    if days == ["*"] and all(isinstance(day, int) for day in weekdays):
        # Cron begins its week on Sunday.
        return Pattern(repeats="weekly", weekdays=sorted((int(day) - 1) % 7 for day in weekdays), at=at)
    # A later day is left out by cron in shorter months.
    if weekdays == ["*"] and len(days) == 1 and isinstance(days[0], int) and days[0] <= 28:
        return Pattern(repeats="monthly", month_day=days[0], at=at)
    return None


def _texts(extension: Json) -> Iterator[tuple[str, str]]:
    """Each name with its text, whichever of FHIR's types it has."""
    for one in [extension, *extension.get("extension", [])]:
        for name, value in one.items():
            if name.startswith("value") and isinstance(value, str):
                yield one["url"].rpartition("/")[2], value


def _five_fields(cron: str) -> str:
    fields = cron.replace("?", "*").split()
    # Node's cron has seconds in front; a send has no use for them.
    text = " ".join(fields[1:] if len(fields) == 6 else fields)
    if len(text.split()) != 5 or len(text) > 100 or not croniter.is_valid(text):
        raise AlertRefused("The schedule is no cron expression.", "CommunicationRequest.extension")
    try:
        turns = croniter(text, datetime(2026, 1, 1, tzinfo=UTC))
        seen = [turns.get_next(datetime) for _ in range(_LOOKED_AT)]
    except CroniterError as error:
        raise AlertRefused("The schedule never comes.", "CommunicationRequest.extension") from error
    if any(later - earlier < SHORTEST for earlier, later in pairwise(seen)):
        raise AlertRefused("The schedule comes more than once an hour.", "CommunicationRequest.extension")
    return text
