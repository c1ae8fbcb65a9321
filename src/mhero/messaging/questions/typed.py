"""The questions as somebody typed them into the page: the controls' names, and what each button does.

A control of a question is named by its id: `q3-text`. In a further language only texts are typed; everything
else stays as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from mhero.flows.definition.checks import snakify
from mhero.messaging.questions import words
from mhero.messaging.questions.content import (
    KINDS,
    LEVELS,
    LONGEST_NAME,
    MOST_REPEATS,
    NO,
    WAITS_HOURS,
    YES,
    Condition,
    Option,
    Question,
    Questions,
    Texts,
)

#: Boxes for answers that a new choice has.
BOXES = 3
_ID = re.compile(r"q\d{1,4}")
#: Letters of a question's own words that name it in the results.
NAMED_BY = 48


class Typed(Protocol):
    """A form as it was sent."""

    def get(self, name: str, default: str = "", /) -> str: ...

    def getlist(self, name: str, /) -> Sequence[str]: ...

    def __contains__(self, name: object, /) -> bool: ...


def blank(language: str) -> Questions:
    """What a new page begins with: one question, and the words around."""
    whole = Questions(
        language=language,
        thanks={language: words.said(words.THANKS, language)},
        not_understood={language: words.said(words.SORRY, language)},
    )
    return whole.with_question(new_question(whole, "yes_no"))


def new_question(whole: Questions, kind: str) -> Question:
    return Question(
        id=_free_id(whole),
        kind=kind,
        options=tuple(Option(id=f"o{number}") for number in range(1, BOXES + 1)) if kind == "choice" else (),
        least=0 if kind == "number" else None,
    )


def copied(whole: Questions, question: Question) -> Question:
    """The same question once more; its results are its own."""
    return replace(question, id=_free_id(whole), name="")


def _free_id(whole: Questions) -> str:
    taken = [whole.removed] if whole.removed else []
    numbers = [int(each.id[1:]) for each in (*whole.questions, *taken)]
    return f"q{max(numbers, default=0) + 1}"


def read(typed: Typed, before: Questions) -> Questions:
    """What was typed, over what was there before."""
    language = typed.get("in", before.language)
    is_base = language == before.language
    whole = before
    if is_base:
        order = [each for each in typed.getlist("q") if _ID.fullmatch(each)]
        known = {each.id: each for each in before.questions}
        kinds = {each: typed.get(f"{each}-kind") for each in order}
        questions = [
            known.get(each) or Question(id=each, kind=kinds[each]) for each in order if kinds[each] in KINDS
        ]
        whole = replace(
            before,
            questions=tuple(questions),
            repeats=_whole(typed, "repeats", before.repeats, MOST_REPEATS) or 0,
            waits_hours=_hours(typed, before.waits_hours),
        )
    elif language not in before.translations:
        return before
    whole = replace(
        whole,
        introduction=_text(typed, "introduction", whole.introduction, language),
        thanks=_text(typed, "thanks", whole.thanks, language),
        not_understood=_text(typed, "not_understood", whole.not_understood, language),
        questions=tuple(_question(typed, each, language, is_base) for each in whole.questions),
    )
    return _named(whole) if is_base else whole


def acted(whole: Questions, act: str) -> Questions:
    """What a button makes of it.

    One of `add:number`, `up:q3`, `down:q3`, `copy:q3`, `delete:q3`, `option:q3`, `language:fra`, `undo`; any
    other changes nothing.
    """
    what, _, which = act.partition(":")
    question = whole.question(which)
    match what:
        case "add" if which in KINDS:
            return whole.with_question(new_question(whole, which))
        case "undo":
            return whole.restored()
        case "language" if re.fullmatch("[a-z]{3}", which) and which not in whole.languages:
            return replace(whole, translations=(*whole.translations, which))
    if question is None:
        return whole
    match what:
        case "up" | "down":
            return whole.moved(which, -1 if what == "up" else 1)
        case "copy":
            place = whole.questions.index(question) + 1
            return whole.with_question(copied(whole, question), place)
        case "delete":
            return whole.without(which)
        case "option" if question.kind == "choice":
            more = replace(question, options=(*question.options, Option(id=_free_option(question))))
            return replace(
                whole, questions=tuple(more if each is question else each for each in whole.questions)
            )
    return whole


def finished(whole: Questions) -> Questions:
    """Without the boxes for answers that were left empty, and without conditions on them."""
    filled = replace(
        whole,
        questions=tuple(
            replace(
                each,
                options=tuple(option for option in each.options if option.label.get(whole.language)),
            )
            for each in whole.questions
        ),
    )
    return replace(filled, questions=tuple(_conditioned(filled, each) for each in filled.questions))


def _conditioned(whole: Questions, question: Question) -> Question:
    condition = question.only_if
    decisive = whole.question(condition.question) if condition else None
    if condition is None or decisive is None:
        return replace(question, only_if=None)
    answers = tuple(answer for answer in condition.answers if answer in decisive.answers)
    return replace(question, only_if=replace(condition, answers=answers))


def _free_option(question: Question) -> str:
    numbers = [int(option.id[1:]) for option in question.options]
    return f"o{max(numbers, default=0) + 1}"


def _question(typed: Typed, question: Question, language: str, is_base: bool) -> Question:
    prefix = f"{question.id}-"
    question = replace(question, text=_text(typed, f"{prefix}text", question.text, language))
    options = _options(typed, question, language, is_base)
    if not is_base:
        return replace(question, options=options)
    level = typed.get(f"{prefix}level", question.level)
    return replace(
        question,
        options=options,
        name=_line(typed, f"{prefix}name", question.name)[:LONGEST_NAME],
        least=_whole(typed, f"{prefix}least", question.least),
        most=_whole(typed, f"{prefix}most", question.most),
        is_whole=f"{prefix}fractions" not in typed,
        level=level if level in LEVELS else question.level,
        may_skip=f"{prefix}may_skip" in typed,
        only_if=_condition(typed.getlist(f"{prefix}if")),
    )


def _options(typed: Typed, question: Question, language: str, is_base: bool) -> tuple[Option, ...]:
    known = {option.id: option for option in question.options}
    ids = [each for each in typed.getlist(f"{question.id}-option") if re.fullmatch(r"o\d{1,3}", each)]
    if question.kind != "choice" or not is_base:
        ids = list(known)
    found = []
    for each in ids:
        option = known.get(each) or Option(id=each)
        name = f"{question.id}-{each}"
        also = option.also
        if f"{name}-also" in typed:
            also = tuple(
                filter(None, (" ".join(word.split()) for word in typed.get(f"{name}-also").split(",")))
            )
        found.append(replace(option, label=_text(typed, name, option.label, language), also=also))
    return tuple(found)


def _condition(ticked: Sequence[str]) -> Condition | None:
    """Of `q1:yes`, `q1:o2`; those of one question alone."""
    pairs = [tuple(each.split(":", 1)) for each in ticked if re.fullmatch(rf"q\d+:(?:{YES}|{NO}|o\d+)", each)]
    if not pairs:
        return None
    question = pairs[0][0]
    return Condition(question=question, answers=tuple(answer for other, answer in pairs if other == question))


def _text(typed: Typed, name: str, before: Texts, language: str) -> Texts:
    if name not in typed:
        return before
    text = typed.get(name).replace("\r\n", "\n").replace("\x00", "").strip()
    rest = {key: value for key, value in before.items() if key != language}
    return {**rest, language: text} if text else rest


def _line(typed: Typed, name: str, before: str) -> str:
    return " ".join(typed.get(name, before).replace("\x00", "").split())


def _whole(typed: Typed, name: str, before: int | None, largest: int = 10**9) -> int | None:
    """A whole number within bounds; nothing where nothing was typed."""
    text = typed.get(name, "" if before is None else str(before)).strip()
    if not re.fullmatch(r"-?\d{1,9}", text):
        return None
    return max(-largest, min(int(text), largest))


def _hours(typed: Typed, before: int) -> int:
    text = typed.get("waits_hours", str(before))
    return int(text) if text.isdecimal() and int(text) in WAITS_HOURS else before


def _named(whole: Questions) -> Questions:
    """Each question with a name for the results, which stays when the words change."""
    taken = {snakify(each.name) for each in whole.questions if each.name}
    named = []
    for number, question in enumerate(whole.questions, 1):
        text = question.text.get(whole.language, "")
        if not question.name and text:
            name = next(each for each in _names(text, number) if snakify(each) not in taken)
            taken.add(snakify(name))
            question = replace(question, name=name)
        named.append(question)
    return replace(whole, questions=tuple(named))


def _names(text: str, number: int) -> Iterator[str]:
    """As many of its words as there is room for; with a number where others have the same."""
    found = re.findall(r"@[\w.]+|[^\W_]+", text)
    base = " ".join(word for word in found if not word.startswith("@"))
    if len(base) > NAMED_BY:
        base = base[: NAMED_BY + 1].rpartition(" ")[0] or base[:NAMED_BY]
    if snakify(base).strip("_"):
        yield base
    else:
        base = ""
    while True:
        yield f"{base or 'Question'} {number}"
        number += 1
