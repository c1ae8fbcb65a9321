"""Finds out what the properties of a query are, and whether they can be asked what they are asked."""

from __future__ import annotations

import re
from decimal import Decimal

from mhero.flows.contact import STATUSES
from mhero.flows.environment import Environment
from mhero.flows.excellent.dates import parse_datetime
from mhero.flows.languages import is_language
from mhero.flows.queries import errors
from mhero.flows.queries.names import MIN_TOKEN, name_tokens
from mhero.flows.queries.resolver import Resolver
from mhero.flows.queries.tree import Combination, Condition, Kind, Node
from mhero.flows.urns import SCHEMES

#: The type of each property that every contact has.
ATTRIBUTES = {
    "uuid": "text",
    "id": "text",
    "ref": "text",
    "name": "text",
    "status": "text",
    "language": "text",
    "urn": "text",
    "group": "text",
    "flow": "text",
    "history": "text",
    "tickets": "number",
    "created_on": "datetime",
    "last_seen_on": "datetime",
}
#: These are always there, so it makes no sense to ask whether they are.
_ALWAYS_SET = frozenset({"uuid", "id", "ref", "status", "tickets", "created_on"})
_MIN_URN = 3
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)\Z", re.ASCII)
_LARGEST = Decimal(10) ** 100
_LARGEST_COUNT = 2**63 - 1


def resolve(node: Node, env: Environment, resolver: Resolver | None) -> Node:
    """The tree with every property known and checked. Without a resolver, any other property is a field."""
    if isinstance(node, Combination):
        return Combination(node.operator, tuple(resolve(child, env, resolver) for child in node.children))
    kind, key = (node.kind, node.key) if node.kind != "attribute" else _property(node.key, resolver)
    condition = Condition(kind, key, node.operator, node.value)
    check(condition, env, resolver)
    return condition


def _property(written: str, resolver: Resolver | None) -> tuple[Kind, str]:
    prefix, dot, key = written.partition(".")
    if not dot:
        if written in ATTRIBUTES:
            return "attribute", written
        if written in SCHEMES:
            return "scheme", written
        prefix, key = "fields", written
    if prefix == "fields":
        if resolver is None or resolver.field(key) is not None:
            return "field", key
    elif prefix == "urns":
        if key in SCHEMES:
            return "scheme", key
    else:
        raise errors.UnknownPropertyType(type=prefix)
    raise errors.UnknownProperty(property=key)


def check(condition: Condition, env: Environment, resolver: Resolver | None) -> None:
    """Raises the QueryError that says what is wrong with a condition, if anything is."""
    is_address = condition.kind == "scheme" or (condition.kind, condition.key) == ("attribute", "urn")
    if is_address and condition.value and env.redaction_policy == "urns":
        raise errors.RedactedURNs
    if condition.operator == "~":
        _check_contains(condition, is_address)
    elif condition.asks_if_set:
        if condition.kind == "attribute" and condition.key in _ALWAYS_SET:
            raise errors.UnsupportedSetCheck(property=condition.key, operator=condition.operator)
    else:
        _check_value(condition, env, resolver)


def _check_contains(condition: Condition, is_address: bool) -> None:
    if is_address:
        if len(condition.value) < _MIN_URN:
            raise errors.InvalidPartialURN(min_value_length=str(_MIN_URN))
    elif (condition.kind, condition.key) != ("attribute", "name"):
        raise errors.UnsupportedContains(property=condition.key)
    elif not name_tokens(condition.value):
        raise errors.InvalidPartialName(min_token_length=str(MIN_TOKEN))


def _check_value(condition: Condition, env: Environment, resolver: Resolver | None) -> None:
    kind = _type(condition, resolver)
    if condition.operator not in ("=", "!=") and kind not in ("number", "datetime", ""):
        raise errors.UnsupportedComparison(property=condition.key, operator=condition.operator)
    if kind == "number" and number(condition) is None:
        raise errors.InvalidNumber(value=condition.value)
    if kind == "datetime" and parse_datetime(env, condition.value) is None:
        raise errors.InvalidDate(value=condition.value)
    if condition.kind == "attribute":
        _check_name(condition.key, condition.value, resolver)


def _type(condition: Condition, resolver: Resolver | None) -> str:
    """The type of a property, or nothing where that is not known."""
    if condition.kind == "attribute":
        return ATTRIBUTES[condition.key]
    if condition.kind == "scheme":
        return "text"
    field = resolver.field(condition.key) if resolver else None
    return field.type if field else ""


def _check_name(key: str, value: str, resolver: Resolver | None) -> None:
    """Whether there is such a status, language, group or flow."""
    if key == "status" and value.lower() not in STATUSES:
        raise errors.InvalidStatus(value=value)
    if key == "language" and not is_language(value.lower()):
        raise errors.InvalidLanguage(value=value)
    if key == "group" and resolver and resolver.group(value) is None:
        raise errors.InvalidGroup(value=value)
    if key in ("flow", "history") and resolver and not resolver.has_flow(value):
        raise errors.InvalidFlow(value=value)


def number(condition: Condition) -> Decimal | None:
    """The number that a property is compared with, or None; how many tickets is a whole number."""
    text = condition.value
    if not _NUMBER.match(text):
        return None
    value = Decimal(text)
    if condition.kind == "attribute":
        return value if value == value.to_integral_value() and abs(value) <= _LARGEST_COUNT else None
    return value if abs(value) <= _LARGEST else None
