"""Which wave of an alert comes next, and when; and what the product adds to its text."""

from datetime import UTC, datetime, timedelta

import pytest

from mhero.messaging.segments import count
from mhero.outreach.alerts.answers import say, with_word
from mhero.outreach.alerts.plan import OPEN_FOR, Rules, WaveKind, next_wave

AT = datetime(2026, 3, 3, 9, tzinfo=UTC)
FIRST, REPEAT, SECOND = WaveKind.FIRST, WaveKind.REPEAT, WaveKind.SECOND
HALF_HOUR, HOUR = timedelta(minutes=30), timedelta(hours=1)
RULES = Rules(repeat_every=HALF_HOUR, repeat_times=2, second_after=HOUR)


@pytest.mark.parametrize(
    ("made", "kind", "after"),
    [
        ([FIRST], REPEAT, HALF_HOUR),
        ([FIRST, REPEAT], REPEAT, HALF_HOUR),
        ([FIRST, REPEAT, REPEAT], SECOND, HOUR),
        ([FIRST, REPEAT, REPEAT, SECOND], None, OPEN_FOR),
        # Somebody sent the second wave early: it does not come again, and the repetitions go on.
        ([FIRST, SECOND], REPEAT, HALF_HOUR),
        ([FIRST, SECOND, REPEAT, REPEAT], None, OPEN_FOR),
    ],
)
def test_repetitions_come_before_the_second_wave(
    made: list[WaveKind], kind: WaveKind | None, after: timedelta
) -> None:
    upcoming = next_wave(RULES, made, AT)
    assert (upcoming.kind, upcoming.at) == (kind, AT + after)


def test_without_repetitions_and_a_time_for_the_second_wave_the_first_text_is_the_last() -> None:
    rules = Rules(repeat_every=HALF_HOUR, repeat_times=0, second_after=None)
    assert next_wave(rules, [FIRST], AT).kind is None


@pytest.mark.parametrize(
    ("text", "language", "word", "said"),
    [
        ("Cholera in Bong.", "eng", "OK", "Cholera in Bong. Reply OK to confirm."),
        ("Choléra à Bong.", "fra", "OK", "Choléra à Bong. Répondez OK pour confirmer."),
        ("Kipindupindu Bong.", "swa", "SAWA", "Kipindupindu Bong. Jibu SAWA kuthibitisha."),
        ("Cholera in Bong. Answer ok now.", "eng", "OK", "Cholera in Bong. Answer ok now."),
        ("Cholera in Bong.", "kpe", "OK", "Cholera in Bong. Reply OK to confirm."),
    ],
)
def test_a_text_says_what_to_answer(text: str, language: str, word: str, said: str) -> None:
    assert with_word(text, language, word) == said


@pytest.mark.parametrize("language", ["eng", "fra", "swa"])
def test_what_the_product_says_is_one_sms(language: str) -> None:
    assert count(say(language, "thanks")).segments == 1
    text = say(
        language, "supervisor", place="Phebe Hospital", names="Musu Kollie, Saah Tamba +3", alert="A" * 40
    )
    assert count(text).segments == 1
