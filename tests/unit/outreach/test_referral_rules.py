"""What can become of a referral, which outcomes a text may speak of, and how long texts are. Pure."""

import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from mhero.messaging.segments import count
from mhero.outreach.referrals.answers import _TEXTS, say
from mhero.outreach.referrals.outcomes import in_words, outcomes_in
from mhero.outreach.referrals.steps import OPEN, State, Step, due, led
from mhero.outreach.texts.referrals import ReferralNews, read_referral

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
RULES = SimpleNamespace(hours_to_arrive=24, hours_to_return=72)
VALUES = {
    "code": "4F7K",
    "client": "Musu Kollie",
    "facility": "Gbarnga Health Center",
    "to": "C. B. Dunbar Hospital",
    "outcome": "treated, sent home",
    "words": "4F7X",
    "facilities": "1 Gbarnga Clinic, 2 Gbarnga Hospital",
}


@pytest.mark.parametrize(
    ("state", "step", "leads_to"),
    [
        (State.SENT, Step.ACCEPTED, State.ACCEPTED),
        (State.SENT, Step.ARRIVED, State.ARRIVED),
        (State.ACCEPTED, Step.NO_SHOW, State.NO_SHOW),
        (State.NO_SHOW, Step.ARRIVED, State.ARRIVED),
        (State.SENT, Step.BACK, State.BACK),
        (State.ARRIVED, Step.BACK, State.BACK),
        (State.NO_SHOW, Step.REFUSED, State.CANCELLED),
        (State.ARRIVED, Step.CLOSED, State.CLOSED),
        (State.ARRIVED, Step.NO_SHOW, None),
        (State.ARRIVED, Step.ACCEPTED, None),
        (State.ARRIVED, Step.REFUSED, None),
        (State.ARRIVED, Step.CANCELLED, None),
        (State.BACK, Step.ARRIVED, None),
        (State.CLOSED, Step.BACK, None),
        (State.CANCELLED, Step.ARRIVED, None),
    ],
)
def test_a_step_leads_on_or_cannot_be_taken(state: State, step: Step, leads_to: State | None) -> None:
    found = led(state, step)
    assert (found.state if found else None) == leads_to


def test_a_step_that_was_taken_is_known() -> None:
    again = led(State.ARRIVED, Step.ARRIVED)
    assert again is not None
    assert again.is_again


def test_only_who_is_awaited_or_there_is_waited_for() -> None:
    assert due(State.SENT, AT, RULES) == AT + timedelta(hours=24)
    assert due(State.ARRIVED, AT, RULES) == AT + timedelta(hours=72)
    assert [due(state, AT, RULES) for state in State if state not in OPEN] == [None] * 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Treated and sent home", "treated, sent home"),
        ("HIV positive, on ART, follow-up in 2 weeks", "needs follow-up"),
        ("syphilis", ""),
        ("not treated, no medicine", ""),
        ("hospitalisée, opérée", "admitted"),
        ("amelazwa, TB", "admitted"),
        ("died at 3 am", "died"),
        ("refused to be admitted", ""),
        ("", ""),
    ],
)
def test_a_text_speaks_of_common_outcomes_and_of_no_diagnosis(text: str, said: str) -> None:
    assert in_words(outcomes_in(text), "en") == said


def test_every_text_is_there_in_each_language_and_is_one_sms() -> None:
    for language, texts in _TEXTS.items():
        assert texts.keys() == _TEXTS["en"].keys()
        for key in texts:
            assert count(say(language, key, **VALUES)).segments == 1, (language, key)


def test_what_a_text_tells_to_send_is_understood() -> None:
    for language, texts in _TEXTS.items():
        for key in texts:
            for word in re.findall(r"\b([A-Z]{3,}) 4F7K", say(language, key, **VALUES)):
                read = read_referral(f"{word} 4F7K", ())
                assert isinstance(read, ReferralNews), (language, key, word)
                assert read.code == "4F7K"
