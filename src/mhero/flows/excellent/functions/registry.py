"""How functions are declared: the types of their arguments, and how many of them may be missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import TypeAlias

from mhero.flows.excellent import convert
from mhero.flows.excellent.errors import ExpressionError
from mhero.flows.excellent.values import Scope, XError, XFunction

FUNCTIONS: dict[str, XFunction] = {}

Converter: TypeAlias = Callable[[Scope, object], object]
Body: TypeAlias = Callable[..., object]

#: No array that a function makes is longer, and no repeated text.
LARGEST = 10_000


def text(_scope: Scope, value: object) -> str:
    """An argument that is a text."""
    return convert.to_text(value)


def number(_scope: Scope, value: object) -> object:
    """An argument that is a number."""
    return convert.to_number(value)


def integer(_scope: Scope, value: object) -> int:
    """An argument that is a whole number."""
    return convert.to_integer(value)


def boolean(_scope: Scope, value: object) -> bool:
    """An argument that is true or false."""
    return convert.to_boolean(value)


def moment(scope: Scope, value: object) -> datetime:
    """An argument that is a date and time."""
    return convert.to_datetime(scope.env, value)


def day(scope: Scope, value: object) -> date:
    """An argument that is a date."""
    return convert.to_date(scope.env, value)


def clock(scope: Scope, value: object) -> time:
    """An argument that is a time of day."""
    return convert.to_time(scope.env, value)


def array(_scope: Scope, value: object) -> list[object]:
    """An argument that is an array."""
    return convert.to_array(value)


def mapping(_scope: Scope, value: object) -> dict[str, object]:
    """An argument that is an object."""
    return convert.to_object(value)


def function_value(_scope: Scope, value: object) -> XFunction:
    """An argument that is a function."""
    return convert.to_function(value)


def anything(_scope: Scope, value: object) -> object:
    """An argument of any type but an error."""
    if type(value) is XError:
        raise ExpressionError(value.message)
    return value


def raw(_scope: Scope, value: object) -> object:
    """An argument as it is, errors too."""
    return value


def function(
    *converters: Converter, optional: int = 0, rest: Converter | None = None, name: str = ""
) -> Callable[[Body], Body]:
    """Registers a function under its own name, or `name` where that is a word of Python.

    It is called with the scope and its converted arguments; the last `optional` of them may be missing, and
    any number more may follow when `rest` says how to convert them.
    """

    def register(body: Body) -> Body:
        def convert_one(scope: Scope, arg: object) -> object:
            result = body(scope, converters[0](scope, arg))
            return Decimal(result) if type(result) is int else result

        def convert_and_call(scope: Scope, *args: object) -> object:
            values = [converter(scope, arg) for converter, arg in zip(converters, args, strict=False)]
            if rest is not None and len(args) > len(converters):
                values += [rest(scope, arg) for arg in args[len(converters) :]]
            result = body(scope, *values)
            return Decimal(result) if type(result) is int else result

        known = name or body.__name__.rstrip("_")
        maximum = None if rest is not None else len(converters)
        only_one = len(converters) == maximum == 1 and not optional
        called = convert_one if only_one else convert_and_call
        FUNCTIONS[known] = XFunction(known, called, len(converters) - optional, maximum)
        return body

    return register


def at_most(items: list[object]) -> list[object]:
    """The array, which may not be longer than arrays are allowed to be."""
    if len(items) > LARGEST:
        raise ExpressionError(f"array is longer than {LARGEST} items")
    return items
