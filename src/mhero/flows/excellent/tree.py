"""The tree of a parsed expression; `str()` writes it in its normal form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from mhero.flows.excellent.values import plain


@dataclass(frozen=True, slots=True)
class Literal:
    """A text, number, boolean or null."""

    value: str | Decimal | bool | None

    def __str__(self) -> str:
        if isinstance(self.value, str):
            return quote(self.value)
        if isinstance(self.value, Decimal):
            return plain(self.value)
        return "null" if self.value is None else str(self.value).lower()


@dataclass(frozen=True, slots=True)
class Name:
    """Something of the context, a parameter, or a function."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Dot:
    """A property by its name, or an item by its number: `a.b`, `a.0`."""

    container: Node
    key: str

    def __str__(self) -> str:
        return f"{self.container}.{self.key}"


@dataclass(frozen=True, slots=True)
class Index:
    """A property or an item by the value of an expression: `a["b"]`, `a[-1]`."""

    container: Node
    key: Node

    def __str__(self) -> str:
        return f"{self.container}[{self.key}]"


@dataclass(frozen=True, slots=True)
class Call:
    """A function called: `upper(name)`."""

    function: Node
    args: tuple[Node, ...]

    def __str__(self) -> str:
        return f"{self.function}({', '.join(map(str, self.args))})"


@dataclass(frozen=True, slots=True)
class Lambda:
    """An anonymous function: `(x) => x + 1`."""

    params: tuple[str, ...]
    body: Node

    def __str__(self) -> str:
        return f"({', '.join(self.params)}) => {self.body}"


@dataclass(frozen=True, slots=True)
class Binary:
    """Two values and an operator between them."""

    operator: str
    left: Node
    right: Node

    def __str__(self) -> str:
        return f"{self.left} {self.operator} {self.right}"


@dataclass(frozen=True, slots=True)
class Negation:
    """A number with its sign changed."""

    operand: Node

    def __str__(self) -> str:
        return f"-{self.operand}"


@dataclass(frozen=True, slots=True)
class Parentheses:
    """Parentheses as they were written."""

    inner: Node

    def __str__(self) -> str:
        return f"({self.inner})"


Node: TypeAlias = Literal | Name | Dot | Index | Call | Lambda | Binary | Negation | Parentheses


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below this one, in the order in which they are written."""
    if isinstance(node, Dot):
        return (node.container,)
    if isinstance(node, Index):
        return (node.container, node.key)
    if isinstance(node, Call):
        return (node.function, *node.args)
    if isinstance(node, Lambda):
        return (node.body,)
    if isinstance(node, Binary):
        return (node.left, node.right)
    if isinstance(node, Negation):
        return (node.operand,)
    return (node.inner,) if isinstance(node, Parentheses) else ()


def walk(node: Node) -> Iterator[Node]:
    """Every node, those below before the one above."""
    for child in children(node):
        yield from walk(child)
    yield node


def quote(text: str) -> str:
    """A text as it is written in an expression."""
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return '"' + "".join(escapes.get(char, char) for char in text) + '"'
