"""The cards of the questions page: each question with what its controls show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from babel.lists import format_list
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mhero.messaging.questions.content import LEVELS, Question, Questions, in_language
from mhero.messaging.questions.texts import labels


@dataclass(frozen=True, kw_only=True, slots=True)
class OptionBox:
    id: str
    label: str
    #: In the questions' own language, beside a translation.
    base: str
    also: str
    digit: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Earlier:
    """A question that may decide whether this one is asked."""

    number: int
    text: str
    #: Value of the box, label, whether it is ticked.
    answers: list[tuple[str, str, bool]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    question: Question
    number: int
    is_first: bool
    is_last: bool
    #: What it asks for, in words.
    kind: str
    text: str
    base: str
    options: list[OptionBox]
    earlier: list[Earlier]
    levels: list[tuple[str, str, bool]]
    #: "Only if question 1 is answered with Yes"; empty when it is always asked.
    condition: str
    #: By the part of the control's name after the question's id.
    errors: Mapping[str, str]


def cards(whole: Questions, language: str, wrong: Mapping[str, str]) -> list[Card]:
    """`wrong` holds what is to be put right, by the controls' names."""
    return [
        _card(whole, number, question, language, wrong) for number, question in enumerate(whole.questions, 1)
    ]


def kind_in_words(kind: str) -> str:
    return {
        "yes_no": _("Yes or no"),
        "choice": _("One of several answers"),
        "number": _("A number"),
        "date": _("A date"),
        "place": _("A place"),
        "text": _("Free text"),
    }[kind]


def level_in_words(level: str) -> str:
    return {"county": _("A county"), "district": _("A district"), "facility": _("A facility")}[level]


def _card(whole: Questions, number: int, question: Question, language: str, wrong: Mapping[str, str]) -> Card:
    prefix = f"{question.id}-"
    return Card(
        question=question,
        number=number,
        is_first=number == 1,
        is_last=number == len(whole.questions),
        kind=kind_in_words(question.kind),
        text=question.text.get(language, ""),
        base=question.text.get(whole.language, ""),
        options=[
            OptionBox(
                id=option.id,
                label=option.label.get(language, ""),
                base=option.label.get(whole.language, ""),
                also=", ".join(option.also),
                digit=digit,
            )
            for digit, option in enumerate(question.options, 1)
        ],
        earlier=[_earlier(whole, each, question) for each in whole.before(question)],
        levels=[(level, level_in_words(level), level == question.level) for level in LEVELS],
        condition=_condition(whole, question),
        errors={key.removeprefix(prefix): words for key, words in wrong.items() if key.startswith(prefix)},
    )


def _earlier(whole: Questions, earlier: Question, question: Question) -> Earlier:
    condition = question.only_if
    ticked = condition.answers if condition and condition.question == earlier.id else ()
    return Earlier(
        number=[each.id for each in whole.questions].index(earlier.id) + 1,
        text=earlier.text.get(whole.language, ""),
        answers=[
            (f"{earlier.id}:{key}", said, key in ticked)
            for key, label in labels(whole, earlier)
            if (said := in_language(label, whole.language, whole.language))
        ],
    )


def _condition(whole: Questions, question: Question) -> str:
    condition = question.only_if
    decisive = whole.question(condition.question) if condition else None
    if condition is None or decisive is None:
        return ""
    said = dict(labels(whole, decisive))
    answers = [
        in_language(said[key], whole.language, whole.language) for key in condition.answers if key in said
    ]
    return _("Only if question %(number)s is answered with %(answers)s") % {
        "number": [each.id for each in whole.questions].index(decisive.id) + 1,
        "answers": format_list(answers, style="or", locale=(get_language() or "en").replace("-", "_")),
    }
