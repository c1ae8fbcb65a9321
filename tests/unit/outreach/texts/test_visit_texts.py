"""Clients' visits and what became of them, as they are really written."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.outreach.texts.test_stock_texts import cases

from mhero.outreach.care.neutral import telling_word
from mhero.outreach.texts import grammars, visit_words
from mhero.outreach.texts.days import find_days, read_day
from mhero.outreach.texts.visits import Registration, VisitNews, read_visit

MONDAY = date(2026, 3, 9)
KINDS = {"dose": "dose", "checkup": "checkup", "visit": "visit"}
VISITS = cases("visits.txt")


def in_words(read: Registration | VisitNews | None) -> str:
    """What was read, as the file of texts writes it."""
    if read is None:
        return "none"
    if read.questions:
        return "?"
    if isinstance(read, VisitNews):
        said = " ".join(f"{kind} {code}" for kind, code in read.told)
        return f"{said} on {read.day}" if read.day else said
    more = f" tel {read.phone}" if read.phone else ""
    return f"{read.client} @ {read.day}{more}" + (f" kind {read.kind}" if read.kind else "")


@pytest.mark.parametrize(("text", "meant"), VISITS, ids=[text for text, _ in VISITS])
def test_a_text_is_read_as_meant_or_asked_back_and_never_misread(text: str, meant: str) -> None:
    assert in_words(read_visit(text, MONDAY, KINDS)) == meant


def test_there_are_a_hundred_and_fifty_texts_and_more() -> None:
    assert len(VISITS) >= 150


def test_the_words_are_no_others_words() -> None:
    ours = {word for kinds in visit_words.VISITS.values() for phrases in kinds.values() for word in phrases}
    for others in (grammars.REFERRALS, grammars.STOCK):
        theirs = {word for kinds in others.values() for phrases in kinds.values() for word in phrases}
        assert not ours & theirs


def test_the_language_is_that_of_the_keyword() -> None:
    texts = ("visit Musu 12/5", "rdv Musu 12/5", "ziara Musu 12/5", "done 4f7k", "fait 4f7k", "tayari 4f7k")
    assert [read.language for text in texts if (read := read_visit(text, MONDAY))] == ["en", "fr", "sw"] * 2


@pytest.mark.parametrize(
    ("text", "today", "days"),
    [
        # The day would be over, and the month before the day is near: nobody knows which is meant.
        ("VISIT Musu 12/1", date(2026, 11, 30), [date(2027, 1, 12)]),
        ("VISIT Musu 5/12", date(2026, 11, 30), [date(2026, 12, 5)]),
        ("VISIT Musu 12/5", date(2026, 11, 30), [date(2027, 5, 12), date(2026, 12, 5)]),
        ("VISIT Musu 1/12/2026", date(2026, 12, 30), [date(2026, 12, 1)]),
        ("VISIT Musu 1/4/2026", date(2026, 1, 3), [date(2026, 4, 1)]),
        ("VISIT Musu 2/4/2026", date(2026, 2, 3), [date(2026, 4, 2)]),
        ("VISIT Musu 4/2/2026", date(2026, 3, 30), [date(2026, 2, 4), date(2026, 4, 2)]),
        ("VISIT Musu 29/2", date(2027, 12, 1), [date(2028, 2, 29)]),
    ],
)
def test_a_day_that_may_be_another_is_asked_back(text: str, today: date, days: list[date]) -> None:
    read = read_visit(text, today)
    assert isinstance(read, Registration)
    assert (list(read.questions[0].days) if read.questions else [read.day]) == days


@given(st.dates(date(2024, 1, 1), date(2030, 12, 31)), st.integers(-300, 300))
def test_a_whole_day_is_read_as_it_is_written(today: date, ahead: int) -> None:
    day = today + timedelta(days=ahead)
    for written in (f"{day:%d %B %Y}".lower(), day.isoformat(), f"{day:%d%b%Y}".lower()):
        assert read_day(written, today) == (day,)
    read = read_day(f"{day:%d/%m/%Y}", today)
    assert read is not None
    assert day in read


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    for written in (text, f"VISIT {text}", f"DONE {text}", f"{text} 4F7K moved", f"rdv {text} 12/5"):
        read_visit(written, MONDAY, KINDS)
    find_days(text.casefold().split(), MONDAY)


@given(st.text(alphabet="abcdehimostv 1234567/-.,4F7K?\n", max_size=60))
def test_nothing_is_read_that_is_not_written(text: str) -> None:
    letters = "".join(letter for letter in text.upper() if letter.isalnum())
    read = read_visit(f"VISIT {text} 12 May", MONDAY, KINDS)
    if isinstance(read, Registration) and not read.questions:
        assert read.day == date(2026, 5, 12)
        for part in read.client.upper().split():
            assert "".join(letter for letter in part if letter.isalnum()) in letters
    news = read_visit(f"{text} done", MONDAY)
    if isinstance(news, VisitNews):
        written = letters.translate(str.maketrans("ZSGBUN", "2568VM"))
        assert all(code in written for _, code in news.told)


@pytest.mark.parametrize(
    "name",
    [
        "HIV visit",
        "ARV refill",
        "TB",
        "visite CPN",
        "ANC 2",
        "chanya",
        "viral load",
        "dawa za ukimwi",
        "test result",
    ],
)
def test_a_word_that_gives_somebody_away_is_found(name: str) -> None:
    assert telling_word(name)


@pytest.mark.parametrize(
    "name", ["visit", "check-up", "dose", "visite", "rappel", "ziara", "next visit", "vaccine"]
)
def test_a_neutral_word_is_fine(name: str) -> None:
    assert telling_word(name) == ""
