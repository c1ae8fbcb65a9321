"""The layouts of dates and times: `YYYY-MM-DD tt:mm`."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, tzinfo
from functools import lru_cache

from mhero.flows.excellent.dates import localize, parse_offset
from mhero.flows.excellent.errors import ExpressionError
from mhero.flows.moments import nanoseconds, with_fraction

_RUN = re.compile(
    r"(YYYY|YY|M{1,4}|D{1,2}|E{3,4}|f{9}|f{6}|f{3}|h{1,2}|t{1,2}|m{1,2}|s{1,2}|aa|AA|ZZZ|Z)|(.)", re.S
)
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_WRITERS: dict[str, Callable[[datetime], str]] = {
    "YYYY": lambda at: f"{at.year:04d}",
    "YY": lambda at: f"{at.year % 100:02d}",
    "M": lambda at: str(at.month),
    "MM": lambda at: f"{at.month:02d}",
    "MMM": lambda at: _MONTHS[at.month - 1][:3],
    "MMMM": lambda at: _MONTHS[at.month - 1],
    "D": lambda at: str(at.day),
    "DD": lambda at: f"{at.day:02d}",
    "EEE": lambda at: _DAYS[at.weekday()][:3],
    "EEEE": lambda at: _DAYS[at.weekday()],
    "fff": lambda at: f"{at.microsecond // 1000:03d}",
    "ffffff": lambda at: f"{at.microsecond:06d}",
    "fffffffff": lambda at: f"{nanoseconds(at) % 1_000_000_000:09d}",
    "h": lambda at: str((at.hour - 1) % 12 + 1),
    "hh": lambda at: f"{(at.hour - 1) % 12 + 1:02d}",
    "t": lambda at: str(at.hour),
    "tt": lambda at: f"{at.hour:02d}",
    "m": lambda at: str(at.minute),
    "mm": lambda at: f"{at.minute:02d}",
    "s": lambda at: str(at.second),
    "ss": lambda at: f"{at.second:02d}",
    "aa": lambda at: "pm" if at.hour >= 12 else "am",
    "AA": lambda at: "PM" if at.hour >= 12 else "AM",
    "Z": lambda at: _offset(at) or "Z",
    "ZZZ": lambda at: _offset(at) or "+00:00",
}
_READERS = {
    "YYYY": r"(?P<y>\d{4})", "YY": r"(?P<yy>\d{2})", "M": r"(?P<mo>\d{1,2})", "MM": r"(?P<mo>\d{2})",
    "MMM": r"(?P<mon>[A-Za-z]{3})", "MMMM": r"(?P<mon>[A-Za-z]+)",
    "D": r"(?P<d>\d{1,2})", "DD": r"(?P<d>\d{2})",
    "EEE": r"[A-Za-z]{3}", "EEEE": r"[A-Za-z]+", "fff": r"(?P<f>\d{3})", "ffffff": r"(?P<f>\d{6})",
    "fffffffff": r"(?P<f>\d{9})", "h": r"(?P<h>\d{1,2})", "hh": r"(?P<h>\d{2})", "t": r"(?P<h>\d{1,2})",
    "tt": r"(?P<h>\d{2})", "m": r"(?P<mi>\d{1,2})", "mm": r"(?P<mi>\d{2})",
    "s": r"(?P<s>\d{1,2})(?:\.(?P<g>\d{1,9}))?", "ss": r"(?P<s>\d{2})(?:\.(?P<g>\d{1,9}))?",
    "aa": r"(?P<half>am|pm)", "AA": r"(?P<half>AM|PM)",
    "Z": r"(?P<z>Z|[+-]\d{2}:?\d{2})", "ZZZ": r"(?P<z>[+-]\d{2}:?\d{2})",
}  # fmt: skip
_DATE_PARTS = frozenset("YMDE")
_TIME_PARTS = frozenset("hmstaAf")


def _offset(at: datetime) -> str:
    text = at.strftime("%z")
    return f"{text[:3]}:{text[3:5]}" if int(text[1:5] or 0) else ""


@lru_cache(maxsize=512)
def _parts(layout: str) -> tuple[tuple[str, bool], ...]:
    """The layout's parts, and whether each is a field rather than itself."""
    parts: list[tuple[str, bool]] = []
    previous = ""
    for match in _RUN.finditer(layout):
        field, literal = match[1], match[2]
        part = field or literal
        # YYYYYY is neither YYYY nor YY: a run of one letter has to be a field as a whole.
        if (field and previous == field[0]) or (
            literal and literal.isascii() and literal.isalpha() and literal != "T"
        ):
            raise ExpressionError(f"'{layout}' is not valid in a datetime layout")
        previous = part[0] if field else ""
        parts.append((part, bool(field)))
    return tuple(parts)


