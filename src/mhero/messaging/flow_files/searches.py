"""The searches of lists in a file: which of them can be carried, and which fields they need."""

from collections.abc import Iterator
from typing import Any

from mhero.flows.definition.checks import mapping
from mhero.flows.environment import environment_from_json
from mhero.flows.queries import Query, QueryError, parse
from mhero.flows.queries.tree import conditions
from mhero.platform.clock import now

Json = dict[str, Any]


def read_query(group: Json) -> Query | None:
    """The search of a list, as far as it is understood without knowing the fields; else None."""
    query = mapping(group).get("query")
    if not query:
        return None
    try:
        # Nothing is evaluated, so neither the moment nor the dice matter.
        read = parse(str(query), environment_from_json(None, now=now, random=lambda: 0.0))
    except QueryError:
        return None
    return read if read.inspect().allow_as_group else None


def fields_of(query: Query) -> Iterator[Json]:
    """The fields that it asks for. Files from before 2019 list none: what is compared with tells the type."""
    for condition in conditions(query.root):
        if condition.kind == "field":
            compared = condition.operator in (">", ">=", "<", "<=")
            kind = ("number" if _is_number(condition.value) else "datetime") if compared else "text"
            yield {"key": condition.key, "type": kind}


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
