"""The simulated people: who answers a text, when, and in which words.

The shares come from studies of health workers and others who were asked by SMS. Where a study gives a
direction and no figure, or nothing at all, the line says "assumed".

- Sierra Leone 2015 (mHero pilot): 2,181 of more than 8,000 answered the first question, about 27 %.
- Sierra Leone 2017 (RapidPro, SARA census): about 13 % of 1,183 in-charges answered a text that came
  unannounced, although it said that all SMS are free.
- Kenya (388 users of a district health tool): 28 of 38 completed when texted in the afternoon, 68 of 119 in
  the morning; advice: one question in a text, with the instruction how to answer.
- Uganda (SMS quizzes, TMI 10.1111/tmi.12059): half of the answers within 50 minutes; the network operator
  is the strongest factor; the topic matters; what moves people to answer fades daily.
- Liberia (midwives sending 9-digit codes): far more errors from senders with less schooling.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Final

from mhero.sandbox.country import Person
from mhero.sandbox.phones.memory import NOTHING, Before, names_itself, says_free
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
#: Assumed: a text in a language other than the one that somebody prefers.
OTHER_LANGUAGE: Final = 0.9
#: Assumed, beyond being known as the sender: Kenya advises to announce first and gives no figure.
ANNOUNCED_BEFORE: Final = 1.2
#: Assumed: who was silent when asked is half as willing to answer the same text when it comes again. Sierra
#: Leone 2017 sent a second message and does not say what came of it.
ASKED_AGAIN: Final = 0.5
#: Assumed, for each text of the last week that stayed without an answer, announcements too.
FATIGUE: Final = 0.95
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
#: Two of these make a text French. Nobody writes Kpelle or Bassa to people here.
_FRENCH: Final = re.compile(
    r"\b(vous|votre|est|les|des|une?|le|la|du|pour|avez|répondez|repondez|combien|oui|non)\b", re.IGNORECASE
)


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
        before: Before = NOTHING,
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
            before=before,
        )
        if chance >= willing:
            return None
        # In conversation the phone is in the hand already; assumed to be ten times as fast.
        seconds = MEDIAN_SECONDS * spread * (0.1 if before.in_conversation else 1)
        cadre = person.roles[0].job.cadre if person and person.roles else ""
        words = reply(question, languages, cadre, draw, today=today, places=_places(person))
        return Answer(text=words, seconds=seconds, stops=False)


def _places(person: Person | None) -> dict[str, str]:
    if person is None or not person.roles:
        return {}
    facility = person.roles[0].facility
    return {"county": facility.county.name, "district": facility.district.name, "facility": facility.name}


def language_of(text: str) -> str:
    return "fr" if len(_FRENCH.findall(text)) >= 2 else "en"


def willingness(
    *,
    question: Question,
    text: str,
    number: str,
    hour: int,
    languages: tuple[str, ...],
    before: Before = NOTHING,
) -> float:
    """The share of people who answer such a text."""
    if question.kind == "none":
        return ANSWER_AN_ANNOUNCEMENT
    if before.in_conversation:
        return IN_CONVERSATION
    operator = operator_of(number)
    chance = ANSWER_A_QUESTION * OPERATOR.get(operator.name if operator else "", OTHER_OPERATOR)
    chance *= AFTERNOON if 12 <= hour < 18 else MORNING if 6 <= hour < 22 else NIGHT
    if before.announced:
        chance *= ANNOUNCED_BEFORE
    elif not names_itself(text):
        chance *= UNANNOUNCED
    if len(text) > _LONG:
        chance *= LONG_TEXT
    if before.told_free or says_free(text):
        chance *= SAYS_FREE
    if languages[0] != language_of(text):
        chance *= OTHER_LANGUAGE
    chance *= EACH_FURTHER_QUESTION ** max(0, question.count - 1)
    return chance * ASKED_AGAIN**before.asked_this * FATIGUE**before.unanswered
