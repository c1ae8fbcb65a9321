"""Simulated people decide by seed, number and message alone, and answer about as often as the studies say."""

from collections import Counter
from random import Random

import pytest

from mhero.sandbox.country import Country
from mhero.sandbox.phones.people import Answerers
from mhero.sandbox.phones.words import Question, reply

QUESTION = "Ministry of Health: is your clinic open today? Reply 1 for yes or 2 for no"
NUMBERS = [f"+23188{n:07d}" for n in range(1_500)] + [f"+23177{n:07d}" for n in range(1_500)]


def _share(text: str, hour: int = 14, in_conversation: bool = False, numbers: list[str] = NUMBERS) -> float:
    people = Answerers(2014)
    answers = [
        people.answer(number=number, ordinal=1, text=text, hour=hour, in_conversation=in_conversation)
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
    assert _share(QUESTION, in_conversation=True) > 0.8


def test_half_of_the_answers_come_within_fifty_minutes() -> None:
    people = Answerers(2014)
    answers = [
        people.answer(number=n, ordinal=1, text=QUESTION, hour=14, in_conversation=False) for n in NUMBERS
    ]
    soon = [answer.seconds <= 3_000 for answer in answers if answer]
    assert 0.42 < sum(soon) / len(soon) < 0.58


def test_some_ask_for_silence() -> None:
    people = Answerers(2014)
    stops = [
        answer.text
        for number in NUMBERS
        if (answer := people.answer(number=number, ordinal=1, text="Hi", hour=9, in_conversation=False))
        and answer.stops
    ]
    assert 10 < len(stops) < 60
    assert all(text.lower().startswith("stop") for text in stops)


def test_the_order_of_asking_changes_nothing() -> None:
    def ask(numbers: list[str]) -> dict[str, object]:
        people = Answerers(5)
        return {
            number: people.answer(number=number, ordinal=2, text=QUESTION, hour=10, in_conversation=False)
            for number in numbers
        }

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
                    number=f"+231{person.number}", ordinal=ordinal, text=text, hour=9, in_conversation=True
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
