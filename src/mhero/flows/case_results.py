"""What a router's test answers, and how tests are registered."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from mhero.flows.environment import Environment
from mhero.flows.excellent.errors import ExpressionError
from mhero.flows.excellent.functions import FUNCTIONS
from mhero.flows.excellent.functions.registry import Body, Converter
from mhero.flows.excellent.values import Scope, XError, XFunction, XObject


class Match(XObject):
    """A test that passed: true, with what matched and what else was found."""

    __slots__ = ("extra", "match")

    def __init__(self, match: object, extra: object = None) -> None:
        super().__init__({"match": match, "extra": extra}, default=True)
        self.match = match
        self.extra = extra


class NoMatch(XObject):
    """A test that did not pass: false."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__({"match": None, "extra": None}, default=False)


NO_MATCH = NoMatch()
TestResult: TypeAlias = Match | NoMatch | XError
Test: TypeAlias = Callable[..., TestResult]
TESTS: dict[str, Test] = {}


def router_test(
    *converters: Converter, optional: int = 0, rest: Converter | None = None
) -> Callable[[Body], Body]:
    """Registers a test under its own name, as a router's and as a function of expressions."""
    minimum, maximum = len(converters) - optional, None if rest else len(converters)

    def register(body: Body) -> Body:
        def call(scope: Scope, *args: object) -> object:
            values = [converter(scope, arg) for converter, arg in zip(converters, args, strict=False)]
            if rest is not None:
                values += [rest(scope, arg) for arg in args[len(converters) :]]
            return body(scope.env, *values)

        function = XFunction(body.__name__, call, minimum, maximum)
        FUNCTIONS[body.__name__] = function

        def run(env: Environment, *args: object) -> TestResult:
            try:
                return function.call(Scope(env, {}), list(args))  # type: ignore[return-value]
            except ExpressionError as exc:
                return XError(str(exc))

        TESTS[body.__name__] = run
        return body

    return register
