"""Templates changed and inspected through their trees."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from typing import TypeAlias

from mhero.flows.excellent.errors import ExpressionError
from mhero.flows.excellent.parser import parse
from mhero.flows.excellent.scanner import Kind, scan
from mhero.flows.excellent.tree import (
    Binary,
    Call,
    Dot,
    Index,
    Lambda,
    Literal,
    Name,
    Negation,
    Node,
    Parentheses,
    children,
)

Change: TypeAlias = Callable[[Node], Node | None]


def refactor_template(template: str, top_levels: Collection[str], change: Change) -> str:
    """The template with each of its expressions changed and written in its normal form.

    `change` gets a tree and answers another; where it answers None, the expression stays exactly as it was.
    So do expressions that cannot be read.
    """
    pieces: list[str] = []
    for kind, text in scan(template, top_levels, unescape=False):
        if kind is Kind.BODY:
            pieces.append(text)
            continue
        written = f"@{text}" if kind is Kind.IDENTIFIER else f"@({text})"
        try:
            changed = change(parse(text))
        except ExpressionError:
            changed = None
        if changed is None:
            pieces.append(written)
        else:
            pieces.append(f"@{changed}" if kind is Kind.IDENTIFIER else f"@({changed})")
    return "".join(pieces)


def map_nodes(node: Node, change: Callable[[Node], Node]) -> Node:
    """The tree with every node changed, those below before the one above."""
    if isinstance(node, Dot):
        node = replace(node, container=map_nodes(node.container, change))
    elif isinstance(node, Index):
        node = Index(map_nodes(node.container, change), map_nodes(node.key, change))
    elif isinstance(node, Call):
        node = Call(map_nodes(node.function, change), tuple(map_nodes(arg, change) for arg in node.args))
    elif isinstance(node, Lambda):
        node = replace(node, body=map_nodes(node.body, change))
    elif isinstance(node, Binary):
        node = Binary(node.operator, map_nodes(node.left, change), map_nodes(node.right, change))
    elif isinstance(node, Negation):
        node = Negation(map_nodes(node.operand, change))
    elif isinstance(node, Parentheses):
        node = Parentheses(map_nodes(node.inner, change))
    return change(node)


def rename_reference(template: str, top_levels: Collection[str], old: str, new: str) -> str:
    """The template with one path of the context in place of another: `webhook` becomes `webhook.json`."""
    wanted, renamed = tuple(old.lower().split(".")), parse(new)

    def change(tree: Node) -> Node | None:
        changed = map_nodes(tree, lambda node: renamed if path_of(node) == wanted else node)
        return None if changed == tree else changed

    return refactor_template(template, top_levels, change)


def path_of(node: Node) -> tuple[str, ...] | None:
    """The path of the context that a node is, if any: `a.b` and `a["b"]` are both (a, b)."""
    if isinstance(node, Name):
        return (node.name,)
    if isinstance(node, Dot):
        key = node.key
    elif isinstance(node, Index) and isinstance(node.key, Literal) and isinstance(node.key.value, str):
        key = node.key.value.lower()
    else:
        return None
    above = path_of(node.container)
    return (*above, key) if above else None


def context_references(template: str, top_levels: Collection[str]) -> Iterator[tuple[str, ...]]:
    """Every path of the context that a template uses, and the paths above each.

    Expressions that cannot be read have none.
    """
    for kind, text in scan(template, top_levels):
        if kind is Kind.BODY:
            continue
        try:
            tree = parse(text)
        except ExpressionError:
            continue
        yield from _references(tree, top_levels)


def _references(node: Node, top_levels: Collection[str]) -> Iterator[tuple[str, ...]]:
    for child in children(node):
        yield from _references(child, top_levels)
    path = path_of(node)
    if path and path[0] in top_levels:
        yield path
