"""Routers' tests for numbers, dates, times, phone numbers and e-mail addresses in what people write."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

import phonenumbers

from mhero.flows.case_results import NO_MATCH, Match, TestResult, router_test
from mhero.flows.environment import Environment, NumberFormat
from mhero.flows.excellent.dates import find_time, in_zone, parse_datetime
from mhero.flows.excellent.errors import ExpressionError
from mhero.flows.excellent.functions.registry import day, number, text
from mhero.flows.excellent.numbers import parse_number

#: An address is found from its @: looking for its beginning at every letter would take long on long words.
_EMAIL_END = re.compile(r"@[\w-]+(?:\.[\w-]+)+")
_LONGEST_LOCAL_PART = 64
_LOCAL_PART = re.compile(r"[\w.+%-]*[\w+%-]\Z")
_PHONE = re.compile(r"\+?\d[\d\s().-]{3,}\d")


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


@router_test(text)
def has_number(env: Environment, value: str) -> TestResult:
    """Whether there is a number."""
    return _first_number(env, value, lambda _number: True)


@router_test(text, number, number)
def has_number_between(env: Environment, value: str, low: Decimal, high: Decimal) -> TestResult:
    """Whether there is a number from one to another, both included."""
    return _first_number(env, value, lambda found: low <= found <= high)


@router_test(text, number)
def has_number_lt(env: Environment, value: str, limit: Decimal) -> TestResult:
    """Whether there is a smaller number."""
    return _first_number(env, value, lambda found: found < limit)


@router_test(text, number)
def has_number_lte(env: Environment, value: str, limit: Decimal) -> TestResult:
    """Whether there is a number that is not larger."""
    return _first_number(env, value, lambda found: found <= limit)


@router_test(text, number)
def has_number_eq(env: Environment, value: str, wanted: Decimal) -> TestResult:
    """Whether there is this number."""
    return _first_number(env, value, lambda found: found == wanted)


@router_test(text, number)
def has_number_gte(env: Environment, value: str, limit: Decimal) -> TestResult:
    """Whether there is a number that is not smaller."""
    return _first_number(env, value, lambda found: found >= limit)


@router_test(text, number)
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


@router_test(text)
def has_date(env: Environment, value: str) -> TestResult:
    """Whether there is a date."""
    return _date_in(env, value, lambda _date: True)


@router_test(text, day)
def has_date_lt(env: Environment, value: str, limit: date) -> TestResult:
    """Whether there is an earlier date."""
    return _date_in(env, value, lambda found: found < limit)


@router_test(text, day)
def has_date_eq(env: Environment, value: str, wanted: date) -> TestResult:
    """Whether there is this date."""
    return _date_in(env, value, lambda found: found == wanted)


@router_test(text, day)
def has_date_gt(env: Environment, value: str, limit: date) -> TestResult:
    """Whether there is a later date."""
    return _date_in(env, value, lambda found: found > limit)


@router_test(text)
def has_time(_env: Environment, value: str) -> TestResult:
    """Whether there is a time of day."""
    found = find_time(value)
    return Match(found) if found is not None else NO_MATCH


@router_test(text)
def has_email(_env: Environment, value: str) -> TestResult:
    """Whether there is an e-mail address."""
    for end in _EMAIL_END.finditer(value):
        local = _LOCAL_PART.search(value[max(0, end.start() - _LONGEST_LOCAL_PART) : end.start()])
        if local:
            return Match(local[0] + end[0])
    return NO_MATCH


@router_test(text, text, optional=1)
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
