"""Functions on numbers."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from mhero.flows.excellent.convert import to_number
from mhero.flows.excellent.errors import ExpressionError
from mhero.flows.excellent.functions.registry import array, function, integer, number
from mhero.flows.excellent.numbers import WIDE, checked, divide, round_to
from mhero.flows.excellent.values import Scope, plain

_LARGEST_PERCENT = Decimal(2**63 - 1)


@function(number)
def percent(_scope: Scope, value: Decimal) -> str:
    """The number as a whole percentage."""
    hundredfold = round_to(WIDE.multiply(value, Decimal(100)), 0)
    if abs(hundredfold) > _LARGEST_PERCENT:
        raise ExpressionError("number value out of range")
    return plain(hundredfold) + "%"


@function(number, name="abs")
def absolute(_scope: Scope, value: Decimal) -> Decimal:
    """The number without its sign."""
    return abs(value)


@function(number, integer, optional=1, name="round")
def nearest(_scope: Scope, value: Decimal, places: int = 0) -> Decimal:
    """The number to so many decimals; halves go away from zero."""
    return round_to(value, places)


@function(number, integer, optional=1)
def round_up(_scope: Scope, value: Decimal, places: int = 0) -> Decimal:
    """The next larger number of so many decimals."""
    return round_to(value, places, ROUND_CEILING)


@function(number, integer, optional=1)
def round_down(_scope: Scope, value: Decimal, places: int = 0) -> Decimal:
    """The next smaller number of so many decimals."""
    return round_to(value, places, ROUND_FLOOR)


@function(number, rest=number, name="max")
def largest(_scope: Scope, *values: Decimal) -> Decimal:
    """The largest."""
    return max(values)


@function(number, rest=number, name="min")
def smallest(_scope: Scope, *values: Decimal) -> Decimal:
    """The smallest."""
    return min(values)


@function(number, rest=number)
def mean(_scope: Scope, *values: Decimal) -> Decimal:
    """The average."""
    return divide(_total(values), Decimal(len(values)))


@function(number, number)
def mod(_scope: Scope, dividend: Decimal, divisor: Decimal) -> Decimal:
    """What is left of a division."""
    if not divisor:
        raise ExpressionError("division by zero")
    return WIDE.remainder(dividend, divisor)


@function(array, name="sum")
def total(_scope: Scope, values: list[object]) -> Decimal:
    """The items added up."""
    return checked(_total(tuple(map(to_number, values))))


def _total(values: tuple[Decimal, ...]) -> Decimal:
    added = Decimal(0)
    for value in values:
        added = WIDE.add(added, value)
    return added


@function()
def rand(scope: Scope) -> Decimal:
    """A random number from 0 up to 1."""
    return Decimal(repr(scope.env.random()))


@function(number, number)
def rand_between(scope: Scope, low: Decimal, high: Decimal) -> Decimal:
    """A random whole number between two, both included."""
    span = WIDE.add(WIDE.subtract(high, low), Decimal(1))
    return round_to(WIDE.multiply(Decimal(repr(scope.env.random())), span), 0, ROUND_FLOOR) + low