def write(at: datetime | date | time, layout: str) -> str:
    """A date, time or both in this layout; raises ExpressionError where it wants what is not there."""
    parts = _parts(layout)
    if isinstance(at, time):
        _only(parts, _TIME_PARTS, layout)
        at = datetime.combine(date(2000, 1, 1), at, UTC)
    elif not isinstance(at, datetime):
        _only(parts, _DATE_PARTS, layout)
        at = datetime.combine(at, time(), UTC)
    return "".join(_WRITERS[part](at) if field else part for part, field in parts)


def _only(parts: tuple[tuple[str, bool], ...], letters: frozenset[str], layout: str) -> None:
    if any(field and part[0] not in letters for part, field in parts):
        raise ExpressionError(f"'{layout}' asks for more than the value has")


def read(text: str, layout: str, zone: tzinfo) -> datetime:
    """The moment that a text in this layout says, in this zone."""
    match = _pattern(layout).fullmatch(text.strip())
    if not match:
        raise ExpressionError(f"unable to read \"{text}\" as '{layout}'")
    said = {key: value for key, value in match.groupdict().items() if value is not None}
    try:
        moment = _moment(said)
        if "z" in said:
            return moment.replace(tzinfo=parse_offset(said["z"])).astimezone(zone)
    except (ValueError, OverflowError):
        raise ExpressionError(f"unable to read \"{text}\" as '{layout}'") from None
    return localize(moment, zone)


def _moment(said: dict[str, str]) -> datetime:
    year = int(said.get("y", 1))
    if "yy" in said:
        # The years 69 and later are of the 1900s, as POSIX has it.
        year = int(said["yy"]) + (1900 if int(said["yy"]) >= 69 else 2000)
    month = int(said.get("mo", 1))
    if "mon" in said:
        month = 1 + [name[: len(said["mon"])].lower() for name in _MONTHS].index(said["mon"].lower())
    hour = int(said.get("h", 0))
    half = said.get("half", "").lower()
    if half == "pm" and hour < 12:
        hour += 12
    elif half == "am" and hour == 12:
        hour = 0
    moment = datetime(  # noqa: DTZ001
        year, month, int(said.get("d", 1)), hour, int(said.get("mi", 0)), int(said.get("s", 0))
    )
    return with_fraction(moment, said.get("f") or said.get("g"))


@lru_cache(maxsize=256)
def _pattern(layout: str) -> re.Pattern[str]:
    parts = _parts(layout)
    pieces: list[str] = []
    for index, (part, field) in enumerate(parts):
        piece = _READERS[part] if field else re.escape(part)
        if field and part[0] == "s" and any(later[0] == "f" for later, _ in parts[index + 1 :]):
            piece = piece.partition("(?:")[0]
        pieces.append(piece)
    try:
        return re.compile("".join(pieces), re.ASCII)
    except re.error:
        raise ExpressionError(f"'{layout}' says something twice") from None


def read_time(text: str, layout: str) -> time:
    """The time of day that a text in this layout says."""
    _only(_parts(layout), _TIME_PARTS, layout)
    return read(text, layout, UTC).time()
