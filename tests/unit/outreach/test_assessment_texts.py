"""What health workers and supervisors are sent about an assessment."""

from datetime import date

import pytest

from mhero.messaging.segments import count
from mhero.outreach.assessments.texts import not_reported, refused, reminder
from mhero.outreach.stock.answers import refusal_reason

CLINICS = [f"St. Theresa Gbehmai {number} Health Center" for number in range(1, 13)]
LANGUAGES = ("en", "fr", "sw")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("month", range(1, 13))
def test_every_text_is_one_sms(language: str, month: int) -> None:
    day = date(2026, month, 28)
    for is_overdue in (False, True):
        text = reminder(language, "Cold chain check", day, "How many doses of BCG?", is_overdue=is_overdue)
        assert count(text).segments == 1
        assert not count(text).forcing
    assert count(not_reported(language, "Cold chain check", day, CLINICS)).segments == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["value", "untimely", "unit", "no_unit", "other"])
def test_what_dhis2_refused_is_one_sms(language: str, kind: str) -> None:
    assert count(refused(language, "Cold chain check", refusal_reason(language, kind))).segments == 1


def test_as_many_are_named_as_there_is_room_for_and_all_are_counted() -> None:
    day = date(2026, 3, 5)
    few = not_reported("en", "Check", day, ["Zaila Clinic", "Kpaai Clinic"])
    assert few == '"Check" was due on 5 Mar. No report from Zaila Clinic, Kpaai Clinic.'
    many = not_reported("en", "Check", day, CLINICS)
    assert many.endswith("St. Theresa Gbehmai 3 Health Center +9.")
    one = not_reported("en", "Check", day, ["A very long name " * 20, "Kpaai Clinic"])
    assert one.endswith("+1.")
