"""Whether a text confirms an alert, for what people really write."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhero.outreach.texts.confirmations import confirms

LINES = (Path(__file__).parent / "confirmations.txt").read_text().splitlines()
YES = [line[2:] for line in LINES if line.startswith("+ ")]
OTHER = [line[2:] for line in LINES if line.startswith("- ")]


@pytest.mark.parametrize("text", YES)
def test_what_people_write_for_yes_confirms(text: str) -> None:
    assert confirms(text)


@pytest.mark.parametrize("text", OTHER)
def test_anything_else_is_for_a_person_to_read(text: str) -> None:
    assert not confirms(text)


def test_an_alerts_own_word_confirms_in_any_case_and_with_one_slip() -> None:
    assert confirms("Cholera", "CHOLERA")
    assert confirms("colera pls", "CHOLERA")
    assert confirms("I am ready", "ready")
    assert confirms("ready now ok", "ready now")
    assert not confirms("not ready", "ready")
    assert not confirms("cholera")


@given(st.text(max_size=200), st.text(max_size=20))
def test_no_text_breaks_it(text: str, word: str) -> None:
    assert confirms(text, word) in {True, False}


@given(st.sampled_from(YES), st.sampled_from(["not", "no", "but", "pas", "mais", "hapana", "lakini", "help"]))
def test_one_word_that_says_more_takes_the_yes_away(text: str, word: str) -> None:
    assert not confirms(f"{text} {word}")
    assert not confirms(f"{word} {text}")
