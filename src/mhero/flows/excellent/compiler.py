"""Trees compiled to closures, each of which takes the scope and answers a value."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TypeAlias

from mhero.flows.excellent.convert import to_number, to_text
from mhero.flows.excellent.errors import BudgetExceeded, ExpressionError
from mhero.flows.excellent.functions import FUNCTIONS
from mhero.flows.excellent.numbers import WIDE, checked, divide, power
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
)
from mhero.flows.excellent.values import MISSING, Deprecated, Scope, XError, XFunction, describe, lookup

Compiled: TypeAlias = Callable[[Scope], object]

_ARITHMETIC: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": lambda left, right: checked(WIDE.add(left, right)),
    "-": lambda left, right: checked(WIDE.subtract(left, right)),
    "*": lambda left, right: checked(WIDE.multiply(left, right)),
    "/": divide,
    "^": power,
}
_COMPARISON: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def compile_node(node: Node) -> Compiled:
    """The closure of a tree."""
    if isinstance(node, Literal):
        value = node.value
        return lambda _scope: value
    if isinstance(node, Name):
        return _name(node.name)
    if isinstance(node, (Dot, Index)):
        return _lookup(node)
    if isinstance(node, Call):
        return _call(node)
    if isinstance(node, Binary):
        return _binary(node)
    if isinstance(node, Lambda):
        return _lambda(node)
    inner = compile_node(node.operand if isinstance(node, Negation) else node.inner)
    if isinstance(node, Parentheses):
        return inner
    return lambda scope: -to_number(inner(scope))


def _name(name: str) -> Compiled:
    def evaluate(scope: Scope) -> object:
        value = scope.locals.get(name, MISSING) if scope.locals else MISSING
        if value is MISSING:
            value = scope.context.get(name, MISSING)
            if value is MISSING:
                value = FUNCTIONS.get(name, MISSING)
                if value is MISSING:
                    raise ExpressionError(f"context has no property '{name}'")
            elif type(value) is Deprecated:
                scope.warn(value.message)
                value = value.value
        if type(value) is XError:
            raise ExpressionError(value.message)
        return value

    return evaluate


def _path(node: Node, keys: tuple[str, ...]) -> Compiled:
    """A chain of names in one closure: most expressions are nothing else."""
    if isinstance(node, Dot):
        return _path(node.container, (node.key, *keys))
    start = compile_node(node)

    def evaluate(scope: Scope) -> object:
        value = start(scope)
        for key in keys:
            found = value.get(key, MISSING) if isinstance(value, dict) else MISSING
            if found is MISSING or type(found) is Deprecated or type(found) is XError:
                found = lookup(scope, value, key)
            value = found
        return value

    return evaluate


def _lookup(node: Dot | Index) -> Compiled:
    if isinstance(node, Dot):
        return _path(node, ())
    container = compile_node(node.container)
    key = compile_node(node.key)
    return lambda scope: lookup(scope, container(scope), to_text(key(scope)))


def _call(node: Call) -> Compiled:
    function = compile_node(node.function)
    args = tuple(map(compile_node, node.args))
    named = node.function.name if isinstance(node.function, Name) else None

    def evaluate(scope: Scope) -> object:
        scope.spend(1)
        try:
            called = function(scope)
        except BudgetExceeded:
            raise
        except ExpressionError:
            if named is None:
                raise
            raise ExpressionError(f"{named} is not a function") from None
        if not isinstance(called, XFunction):
            raise ExpressionError(f"{named or describe(called)} is not a function")
        return called.call(scope, [_argument(scope, arg) for arg in args])

    return evaluate


def _argument(scope: Scope, arg: Compiled) -> object:
    """An argument's value; one that fails is an error value, which some functions are there to look at."""
    try:
        return arg(scope)
    except BudgetExceeded:
        raise
    except ExpressionError as exc:
        return XError(str(exc))


def _binary(node: Binary) -> Compiled:
    left, right, operator = compile_node(node.left), compile_node(node.right), node.operator
    if operator == "&":
        return lambda scope: _concatenate(scope, left, right)
    if operator == "=":
        return lambda scope: to_text(left(scope)) == to_text(right(scope))
    if operator == "!=":
        return lambda scope: to_text(left(scope)) != to_text(right(scope))
    apply: Callable[[Decimal, Decimal], object] = _ARITHMETIC.get(operator) or _COMPARISON[operator]

    def evaluate(scope: Scope) -> object:
        scope.spend(1)
        return apply(to_number(left(scope)), to_number(right(scope)))

    return evaluate


def _concatenate(scope: Scope, left: Compiled, right: Compiled) -> str:
    first, second = to_text(left(scope)), to_text(right(scope))
    # What is added is paid for, so that no text grows beyond the budget.
    scope.spend(1 + len(second))
    return first + second


def _lambda(node: Lambda) -> Compiled:
    params, body = node.params, compile_node(node.body)

    def evaluate(scope: Scope) -> object:
        def call(_caller: Scope, *args: object) -> object:
            for arg in args:
                if type(arg) is XError:
                    raise ExpressionError(arg.message)
            return body(scope.inner(dict(zip(params, args, strict=True))))

        return XFunction("", call, len(params), len(params))

    return evaluate
