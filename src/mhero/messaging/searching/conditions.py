"""A contact query as one SQL condition on `messaging_searched s` and its `messaging_contact c`.

It finds whom the engine's evaluation finds. A condition is never null: what a contact has no value of is not
equal to anything, and different from everything.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from mhero.flows.contact import Contact
from mhero.flows.obfuscation import contact_reference
from mhero.flows.queries import Condition, Node, day_of, name_tokens, number
from mhero.messaging.searching.known import Known

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Where the contact's own moments stand among those of the fields.
CREATED_ON = "@created_on"

ALWAYS, NEVER = "true", "false"
HAS_TEXT, HAS_NUMBER, HAS_MOMENT = "s.texts ? %s", "s.numbers ? %s", "s.moments ? %s"
TEXT_IS = "s.texts @> %s::jsonb"
NUMBERS = {
    "=": "coalesce((s.numbers ->> %s)::numeric = %s, false)",
    ">": "coalesce((s.numbers ->> %s)::numeric > %s, false)",
    ">=": "coalesce((s.numbers ->> %s)::numeric >= %s, false)",
    "<": "coalesce((s.numbers ->> %s)::numeric < %s, false)",
    "<=": "coalesce((s.numbers ->> %s)::numeric <= %s, false)",
}
# Compared with a whole day: `from` is its beginning, `until` that of the next.
MOMENT_FROM = "coalesce((s.moments ->> %s)::bigint >= %s, false)"
MOMENT_UNTIL = "coalesce((s.moments ->> %s)::bigint < %s, false)"
SEEN_FROM = "coalesce(c.last_message_at >= %s, false)"
SEEN_UNTIL = "coalesce(c.last_message_at < %s, false)"
IS_SEEN = "c.last_message_at IS NOT NULL"
NAME_IS, HAS_NAME, WORD_OF_NAME = "s.name = %s", "s.name <> ''", "strpos(s.words, %s) > 0"
NUMBER_IS, HAS_NUMBER_TO_TEXT, PART_OF_NUMBER = "s.number = %s", "s.number <> ''", "strpos(s.number, %s) > 0"
STATUS_IS, LANGUAGE_IS, HAS_LANGUAGE = "s.status = %s", "s.language = %s", "s.language <> ''"
ID_IS = "s.contact_id::text = %s"
IN_GROUPS = """EXISTS (
    SELECT FROM messaging_group_contacts m
    WHERE m.contact_id = s.contact_id AND m.group_id = ANY(%s::uuid[]))"""
IN_ANY_GROUP = "EXISTS (SELECT FROM messaging_group_contacts m WHERE m.contact_id = s.contact_id)"
IN_FLOWS = """EXISTS (
    SELECT FROM messaging_session x
    WHERE x.contact_id = s.contact_id AND x.status = 'waiting' AND x.flow_id = ANY(%s::uuid[]))"""
IN_ANY_FLOW = """EXISTS (
    SELECT FROM messaging_session x WHERE x.contact_id = s.contact_id AND x.status = 'waiting')"""
WAS_IN_FLOWS = """EXISTS (
    SELECT FROM messaging_flowrun r WHERE r.contact_id = s.contact_id AND r.flow_id = ANY(%s::uuid[]))"""
WAS_IN_ANY_FLOW = "EXISTS (SELECT FROM messaging_flowrun r WHERE r.contact_id = s.contact_id)"


@dataclass(frozen=True, slots=True)
class Asked:
    """A condition with its values, in their order."""

    sql: str
    values: tuple[Any, ...] = ()

    def negated(self) -> "Asked":
        return Asked(f"NOT ({self.sql})", self.values)


def joined(operator: str, parts: Iterable[Asked]) -> Asked:
    each = list(parts)
    sql = f" {operator} ".join(f"({part.sql})" for part in each)
    return Asked(sql, tuple(value for part in each for value in part.values))


def asked(node: Node, known: Known) -> Asked:
    """The SQL of a tree that was resolved."""
    if not isinstance(node, Condition):
        return joined(node.operator, (asked(child, known) for child in node.children))
    if node.asks_if_set:
        is_set = _is_set(node, known)
        return is_set if node.operator == "!=" else is_set.negated()
    if node.operator == "!=":
        return _holds(Condition(node.kind, node.key, "=", node.value), known).negated()
    return _holds(node, known)


def microseconds(moment: datetime) -> int:
    """Since 1970, as `Searched.moments` has them."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def _is_set(condition: Condition, known: Known) -> Asked:
    if condition.kind == "field":
        field = known.field(condition.key)
        kind = field.type if field else "text"
        return Asked({"number": HAS_NUMBER, "datetime": HAS_MOMENT}.get(kind, HAS_TEXT), (condition.key,))
    if condition.kind == "scheme":
        return Asked(HAS_NUMBER_TO_TEXT if condition.key == "tel" else NEVER)
    return Asked(
        {
            "name": HAS_NAME,
            "urn": HAS_NUMBER_TO_TEXT,
            "language": HAS_LANGUAGE,
            "group": IN_ANY_GROUP,
            "flow": IN_ANY_FLOW,
            "history": WAS_IN_ANY_FLOW,
            "last_seen_on": IS_SEEN,
        }[condition.key]
    )


