"""What a conversation of a round said, from the results of its run. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mhero.outreach.validation import conversation as talk
from mhero.outreach.validation.kinds import ASKED_OF, AnswerOutcome, RoundKind, Subject
from mhero.outreach.validation.matching import plain

Results = Mapping[str, Mapping[str, Any]]

#: How people say that there is nobody or nothing.
_NOBODY: Final = frozenset(
    [
        "0",
        "o",
        "no",
        "none",
        "nobody",
        "no",
        "one",
        "nil",
        "nothing",
        "non",
        "aucun",
        "personne",
        "rien",
        "hakuna",
        "hapana",
        "sifuri",
        "n/a",
        "na",
        "-",
    ]
) | {"no one", "no body", "nobody left", "no change", "same"}
_NUMBERS: Final = re.compile(r"\d+")
#: A list of numbers, whatever stands between them.
_ONLY_NUMBERS: Final = re.compile(r"(?:no|nos|number|numbers|et|and|na|ou|or|[\s,.;&+/()-]|\d)+")
_BETWEEN_NAMES: Final = re.compile(r"\s*(?:[,;\n/&+]|\band\b|\bet\b|\bna\b|\d+[.)])\s*", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """One correction, as it was written."""

    subject: str
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    outcome: AnswerOutcome
    said: tuple[Said, ...] = ()
    #: Of the in-charge's numbered list, from 1: who has left. None when that was not answered.
    left: tuple[int, ...] | None = None


def hear(kind: str, parts: Sequence[str], results: Results, staff: int = 0) -> Heard:
    """Of one run, with as many people on the in-charge's list."""
    if kind == RoundKind.PEOPLE:
        return _of_person(parts, results)
    return _of_in_charge(results, staff)


def _of_person(parts: Sequence[str], results: Results) -> Heard:
    check = _option(results, talk.CHECK)
    if check == talk.YES:
        return Heard(outcome=AnswerOutcome.CONFIRMED)
    if check == talk.NOT_ME:
        return Heard(outcome=AnswerOutcome.NOT_ME)
    said: dict[str, Said] = {}
    asked = [part for part in ASKED_OF[RoundKind.PEOPLE] if part in parts]
    for suffix in ("", talk.AGAIN):
        for part in asked:
            if words := _words(results, f"{part}{suffix}"):
                # Who says it twice means the second.
                said[part] = Said(subject=part, words=words)
    if not said:
        return Heard(outcome=AnswerOutcome.UNFINISHED)
    return Heard(outcome=AnswerOutcome.CORRECTED, said=tuple(said.values()))


def _of_in_charge(results: Results, staff: int) -> Heard:
    status = _option(results, Subject.STATUS)
    said = list(_said_of_facility(results, status))
    left = _left(_words(results, Subject.WORK), staff)
    if left is None and (words := _words(results, Subject.WORK)):
        said.append(Said(subject=Subject.WORK, words=words))
    is_as_known = not left and all(one.subject == Subject.STATUS and one.words == talk.OPEN for one in said)
    outcome = AnswerOutcome.CONFIRMED if is_as_known else AnswerOutcome.CORRECTED
    return Heard(outcome=outcome if status else AnswerOutcome.UNFINISHED, said=tuple(said), left=left)


def _said_of_facility(results: Results, status: str) -> Iterator[Said]:
    if status:
        yield Said(subject=Subject.STATUS, words=status)
    for name in names_in(_words(results, Subject.NEWCOMER)):
        yield Said(subject=Subject.NEWCOMER, words=name)
    for part in (Subject.SERVICES, Subject.PLACE_PHONE):
        words = _words(results, part)
        if words and not is_nobody(words):
            yield Said(subject=part, words=words)


def is_nobody(words: str) -> bool:
    return words.strip().casefold() in _NOBODY or plain(words) in _NOBODY


def names_in(words: str) -> list[str]:
    """The names of a list; none of "nobody"."""
    if not words or is_nobody(words):
        return []
    names = (" ".join(part.split()) for part in _BETWEEN_NAMES.split(words))
    return list(dict.fromkeys(name for name in names if len(name) > 1 and not is_nobody(name)))


def _left(words: str, staff: int) -> tuple[int, ...] | None:
    """The numbers in the answer; None when it says something else."""
    if not words:
        return None
    if is_nobody(words):
        return ()
    numbers = [int(number) for number in _NUMBERS.findall(words)]
    if not numbers or not _ONLY_NUMBERS.fullmatch(words.casefold()):
        return None
    if any(not 1 <= number <= staff for number in numbers):
        return None
    return tuple(dict.fromkeys(numbers))


def _option(results: Results, question: str) -> str:
    result = results.get(talk.key_of(question)) or {}
    return talk.chosen(question, str(result.get("category") or ""))


def _words(results: Results, question: str) -> str:
    result = results.get(talk.key_of(question)) or {}
    return " ".join(str(result.get("value") or "").split())[:300]
