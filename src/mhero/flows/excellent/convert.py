"""From each type of value to the others, as expressions do it without being asked."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal

from mhero.flows.cleaning import read_json
from mhero.flows.environment import Environment
from mhero.flows.excellent import dates, layouts
from mhero.flows.excellent.errors import BudgetExceeded, ExpressionError
from mhero.flows.excellent.numbers import format_decimal, in_range, parse_number
from mhero.flows.excellent.values import MISSING, Deprecated, XError, XFunction, XObject, describe, plain
from mhero.flows.moments import nanoseconds

_LARGEST_INTEGER = 2**31 - 1
_DEEPEST_JSON = 64
#: No array or object is written out in more characters than this.
_LONGEST_TEXT = 1_000_000
_MOST_COMPARISONS = 100_000
_HOURS = 24


def raised(value: object) -> ExpressionError:
    """What to raise when this cannot be converted: an error's own message comes first."""
    return ExpressionError(value.message if isinstance(value, XError) else describe(value))


def single(value: object) -> object:
    """An object's default, which stands for it; everything else is itself. Raises errors."""
    while isinstance(value, XObject) and value.default is not MISSING:
        value = value.default
    if type(value) is XError:
        raise ExpressionError(value.message)
    return value


def to_text(value: object) -> str:
    """The value as text. Raises ExpressionError only for errors."""
    if type(value) is str:
        return value
    value = single(value)
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (Decimal, int)):
        return plain(Decimal(value))
    if isinstance(value, dict):
        pairs = (f"{key}: {nested_text(item)}" for key, item in sorted(value.items()))
        return "{" + _joined(pairs, ", ") + "}"
    if isinstance(value, list):
        return "[" + _joined(map(nested_text, value), ", ") + "]"
    return _other_text(value)


def _joined(texts: Iterable[str], separator: str) -> str:
    """The texts as one. Raises ExpressionError when that grows too long: one value may be part of many."""
    kept: list[str] = []
    length = 0
    for text in texts:
        kept.append(text)
        length += len(text) + len(separator)
        if length > _LONGEST_TEXT:
            raise BudgetExceeded
    return separator.join(kept)


def nested_text(value: object) -> str:
    """A value inside another as text; an error there is nothing."""
    if type(value) is Deprecated:
        value = value.value
    return "" if type(value) is XError else to_text(value)


def _other_text(value: object) -> str:
    if isinstance(value, datetime):
        return dates.iso_datetime(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return dates.iso_time(value)
    if isinstance(value, XFunction):
        return value.name or "<anon>"
    return str(value)


def to_number(value: object) -> Decimal:
    """The value as a number."""
    if type(value) is Decimal:
        return value
    value = single(value)
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, str):
        number = parse_number(value)
        if number is not None:
            return number
    raise ExpressionError(f"unable to convert {describe(value)} to a number")


def to_integer(value: object) -> int:
    """The value as a whole number, its decimals cut off."""
    number = to_number(value)
    if abs(number) > _LARGEST_INTEGER:
        raise ExpressionError(f"number value {plain(number)} is out of range for an integer")
    return int(number)


def to_boolean(value: object) -> bool:
    """Whether the value counts as true: not empty, not zero, not the word false."""
    value = single(value)
    if isinstance(value, str):
        return value != "" and value.lower() != "false"
    if isinstance(value, time):
        return value != time()
    if isinstance(value, date):
        return value.year > 1
    return bool(value)


def to_datetime(env: Environment, value: object) -> datetime:
    """The value as a moment; a date is its midnight in the environment's zone."""
    value = single(value)
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return dates.localize(datetime.combine(value, time()), env.timezone)
    if isinstance(value, str):
        moment = dates.parse_datetime(env, value)
        if moment is not None:
            return moment
    raise ExpressionError(f"unable to convert {describe(value)} to a datetime")


def to_date(env: Environment, value: object) -> date:
    """The value as a date."""
    value = single(value)
    if isinstance(value, datetime):
        return dates.in_zone(value, env.timezone).date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        day = dates.parse_date(env, value)
        if day is not None:
            return day
    raise ExpressionError(f"unable to convert {describe(value)} to a date")


def to_time(env: Environment, value: object) -> time:
    """The value as a time of day; a number is the hour."""
    del env
    value = single(value)
    if isinstance(value, datetime):
        return value.time()
    if isinstance(value, time):
        return value
    if isinstance(value, Decimal) and 0 <= value <= _HOURS:
        return time(int(value) % _HOURS)
    if isinstance(value, str):
        clock = dates.find_time(value)
        if clock is not None:
            return clock
    raise ExpressionError(f"unable to convert {describe(value)} to a time")


def to_array(value: object) -> list[object]:
    """The value as an array."""
    value = single(value)
    if value is None:
        return []
    if isinstance(value, list):
        return value
    raise ExpressionError(f"unable to convert {describe(value)} to an array")


def to_object(value: object) -> dict[str, object]:
    """The value as an object."""
    if value is None:
        return {}
    if isinstance(value, dict):
        return value
    single(value)
    raise ExpressionError(f"unable to convert {describe(value)} to an object")


