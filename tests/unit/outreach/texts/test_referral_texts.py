"""Referrals and what became of them, as they are really written."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.outreach.texts.test_stock_texts import cases

from mhero.outreach.texts.codes import ALPHABET, new_code, read_code
from mhero.outreach.texts.referrals import (
    Facility,
    Referral,
    ReferralNews,
    named_facilities,
    read_referral,
)

FACILITIES = [
    Facility(key="phebe", names=("Phebe Hospital",)),
    Facility(key="suakoko", names=("Suakoko Clinic",)),
    Facility(key="dunbar", names=("C. B. Dunbar Hospital", "Dunbar", "LR-0042")),
    Facility(key="gbarnga_clinic", names=("Gbarnga Clinic",)),
    Facility(key="gbarnga_centre", names=("Gbarnga Health Center",)),
    Facility(key="luke", names=("Saint Luke Medical Center",)),
]
REFERRALS = cases("referrals.txt")


def in_words(read: Referral | ReferralNews | None) -> str:
    """What was read, as the file of texts writes it."""
    if read is None:
        return "none"
    if read.questions:
        return "?"
    if isinstance(read, Referral):
        return f"{read.client} > {read.facility}: {read.reason}"
    return f"{read.kind} {read.code} {read.outcome}".strip()


@pytest.mark.parametrize(("text", "meant"), REFERRALS, ids=[text for text, _ in REFERRALS])
def test_a_text_is_read_as_meant_or_asked_back_and_never_misread(text: str, meant: str) -> None:
    assert in_words(read_referral(text, FACILITIES)) == meant


def test_there_are_four_hundred_texts_and_more() -> None:
    assert len(cases("stock.txt")) + len(REFERRALS) >= 400
    assert len(REFERRALS) >= 200


def test_the_language_is_that_of_the_keyword() -> None:
    texts = ("arr 4f7k", "absent 4f7k", "amefika 4f7k", "rufaa Musu Phebe homa")
    assert [read.language for text in texts if (read := read_referral(text, FACILITIES))] == [
        "en",
        "fr",
        "sw",
        "sw",
    ]


def test_a_facility_with_a_slip_in_it_is_named_in_the_question() -> None:
    read = read_referral("REF Musu Phebee fever", FACILITIES)
    assert read is not None
    assert read.questions[0].facilities == ("phebe",)


@given(st.integers(0, 2**32))
def test_one_wrong_letter_and_two_swapped_ones_are_found_in_any_code(seed: int) -> None:
    code = new_code(random.Random(seed).randrange)
    assert read_code(code.lower()) == code
    for place, letter in enumerate(code):
        for other in set(ALPHABET) - {letter}:
            assert read_code(code[:place] + other + code[place + 1 :]) is None
    for place in range(len(code) - 1):
        if code[place] != code[place + 1]:
            swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
            assert read_code(swapped) is None


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    for written in (text, f"REF {text}", f"ARR {text}", f"{text} 4F7K back"):
        read_referral(written, FACILITIES)
    named, like = named_facilities(text, FACILITIES)
    assert not (named and like)
