"""Simulated people decide by seed, number and message alone, and answer about as often as the studies say."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from mhero.sandbox.country import Country
from mhero.sandbox.phones.memory import NOTHING, Before, Memory
from mhero.sandbox.phones.people import Answerers
from mhero.sandbox.phones.words import Question, reply

QUESTION = "Ministry of Health: is your clinic open today? Reply 1 for yes or 2 for no"
ANNOUNCEMENT = "Ministry of Health: tomorrow we ask you 3 short questions. Replies are free."
TALKING = Before(in_conversation=True)
MONDAY = datetime(2026, 3, 2, 14, tzinfo=UTC)
NUMBERS = [f"+23188{n:07d}" for n in range(1_500)] + [f"+23177{n:07d}" for n in range(1_500)]


def _share(
    text: str, hour: int = 14, before: Before = NOTHING, numbers: list[str] = NUMBERS, ordinal: int = 1
) -> float:
    people = Answerers(2014)
    answers = [
        people.answer(number=number, ordinal=ordinal, text=text, hour=hour, before=before)
        for number in numbers
    ]
    return sum(answer is not None and not answer.stops for answer in answers) / len(numbers)


def test_about_a_quarter_answer_a_good_question() -> None:
    assert 0.22 < (_share(QUESTION, hour=9) + _share(QUESTION, hour=14)) / 2 < 0.32


def test_the_afternoon_is_better_than_the_morning_and_the_night_is_worst() -> None:
    assert _share(QUESTION, hour=14) > _share(QUESTION, hour=9) > _share(QUESTION, hour=2)


def test_an_unannounced_text_gets_half_as_many_answers() -> None:
    assert 0.09 < _share("Are you still the main contact? 1 yes 2 no") < 0.19


def test_long_texts_and_several_questions_get_fewer_answers() -> None:
    several = QUESTION + " How many nurses are there? Is there light?"
    assert _share(several) < _share(QUESTION) * 0.8
    assert _share(QUESTION + " and thank you very much for your work" * 3) < _share(QUESTION)


def test_the_operator_matters() -> None:
    assert _share(QUESTION, numbers=NUMBERS[:1_500]) > _share(QUESTION, numbers=NUMBERS[1_500:]) * 1.1


def test_few_answer_a_text_that_asks_nothing() -> None:
    assert _share("Ministry of Health: the vaccines have arrived.") < 0.06


def test_who_is_in_conversation_goes_on() -> None:
    assert _share(QUESTION, before=TALKING) > 0.8


def test_an_announcement_is_worth_more_than_a_name_in_the_question() -> None:
    known = Before(announced=True)
    assert _share(QUESTION, before=known) > _share(QUESTION) * 1.1
    assert _share("Is your clinic open? 1 yes 2 no", before=known) > _share(QUESTION)


def test_who_was_silent_is_half_as_willing_the_second_time() -> None:
    again = Before(asked_this=1, unanswered=1)
    assert 0.4 < _share(QUESTION, before=again, ordinal=2) / _share(QUESTION) < 0.6


def test_texts_without_an_answer_tire() -> None:
    assert _share(QUESTION, before=Before(unanswered=6)) < _share(QUESTION) * 0.85


def test_a_text_in_another_language_gets_fewer_answers() -> None:
    country = Country.generate(people=400, facilities=60)
    french = next(p for p in country.people if p.languages[0] == "fr" and p.number)
    people = Answerers(country.seed, country.people)

    def share(text: str) -> int:
        return sum(
            people.answer(number=f"+231{french.number}", ordinal=ordinal, text=text, hour=14) is not None
            for ordinal in range(3_000)
        )

    assert share("Ministère de la Santé : votre centre est ouvert ? 1 oui 2 non") > share(QUESTION) * 1.03


def test_an_announcement_is_remembered_for_three_days() -> None:
    memory = Memory()
    memory.keep(ANNOUNCEMENT, MONDAY, asks=False, answered=False)
    assert memory.before(QUESTION, MONDAY + timedelta(days=1)) == Before(
        announced=True, told_free=True, unanswered=1
    )
    assert not memory.before(QUESTION, MONDAY + timedelta(days=4)).announced


def test_a_question_without_an_answer_is_remembered_for_a_week() -> None:
    memory = Memory()
    memory.keep(QUESTION, MONDAY, asks=True, answered=False)
    assert memory.before(QUESTION, MONDAY + timedelta(days=1)) == Before(asked_this=1, unanswered=1)
    assert memory.before("Is there light?", MONDAY + timedelta(days=1)) == Before(unanswered=1)
    assert memory.before(QUESTION, MONDAY + timedelta(days=8)) == NOTHING


def test_an_answer_begins_a_conversation_that_a_day_ends() -> None:
    memory = Memory()
    memory.keep(QUESTION, MONDAY, asks=True, answered=True)
    assert memory.before("How many nurses?", MONDAY + timedelta(hours=1)) == TALKING
    assert memory.before("How many nurses?", MONDAY + timedelta(days=2)) == NOTHING
    # Thanks for news are no conversation.
    memory.keep(ANNOUNCEMENT, MONDAY, asks=False, answered=True)
    assert not memory.before(QUESTION, MONDAY).in_conversation


def test_half_of_the_answers_come_within_fifty_minutes() -> None:
    people = Answerers(2014)
    answers = [people.answer(number=n, ordinal=1, text=QUESTION, hour=14) for n in NUMBERS]
    soon = [answer.seconds <= 3_000 for answer in answers if answer]
    assert 0.42 < sum(soon) / len(soon) < 0.58


def test_some_ask_for_silence() -> None:
    people = Answerers(2014)
    stops = [
        answer.text
        for number in NUMBERS
        if (answer := people.answer(number=number, ordinal=1, text="Hi", hour=9)) and answer.stops
    ]
    assert 10 < len(stops) < 60
    assert all(text.lower().startswith("stop") for text in stops)


def test_the_order_of_asking_changes_nothing() -> None:
    def ask(numbers: list[str]) -> dict[str, object]:
        people = Answerers(5)
        return {number: people.answer(number=number, ordinal=2, text=QUESTION, hour=10) for number in numbers}

    assert ask(NUMBERS[:200]) == ask(NUMBERS[:200][::-1])


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Is the clinic open? Reply 1 for yes, 2 for no", "options"),
        ("Open? 1. Yes 2. No", "options"),
        ("Did you get the medicines?", "yes_no"),
        ("How many malaria cases did you see?", "number"),
        ("Reply with your 9 digit employee number", "code"),
        ("What do you need most?", "open"),
        ("The workshop is on Monday.", "none"),
        ("How is the stock?\n1 Enough\n2 Out of stock", "options"),
        ("Sorry.\nAnswer with a number from 0 to 50.\nNurses on duty?", "number"),
        ("When did it end?\nDay/month/year, such as 25/03/2026", "date"),
        ("Which county do you work in?", "place"),
    ],
)
def test_a_text_is_understood_as_people_would(text: str, kind: str) -> None:
    assert Question.of(text).kind == kind


def test_answers_are_clean_dirty_and_in_other_languages() -> None:
    question = Question.of(QUESTION)
    english = Counter(reply(question, ("en",), "nurse", Random(n)) for n in range(500))
    assert english["1"] > 150
    assert {"1.", "yes"} <= set(english)
    assert any("pls" in text for text in english)
    kpelle = Counter(reply(Question.of("Is it open?"), ("kpe", "en"), "cha", Random(n)) for n in range(200))
    french = Counter(reply(Question.of("Is it open?"), ("fr", "en"), "cha", Random(n)) for n in range(200))
    assert kpelle["ee"] > 10
    assert french["oui"] > 10


def test_people_answer_what_is_asked() -> None:
    country = Country.generate(people=400, facilities=60)
    people = Answerers(country.seed, country.people)
    person = next(p for p in country.people if p.number and p.roles)
    asked = {
        "How is the stock?\n1 Enough\n2 Out of stock": {"1", "2", "Enough", "Out of stock pls"},
        "Answer with a number from 0 to 5. How many?": {"0", "5"},
        "Which county?": {person.roles[0].facility.county.name},
        "Since when? Day/month/year": {"31/12/2025", "yesterday"},
    }
    for text, some in asked.items():
        given = {
            answer.text
            for ordinal in range(800)
            if (
                answer := people.answer(
                    number=f"+231{person.number}", ordinal=ordinal, text=text, hour=9, before=TALKING
                )
            )
        }
        assert some <= given, text


def test_people_of_the_country_answer_in_their_own_language() -> None:
    country = Country.generate(people=400, facilities=60)
    people = Answerers(country.seed, country.people)
    french = next(p for p in country.people if p.languages[0] == "fr" and p.number)
    known = people.person(f"+231{french.number}")
    assert known is not None
    assert known.languages[0] == "fr"
