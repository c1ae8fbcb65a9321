"""The tests that routers put their operands to; in expressions they are functions too.

`TESTS[name](env, operand, *args)` answers a Match, NO_MATCH, or an XError where the arguments make no sense.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TypeAlias

import phonenumbers

from mhero.flows.environment import Environment, NumberFormat
from mhero.flows.excellent import convert
from mhero.flows.excellent.dates import find_time, in_zone, parse_datetime
from mhero.flows.excellent.errors import ExpressionError
from mhero.flows.excellent.functions import FUNCTIONS
from mhero.flows.excellent.functions.registry import (
    Body,
    Converter,
    anything,
    array,
    day,
    mapping,
    number,
    raw,
    text,
)
from mhero.flows.excellent.numbers import parse_number
from mhero.flows.excellent.patterns import compile_pattern
from mhero.flows.excellent.values import MISSING, Scope, XError, XFunction, XObject, describe
from mhero.flows.excellent.words import collate, words

_EMAIL = re.compile(r"[\w.+%-]*[\w+%-]@[\w-]+(?:\.[\w-]+)+")
_PUNCTUATION = re.compile(r"[^\w\s]+")
_NAME_PART = re.compile(r"\w+")
_PHONE = re.compile(r"\+?\d[\d\s().-]{3,}\d")
STATE, DISTRICT, WARD = 1, 2, 3
#: How many words a place's name is looked for in, and how many it may have itself.
_MOST_PARTS = 50
_LONGEST_NAME = 4


class Match(XObject):
    """A test that passed: true, with what matched and what else was found."""

    __slots__ = ("extra", "match")

    def __init__(self, match: object, extra: object = None) -> None:
        super().__init__({"match": match, "extra": extra}, default=True)
        self.match = match
        self.extra = extra


class NoMatch(XObject):
    """A test that did not pass: false."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__({"match": None, "extra": None}, default=False)


NO_MATCH = NoMatch()
TestResult: TypeAlias = Match | NoMatch | XError
Test: TypeAlias = Callable[..., TestResult]
TESTS: dict[str, Test] = {}


def _test(*converters: Converter, optional: int = 0, rest: Converter | None = None) -> Callable[[Body], Body]:
    """Registers a test under its own name, as a router's and as a function of expressions."""
    minimum, maximum = len(converters) - optional, None if rest else len(converters)

    def register(body: Body) -> Body:
        def call(scope: Scope, *args: object) -> object:
            values = [converter(scope, arg) for converter, arg in zip(converters, args, strict=False)]
            if rest is not None:
                values += [rest(scope, arg) for arg in args[len(converters) :]]
            return body(scope.env, *values)

        function = XFunction(body.__name__, call, minimum, maximum)
        FUNCTIONS[body.__name__] = function

        def run(env: Environment, *args: object) -> TestResult:
            try:
                return function.call(Scope(env, {}), list(args))  # type: ignore[return-value]
            except ExpressionError as exc:
                return XError(str(exc))

        TESTS[body.__name__] = run
        return body

    return register


@_test(raw)
def has_error(_env: Environment, value: object) -> TestResult:
    """Whether it is an error."""
    return Match(value.message) if isinstance(value, XError) else NO_MATCH


@_test(text)
def has_text(_env: Environment, value: str) -> TestResult:
    """Whether there is anything but white space."""
    stripped = value.strip()
    return Match(stripped) if stripped else NO_MATCH


@_test(text)
def has_value(_env: Environment, value: str) -> TestResult:
    """An older name of `has_text`."""
    stripped = value.strip()
    return Match(stripped) if stripped else NO_MATCH


@_test(text, text)
def has_only_text(_env: Environment, value: str, wanted: str) -> TestResult:
    """Whether it is exactly this text."""
    return Match(value) if value == wanted else NO_MATCH


@_test(text, text)
def has_beginning(env: Environment, value: str, beginning: str) -> TestResult:
    """Whether it begins with this."""
    value, beginning = value.strip(), beginning.strip()
    head = value[: len(beginning)]
    matches = beginning and collate(head, env.input_collation) == collate(beginning, env.input_collation)
    return Match(head) if matches else NO_MATCH


@_test(text, text)
def has_any_word(env: Environment, value: str, wanted: str) -> TestResult:
    """Whether any of these words is in it."""
    found = _found_words(env, value, wanted)[0]
    return Match(" ".join(found)) if found else NO_MATCH


