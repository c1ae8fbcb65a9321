"""Templates: texts with expressions in them, compiled once and kept."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from mhero.flows.excellent.compiler import Compiled, compile_node
from mhero.flows.excellent.convert import to_text
from mhero.flows.excellent.errors import BudgetExceeded, ExpressionError
from mhero.flows.excellent.parser import parse
from mhero.flows.excellent.scanner import Kind, scan
from mhero.flows.excellent.values import Scope, XError

if TYPE_CHECKING:
    from mhero.flows.environment import Environment


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about an evaluation that the flow's author should know; it went on all the same."""

    #: The expression as it stands in the template, with its @; empty for warnings.
    expression: str
    message: str
    #: A warning is about something that worked.
    is_warning: bool = False

    def __str__(self) -> str:
        return self.message if self.is_warning else f"error evaluating {self.expression}: {self.message}"


class Template:
    """A compiled template."""

    __slots__ = ("is_single", "literal", "parts", "source")

    def __init__(self, source: str, top_levels: Collection[str]) -> None:
        self.source = source
        #: The texts, and the expressions with how they are written.
        self.parts: list[str | tuple[Compiled, str]] = []
        for kind, text in scan(source, top_levels):
            if kind is Kind.BODY:
                self.parts.append(text)
            else:
                self.parts.append((_compiled(text), f"@{text}" if kind is Kind.IDENTIFIER else f"@({text})"))
        #: The whole text, where it has no expression.
        self.literal = (
            "".join(part for part in self.parts if isinstance(part, str)) if self._is_plain() else None
        )
        #: Whether it is nothing but one expression, so that its value can be any.
        self.is_single = len(self.parts) == 1 and self.literal is None

    def _is_plain(self) -> bool:
        return all(isinstance(part, str) for part in self.parts)

    def evaluate(
        self, env: Environment, context: Mapping[str, object], *, escape: Callable[[str], str] | None = None
    ) -> tuple[str, list[Problem]]:
        """The text, and what went wrong; an expression that fails adds nothing to the text.

        `escape` is applied to what each expression adds.
        """
        if self.literal is not None:
            return self.literal, []
        scope = Scope(env, context)
        problems: list[Problem] = []
        texts: list[str] = []
        for part in self.parts:
            if isinstance(part, str):
                texts.append(part)
                continue
            evaluate, source = part
            try:
                text = to_text(evaluate(scope))
                texts.append(escape(text) if escape else text)
            except ExpressionError as exc:
                problems.append(Problem(source, str(exc)))
                if isinstance(exc, BudgetExceeded):
                    # The rest is not tried, or each expression could ask for as much again.
                    break
            except RecursionError:
                problems.append(Problem(source, str(BudgetExceeded())))
        if scope.warnings:
            problems[:0] = [Problem("", message, is_warning=True) for message in scope.warnings]
        return "".join(texts), problems

    def value(self, env: Environment, context: Mapping[str, object]) -> tuple[object, list[Problem]]:
        """The value of a template that is one expression, of any type; otherwise its text.

        An expression that fails has an XError as its value.
        """
        single = self.parts[0] if self.is_single else ""
        if isinstance(single, str):
            return self.evaluate(env, context)
        evaluate, source = single
        scope = Scope(env, context)
        try:
            result: object = evaluate(scope)
            problems: list[Problem] = []
        except (ExpressionError, RecursionError) as exc:
            message = str(exc) if isinstance(exc, ExpressionError) else str(BudgetExceeded())
            result, problems = XError(message), [Problem(source, message)]
        if scope.warnings:
            problems[:0] = [Problem("", message, is_warning=True) for message in scope.warnings]
        return result, problems


def _compiled(text: str) -> Compiled:
    """The closure of an expression; of one that cannot be read, a closure that says so each time."""
    try:
        return compile_node(parse(text))
    except ExpressionError as exc:
        message = str(exc)

        def fail(_scope: Scope) -> object:
            raise ExpressionError(message)

        return fail


@lru_cache(maxsize=20_000)
def _cached(text: str, top_levels: frozenset[str]) -> Template:
    return Template(text, top_levels)


def compile_template(text: str, *, top_levels: frozenset[str]) -> Template:
    """The compiled template, from the cache where it was compiled before."""
    return _cached(text, top_levels)
