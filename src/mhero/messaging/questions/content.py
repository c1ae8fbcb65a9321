"""What an officer writes on the questions page, as one value.

Each text is kept by language (ISO 639-3). A draft may be unfinished: `problems` says what is missing before
it can be sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

Json = dict[str, Any]
Texts = Mapping[str, str]

YES, NO = "yes", "no"
#: Each option is chosen by one digit.
MOST_OPTIONS = 9
MOST_QUESTIONS = 30
#: A category of a flow's result is no longer than this.
LONGEST_OPTION = 36
LONGEST_NAME = 64
LONGEST_TEXT = 640
MOST_REPEATS = 3
#: Hours that an answer may take; the longest is what flows allow.
WAITS_HOURS = (1, 4, 12, 24, 48, 72, 168, 336, 720)

KINDS = ("yes_no", "choice", "number", "date", "place", "text")
#: Kinds whose answer a later question may depend on.
CHOOSING = frozenset({"yes_no", "choice"})
#: The levels of a country below itself, as flows count them.
LEVELS = ("county", "district", "facility")


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One answer that can be chosen."""

    id: str
    label: Texts = field(default_factory=dict)
    #: Other words that mean it: a short form, the word of a local language.
    also: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """Ask only those who chose one of these answers to an earlier question."""

    question: str
    #: Ids of options; `yes` or `no` for a yes/no question.
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    #: Never changes: conversations under way and the counts on ways follow it through every revision.
    id: str
    kind: str
    text: Texts = field(default_factory=dict)
    #: What the results call it.
    name: str = ""
    #: Of a choice, in the order of their digits.
    options: tuple[Option, ...] = ()
    #: Limits of a number, both included; None is no limit.
    least: int | None = None
    most: int | None = None
    #: Of a number: whether 2.5 is no answer.
    is_whole: bool = True
    #: Of a place: one of LEVELS.
    level: str = "county"
    may_skip: bool = False
    only_if: Condition | None = None

    @property
    def answers(self) -> tuple[str, ...]:
        """The ids that a condition on this question may name."""
        return (YES, NO) if self.kind == "yes_no" else tuple(option.id for option in self.options)


@dataclass(frozen=True, kw_only=True, slots=True)
class Questions:
    """All of it: what is asked, and the words around."""

    #: The language that everything must be written in; the others follow it where they have nothing.
    language: str = "eng"
    #: Further languages.
    translations: tuple[str, ...] = ()
    #: Stands before the first question, in the same message.
    introduction: Texts = field(default_factory=dict)
    thanks: Texts = field(default_factory=dict)
    #: Stands before a question that is asked again.
    not_understood: Texts = field(default_factory=dict)
    #: How often a question is asked again before the next one follows.
    repeats: int = 2
    waits_hours: int = 72
    questions: tuple[Question, ...] = ()
    #: The question that was deleted last, and the place it stood at: it can be brought back.
    removed: Question | None = None
    removed_at: int = 0

    @property
    def languages(self) -> tuple[str, ...]:
        return (self.language, *self.translations)

    def question(self, question_id: str) -> Question | None:
        return next((each for each in self.questions if each.id == question_id), None)

    def before(self, question: Question) -> tuple[Question, ...]:
        """The questions that may decide whether this one is asked."""
        place = [each.id for each in self.questions].index(question.id)
        return tuple(each for each in self.questions[:place] if each.kind in CHOOSING)

    @classmethod
    def from_json(cls, body: Json) -> Self:
        removed = body.get("removed")
        return cls(
            **_simple(cls, body, {"questions", "removed", "translations"}),
            translations=tuple(body.get("translations") or ()),
            questions=tuple(_question(each) for each in body.get("questions") or ()),
            removed=_question(removed) if removed else None,
        )

    def to_json(self) -> Json:
        return {
            **_shown(self, {"questions", "removed"}),
            "questions": [_question_json(each) for each in self.questions],
            "removed": _question_json(self.removed) if self.removed else None,
        }

    # Changes. Each answers a new value.

    def with_question(self, question: Question, place: int | None = None) -> Self:
        """With one more, at the end or at a place; put back to where its condition still holds."""
        at = len(self.questions) if place is None else max(0, min(place, len(self.questions)))
        return self._arranged((*self.questions[:at], question, *self.questions[at:]))

    def moved(self, question_id: str, by: int) -> Self:
        """With a question so many places further down."""
        question = self.question(question_id)
        if question is None:
            return self
        place = self.questions.index(question)
        others = [each for each in self.questions if each is not question]
        others.insert(max(0, min(place + by, len(others))), question)
        return self._arranged(others)

    def without(self, question_id: str) -> Self:
        """Without a question, which can be brought back."""
        question = self.question(question_id)
        if question is None:
            return self
        place = self.questions.index(question)
        rest = self._arranged(each for each in self.questions if each is not question)
        return replace(rest, removed=question, removed_at=place)

    def restored(self) -> Self:
        if self.removed is None:
            return self
        whole = self.with_question(self.removed, self.removed_at)
        return replace(whole, removed=None, removed_at=0)

    def _arranged(self, questions: Iterable[Question]) -> Self:
        """In this order; a condition whose question does not come before any more is gone."""
        seen: set[str] = set()
        kept = []
        for question in questions:
            if question.only_if and question.only_if.question not in seen:
                question = replace(question, only_if=None)
            kept.append(question)
            seen.add(question.id)
        return replace(self, questions=tuple(kept))


def in_language(texts: Texts, language: str, base: str) -> str:
    """The text in a language, or else in the one that everything is written in."""
    return texts.get(language) or texts.get(base) or ""


def _question(body: Json) -> Question:
    condition = body.get("only_if")
    return Question(
        **_simple(Question, body, {"options", "only_if"}),
        options=tuple(
            Option(id=each["id"], label=each.get("label") or {}, also=tuple(each.get("also") or ()))
            for each in body.get("options") or ()
        ),
        only_if=Condition(question=condition["question"], answers=tuple(condition["answers"]))
        if condition
        else None,
    )


def _question_json(question: Question) -> Json:
    condition = question.only_if
    return {
        **_shown(question, {"options", "only_if"}),
        "options": [
            {"id": each.id, "label": dict(each.label), "also": list(each.also)} for each in question.options
        ],
        "only_if": {"question": condition.question, "answers": list(condition.answers)}
        if condition
        else None,
    }


def _simple(cls: type[Any], body: Json, others: set[str]) -> Json:
    return {part.name: body[part.name] for part in fields(cls) if part.name in body.keys() - others}


def _shown(value: Any, others: set[str]) -> Json:
    found = {part.name: getattr(value, part.name) for part in fields(value) if part.name not in others}
    return {
        name: dict(each) if isinstance(each, Mapping) else list(each) if isinstance(each, tuple) else each
        for name, each in found.items()
    }
