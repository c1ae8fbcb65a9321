from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from mhero.messaging.quiet import is_quiet, next_allowed, next_quiet

MONROVIA, PARIS = ZoneInfo("Africa/Monrovia"), ZoneInfo("Europe/Paris")
EVENING, MORNING = time(20), time(7)


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-03T{clock}:00+00:00")


@pytest.mark.parametrize(
    ("clock", "quiet"),
    [("06:59", True), ("07:00", False), ("19:59", False), ("20:00", True), ("23:30", True)],
)
def test_quiet_hours_reach_over_midnight(clock: str, quiet: bool) -> None:
    assert is_quiet(at(clock), EVENING, MORNING, MONROVIA) is quiet


def test_quiet_hours_are_those_of_the_country() -> None:
    assert is_quiet(at("19:30"), EVENING, MORNING, PARIS)
    assert not is_quiet(at("19:30"), EVENING, MORNING, MONROVIA)


@pytest.mark.parametrize("ends", [time(0), time(12)])
def test_equal_ends_mean_that_no_hour_is_quiet(ends: time) -> None:
    assert not any(is_quiet(at(f"{hour:02}:00"), ends, ends, MONROVIA) for hour in range(24))


@pytest.mark.parametrize(
    ("asked", "allowed"),
    [("10:00", "2026-03-03T10:00"), ("22:00", "2026-03-04T07:00"), ("05:00", "2026-03-03T07:00")],
)
def test_a_message_waits_until_the_morning(asked: str, allowed: str) -> None:
    moment = next_allowed(at(asked), EVENING, MORNING, MONROVIA)
    assert moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M") == allowed


@pytest.mark.parametrize(
    ("asked", "begins"),
    [("10:00", "2026-03-03T20:00"), ("19:59", "2026-03-03T20:00"), ("21:00", "2026-03-04T20:00")],
)
def test_the_next_quiet_hours_begin_in_the_evening(asked: str, begins: str) -> None:
    moment = next_quiet(at(asked), EVENING, MORNING, MONROVIA)
    assert moment is not None
    assert moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M") == begins
    assert next_quiet(at(asked), EVENING, EVENING, MONROVIA) is None