def to_function(value: object) -> XFunction:
    """The value as a function."""
    value = single(value)
    if isinstance(value, XFunction):
        return value
    raise ExpressionError(f"unable to convert {describe(value)} to a function")


def formatted(env: Environment, value: object) -> str:
    """The value as people read it: their own dates and numbers, nested things on lines of their own."""
    if isinstance(value, XObject) and value.default is not MISSING:
        return formatted(env, value.default)
    if value is None or isinstance(value, XError):
        return ""
    if isinstance(value, (Decimal, int)) and not isinstance(value, bool):
        return format_decimal(Decimal(value), env.number_format, -1, True)
    if isinstance(value, datetime):
        return layouts.write(dates.in_zone(value, env.timezone), f"{env.date_format} {env.time_format}")
    if isinstance(value, date):
        return layouts.write(value, env.date_format)
    if isinstance(value, time):
        return layouts.write(value, env.time_format)
    if isinstance(value, list):
        return _joined(("- " + formatted(env, item).replace("\n", "\n  ") for item in value), "\n")
    if isinstance(value, dict):
        return _joined((_line(env, key, item) for key, item in sorted(value.items())), "\n")
    return to_text(value)


def _line(env: Environment, key: str, value: object) -> str:
    text = formatted(env, value.value if isinstance(value, Deprecated) else value)
    nested = isinstance(value, (dict, list)) and not (
        isinstance(value, XObject) and value.default is not MISSING
    )
    return f"{key}:\n  " + text.replace("\n", "\n  ") if nested and text else f"{key}: {text}"


def from_json(value: object, depth: int = 0) -> object:
    """A parsed JSON value as a value of expressions. Raises ExpressionError when it is nested too deep."""
    if depth > _DEEPEST_JSON:
        raise ExpressionError("JSON is nested too deep")
    if isinstance(value, dict):
        return XObject((key, from_json(item, depth + 1)) for key, item in value.items())
    if isinstance(value, list):
        return [from_json(item, depth + 1) for item in value]
    if isinstance(value, float):
        value = Decimal(repr(value))
    elif isinstance(value, int) and not isinstance(value, bool):
        value = Decimal(value)
    if isinstance(value, Decimal) and not in_range(value):
        return XError("number value out of range")
    return value


def parse_json(text: str) -> object:
    """The value that a JSON text holds."""
    try:
        return from_json(read_json(text, parse_float=Decimal, parse_int=Decimal, parse_constant=_no_constant))
    except (ValueError, ArithmeticError, RecursionError):
        raise ExpressionError("not valid JSON") from None


def _no_constant(name: str) -> object:
    raise ValueError(name)


def to_json(value: object) -> str:
    """The value as JSON: compact, properties in order; functions and errors are null."""
    if isinstance(value, dict):
        pairs = (f"{_quoted(key)}:{to_json(item)}" for key, item in sorted(value.items()))
        return "{" + _joined(pairs, ",") + "}"
    if isinstance(value, list):
        return "[" + _joined(map(to_json, value), ",") + "]"
    if isinstance(value, Deprecated):
        return to_json(value.value)
    if value is None or isinstance(value, (XError, XFunction)):
        return "null"
    if isinstance(value, (bool, int, Decimal)):
        return to_text(value)
    return _quoted(to_text(value))


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def equal(left: object, right: object) -> bool:
    """Whether two values are the same, of the same type."""
    return _equal(left, right, [_MOST_COMPARISONS])


def _equal(left: object, right: object, allowed: list[int]) -> bool:
    allowed[0] -= 1
    if allowed[0] < 0:
        raise BudgetExceeded
    if left is right:
        return True
    if isinstance(left, dict) and isinstance(right, dict):
        if isinstance(left, XObject) and isinstance(right, XObject):
            one, other = left.default, right.default
            if (one is MISSING) != (other is MISSING) or (
                one is not MISSING and not _equal(one, other, allowed)
            ):
                return False
        return left.keys() == right.keys() and all(
            _equal(item, right[key], allowed) for key, item in left.items()
        )
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(
            _equal(one, other, allowed) for one, other in zip(left, right, strict=True)
        )
    if isinstance(left, datetime) and isinstance(right, datetime):
        return nanoseconds(left) == nanoseconds(right)
    if type(left) is not type(right):
        return False
    return not isinstance(left, XFunction) and left == right


def compare(left: object, right: object) -> int:
    """Which of two values of one type comes first: -1, 0 or 1. Null comes before everything."""
    if left is None or right is None:
        return (left is not None) - (right is not None)
    one, other = single(left), single(right)
    if isinstance(one, datetime) and isinstance(other, datetime):
        one, other = nanoseconds(one), nanoseconds(other)
    if type(one) is not type(other) or isinstance(one, (list, dict, XFunction)):
        raise ExpressionError(f"{describe(left)} and {describe(right)} can't be compared")
    after, before = one > other, one < other  # type: ignore[operator]
    return int(after) - int(before)
