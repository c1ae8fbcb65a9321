"""What has to be put right before questions can be sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from mhero.flows.definition.checks import snakify
from mhero.messaging.questions.content import (
    CHOOSING,
    LONGEST_OPTION,
    LONGEST_TEXT,
    MOST_OPTIONS,
    MOST_QUESTIONS,
    Question,
    Questions,
)
from mhero.messaging.questions.patterns import tokens
from mhero.messaging.template import unknown_variables


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    #: The name of the control on the page; the language is that of the questions.
    control: str
    words: str


def problems(whole: Questions) -> list[Problem]:
    """All of it, in the order of the page."""
    return list(_problems(whole))


def missing_in(whole: Questions, language: str) -> int:
    """How many texts have no translation yet."""
    texts = [whole.introduction, whole.thanks, whole.not_understood]
    for question in whole.questions:
        texts += [question.text, *(option.label for option in question.options)]
    return sum(1 for each in texts if each.get(whole.language) and not each.get(language))


def _problems(whole: Questions) -> Iterator[Problem]:
    base = whole.language
    for name in ("introduction", "thanks", "not_understood"):
        yield from _text_problems(name, getattr(whole, name).get(base, ""))
    if not whole.questions:
        yield Problem(control="add", words=_("Add a question."))
    if len(whole.questions) > MOST_QUESTIONS:
        yield Problem(control="add", words=_("Ask at most %(most)s questions.") % {"most": MOST_QUESTIONS})
    names: set[str] = set()
    for number, question in enumerate(whole.questions, 1):
        if not question.text.get(base):
            words = _("Write question %(number)s.") % {"number": number}
            yield Problem(control=f"{question.id}-text", words=words)
        yield from _text_problems(f"{question.id}-text", question.text.get(base, ""))
        yield from _own_problems(whole, question, number)
        key = snakify(question.name)
        if key in names:
            words = _("Two questions have the same name in the results: “%(name)s”.") % {
                "name": question.name
            }
            yield Problem(control=f"{question.id}-name", words=words)
        names.add(key)


def _text_problems(control: str, text: str) -> Iterator[Problem]:
    if unknown := unknown_variables(text):
        words = _("%(unknown)s cannot be filled in.") % {"unknown": ", ".join(unknown)}
        yield Problem(control=control, words=words)
    if len(text) > LONGEST_TEXT:
        words = _("Shorten this text to %(most)s letters.") % {"most": LONGEST_TEXT}
        yield Problem(control=control, words=words)


def _own_problems(whole: Questions, question: Question, number: int) -> Iterator[Problem]:
    if question.kind == "choice":
        yield from _option_problems(whole, question, number)
    if question.least is not None and question.most is not None and question.least > question.most:
        words = _("In question %(number)s the smallest number is larger than the largest.") % {
            "number": number
        }
        yield Problem(control=f"{question.id}-least", words=words)
    condition = question.only_if
    if condition and not condition.answers:
        words = _("Tick the answers after which question %(number)s is asked.") % {"number": number}
        yield Problem(control=f"{question.id}-if", words=words)
    decisive = whole.question(condition.question) if condition else None
    if decisive and decisive.kind not in CHOOSING:
        words = _("Question %(number)s cannot depend on that answer.") % {"number": number}
        yield Problem(control=f"{question.id}-if", words=words)


def _option_problems(whole: Questions, question: Question, number: int) -> Iterator[Problem]:
    control = f"{question.id}-option"
    filled = [option for option in question.options if option.label.get(whole.language)]
    if len(filled) < 2:
        words = _("Write at least two answers for question %(number)s.") % {"number": number}
        yield Problem(control=control, words=words)
    if len(filled) > MOST_OPTIONS:
        words = _("Question %(number)s can have at most %(most)s answers.") % {
            "number": number,
            "most": MOST_OPTIONS,
        }
        yield Problem(control=control, words=words)
    seen: dict[tuple[str, ...], str] = {}
    for option in filled:
        for text in [*option.label.values(), *option.also]:
            if len(text) > LONGEST_OPTION:
                words = _("Shorten “%(text)s” to %(most)s letters.") % {"text": text, "most": LONGEST_OPTION}
                yield Problem(control=control, words=words)
            if text and seen.setdefault(tokens(text), option.id) != option.id:
                words = _("Two answers of question %(number)s are the same: “%(text)s”.") % {
                    "number": number,
                    "text": text,
                }
                yield Problem(control=control, words=words)
