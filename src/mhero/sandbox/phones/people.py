"""The simulated people: who answers a text, when, and in which words.

The shares come from studies of health workers and others who were asked by SMS. Where a study gives a
direction and no figure, or nothing at all, the line says "assumed".

- Sierra Leone 2015 (mHero pilot): 2,181 of more than 8,000 answered the first question, about 27 %.
- Sierra Leone 2017 (RapidPro, SARA census): about 13 % of 1,183 in-charges answered a text that came
  unannounced, although it said that all SMS are free.
- Kenya (388 users of a district health tool): 28 of 38 completed when texted in the afternoon, 68 of 119 in
  the morning; advice: one question in a text, with the instruction how to answer.
- Uganda (SMS quizzes, TMI 10.1111/tmi.12059): half of the answers within 50 minutes; the network operator
  is the strongest factor; the topic matters.
- Liberia (midwives sending 9-digit codes): far more errors from senders with less schooling.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Final

from mhero.sandbox.country import Person
from mhero.sandbox.phones.operators import LONESTAR, operator_of
from mhero.sandbox.phones.words import Question, reply, stop_word

#: Sierra Leone 2015.
ANSWER_A_QUESTION: Final = 0.27
#: Sierra Leone 2017 against 2015: a text that does not say from whom it is.
UNANNOUNCED: Final = 13 / 27
#: Kenya: the square root of (28/38) / (68/119), so that both sides of noon average to one.
AFTERNOON: Final = ((28 / 38) / (68 / 119)) ** 0.5
MORNING: Final = 1 / AFTERNOON
#: Assumed: nobody measured the night, but who sleeps can answer in the morning.
NIGHT: Final = 0.85
#: Uganda says that operators differ most; by how much, and which way round, is assumed.
OPERATOR: Final = {LONESTAR.name: 1.15}
OTHER_OPERATOR: Final = 0.85
#: Assumed, after "long texts cost double" and Kenya's advice of one question in a text.
LONG_TEXT: Final = 0.85
EACH_FURTHER_QUESTION: Final = 0.8
#: Assumed: the text of 2017 said so and got 13 % all the same, so it helps little.
SAYS_FREE: Final = 1.1
#: Assumed: a text in English to somebody who asked for another language.
OTHER_LANGUAGE: Final = 0.9
#: Assumed: who answered the message before mostly goes on (Kenya: a quarter completed the whole).
IN_CONVERSATION: Final = 0.9
#: Assumed: a text that asks nothing gets thanks now and then.
ANSWER_AN_ANNOUNCEMENT: Final = 0.03
#: Assumed: who asks for silence on any one message.
STOPS: Final = 0.01
#: Uganda: half of the answers within 50 minutes; the spread is assumed.
MEDIAN_SECONDS: Final = 50 * 60
SPREAD: Final = 1.3

_LONG: Final = 160
_ANNOUNCED: Final = re.compile(r"\b(ministry|moh|mhero|county health|minist[eè]re|dear)\b", re.IGNORECASE)
_FREE: Final = re.compile(r"\b(free|gratuit\w*)\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    text: str
    #: After the message reached the phone, in the time of life: the network hurries it.
    seconds: float
    #: It asks for silence.
    stops: bool


class Answerers:
    def __init__(self, seed: int, people: Iterable[Person] = ()) -> None:
        self._seed = seed
        self._people: dict[str, Person] = {}
        for person in people:
            if person.number:
                # A shared phone is answered by the one who had it first.
                self._people.setdefault(f"+231{person.number}", person)

    def person(self, number: str) -> Person | None:
        return self._people.get(number)

    def answer(
        self,
        *,
        number: str,
        ordinal: int,
        text: str,
        hour: int,
        in_conversation: bool,
        today: date = date(2026, 1, 1),
    ) -> Answer | None:
        """What the person says to her phone's `ordinal`th message, or None.

        Depends on the arguments alone.
        """
        draw = Random(f"{self._seed}/{number}/{ordinal}/answer")
        person = self.person(number)
        languages = person.languages if person else ("en",)
        question = Question.of(text)
        chance, spread, stops = draw.random(), draw.lognormvariate(0, SPREAD), draw.random() < STOPS
        if stops:
            return Answer(text=stop_word(languages, draw), seconds=MEDIAN_SECONDS * spread, stops=True)
        willing = willingness(
            question=question,
            text=text,
            number=number,
            hour=hour,
            languages=languages,
            in_conversation=in_conversation,
        )
        if chance >= willing:
            return None
        # In conversation the phone is in the hand already; assumed to be ten times as fast.
        seconds = MEDIAN_SECONDS * spread * (0.1 if in_conversation else 1)
        cadre = person.roles[0].job.cadre if person and person.roles else ""
        words = reply(question, languages, cadre, draw, today=today, places=_places(person))
        return Answer(text=words, seconds=seconds, stops=False)


def _places(person: Person | None) -> dict[str, str]:
    if person is None or not person.roles:
        return {}
    facility = person.roles[0].facility
    return {"county": facility.county.name, "district": facility.district.name, "facility": facility.name}


def willingness(
    *,
    question: Question,
    text: str,
    number: str,
    hour: int,
    languages: tuple[str, ...],
    in_conversation: bool,
) -> float:
    """The share of people who answer such a text."""
    if question.kind == "none":
        return ANSWER_AN_ANNOUNCEMENT
    if in_conversation:
        return IN_CONVERSATION
    operator = operator_of(number)
    chance = ANSWER_A_QUESTION * OPERATOR.get(operator.name if operator else "", OTHER_OPERATOR)
    chance *= AFTERNOON if 12 <= hour < 18 else MORNING if 6 <= hour < 22 else NIGHT
    if not _ANNOUNCED.search(text):
        chance *= UNANNOUNCED
    if len(text) > _LONG:
        chance *= LONG_TEXT
    if _FREE.search(text):
        chance *= SAYS_FREE
    if languages[0] != "en":
        chance *= OTHER_LANGUAGE
    return chance * EACH_FURTHER_QUESTION ** max(0, question.count - 1)
