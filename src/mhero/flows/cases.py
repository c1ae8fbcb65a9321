"""The tests that routers put their operands to; in expressions they are functions too.

`TESTS[name](env, operand, *args)` answers a Match, NO_MATCH, or an XError where the arguments make no sense.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from mhero.flows import case_places, case_values
from mhero.flows.case_results import NO_MATCH, TESTS, Match, NoMatch, TestResult, router_test
from mhero.flows.environment import Environment
from mhero.flows.excellent import convert
from mhero.flows.excellent.errors import ExpressionError
from mhero.flows.excellent.functions.registry import anything, array, mapping, number, raw, text
from mhero.flows.excellent.patterns import compile_pattern
from mhero.flows.excellent.values import MISSING, XError, XObject, describe
from mhero.flows.excellent.words import collate, words

__all__ = ["NO_MATCH", "TESTS", "Match", "NoMatch", "TestResult", "case_places", "case_values"]


@router_test(raw)
def has_error(_env: Environment, value: object) -> TestResult:
    """Whether it is an error."""
    return Match(value.message) if isinstance(value, XError) else NO_MATCH


@router_test(text)
def has_text(_env: Environment, value: str) -> TestResult:
    """Whether there is anything but white space."""
    stripped = value.strip()
    return Match(stripped) if stripped else NO_MATCH


@router_test(text)
def has_value(_env: Environment, value: str) -> TestResult:
    """An older name of `has_text`."""
    stripped = value.strip()
    return Match(stripped) if stripped else NO_MATCH


@router_test(text, text)
def has_only_text(_env: Environment, value: str, wanted: str) -> TestResult:
    """Whether it is exactly this text."""
    return Match(value) if value == wanted else NO_MATCH


@router_test(text, text)
def has_beginning(env: Environment, value: str, beginning: str) -> TestResult:
    """Whether it begins with this."""
    value, beginning = value.strip(), beginning.strip()
    head = value[: len(beginning)]
    matches = beginning and collate(head, env.input_collation) == collate(beginning, env.input_collation)
    return Match(head) if matches else NO_MATCH


@router_test(text, text)
def has_any_word(env: Environment, value: str, wanted: str) -> TestResult:
    """Whether any of these words is in it."""
    found = _found_words(env, value, _wanted_words(wanted, env.input_collation))
    return Match(" ".join(found)) if found else NO_MATCH


@router_test(text, text)
def has_all_words(env: Environment, value: str, wanted: str) -> TestResult:
    """Whether all of these words are in it."""
    wanted_words = _wanted_words(wanted, env.input_collation)
    found = _found_words(env, value, wanted_words)
    lacking = wanted_words - {collate(word, env.input_collation) for word in found}
    return Match(" ".join(found)) if found and not lacking else NO_MATCH


def _found_words(env: Environment, value: str, wanted: frozenset[str]) -> list[str]:
    """The words of a text that are wanted."""
    return [word for word in words(value) if collate(word, env.input_collation) in wanted]


@lru_cache(maxsize=4096)
def _wanted_words(wanted: str, collation: str) -> frozenset[str]:
    """The words that a case looks for: nearly always those that its flow was written with."""
    return frozenset(collate(word, collation) for word in words(wanted))


@router_test(text, text)
def has_phrase(env: Environment, value: str, phrase: str) -> TestResult:
    """Whether these words stand in it, one after the other."""
    wanted = [collate(word, env.input_collation) for word in words(phrase)]
    if not wanted:
        return Match("")
    said = words(value)
    collated = [collate(word, env.input_collation) for word in said]
    size = len(wanted)
    for start in range(len(said) - size + 1):
        if collated[start : start + size] == wanted:
            return Match(" ".join(said[start : start + size]))
    return NO_MATCH


@router_test(text, text)
def has_only_phrase(env: Environment, value: str, phrase: str) -> TestResult:
    """Whether these words are all that it is."""
    said = words(value)
    if [collate(word, env.input_collation) for word in said] != [
        collate(word, env.input_collation) for word in words(phrase)
    ]:
        return NO_MATCH
    return Match(" ".join(said))


@router_test(text, text)
def has_pattern(_env: Environment, value: str, pattern: str) -> TestResult:
    """Whether a regular expression is found in it; the groups are the extra."""
    found = compile_pattern(pattern).search(value)
    if not found:
        return NO_MATCH
    return Match(found[0], XObject((str(index), group or "") for index, group in enumerate(found)))


@router_test(array, text)
def has_group(_env: Environment, groups: list[object], uuid: str) -> TestResult:
    """Whether the group of this UUID is among them."""
    for group in groups:
        if isinstance(group, dict) and convert.to_text(group.get("uuid")) == uuid:
            return Match(group)
    return NO_MATCH


@router_test(mapping, text, rest=text)
def has_category(_env: Environment, result: dict[str, object], *categories: str) -> TestResult:
    """Whether a result has one of these categories."""
    category = result.get("category", MISSING)
    if category is MISSING:
        raise ExpressionError(f"{describe(result)} is not a result")
    said = convert.to_text(category)
    return Match(said) if said.lower() in {wanted.lower() for wanted in categories} else NO_MATCH


@router_test(anything, text, number)
def has_intent(_env: Environment, _result: object, _intent: str, _confidence: Decimal) -> TestResult:
    """Never true: classifiers are no longer asked."""
    return NO_MATCH


@router_test(anything, text, number)
def has_top_intent(_env: Environment, _result: object, _intent: str, _confidence: Decimal) -> TestResult:
    """Never true: classifiers are no longer asked."""
    return NO_MATCH
