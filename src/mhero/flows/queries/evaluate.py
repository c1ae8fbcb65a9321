"""Whether a contact is one of those that a query asks for."""

from __future__ import annotations

from collections.abc import Sequence
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


def matches(node: Node, env: Environment, subject: Subject) -> bool:
    """Whether the conditions hold. Days begin and end as they do in the environment's zone."""
    if isinstance(node, Condition):
        return _holds(node, env, subject.query_values(node.kind, node.key))
    if node.operator == "AND":
        return all(matches(child, env, subject) for child in node.children)
    return any(matches(child, env, subject) for child in node.children)


def _holds(condition: Condition, env: Environment, values: Sequence[Value]) -> bool:
    if condition.asks_if_set:
        return bool(values) == (condition.operator == "!=")
    if condition.operator == "!=":
        # Whoever has no value at all is different too.
        equal = Condition(condition.kind, condition.key, "=", condition.value)
        return not _holds(equal, env, values)
    return any(_compare(condition, env, value) for value in values)


def _compare(condition: Condition, env: Environment, value: Value) -> bool:
    if isinstance(value, datetime):
        return _compare_days(condition.operator, value, parse_datetime(env, condition.value), env)
    if isinstance(value, Decimal):
        wanted = number(condition)
        return wanted is not None and _compare_numbers(condition.operator, value, wanted)
    if condition.operator == "~":
        if condition.key == "name":
            return name_contains(value, condition.value)
        return condition.value.casefold() in value.casefold()
    return condition.operator == "=" and value.casefold() == condition.value.casefold()


def _compare_numbers(operator: str, value: Decimal, wanted: Decimal) -> bool:
    if operator == "=":
        return value == wanted
    if operator in (">", ">="):
        return value > wanted or (operator == ">=" and value == wanted)
    return value < wanted or (operator == "<=" and value == wanted)


def _compare_days(operator: str, value: datetime, wanted: datetime | None, env: Environment) -> bool:
    """Compares with a whole day: after it is from the next midnight on, before it is until its own."""
    if wanted is None:
        return False
    day = wanted.astimezone(env.timezone).date()
    begin = localize(datetime.combine(day, time()), env.timezone)
    end = localize(datetime.combine(day + timedelta(days=1), time()), env.timezone)
    if operator == "=":
        return begin <= value < end
    if operator in (">", ">="):
        return value >= (begin if operator == ">=" else end)
    return value < (begin if operator == "<" else end)
