"""Functions on arrays and objects, and functions that call functions."""

from __future__ import annotations

from decimal import Decimal
from functools import cmp_to_key

from mhero.flows.excellent.convert import compare, equal, to_boolean, to_text
from mhero.flows.excellent.errors import ExpressionError
from mhero.flows.excellent.functions.registry import (
    anything,
    array,
    at_most,
    function,
    function_value,
    integer,
    mapping,
    text,
)
from mhero.flows.excellent.values import MISSING, Deprecated, Scope, XFunction, XObject


@function(rest=anything, name="array")
def make_array(_scope: Scope, *values: object) -> list[object]:
    """An array of the values."""
    return at_most(list(values))


@function(rest=anything, name="object")
def make_object(_scope: Scope, *pairs: object) -> XObject:
    """An object of names and values in turn."""
    if len(pairs) % 2:
        raise ExpressionError("requires an even number of arguments")
    names = map(to_text, pairs[::2])
    return XObject(zip(names, pairs[1::2], strict=True))


@function(array, integer, integer, optional=1, name="slice")
def part(_scope: Scope, items: list[object], start: int, end: int | None = None) -> list[object]:
    """The items from one place up to another; negative places count from the end."""
    return items[start:end]


@function(array, anything)
def contains(_scope: Scope, items: list[object], value: object) -> bool:
    """Whether the value is among the items."""
    return any(equal(item, value) for item in items)


@function(array, text)
def join(scope: Scope, items: list[object], separator: str) -> str:
    """The items as one text."""
    texts = [to_text(item) for item in items]
    scope.spend(sum(map(len, texts)))
    return separator.join(texts)


@function(array)
def reverse(_scope: Scope, items: list[object]) -> list[object]:
    """The items, the last first."""
    return items[::-1]


@function(array)
def sort(scope: Scope, items: list[object]) -> list[object]:
    """The items in their order; they have to be of one type."""
    scope.spend(len(items))
    if len({type(item) for item in items}) > 1:
        raise ExpressionError("items are not all of one type")
    return sorted(items, key=cmp_to_key(compare))


@function(array)
def unique(scope: Scope, items: list[object]) -> list[object]:
    """The items without those that came before."""
    kept: list[object] = []
    known: set[tuple[type, object]] = set()
    compared: list[object] = []
    for item in items:
        if isinstance(item, (str, Decimal)):
            seen = (type(item), item) in known
            known.add((type(item), item))
        else:
            scope.spend(len(compared))
            seen = any(equal(item, other) for other in compared)
            compared.append(item)
        if not seen:
            kept.append(item)
    return kept


@function(array, array)
def concat(_scope: Scope, one: list[object], other: list[object]) -> list[object]:
    """The items of both."""
    return at_most([*one, *other])


@function(anything)
def count(_scope: Scope, value: object) -> int:
    """How many items or properties there are."""
    if value is None:
        return 0
    if isinstance(value, (list, dict)):
        return len(value)
    raise ExpressionError("value isn't countable")


@function(mapping)
def keys(_scope: Scope, value: dict[str, object]) -> list[object]:
    """The names of the properties, in their order."""
    return sorted(value)  # type: ignore[return-value]


def _property(value: dict[str, object], name: str) -> object:
    found = value.get(name, MISSING)
    if found is MISSING:
        lowered = name.lower()
        found = next((item for key, item in value.items() if key.lower() == lowered), None)
    return found.value if isinstance(found, Deprecated) else found


@function(mapping, text)
def extract(_scope: Scope, value: dict[str, object], name: str) -> object:
    """The property of this name, or null."""
    return _property(value, name)


@function(mapping, text, rest=text)
def extract_object(_scope: Scope, value: dict[str, object], *names: str) -> XObject:
    """An object of only these properties."""
    return XObject((name.lower(), _property(value, name)) for name in names)


@function(array, function_value, rest=anything)
def foreach(scope: Scope, items: list[object], func: XFunction, *args: object) -> list[object]:
    """What the function makes of each item."""
    return [func.call(scope, [item, *args]) for item in items]


@function(mapping, function_value, rest=anything)
def foreach_value(scope: Scope, value: dict[str, object], func: XFunction, *args: object) -> XObject:
    """An object with what the function makes of each property."""
    return XObject((name, func.call(scope, [item, *args])) for name, item in value.items())


@function(array, function_value, name="filter")
def kept_items(scope: Scope, items: list[object], func: XFunction) -> list[object]:
    """The items for which the function answers something true."""
    return [item for item in items if to_boolean(func.call(scope, [item]))]
