"""Numbers as health workers' files have them, and what becomes of each."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhero.platform.phones import clean, operator_of


@pytest.mark.parametrize(
    "raw",
    [
        "0770123456",
        "770123456",
        "+231770123456",
        "231770123456",
        "00231770123456",
        "+231 (0)770123456",
        "+231 0770 123 456",
        "231231770123456",
        " 0770-123-456 ",
        "(0770) 123456",
        "0770.123.456,",
        "O77O123456",
        "0770l23456",
        "0770123456 ext 12",
        "0770123456/0770123456",
        "0770123456 / +231770123456",
    ],
)
def test_one_number_is_found_however_it_is_written(raw: str) -> None:
    assert [cleaned.number for cleaned in clean(raw, "LR")] == ["+231770123456"]


@pytest.mark.parametrize(
    "raw",
    [
        "0770123456/0886123456",
        "0770123456 or 0886123456",
        "0770123456;0886123456",
        "0770123456, 0886123456",
        "0770123456 & 0886123456",
        "0770123456 ou 0886123456",
        "0770123456 0886123456",
        "0770123456-0886123456",
        "+231770123456 +231886123456",
        "07701234560886123456",
    ],
)
def test_joined_numbers_are_taken_apart(raw: str) -> None:
    assert [cleaned.number for cleaned in clean(raw, "LR")] == ["+231770123456", "+231886123456"]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("07701234", "too_short"),
        ("0770123456789", "too_long"),
        ("22012345", "not_mobile"),
        ("0990123456", "not_in_use"),
        ("call the clinic", "no_digits"),
        ("N/A", "none_given"),
        ("none", "none_given"),
        ("-", "none_given"),
        ("0000", "none_given"),
        ("no phone", "none_given"),
        ("7", "too_short"),
    ],
)
def test_what_cannot_be_texted_says_why(raw: str, reason: str) -> None:
    (cleaned,) = clean(raw, "LR")
    assert (cleaned.number, cleaned.reason) == ("", reason)


def test_the_good_half_of_a_joined_pair_is_kept_and_the_other_explained() -> None:
    good, bad = clean("0770123456/08861", "LR")
    assert good.number == "+231770123456"
    assert (bad.number, bad.reason, bad.raw) == ("", "too_short", "08861")


def test_a_number_of_the_neighbouring_country_is_kept() -> None:
    assert clean("+224 622 12 34 56", "LR")[0].number == "+224622123456"


def test_an_empty_field_has_no_number() -> None:
    assert clean("  ", "LR") == []


def test_an_operator_is_known_by_the_first_digits_or_not_at_all() -> None:
    assert operator_of("+231773000001") == "Orange"
    assert operator_of("+231886123456") == "Lonestar MTN"
    assert operator_of("+231555123456") == "Lonestar MTN"
    assert operator_of("+447700900123") == ""
    assert operator_of("") == ""


@given(st.text(), st.sampled_from(["LR", "SL", "GN", "ML", "ZZ"]))
def test_whatever_is_typed_gives_an_answer(raw: str, region: str) -> None:
    for cleaned in clean(raw, region):
        assert bool(cleaned.number) != bool(cleaned.reason)


def test_a_hundred_thousand_numbers_are_cleaned_in_seconds() -> None:
    begun = time.process_time()
    for n in range(20_000):
        clean(f"0770{n:06d}" if n % 20 else f"0770{n:06d}/0886{n:05d}", "LR")
    assert time.process_time() - begun < 2
