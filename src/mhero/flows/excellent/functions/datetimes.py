"""Functions on dates and times."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

from mhero.flows.excellent import layouts
from mhero.flows.excellent.dates import add_days, add_months, add_seconds, in_zone, localize
from mhero.flows.excellent.errors import ExpressionError
from mhero.flows.excellent.functions.registry import clock, day, function, integer, moment, number, text
from mhero.flows.excellent.values import Scope
from mhero.flows.moments import from_nanoseconds, nanoseconds

_MONTHS_A_YEAR = 12
_DAYS_A_WEEK = 7
_SECONDS = {"h": 3600, "m": 60, "s": 1}


def _zone(_scope: Scope, value: object) -> tzinfo:
    name = text(_scope, value)
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        raise ExpressionError(f"unknown time zone {name}") from None


def _unit(_scope: Scope, value: object) -> str:
    unit = text(_scope, value)
    if unit not in ("Y", "M", "W", "D", "h", "m", "s"):
        raise ExpressionError(f"unknown unit: {unit}, must be one of s, m, h, D, W, M, Y")
    return unit


@function(text, text, _zone, optional=1)
def parse_datetime(scope: Scope, value: str, layout: str, zone: tzinfo | None = None) -> datetime:
    """The moment that a text in this layout says."""
    return layouts.read(value, layout, zone or scope.env.timezone)


@function(number)
def datetime_from_epoch(scope: Scope, seconds: Decimal) -> datetime:
    """The moment so many seconds after the beginning of 1970."""
    try:
        return from_nanoseconds(int(seconds * 1_000_000_000)).astimezone(scope.env.timezone)
    except (OverflowError, ValueError):
        raise ExpressionError("number value out of range") from None


@function(moment, moment, _unit)
def datetime_diff(scope: Scope, start: datetime, end: datetime, unit: str) -> int:
    """How many units lie between two moments; of days and longer units, as the calendar counts them."""
    if unit in _SECONDS:
        return int(Decimal(nanoseconds(end) - nanoseconds(start)) / 1_000_000_000 / _SECONDS[unit])
    zone = scope.env.timezone
    first, last = in_zone(start, zone), in_zone(end, zone)
    if unit == "Y":
        return last.year - first.year
    if unit == "M":
        return (last.year - first.year) * _MONTHS_A_YEAR + last.month - first.month
    days = (last.date() - first.date()).days
    return days if unit == "D" else int(days / _DAYS_A_WEEK)


@function(moment, integer, _unit)
def datetime_add(_scope: Scope, value: datetime, offset: int, unit: str) -> datetime:
    """The moment so many units later, or earlier when negative."""
    if unit in _SECONDS:
        return add_seconds(value, offset * _SECONDS[unit])
    if unit in ("D", "W"):
        return add_days(value, offset * (_DAYS_A_WEEK if unit == "W" else 1))
    return add_months(value, offset * (_MONTHS_A_YEAR if unit == "Y" else 1))


@function(moment, clock)
def replace_time(_scope: Scope, value: datetime, at: time) -> datetime:
    """The same day at another time."""
    return localize(datetime.combine(value.date(), at), value.tzinfo or UTC)


@function(moment)
def tz(_scope: Scope, value: datetime) -> str:
    """The name of the moment's zone; a mere offset has none."""
    return str(value.tzinfo) if isinstance(value.tzinfo, ZoneInfo) or value.tzinfo is UTC else ""


@function(moment)
def tz_offset(_scope: Scope, value: datetime) -> str:
    """How far the moment's zone is from UTC, such as -0500."""
    return value.strftime("%z")


@function(moment)
def epoch(_scope: Scope, value: datetime) -> Decimal:
    """How many seconds the moment is after the beginning of 1970."""
    return Decimal(nanoseconds(value)) / 1_000_000_000


@function()
def now(scope: Scope) -> datetime:
    """The present moment in the environment's zone."""
    return scope.env.now().astimezone(scope.env.timezone)


@function()
def today(scope: Scope) -> date:
    """The present date in the environment's zone."""
    return scope.env.now().astimezone(scope.env.timezone).date()


@function(integer, integer, integer)
def date_from_parts(_scope: Scope, year: int, month: int, day_of_month: int) -> date:
    """The date; a day that the month lacks runs on into the next."""
    if not 1 <= month <= _MONTHS_A_YEAR:
        raise ExpressionError("invalid value for month, must be 1-12")
    try:
        return date(year, month, 1) + timedelta(days=day_of_month - 1)
    except (ValueError, OverflowError):
        raise ExpressionError("date out of range") from None


@function(day)
def weekday(_scope: Scope, value: date) -> int:
    """The day of the week, 0 for Sunday."""
    return value.isoweekday() % _DAYS_A_WEEK


@function(day)
def week_number(_scope: Scope, value: date) -> int:
    """The week of the year: the first has January 1st in it, and each begins on Sunday."""
    first = date(value.year, 1, 1).isoweekday() % _DAYS_A_WEEK
    return (value.timetuple().tm_yday - 1 + first) // _DAYS_A_WEEK + 1


@function(text, text)
def parse_time(_scope: Scope, value: str, layout: str) -> time:
    """The time of day that a text in this layout says."""
    return layouts.read_time(value, layout)


@function(integer, integer, integer)
def time_from_parts(_scope: Scope, hour: int, minute: int, second: int) -> time:
    """The time of day."""
    try:
        return time(hour, minute, second)
    except ValueError:
        raise ExpressionError(f"invalid time {hour}:{minute}:{second}") from None


@function(day, text, optional=1)
def format_date(scope: Scope, value: date, layout: str | None = None) -> str:
    """The date in a layout, or as the environment writes it."""
    return layouts.write(value, layout or scope.env.date_format)


@function(moment, text, _zone, optional=2)
def format_datetime(
    scope: Scope, value: datetime, layout: str | None = None, zone: tzinfo | None = None
) -> str:
    """The moment in a layout and zone, or as the environment writes it."""
    env = scope.env
    return layouts.write(
        in_zone(value, zone or env.timezone), layout or f"{env.date_format} {env.time_format}"
    )


@function(clock, text, optional=1)
def format_time(scope: Scope, value: time, layout: str | None = None) -> str:
    """The time of day in a layout, or as the environment writes it."""
    return layouts.write(value, layout or scope.env.time_format)