@_test(text, text)
def has_all_words(env: Environment, value: str, wanted: str) -> TestResult:
    """Whether all of these words are in it."""
    found, lacking = _found_words(env, value, wanted)
    return Match(" ".join(found)) if found and not lacking else NO_MATCH


def _found_words(env: Environment, value: str, wanted: str) -> tuple[list[str], set[str]]:
    """The words of a text that are wanted, and the wanted words that it lacks."""
    wanted_words = {collate(word, env.input_collation) for word in words(wanted)}
    found = [word for word in words(value) if collate(word, env.input_collation) in wanted_words]
    return found, wanted_words - {collate(word, env.input_collation) for word in found}


@_test(text, text)
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


@_test(text, text)
def has_only_phrase(env: Environment, value: str, phrase: str) -> TestResult:
    """Whether these words are all that it is."""
    said = words(value)
    if [collate(word, env.input_collation) for word in said] != [
        collate(word, env.input_collation) for word in words(phrase)
    ]:
        return NO_MATCH
    return Match(" ".join(said))


@_test(text, text)
def has_pattern(_env: Environment, value: str, pattern: str) -> TestResult:
    """Whether a regular expression is found in it; the groups are the extra."""
    found = compile_pattern(pattern).search(value)
    if not found:
        return NO_MATCH
    return Match(found[0], XObject((str(index), group or "") for index, group in enumerate(found)))


@lru_cache(maxsize=64)
def _number_pattern(style: NumberFormat) -> re.Pattern[str]:
    group, point = re.escape(style.digit_grouping_symbol), re.escape(style.decimal_symbol)
    whole = rf"\d+(?:{group}\d+)*" if group else r"\d+"
    return re.compile(rf"(?<!\w)-?(?:{whole}(?:{point}\d+)?|{point}\d+)|{whole}(?:{point}\d+)?")


def parse_written_number(written: str, style: NumberFormat) -> Decimal | None:
    """The number that somebody wrote, in whatever digits, or None."""
    if not style.decimal_symbol:
        return None
    western = "".join(str(int(char)) if char.isdecimal() else char for char in written.strip())
    if style.digit_grouping_symbol:
        western = western.replace(style.digit_grouping_symbol, "")
    try:
        return parse_number(western.replace(style.decimal_symbol, "."))
    except ExpressionError:
        return None


def _first_number(env: Environment, value: str, passes: Callable[[Decimal], bool]) -> TestResult:
    if not env.number_format.decimal_symbol:
        return NO_MATCH
    for match in _number_pattern(env.number_format).finditer(value):
        found = parse_written_number(match[0], env.number_format)
        if found is not None and passes(found):
            return Match(found)
    return NO_MATCH


@_test(text)
def has_number(env: Environment, value: str) -> TestResult:
    """Whether there is a number."""
    return _first_number(env, value, lambda _number: True)


@_test(text, number, number)
def has_number_between(env: Environment, value: str, low: Decimal, high: Decimal) -> TestResult:
    """Whether there is a number from one to another, both included."""
    return _first_number(env, value, lambda found: low <= found <= high)


@_test(text, number)
def has_number_lt(env: Environment, value: str, limit: Decimal) -> TestResult:
    """Whether there is a smaller number."""
    return _first_number(env, value, lambda found: found < limit)


@_test(text, number)
def has_number_lte(env: Environment, value: str, limit: Decimal) -> TestResult:
    """Whether there is a number that is not larger."""
    return _first_number(env, value, lambda found: found <= limit)


@_test(text, number)
def has_number_eq(env: Environment, value: str, wanted: Decimal) -> TestResult:
    """Whether there is this number."""
    return _first_number(env, value, lambda found: found == wanted)


@_test(text, number)
def has_number_gte(env: Environment, value: str, limit: Decimal) -> TestResult:
    """Whether there is a number that is not smaller."""
    return _first_number(env, value, lambda found: found >= limit)


@_test(text, number)
def has_number_gt(env: Environment, value: str, limit: Decimal) -> TestResult:
    """Whether there is a larger number."""
    return _first_number(env, value, lambda found: found > limit)


def _date_in(env: Environment, value: str, passes: Callable[[date], bool]) -> TestResult:
    """A date that passes, with the present time of day where none was said."""
    found = parse_datetime(env, value, fill_time=True)
    if found is None:
        return NO_MATCH
    local: datetime = in_zone(found, env.timezone)
    return Match(local) if passes(local.date()) else NO_MATCH


