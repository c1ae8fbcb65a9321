"""The tree of a contact query: conditions, and combinations of them. Another room can turn it into SQL."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

#: A property of every contact, the addresses of one scheme, or a fact that the country's own fields hold.
Kind = Literal["attribute", "scheme", "field"]
Operator = Literal["=", "!=", "~", ">", ">=", "<", "<="]

_PREFIXES: dict[Kind, str] = {"attribute": "", "scheme": "urns.", "field": "fields."}
_NUMBER = re.compile(r"\d+(\.\d+)?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison, such as `fields.age > 18`."""

    kind: Kind
    #: Lower case: `name`, `tel`, `age`.
    key: str
    operator: Operator
    #: As it was written. Nothing, after = or !=, asks whether the property is set.
    value: str

    @property
    def asks_if_set(self) -> bool:
        return not self.value and self.operator in ("=", "!=")

    def __str__(self) -> str:
        value = self.value if _NUMBER.match(self.value) else json.dumps(self.value, ensure_ascii=False)
        return f"{_PREFIXES[self.kind]}{self.key} {self.operator} {value}"


@dataclass(frozen=True, slots=True)
class Combination:
    """All of its parts ("AND"), or at least one ("OR")."""

    operator: Literal["AND", "OR"]
    children: tuple[Node, ...]

    def __str__(self) -> str:
        parts = [f"({child})" if isinstance(child, Combination) else str(child) for child in self.children]
        return f" {self.operator} ".join(parts)


Node = Condition | Combination


def simplified(node: Node) -> Node:
    """The same question with no combination of one part, none of nothing, and none in one of its own kind."""
    if isinstance(node, Condition):
        return node
    children: list[Node] = []
    for child in map(simplified, node.children):
        if isinstance(child, Combination) and (child.operator == node.operator or not child.children):
            children.extend(child.children)
        else:
            children.append(child)
    return children[0] if len(children) == 1 else Combination(node.operator, tuple(children))


def conditions(node: Node) -> Iterator[Condition]:
    """Every condition, from left to right."""
    if isinstance(node, Condition):
        yield node
        return
    for child in node.children:
        yield from conditions(child)
