"""Moments to the nanosecond, where what was read says more than Python's datetime keeps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Moment(datetime):
    """A datetime with nanoseconds beyond its microsecond; they go along into other zones and days.

    `==` and `<` are those of datetime: `nanoseconds` tells two of them apart.
    """

    #: 0 to 999.
    beyond = 0

    def astimezone(self, tz: tzinfo | None = None) -> Any:
        return precise(super().astimezone(tz), self.beyond)

    def replace(self, *args: Any, **changes: Any) -> Any:
        return precise(super().replace(*args, **changes), self.beyond)

    def __add__(self, other: timedelta) -> Any:
        return precise(super().__add__(other), self.beyond)


def precise(moment: datetime, beyond: int) -> datetime:
    """The moment with so many nanoseconds (0 to 999) beyond its microsecond."""
    if not beyond:
        return moment
    found = Moment.combine(moment.date(), moment.timetz())
    found.beyond = beyond
    return found


def with_fraction(moment: datetime, digits: str | None) -> datetime:
    """The moment of a whole second, with these decimals of it; those after the ninth are dropped."""
    fraction = int((digits or "0").ljust(9, "0")[:9])
    return precise(moment + fraction // 1000 * _MICROSECOND, fraction % 1000)


def nanoseconds(moment: datetime) -> int:
    """The nanoseconds of the whole time since 1970 began, in UTC."""
    return (moment - EPOCH) // _MICROSECOND * 1000 + getattr(moment, "beyond", 0)


def from_nanoseconds(since: int) -> datetime:
    """The moment so many nanoseconds after 1970 began. Raises OverflowError at the calendar's ends."""
    return precise(EPOCH + since // 1000 * _MICROSECOND, since % 1000)
