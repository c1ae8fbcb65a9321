"""Shares with their uncertainty, the best hour of a county, and when what happens."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhero.messaging.segments import count
from mhero.outreach.reaching.hours import USUAL, USUAL_AGAIN, Best, allowed_hours, best_hours
from mhero.outreach.reaching.levers import Levers, timetable
from mhero.outreach.reaching.shares import Share, differ
from mhero.outreach.reaching.texts import announcement
from mhero.sandbox.phones.words import Question

MONROVIA = ZoneInfo("Africa/Monrovia")
QUIET = (time(20), time(7))
HOURS = allowed_hours(*QUIET)


def share(asked: int, percent: float) -> Share:
    return Share(asked=asked, answered=round(asked * percent / 100))


@pytest.mark.parametrize(
    ("asked", "answered", "low", "high"),
    [(10, 0, 0.0, 0.278), (10, 10, 0.722, 1.0), (240, 74, 0.253, 0.369), (0, 0, 0.0, 1.0)],
)
def test_the_interval_is_wilsons(asked: int, answered: int, low: float, high: float) -> None:
    assert Share(asked=asked, answered=answered).interval == pytest.approx((low, high), abs=0.001)


@given(st.integers(1, 5_000), st.data())
def test_a_share_lies_in_its_interval(asked: int, data: st.DataObject) -> None:
    one = Share(asked=asked, answered=data.draw(st.integers(0, asked)))
    low, high = one.interval
    assert -1e-9 <= low <= one.value + 1e-9
    assert one.value - 1e-9 <= high <= 1 + 1e-9


def test_few_people_tell_nothing_apart() -> None:
    assert differ(share(240, 31), share(1_020, 18))
    assert not differ(share(240, 20), share(1_020, 18))
    assert not differ(share(20, 60), share(1_020, 18))


def test_the_best_of_many_has_to_be_better_than_chance_makes_it() -> None:
    assert differ(share(300, 25), share(1_000, 19))
    assert not differ(share(300, 25), share(1_000, 19), among=12)


def test_without_answers_everybody_is_asked_in_the_afternoon() -> None:
    best = best_hours({}, HOURS)[""]
    assert (best.hour, best.again, best.is_learned) == (USUAL, USUAL_AGAIN, False)


def test_a_county_that_answers_in_the_morning_is_asked_in_the_morning() -> None:
    seen = {
        "Bong": {9: share(600, 40), 15: share(600, 15)},
        "Lofa": {9: share(600, 15), 15: share(600, 30)},
    }
    found = best_hours(seen, HOURS)
    # The window of two hours that has nine o'clock in it.
    assert found["Bong"].hour in (8, 9)
    assert found["Bong"].is_learned
    assert found["Bong"].within == share(600, 40)
    assert found["Bong"].others == share(600, 15)
    assert found["Lofa"].hour == USUAL


def test_a_handful_of_answers_moves_nobody() -> None:
    seen = {"Bong": {9: Share(asked=10, answered=8)}, "Lofa": {15: share(2_000, 30), 9: share(2_000, 25)}}
    assert best_hours(seen, HOURS)["Bong"].hour == USUAL


def test_a_county_of_which_little_is_known_goes_with_the_country() -> None:
    seen = {"Bong": {9: share(3_000, 40), 15: share(3_000, 20)}, "Sinoe": {9: share(5, 0), 15: share(5, 0)}}
    found = best_hours(seen, HOURS)
    assert found["Sinoe"].hour == found[""].hour != USUAL


def test_a_county_that_answers_less_all_day_keeps_the_countrys_hour() -> None:
    # Its own level must not make hours that nobody tried there look better than those that were.
    seen = {"Bong": {9: share(3_000, 30), 15: share(3_000, 40)}, "Sinoe": {15: share(1_000, 10)}}
    assert best_hours(seen, HOURS)["Sinoe"].hour == USUAL


def test_nobody_is_asked_in_quiet_hours() -> None:
    assert allowed_hours(time(20), time(7)) == list(range(7, 18))
    assert allowed_hours(time(12), time(8)) == [8, 9, 10]
    assert best_hours({}, [8, 9, 10])[""].hour == 10


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=MONROVIA)


def test_it_is_announced_asked_at_each_countys_hour_and_asked_again() -> None:
    plan = timetable(
        Levers(announcement={"eng": "Tomorrow."}),
        begin=_at("2026-03-02T11:30"),
        counties={
            "Bong": Best(hour=9, again=13),
            "Lofa": Best(hour=15, again=13),
            "Nimba": Best(hour=15, again=13),
        },
        quiet=QUIET,
        zone=MONROVIA,
    )
    assert plan.announced_at == _at("2026-03-02T11:30")
    assert [(wave.at, wave.again_at, wave.counties) for wave in plan.waves] == [
        (_at("2026-03-03T09:00"), _at("2026-03-04T13:00"), ("Bong",)),
        (_at("2026-03-03T15:00"), _at("2026-03-04T13:00"), ("Lofa", "Nimba")),
    ]


def test_without_an_announcement_an_hour_that_is_ahead_is_todays() -> None:
    plan = timetable(
        Levers(announces=False, asks_again=False),
        begin=_at("2026-03-02T11:30"),
        counties={"Bong": Best(hour=9, again=13), "Lofa": Best(hour=15, again=13)},
        quiet=QUIET,
        zone=MONROVIA,
    )
    assert plan.announced_at is None
    assert [(wave.at, wave.again_at) for wave in plan.waves] == [
        (_at("2026-03-02T15:00"), None),
        (_at("2026-03-03T09:00"), None),
    ]


def test_announced_alone_all_are_asked_a_day_later_at_the_same_time() -> None:
    plan = timetable(
        Levers(at_best_hour=False),
        begin=_at("2026-03-02T11:30"),
        counties={"Bong": Best(hour=9, again=13), "Lofa": Best(hour=15, again=13)},
        quiet=QUIET,
        zone=MONROVIA,
    )
    [wave] = plan.waves
    assert (wave.at, wave.again_at) == (_at("2026-03-03T11:30"), _at("2026-03-04T17:00"))
    assert wave.counties == ("Bong", "Lofa")


@pytest.mark.parametrize("language", ["eng", "fra", "swa", "kpe"])
@pytest.mark.parametrize("asks", [1, 12])
def test_the_announcement_is_one_sms_that_asks_nothing(language: str, asks: int) -> None:
    text = announcement(language, sender="Libéria · Ministère de la Santé et de l’Action sociale", asks=asks)
    size = count(text)
    assert (size.segments, size.encoding) == (1, "GSM-7"), text
    assert Question.of(text).kind == "none"
