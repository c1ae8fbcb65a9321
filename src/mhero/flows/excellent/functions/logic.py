"""Conversions, logic, and functions that look at errors."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

from mhero.flows.excellent import convert
from mhero.flows.excellent.dates import add_days
from mhero.flows.excellent.errors import ExpressionError
from mhero.flows.excellent.functions.registry import (
    boolean,
    clock,
    day,
    function,
    moment,
    number,
    raw,
    text,
)
from mhero.flows.excellent.values import MISSING, Scope, XError, XObject


@function(text, name="text")
def as_text(_scope: Scope, value: str) -> str:
    """Any value as text."""
    return value


@function(boolean, name="boolean")
def as_boolean(_scope: Scope, value: bool) -> bool:
    """Any value as true or false."""
    return value


@function(number, name="number")
def as_number(_scope: Scope, value: Decimal) -> Decimal:
    """Any value as a number."""
    return value


@function(day, name="date")
def as_date(_scope: Scope, value: date) -> date:
    """Any value as a date."""
    return value


@function(moment, name="datetime")
def as_datetime(_scope: Scope, value: datetime) -> datetime:
    """Any value as a date and time."""
    return value


@function(clock, name="time")
def as_time(_scope: Scope, value: time) -> time:
    """Any value as a time of day."""
    return value


@function(raw, rest=raw)
def and_(_scope: Scope, *values: object) -> bool:
    """Whether all of them are true."""
    return all(convert.to_boolean(value) for value in values)


@function(raw, rest=raw)
def or_(_scope: Scope, *values: object) -> bool:
    """Whether any of them is true."""
    return any(convert.to_boolean(value) for value in values)


@function(boolean, raw, raw)
def if_(_scope: Scope, test: bool, value1: object, value2: object) -> object:
    """The one value where the test is true, else the other; the one not taken may be an error."""
    chosen = value1 if test else value2
    if isinstance(chosen, XError):
        raise ExpressionError(chosen.message)
    return chosen


@function(raw)
def is_error(_scope: Scope, value: object) -> bool:
    """Whether the value is an error."""
    return isinstance(value, XError)


@function(raw, raw)
def default(_scope: Scope, value: object, instead: object) -> object:
    """The value, or the other where it is an error, null or empty text."""
    tested = value
    while isinstance(tested, XObject) and tested.default is not MISSING:
        tested = tested.default
    if tested is None or tested == "" or isinstance(tested, XError):
        if isinstance(instead, XError):
            raise ExpressionError(instead.message)
        return instead
    return value


@function(raw, raw)
def legacy_add(scope: Scope, left: object, right: object) -> object:
    """What `+` did in old flows: numbers are added, and a number to a date means so many days."""
    first, second = _number_or_none(left), _number_or_none(right)
    if first is not None and second is not None:
        return first + second
    if first is None and second is None:
        return convert.to_number(left)
    moment_value = convert.to_datetime(scope.env, right if first is not None else left)
    days = convert.to_integer(left if first is not None else right)
    return add_days(moment_value, days)


def _number_or_none(value: object) -> Decimal | None:
    try:
        return convert.to_number(value)
    except ExpressionError:
        if isinstance(value, XError):
            raise
        return None