@_test(text)
def has_date(env: Environment, value: str) -> TestResult:
    """Whether there is a date."""
    return _date_in(env, value, lambda _date: True)


@_test(text, day)
def has_date_lt(env: Environment, value: str, limit: date) -> TestResult:
    """Whether there is an earlier date."""
    return _date_in(env, value, lambda found: found < limit)


@_test(text, day)
def has_date_eq(env: Environment, value: str, wanted: date) -> TestResult:
    """Whether there is this date."""
    return _date_in(env, value, lambda found: found == wanted)


@_test(text, day)
def has_date_gt(env: Environment, value: str, limit: date) -> TestResult:
    """Whether there is a later date."""
    return _date_in(env, value, lambda found: found > limit)


@_test(text)
def has_time(_env: Environment, value: str) -> TestResult:
    """Whether there is a time of day."""
    found = find_time(value)
    return Match(found) if found is not None else NO_MATCH


@_test(text)
def has_email(_env: Environment, value: str) -> TestResult:
    """Whether there is an e-mail address."""
    found = _EMAIL.search(value)
    return Match(found[0]) if found else NO_MATCH


@_test(text, text, optional=1)
def has_phone(env: Environment, value: str, country: str = "") -> TestResult:
    """Whether there is a phone number, of this country where it does not say its own."""
    region = country or env.default_country or None
    for match in phonenumbers.PhoneNumberMatcher(value, region, leniency=phonenumbers.Leniency.POSSIBLE):
        return Match(_e164(match.number))
    # Letters stuck to a number, or an international number without its plus sign.
    for candidate in _PHONE.findall(value):
        parsed = _possible(candidate, region) or _valid_abroad(candidate)
        if parsed:
            return Match(_e164(parsed))
    return NO_MATCH


def _e164(parsed: phonenumbers.PhoneNumber) -> str:
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def _possible(candidate: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        parsed = phonenumbers.parse(candidate, region)
    except phonenumbers.NumberParseException:
        return None
    return parsed if phonenumbers.is_possible_number(parsed) else None


def _valid_abroad(candidate: str) -> phonenumbers.PhoneNumber | None:
    parsed = _possible("+" + candidate.lstrip("+"), None)
    return parsed if parsed and phonenumbers.is_valid_number(parsed) else None


@_test(array, text)
def has_group(_env: Environment, groups: list[object], uuid: str) -> TestResult:
    """Whether the group of this UUID is among them."""
    for group in groups:
        if isinstance(group, dict) and convert.to_text(group.get("uuid")) == uuid:
            return Match(group)
    return NO_MATCH


@_test(mapping, text, rest=text)
def has_category(_env: Environment, result: dict[str, object], *categories: str) -> TestResult:
    """Whether a result has one of these categories."""
    category = result.get("category", MISSING)
    if category is MISSING:
        raise ExpressionError(f"{describe(result)} is not a result")
    said = convert.to_text(category)
    return Match(said) if said.lower() in {wanted.lower() for wanted in categories} else NO_MATCH


@_test(anything, text, number)
def has_intent(_env: Environment, _result: object, _intent: str, _confidence: Decimal) -> TestResult:
    """Never true: classifiers are no longer asked."""
    return NO_MATCH


@_test(anything, text, number)
def has_top_intent(_env: Environment, _result: object, _intent: str, _confidence: Decimal) -> TestResult:
    """Never true: classifiers are no longer asked."""
    return NO_MATCH


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


@_test(text)
def has_state(env: Environment, value: str) -> TestResult:
    """Whether it names a state."""
    return _place(_places(env, value, STATE, [None]))


@_test(text, text, optional=1)
def has_district(env: Environment, value: str, state: str = "") -> TestResult:
    """Whether it names a district: of this state, or one whose name is the only one."""
    if state:
        return _place(_places(env, value, DISTRICT, _places(env, state, STATE, [None])))
    found = _places(env, value, DISTRICT, [None])
    return _place(found) if len(found) == 1 else NO_MATCH


@_test(text, text, text, optional=2)
def has_ward(env: Environment, value: str, state: str = "", district: str = "") -> TestResult:
    """Whether it names a ward: of this state and district, or one whose name is the only one."""
    if district and state:
        districts = _places(env, district, DISTRICT, _places(env, state, STATE, [None]))
        return _place(_places(env, value, WARD, districts))
    found = _places(env, value, WARD, [None])
    return _place(found) if len(found) == 1 else NO_MATCH
