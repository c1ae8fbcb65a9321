"""When a send that is made again and again is due."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhero.outreach.turns import Pattern

MONROVIA, NEW_YORK, APIA = ZoneInfo("Africa/Monrovia"), ZoneInfo("America/New_York"), ZoneInfo("Pacific/Apia")


def turns(pattern: Pattern, after: str, zone: ZoneInfo, most: int) -> list[str]:
    """The next turns as clocks in the zone show them."""
    moment: datetime | None = datetime.fromisoformat(after).replace(tzinfo=zone)
    found: list[str] = []
    while len(found) < most and moment is not None:
        moment = pattern.next_after(moment, zone)
        if moment is not None:
            found.append(f"{moment.astimezone(zone):%Y-%m-%dT%H:%M%z}")
    return found


@pytest.mark.parametrize(
    ("pattern", "after", "zone", "due"),
    [
        (
            {"repeats": "daily"}, "2026-03-01T09:00", MONROVIA,
            ["2026-03-02T09:00+0000", "2026-03-03T09:00+0000"],
        ),
        ({"repeats": "daily"}, "2026-03-01T08:59", MONROVIA, ["2026-03-01T09:00+0000"]),
        (
            {"repeats": "weekly", "weekdays": [0, 3]}, "2026-03-01T09:00", MONROVIA,
            ["2026-03-02T09:00+0000", "2026-03-05T09:00+0000", "2026-03-09T09:00+0000"],
        ),
        # Shorter months take their last day, leap years have one more.
        (
            {"repeats": "monthly", "month_day": 31}, "2028-01-31T09:00", MONROVIA,
            ["2028-02-29T09:00+0000", "2028-03-31T09:00+0000", "2028-04-30T09:00+0000"],
        ),
        (
            {"repeats": "monthly", "month_day": 30}, "2026-01-30T09:00", MONROVIA,
            ["2026-02-28T09:00+0000", "2026-03-30T09:00+0000"],
        ),
        # A day with 23 hours, one with 25, and a time that is not, or is twice.
        (
            {"repeats": "daily"}, "2026-03-07T09:00", NEW_YORK,
            ["2026-03-08T09:00-0400", "2026-03-09T09:00-0400"],
        ),
        (
            {"repeats": "daily", "at": time(2, 30)}, "2026-03-07T02:30", NEW_YORK,
            ["2026-03-08T03:30-0400", "2026-03-09T02:30-0400"],
        ),
        (
            {"repeats": "daily", "at": time(1, 30)}, "2026-10-31T01:30", NEW_YORK,
            ["2026-11-01T01:30-0400", "2026-11-02T01:30-0500"],
        ),
        # Samoa had no 30 December 2011.
        ({"repeats": "daily"}, "2011-12-29T09:00", APIA, ["2011-12-31T09:00+1400"]),
        (
            {"repeats": "daily", "ends_on": date(2026, 3, 2)}, "2026-03-01T09:00", MONROVIA,
            ["2026-03-02T09:00+0000"],
        ),
        (
            {"repeats": "daily", "starts_on": date(2026, 3, 9)}, "2026-03-01T09:00", MONROVIA,
            ["2026-03-09T09:00+0000"],
        ),
    ],
)  # fmt: skip
def test_turns_are_what_the_calendar_of_the_country_says(
    pattern: dict[str, Any], after: str, zone: ZoneInfo, due: list[str]
) -> None:
    most = len(due) + ("ends_on" in pattern)
    assert turns(Pattern(**({"at": time(9)} | pattern)), after, zone, most) == due


@given(
    repeats=st.sampled_from(["daily", "weekly", "monthly"]),
    weekdays=st.sets(st.integers(0, 6), min_size=1),
    month_day=st.integers(1, 31),
    at=st.times().map(lambda each: each.replace(second=0, microsecond=0)),
    after=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    zone=st.sampled_from([MONROVIA, NEW_YORK, ZoneInfo("Africa/Casablanca"), ZoneInfo("Asia/Kathmandu")]),
)
def test_there_is_always_a_next_turn_and_none_before_it(
    repeats: str, weekdays: set[int], month_day: int, at: time, after: datetime, zone: ZoneInfo
) -> None:
    pattern = Pattern(repeats=repeats, weekdays=sorted(weekdays), month_day=month_day, at=at)
    due = pattern.next_after(after, zone)
    assert due is not None
    assert after < due <= after + timedelta(days=33)
    assert pattern.next_after(due - timedelta(microseconds=1), zone) == due
    if repeats == "weekly":
        assert due.astimezone(zone).weekday() in weekdays
