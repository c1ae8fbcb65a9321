"""What people are texted about visits: in three languages, each text one SMS, and nothing that gives away."""

from datetime import date, timedelta

import pytest

from mhero.messaging.segments import count
from mhero.outreach.care import answers
from mhero.outreach.care.answers import Line, day_in_words, reminders, to_client
from mhero.outreach.care.neutral import telling_word

TODAY = date(2026, 3, 11)
LANGUAGES = ("en", "fr", "sw")
VALUES = {
    "client": "Garmai Kollie",
    "kind": "check-up",
    "day": "Wed 12 May",
    "code": "4F7K",
    "number": "0770 000 00",
    "words": "Garmai Kollie",
    "days": "Mon 5 Jan or Fri 1 May",
    "facility": "Phebe Clinic",
}


def test_every_text_is_there_in_every_language_and_fits_one_sms() -> None:
    keys = set(answers._TEXTS["en"])
    for language in LANGUAGES:
        assert set(answers._TEXTS[language]) == keys
        for key in keys:
            text = answers.say(language, key, **VALUES)
            counted = count(text)
            assert (counted.encoding, counted.segments) == ("GSM-7", 1), (language, key, text)
            assert telling_word(text) == "", (language, key)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_day_of_a_year_is_written_in_gsm(language: str) -> None:
    for ahead in range(366):
        text = day_in_words(language, TODAY + timedelta(days=ahead), TODAY)
        assert count(text).encoding == "GSM-7", text


@pytest.mark.parametrize("language", LANGUAGES)
def test_visits_share_a_text_as_far_as_they_fit_and_none_is_left_out(language: str) -> None:
    lines = [
        Line(
            client=f"Garmai Kollie {place}",
            kind="check-up",
            code=f"4F{place:02d}",
            due_on=TODAY + timedelta(days=place % 4 - 1),
        )
        for place in range(12)
    ]
    texts = reminders(language, lines, TODAY)
    assert sorted(place for _, places in texts for place in places) == list(range(12))
    assert all(count(text).segments == 1 for text, _ in texts)
    assert all(lines[place].code in text for text, places in texts for place in places)
    assert len(texts) <= 6


def test_a_long_name_has_a_text_of_its_own_rather_than_none() -> None:
    lines = [Line(client="Garmai " * 20, kind="visit", code="4F7K", due_on=TODAY)] * 2
    assert [places for _, places in reminders("en", lines, TODAY)] == [[0], [1]]


@pytest.mark.parametrize(("ahead", "words"), [(1, "is on Thu 12 Mar"), (0, "is today"), (-2, "expected you")])
def test_a_client_is_told_neither_a_name_nor_a_reason(ahead: int, words: str) -> None:
    text = to_client("en", "check-up", "Phebe Clinic", TODAY + timedelta(days=ahead), TODAY)
    assert words in text
    assert "STOP" in text