def _holds(condition: Condition, known: Known) -> Asked:
    if condition.kind == "field":
        return _field(condition, known)
    if condition.kind == "scheme":
        return _number(condition) if condition.key == "tel" else Asked(NEVER)
    wanted = condition.value.casefold()
    match condition.key:
        case "name":
            return _name(condition)
        case "urn":
            return _number(condition)
        case "uuid":
            return Asked(ID_IS, (wanted,))
        case "status":
            return Asked(STATUS_IS, (wanted,))
        case "language":
            return Asked(LANGUAGE_IS, (wanted,))
        case "created_on":
            return _day(condition, known, (MOMENT_FROM, MOMENT_UNTIL), CREATED_ON)
        case "last_seen_on":
            return _day(condition, known, (SEEN_FROM, SEEN_UNTIL))
        case "group":
            named = [key for key, group in known.references.groups.items() if group.name.casefold() == wanted]
            return Asked(IN_GROUPS, (named,))
        case "flow" | "history":
            named = [key for name, keys in known.flows.items() if name.casefold() == wanted for key in keys]
            return Asked(IN_FLOWS if condition.key == "flow" else WAS_IN_FLOWS, (named,))
        case "tickets":
            return Asked(ALWAYS if _has_no_tickets(condition) else NEVER)
        case "ref":
            # It is made of RapidPro's own number of a contact, which none has here.
            ours = contact_reference(Contact({}, known.references), known.environment)
            return Asked(ALWAYS if ours.casefold() == wanted else NEVER)
        case _:
            return Asked(NEVER)


def _field(condition: Condition, known: Known) -> Asked:
    field, key = known.field(condition.key), condition.key
    if field is not None and field.type == "number":
        amount = number(condition)
        comparison = NUMBERS.get(condition.operator)
        return Asked(comparison, (key, amount)) if comparison and amount is not None else Asked(NEVER)
    if field is not None and field.type == "datetime":
        return _day(condition, known, (MOMENT_FROM, MOMENT_UNTIL), key)
    if condition.operator != "=":
        return Asked(NEVER)
    return Asked(TEXT_IS, (json.dumps({key: [condition.value.casefold()]}),))


def _name(condition: Condition) -> Asked:
    if condition.operator != "~":
        return Asked(NAME_IS, (condition.value.casefold(),))
    tokens = name_tokens(condition.value.casefold())
    return (
        joined("AND", (Asked(WORD_OF_NAME, (f" {token}",)) for token in tokens)) if tokens else Asked(NEVER)
    )


def _number(condition: Condition) -> Asked:
    return Asked(PART_OF_NUMBER if condition.operator == "~" else NUMBER_IS, (condition.value.casefold(),))


def _day(condition: Condition, known: Known, sides: tuple[str, str], key: str = "") -> Asked:
    day = day_of(condition, known.environment)
    if day is None:
        return Asked(NEVER)
    # The contact's own column has moments; those of the fields are named, and numbers.
    begin, end = [(key, microseconds(moment)) if key else (moment,) for moment in day]
    after, before = sides
    match condition.operator:
        case "=":
            return joined("AND", (Asked(after, begin), Asked(before, end)))
        case ">":
            return Asked(after, end)
        case ">=":
            return Asked(after, begin)
        case "<":
            return Asked(before, begin)
        case "<=":
            return Asked(before, end)
        case _:
            return Asked(NEVER)


def _has_no_tickets(condition: Condition) -> bool:
    """Nobody has a ticket here."""
    wanted = number(condition)
    if wanted is None:
        return False
    return {"=": wanted == 0, ">": wanted < 0, ">=": wanted <= 0, "<": wanted > 0, "<=": wanted >= 0}[
        condition.operator
    ]
