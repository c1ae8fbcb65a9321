"""How answers are understood: the cases that a flow's router tries, one after the other.

The rule is that an answer is read as its writer meant it, or not at all: then the question is asked again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from mhero.messaging.questions import dates
from mhero.messaging.questions.content import NO, YES, Option, Question
from mhero.messaging.questions.patterns import (
    LONGEST,
    alone,
    bare,
    begins,
    begins_and_has,
    begins_with_no,
    is_negated,
    may_be_misspelt,
    misspelt,
    numbered,
    phrase,
    spoken,
    tokens,
    whole,
    with_word,
    words_of,
)
from mhero.messaging.questions.words import (
    AFTER,
    AFTER_NO,
    BEFORE,
    NO_ALONE,
    NO_LABEL,
    NUMBER_WORDS,
    ONE_ALONE,
    ROUGHLY,
    SAYS_NO,
    SAYS_SKIP,
    SAYS_YES,
    TAKES_BACK,
    YES_ALONE,
    YES_LABEL,
)
from mhero.messaging.questions.words import UNCLEAR as UNCLEAR_WORDS

#: What a case leads to beside the options' ids.
ANSWERED, SKIPPED, UNCLEAR = "answered", "skipped", "unclear"
INPUT = "@input.text"


@dataclass(frozen=True, slots=True)
class Case:
    type: str
    arguments: tuple[str, ...]
    #: An option's id, or one of the words above.
    leads_to: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    #: What the cases look at: an expression.
    operand: str = INPUT
    cases: tuple[Case, ...]


def reading(question: Question) -> Reading:
    """How the answers to a question are understood."""
    skip = [_pattern(whole(words_of([spoken(SAYS_SKIP)])), SKIPPED)] if question.may_skip else []
    match question.kind:
        case "yes_no":
            return Reading(cases=(*skip, *_yes_or_no()))
        case "choice":
            return Reading(cases=(*_choice(question.options), *skip))
        case "number":
            return Reading(operand=NUMBER_OPERAND, cases=(*skip, *_number(question)))
        case "date":
            unclear = _pattern(dates.NOT_ISO, UNCLEAR)
            return Reading(operand=dates.OPERAND, cases=(*skip, unclear, Case("has_date", (), ANSWERED)))
        case "place":
            test = {"county": "has_state", "district": "has_district"}.get(question.level, "has_ward")
            return Reading(cases=(*skip, _pattern(DOUBTFUL_PLACE, UNCLEAR), Case(test, (), ANSWERED)))
        case _:
            return Reading(cases=(*skip, Case("has_text", (), ANSWERED)))


def _pattern(pattern: str, leads_to: str) -> Case:
    # An at sign would begin an expression.
    return Case("has_pattern", (pattern.replace("@", "@@"),), leads_to)


# Yes or no


def _yes_or_no() -> Iterator[Case]:
    for digit, answer, labels in ((1, YES, YES_LABEL), (2, NO, NO_LABEL)):
        yield Case("has_only_phrase", (str(digit),), answer)
        yield from (Case("has_only_phrase", (label,), answer) for label in labels.values())
    yield _pattern(alone((*YES_ALONE, *ONE_ALONE)), YES)
    yield _pattern(alone(NO_ALONE), NO)
    for digit, answer, forms in ((1, YES, [spoken(SAYS_YES)]), (2, NO, [spoken(SAYS_NO)])):
        # "No. 1" is a no and a yes.
        yield _pattern(whole(numbered(digit, forms, frozenset({"n", "no"}))), answer)
        yield _pattern(whole(words_of(forms, digit)), answer)
    # From here on there are words that are not known.
    yes, no = spoken(SAYS_YES), spoken(SAYS_NO)
    yield _pattern(with_word(UNCLEAR_WORDS), UNCLEAR)
    yield _pattern(begins_and_has(yes, spoken(TAKES_BACK)), UNCLEAR)
    yield _pattern(begins_and_has(no, yes), UNCLEAR)
    yield _pattern(begins(yes), YES)
    yield _pattern(begins_with_no(no, spoken(AFTER_NO)), NO)


# One of several options


def _choice(options: Sequence[Option]) -> Iterator[Case]:
    labels = [_labels(option) for option in options]
    for digit, option in enumerate(options, 1):
        yield Case("has_only_phrase", (str(digit),), option.id)
    for option, own in zip(options, labels, strict=True):
        yield from (Case("has_only_phrase", (" ".join(label),), option.id) for label in own)
    yield _pattern(alone(ONE_ALONE), options[0].id)
    every = frozenset(bare(word) for each in labels for label in each for word in label)
    for digit, (option, own) in enumerate(zip(options, labels, strict=True), 1):
        others = [label for other in labels if other is not own for label in other]
        forms = [phrase(label) for label in own]
        yield from _fitting(partial(numbered, digit, strange=every), forms, every, option.id)
        forms += [phrase(head) for head in _beginnings(own, others)]
        yield from _fitting(partial(words_of, digit=digit), forms, every, option.id)
        yield from _with_typos(own, others, every, option.id)


def _fitting(
    core: Callable[[Sequence[str]], str], forms: Sequence[str], strange: frozenset[str], leads_to: str
) -> Iterator[Case]:
    """One case for all forms, or where the pattern would be too long, one for each."""
    pattern = whole(core(forms), strange)
    if len(pattern) <= LONGEST:
        yield _pattern(pattern, leads_to)
    elif len(forms) > 1:
        for form in forms:
            yield from _fitting(core, [form], strange, leads_to)


def _labels(option: Option) -> list[tuple[str, ...]]:
    """What the option is called, in every language and in its other words."""
    found = [tokens(text) for text in [*option.label.values(), *option.also]]
    return list(dict.fromkeys(label for label in found if label))


def _beginnings(
    own: Sequence[tuple[str, ...]], others: Sequence[tuple[str, ...]]
) -> Iterator[tuple[str, ...]]:
    """The first words of a label, where they cannot mean another option, nor the opposite: "Broken" for
    "Broken fridge"."""
    small = {bare(word) for word in (*BEFORE, *AFTER)}
    for label in own:
        for size in range(1, 0 if is_negated(label) else len(label)):
            head = label[:size]
            says_something = any(len(word) > 2 and bare(word) not in small for word in head)
            is_shared = any(set(map(bare, head)) <= set(map(bare, other)) for other in others)
            if says_something and not is_shared:
                yield head


def _with_typos(
    own: Sequence[tuple[str, ...]], others: Sequence[tuple[str, ...]], strange: frozenset[str], leads_to: str
) -> Iterator[Case]:
    """Labels of one word, with one letter wrong."""
    foreign = {word for label in others for word in label}
    for label in own:
        if len(label) == 1 and may_be_misspelt(label[0], foreign):
            wrong = misspelt(label[0])
            pattern = whole(words_of([wrong]), strange)
            yield _pattern(pattern if len(pattern) <= LONGEST else alone([wrong]), leads_to)


# Numbers

_WORDS = ", ".join(f"{json.dumps(word, ensure_ascii=False)}, {value}" for word, value in NUMBER_WORDS.items())
#: A number that was written as a word, in digits; anything else as it is.
NUMBER_OPERAND = f"@(default(extract(object({_WORDS}), lower(trim(input.text))), input.text))"
TWO_NUMBERS = r"[0-9][^0-9.,]+[0-9]|[0-9][.,][^0-9]+[0-9]"
#: `1O` for 10, `12th`, `5k`, `1.200`: the digits are not the number, or may be another one.
NOT_PLAIN = (
    r"[0-9](?:[oli]|st|nd|rd|th|er|[eè]me|e| *k)(?:[^a-z]|\z)|(?:\A|[^a-z])[oli][0-9]"
    r"|[0-9],[0-9]{1,2}(?:[^0-9]|\z)|[0-9],[0-9]{4}|[0-9][.][0-9]+[.,][0-9]"
    r"|[+<>~/][^0-9]*[0-9]|[0-9] *[+<>/½]"
)
FRACTION = r"[0-9][.][0-9]"
LONG_FRACTION = r"[0-9][.][0-9]{3}(?:[^0-9]|\z)"


def _number(question: Question) -> Iterator[Case]:
    yield _pattern(TWO_NUMBERS, UNCLEAR)
    yield _pattern(NOT_PLAIN, UNCLEAR)
    # 1.200 is twelve hundred to some and little more than one to others.
    yield _pattern(FRACTION if question.is_whole else LONG_FRACTION, UNCLEAR)
    yield _pattern(with_word(ROUGHLY), UNCLEAR)
    match question.least, question.most:
        case None, None:
            yield Case("has_number", (), ANSWERED)
        case int(least), None:
            yield Case("has_number_gte", (str(least),), ANSWERED)
        case None, int(most):
            yield Case("has_number_lte", (str(most),), ANSWERED)
        case least, most:
            yield Case("has_number_between", (str(least), str(most)), ANSWERED)


# Places

DOUBTFUL_PLACE = with_word(
    (
        "or",
        "ou",
        "and",
        "et",
        "not",
        "no",
        "pas",
        "non",
        "near",
        "près",
        "from",
        "between",
        "entre",
        "left",
        "quitté",
    )
)
