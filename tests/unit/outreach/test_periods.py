"""The periods that reports are about."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhero.outreach.periods import Period, PeriodType


@pytest.mark.parametrize(
    ("day", "type", "grace", "name"),
    [
        (date(2026, 3, 3), "Monthly", 5, "202602"),
        (date(2026, 3, 6), "Monthly", 5, "202603"),
        (date(2026, 1, 1), "Monthly", 1, "202512"),
        (date(2026, 1, 1), "Monthly", 0, "202601"),
        (date(2026, 1, 1), "Weekly", 0, "2026W1"),
        (date(2027, 1, 3), "Weekly", 0, "2026W53"),
        (date(2026, 3, 2), "Weekly", 1, "2026W9"),
        (date(2026, 6, 30), "Quarterly", 0, "2026Q2"),
        (date(2026, 1, 4), "Quarterly", 5, "2025Q4"),
    ],
)
def test_a_report_of_a_day_is_about_a_period(day: date, type: str, grace: int, name: str) -> None:
    period = Period.reported_on(day, type, grace)
    assert period.name == name
    assert Period.named(name) == period


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.sampled_from(PeriodType.values))
def test_every_day_is_in_one_period_and_the_one_before_ends_where_it_begins(day: date, type: str) -> None:
    period = Period.of(day, type)
    assert period.start <= day <= period.end
    assert period.before.end + timedelta(days=1) == period.start
    assert Period.named(period.name) == period
    assert [one.name for one in period.last(3)][-1] == period.name
