"""When an assessment is asked, due and reminded of, and what of an answer DHIS2 gets."""

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mhero.messaging.asked import AnswerKind, Question
from mhero.outreach.assessments.moments import Plan, next_turn
from mhero.outreach.assessments.values import fits, value_for

ONCE = {"repeats": "", "starts_on": date(2026, 3, 9)}
MONROVIA, PARIS = ZoneInfo("Africa/Monrovia"), ZoneInfo("Europe/Paris")


def plan(**changes: Any) -> Plan:
    usual = {
        "repeats": "Monthly",
        "starts_on": date(2026, 1, 1),
        "ask_on": 1,
        "ask_at": time(9),
        "is_about_before": True,
        "due_after_days": 5,
    }
    return Plan(**(usual | changes))


def at(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "after", "period", "asked", "due"),
    [
        ({}, "2026-03-15", "202603", "2026-04-01 09:00", "2026-04-06"),
        ({}, "2026-04-01 08:59", "202603", "2026-04-01 09:00", "2026-04-06"),
        ({}, "2026-04-01 09:00", "202604", "2026-05-01 09:00", "2026-05-06"),
        ({"is_about_before": False}, "2026-03-15", "202604", "2026-04-01 09:00", "2026-04-06"),
        ({"ask_on": 28}, "2026-02-01", "202601", "2026-02-28 09:00", "2026-03-05"),
        ({"repeats": "Weekly", "ask_on": 5}, "2026-03-04", "2026W9", "2026-03-06 09:00", "2026-03-11"),
        ({"repeats": "Quarterly", "ask_on": 10}, "2026-03-04", "2026Q1", "2026-04-10 09:00", "2026-04-15"),
        ({"starts_on": date(2026, 6, 2)}, "2026-03-15", "202606", "2026-07-01 09:00", "2026-07-06"),
        (
            {"repeats": "", "starts_on": date(2026, 3, 9)},
            "2026-03-01",
            None,
            "2026-03-09 09:00",
            "2026-03-14",
        ),
    ],
)
def test_the_next_turn(changes: Any, after: str, period: str | None, asked: str, due: str) -> None:
    turn = next_turn(plan(**changes), at(after), MONROVIA)
    assert turn is not None
    assert (turn.period.name if turn.period else None) == period
    assert turn.asked_at == at(asked)
    assert turn.due_on == date.fromisoformat(due)


def test_what_is_asked_once_is_not_asked_again() -> None:
    assert next_turn(plan(**ONCE), at("2026-03-09 09:00"), MONROVIA) is None


def test_the_due_day_ends_at_midnight_where_the_people_are() -> None:
    turn = next_turn(plan(ask_on=26, due_after_days=3), at("2026-03-20"), PARIS)
    assert turn is not None
    # In the night of the 29th the clocks go forward.
    assert turn.asked_at == at("2026-03-26 08:00")
    assert turn.due_at == at("2026-03-29 22:00")


def test_reminders_lie_between_asking_and_the_next_time() -> None:
    made = plan(
        repeats="Weekly", due_after_days=3, remind_before=(3, 1), remind_after=(1, 9), escalate_after=2
    )
    turn = next_turn(made, at("2026-03-01"), MONROVIA)
    assert turn is not None
    assert [(step.at.date().day, step.kind) for step in turn.steps] == [
        (4, "remind"),
        (6, "remind"),
        (7, "escalate"),
    ]
    assert turn.closes_at == at("2026-03-09 09:00")


NUMBER = Question(key="n", name="N", kind=AnswerKind.NUMBER, not_understood=frozenset({"Other"}))
YES_NO = Question(key="y", name="Y", kind=AnswerKind.CHOICE, categories=("Yes", "No"))
THREE = Question(key="t", name="T", kind=AnswerKind.CHOICE, categories=("Low", "Some", "Much"))
DAY = Question(key="d", name="D", kind=AnswerKind.DATE)
WORDS = Question(key="w", name="W", kind=AnswerKind.TEXT)


@pytest.mark.parametrize(
    ("question", "category", "value", "type", "brought"),
    [
        (NUMBER, "Answered", "0", "INTEGER_ZERO_OR_POSITIVE", "0"),
        (NUMBER, "Answered", "12.0", "INTEGER", "12"),
        (NUMBER, "Answered", "2.5", "INTEGER", None),
        (NUMBER, "Answered", "2.5", "NUMBER", "2.5"),
        (NUMBER, "Answered", "-1", "INTEGER_ZERO_OR_POSITIVE", None),
        (NUMBER, "Answered", "0", "INTEGER_POSITIVE", None),
        (NUMBER, "Answered", "101", "PERCENTAGE", None),
        (NUMBER, "Answered", "nan", "NUMBER", None),
        (NUMBER, "Answered", "inf", "INTEGER", None),
        (NUMBER, "Other", "many", "NUMBER", None),
        (NUMBER, "Answered", "7", "BOOLEAN", None),
        (YES_NO, "Yes", "yes pls", "BOOLEAN", "true"),
        (YES_NO, "No", "no", "BOOLEAN", "false"),
        (YES_NO, "No", "no", "TRUE_ONLY", None),
        (YES_NO, "Yes", "1", "TEXT", "Yes"),
        (THREE, "Low", "low", "BOOLEAN", None),
        (THREE, "Much", "3", "TEXT", "Much"),
        (DAY, "Answered", "2026-03-02T00:00:00Z", "DATE", "2026-03-02"),
        (WORDS, "All Responses", "No fridge", "LONG_TEXT", "No fridge"),
        (WORDS, "", "", "TEXT", None),
    ],
)
def test_what_dhis2_gets(
    question: Question, category: str, value: str, type: str, brought: str | None
) -> None:
    assert value_for(question, {"category": category, "value": value}, type) == brought


def test_a_choice_of_three_is_offered_no_yes_or_no_element() -> None:
    assert fits(YES_NO, "BOOLEAN")
    assert not fits(THREE, "BOOLEAN")
    assert not fits(THREE, "INTEGER")
