"""Dates and times: found in what people write, written as people read them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

from mhero.flows.environment import Environment
from mhero.flows.excellent.errors import ExpressionError
from mhero.flows.moments import with_fraction

_ISO = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2}))?\Z",
    re.ASCII,
)
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?= )", re.ASCII)
_SEPARATED = {
    "DD-MM-YYYY": re.compile(r"\b(?P<d>\d{1,2})[-./\\_ ](?P<m>\d{1,2})[-./\\_ ](?P<y>\d{4}|\d{2})\b"),
    "MM-DD-YYYY": re.compile(r"\b(?P<m>\d{1,2})[-./\\_ ](?P<d>\d{1,2})[-./\\_ ](?P<y>\d{4}|\d{2})\b"),
    "YYYY-MM-DD": re.compile(r"\b(?P<y>\d{4}|\d{2})[-./\\_ ](?P<m>\d{1,2})[-./\\_ ](?P<d>\d{1,2})\b"),
}
_TIME = re.compile(r"\b(\d{1,2})(?::?(\d{2})(?::(\d{2})(?:\.(\d+))?)?)?\W*([aApP][mM])?\b")
#: Years of two digits below this are of the 2000s.
_PIVOT = 50
_LAST_HOUR = 24


def localize(moment: datetime, zone: tzinfo) -> datetime:
    """A wall clock's moment in a zone; one skipped in spring is moved as far as the clock was."""
    aware = moment.replace(tzinfo=zone)
    if zone is UTC:
        return aware
    try:
        return aware.astimezone(UTC).astimezone(zone)
    except OverflowError:  # The calendar's first or last day.
        return aware


def in_zone(moment: datetime, zone: tzinfo) -> datetime:
    """The moment as clocks in a zone show it; raises ExpressionError at the calendar's ends."""
    try:
        return moment.astimezone(zone)
    except OverflowError:
        raise ExpressionError("date out of range") from None


def parse_datetime(env: Environment, text: str, *, fill_time: bool = False) -> datetime | None:
    """The moment that a text is or contains, or None.

    ISO 8601 must be the whole text, or its date the beginning; the environment's own date format is found
    anywhere in it. A date without a time is midnight, or has the clock's present time with `fill_time`.
    """
    text = text.strip()
    iso = _ISO.match(text)
    if iso:
        return _iso_datetime(env, iso, fill_time)
    found = _find_date(env, text)
    if found is None:
        return None
    day, end = found
    clock = find_time(text[end:])
    if clock is None:
        clock = env.now().astimezone(env.timezone).time() if fill_time else time()
    return localize(datetime.combine(day, clock), env.timezone)


def parse_date(env: Environment, text: str) -> date | None:
    """The date that a text is or contains, or None."""
    text = text.strip()
    iso = _ISO.match(text)
    if iso:
        return _day(int(iso[1]), int(iso[2]), int(iso[3]))
    found = _find_date(env, text)
    return found[0] if found else None


def find_time(text: str) -> time | None:
    """The first time of day in a text, or None."""
    for match in _TIME.finditer(text):
        clock = _clock(match)
        if clock is not None:
            return clock
    return None


def _iso_datetime(env: Environment, iso: re.Match[str], fill_time: bool) -> datetime | None:
    day = _day(int(iso[1]), int(iso[2]), int(iso[3]))
    if day is None:
        return None
    if iso[4] is None:
        clock = env.now().astimezone(env.timezone).time() if fill_time else time()
        return localize(datetime.combine(day, clock), env.timezone)
    try:
        clock = time(int(iso[4]), int(iso[5]), int(iso[6] or 0))
        return with_fraction(datetime.combine(day, clock, parse_offset(iso[8])), iso[7])
    except ValueError:
        return None


def parse_offset(text: str) -> tzinfo:
    """The zone of an offset such as Z, +0200 or -05:00. Raises ValueError when it is too far."""
    if text == "Z":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    if not minutes:
        return UTC
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def _find_date(env: Environment, text: str) -> tuple[date, int] | None:
    iso = _ISO_DATE.match(text)
    if iso:
        day = _day(int(iso[1]), int(iso[2]), int(iso[3]))
        return (day, iso.end()) if day else None
    for match in _SEPARATED[env.date_format].finditer(text):
        year = int(match["y"])
        if len(match["y"]) == len("YY"):
            year += 2000 if year < _PIVOT else 1900
        day = _day(year, int(match["m"]), int(match["d"]))
        if day is not None:
            return day, match.end()
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _clock(match: re.Match[str]) -> time | None:
    hour, minute, second = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    half = (match[5] or "").lower()
    if half == "pm" and hour < 12:
        hour += 12
    elif half == "am" and hour == 12:
        hour = 0
    if hour == _LAST_HOUR and not minute and not second:
        hour = 0
    try:
        return time(hour, minute, second, int((match[4] or "0").ljust(6, "0")[:6]))
    except ValueError:
        return None


def iso_datetime(moment: datetime) -> str:
    """The moment in ISO 8601 with microseconds, and Z for UTC."""
    text = moment.isoformat(timespec="microseconds")
    return text[:-6] + "Z" if text.endswith("+00:00") else text


def iso_time(clock: time) -> str:
    """The time of day with microseconds."""
    return clock.replace(tzinfo=None).isoformat(timespec="microseconds")


def add_months(moment: datetime, months: int) -> datetime:
    """The same day so many months away; a day that month lacks runs on into the next."""
    total = moment.year * 12 + moment.month - 1 + months
    try:
        start = moment.replace(year=total // 12, month=total % 12 + 1, day=1, tzinfo=None)
        return localize(start + timedelta(days=moment.day - 1), moment.tzinfo or UTC)
    except (ValueError, OverflowError):
        raise ExpressionError("date out of range") from None


def add_days(moment: datetime, days: int) -> datetime:
    """The same time of day so many days away."""
    try:
        return localize(moment.replace(tzinfo=None) + timedelta(days=days), moment.tzinfo or UTC)
    except OverflowError:
        raise ExpressionError("date out of range") from None


def add_seconds(moment: datetime, seconds: int) -> datetime:
    """So many seconds later, whatever the clocks on the wall did between."""
    try:
        return (moment.astimezone(UTC) + timedelta(seconds=seconds)).astimezone(moment.tzinfo)
    except OverflowError:
        raise ExpressionError("date out of range") from None
