"""When a point of a campaign is due."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhero.messaging.campaigns.moments import SAME_HOUR, fires_at

MONROVIA, NEW_YORK = ZoneInfo("Africa/Monrovia"), ZoneInfo("America/New_York")


def local(text: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("about", "offset", "unit", "hour", "zone", "due"),
    [
        ("2026-03-03T10:15", 0, "D", SAME_HOUR, MONROVIA, "2026-03-03T10:15"),
        ("2026-03-03T10:15", -2, "D", 9, MONROVIA, "2026-03-01T09:00"),
        ("2026-03-03T10:15", 2, "W", SAME_HOUR, MONROVIA, "2026-03-17T10:15"),
        ("2026-03-03T23:50", 30, "M", SAME_HOUR, MONROVIA, "2026-03-04T00:20"),
        ("2026-03-03T23:50", 30, "M", 8, MONROVIA, "2026-03-04T08:00"),
        # Seconds are made a whole minute, and never an earlier one.
        ("2026-03-03T10:15:00.000001", 1, "H", SAME_HOUR, MONROVIA, "2026-03-03T11:16"),
        # A leap day, and the end of a year.
        ("2028-02-28T08:00", 1, "D", SAME_HOUR, MONROVIA, "2028-02-29T08:00"),
        ("2026-12-31T08:00", 1, "D", SAME_HOUR, MONROVIA, "2027-01-01T08:00"),
        # A day is a day on the calendar, also that with 23 hours; an hour is an hour by the clock.
        ("2026-03-07T09:00", 1, "D", SAME_HOUR, NEW_YORK, "2026-03-08T09:00"),
        ("2026-03-07T09:00", 24, "H", SAME_HOUR, NEW_YORK, "2026-03-08T10:00"),
        # An hour that the clocks skip is the one after.
        ("2026-03-07T02:30", 1, "D", SAME_HOUR, NEW_YORK, "2026-03-08T03:30"),
        ("2026-03-06T12:00", 2, "D", 2, NEW_YORK, "2026-03-08T03:00"),
    ],
)  # fmt: skip
def test_a_point_is_due_as_the_calendar_of_the_country_says(
    about: str, offset: int, unit: str, hour: int, zone: ZoneInfo, due: str
) -> None:
    assert fires_at(local(about, zone), offset, unit, hour, zone) == local(due, zone)


@given(
    about=st.datetimes(timezones=st.just(NEW_YORK)),
    offset=st.integers(-1000, 1000),
    unit=st.sampled_from("MHDW"),
    hour=st.integers(-1, 23),
)
def test_a_point_is_due_on_a_whole_minute_near_its_date(
    about: datetime, offset: int, unit: str, hour: int
) -> None:
    due = fires_at(about, offset, unit, hour, NEW_YORK)
    if due is None:
        assert about.year in (1, 2, 3, *range(9960, 10_000)) or about.year < 25
        return
    assert (due.second, due.microsecond) == (0, 0)
    size = {
        "M": timedelta(minutes=1),
        "H": timedelta(hours=1),
        "D": timedelta(days=1),
        "W": timedelta(weeks=1),
    }
    assert abs(due - about - offset * size[unit]) <= timedelta(hours=25)
