"""Routers' tests for the places of the country, however people name them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mhero.flows.case_results import NO_MATCH, Match, TestResult, router_test
from mhero.flows.environment import Environment
from mhero.flows.excellent.errors import ExpressionError
from mhero.flows.excellent.functions.registry import text
from mhero.flows.excellent.words import words

_PUNCTUATION = re.compile(r"[^\w\s]+")
_NAME_PART = re.compile(r"\w+")
STATE, DISTRICT, WARD = 1, 2, 3
#: How many words a place's name is looked for in, and how many it may have itself.
_MOST_PARTS = 50
_LONGEST_NAME = 4


def _places(env: Environment, value: str, level: int, parents: list[object]) -> list[object]:
    """The places of a level that a text names: as a whole, without punctuation, by a word, by a few words."""
    if env.locations is None:
        raise ExpressionError("can't find locations in environment which is not location enabled")
    path = env.locations.find(value.strip()) if ">" in value else None
    if path is not None and path.level == level:
        return [path]
    for name in dict.fromkeys(_names_in(value)):
        found = [place for parent in parents for place in env.locations.find_by_name(name, level, parent)]
        if found:
            return found
    return []


def _names_in(value: str) -> Iterator[str]:
    yield value.strip()
    yield " ".join(_PUNCTUATION.sub(" ", value).split())
    yield from words(value)
    parts = list(_NAME_PART.finditer(value))[:_MOST_PARTS]
    for size in range(1, _LONGEST_NAME + 1):
        for first, last in zip(parts, parts[size - 1 :], strict=False):
            yield value[first.start() : last.end()]


def _place(places: list[object]) -> TestResult:
    return Match(places[0].path) if places else NO_MATCH  # type: ignore[attr-defined]


@router_test(text)
def has_state(env: Environment, value: str) -> TestResult:
    """Whether it names a state."""
    return _place(_places(env, value, STATE, [None]))


@router_test(text, text, optional=1)
def has_district(env: Environment, value: str, state: str = "") -> TestResult:
    """Whether it names a district: of this state, or one whose name is the only one."""
    if state:
        return _place(_places(env, value, DISTRICT, _places(env, state, STATE, [None])))
    found = _places(env, value, DISTRICT, [None])
    return _place(found) if len(found) == 1 else NO_MATCH


@router_test(text, text, text, optional=2)
def has_ward(env: Environment, value: str, state: str = "", district: str = "") -> TestResult:
    """Whether it names a ward: of this state and district, or one whose name is the only one."""
    if district and state:
        districts = _places(env, district, DISTRICT, _places(env, state, STATE, [None]))
        return _place(_places(env, value, WARD, districts))
    found = _places(env, value, WARD, [None])
    return _place(found) if len(found) == 1 else NO_MATCH
