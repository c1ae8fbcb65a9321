"""Whether a contact is one of those that a query asks for: a tree is made into closures once, then called."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Protocol

from mhero.flows.environment import Environment
from mhero.flows.excellent.dates import localize, parse_datetime
from mhero.flows.queries.checks import number
from mhero.flows.queries.names import name_contains
from mhero.flows.queries.tree import Condition, Kind, Node

Value = str | Decimal | datetime


class Subject(Protocol):
    """Whoever is asked about."""

    def query_values(self, kind: Kind, key: str) -> Sequence[Value]:
        """All the values of a property, none where it is not set; numbers and moments as such."""


Predicate = Callable[[Subject], bool]

_COMPARISONS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "=": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def predicate(node: Node, env: Environment) -> Predicate:
    """What tells whether the conditions hold. Days begin and end as they do in the environment's zone."""
    if isinstance(node, Condition):
        return _condition(node, env)
    parts = [predicate(child, env) for child in node.children]
    if node.operator == "AND":
        return lambda subject: all(part(subject) for part in parts)
    return lambda subject: any(part(subject) for part in parts)


def _condition(condition: Condition, env: Environment) -> Predicate:
    kind, key = condition.kind, condition.key
    if condition.asks_if_set:
        wanted = condition.operator == "!="
        return lambda subject: bool(subject.query_values(kind, key)) is wanted
    if condition.operator == "!=":
        # Whoever has no value at all is different too.
        equal = _condition(Condition(kind, key, "=", condition.value), env)
        return lambda subject: not equal(subject)
    text, amount, day = _text(condition), _amount(condition), _day(condition, env)

    def holds(value: Value) -> bool:
        if isinstance(value, str):
            return text(value)
        return amount(value) if isinstance(value, Decimal) else day(value)

    return lambda subject: any(map(holds, subject.query_values(kind, key)))


def _text(condition: Condition) -> Callable[[str], bool]:
    wanted = condition.value.casefold()
    if condition.operator == "~":
        if (condition.kind, condition.key) == ("attribute", "name"):
            return lambda value: name_contains(value, wanted)
        return lambda value: wanted in value.casefold()
    if condition.operator == "=":
        return lambda value: value.casefold() == wanted
    return _never


def _amount(condition: Condition) -> Callable[[Decimal], bool]:
    wanted, compare = number(condition), _COMPARISONS.get(condition.operator)
    if wanted is None or compare is None:
        return _never
    return lambda value: compare(value, wanted)


def _day(condition: Condition, env: Environment) -> Callable[[datetime], bool]:
    """Compares with a whole day: after it is from the next midnight on, before it is until its own."""
    day = day_of(condition, env)
    if day is None:
        return _never
    begin, end = day
    comparisons: dict[str, Callable[[datetime], bool]] = {
        "=": lambda value: begin <= value < end,
        ">": lambda value: value >= end,
        ">=": lambda value: value >= begin,
        "<": lambda value: value < begin,
        "<=": lambda value: value < end,
    }
    return comparisons.get(condition.operator, _never)


def day_of(condition: Condition, env: Environment) -> tuple[datetime, datetime] | None:
    """The day that a condition compares with: its beginning, and that of the next."""
    moment = parse_datetime(env, condition.value)
    return (_midnight(moment, 0, env), _midnight(moment, 1, env)) if moment else None


def _midnight(moment: datetime, days: int, env: Environment) -> datetime:
    """The beginning of a moment's day in the environment's zone, or of one of the days after."""
    try:
        date = moment.astimezone(env.timezone).date() + timedelta(days=days)
    except OverflowError:  # At the ends of the calendar.
        return moment
    return localize(datetime.combine(date, time()), env.timezone)


def _never(_value: object) -> bool:
    return False
