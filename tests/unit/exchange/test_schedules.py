"""When a polling channel is due."""

from datetime import UTC, datetime, timedelta

import pytest

from mhero.exchange.errors import ScheduleUnreadable
from mhero.exchange.schedules import next_due

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "later"),
    [
        ("10 minutes", timedelta(minutes=10)),
        (" 1 Hour ", timedelta(hours=1)),
        ("2days", timedelta(days=2)),
        ("*/15 * * * *", timedelta(minutes=15)),
        ("30 2 * * *", timedelta(hours=14, minutes=30)),
    ],
)
def test_a_schedule_says_when_it_is_due_next(schedule: str, later: timedelta) -> None:
    assert next_due(schedule, NOON, "Africa/Monrovia") == NOON + later


def test_cron_is_in_the_countrys_time() -> None:
    assert next_due("0 8 * * *", NOON, "Africa/Nairobi") == datetime(2026, 3, 3, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize("schedule", ["", "often", "0 minutes", "10", "* * * *", "* * * * * *", "61 * * * *"])
def test_what_is_no_schedule_is_refused(schedule: str) -> None:
    with pytest.raises(ScheduleUnreadable):
        next_due(schedule, NOON, "UTC")
