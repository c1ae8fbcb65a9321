"""The values of expressions.

They are Python's own wherever possible, for speed: None, str, bool, Decimal, aware datetime, date, time, list
and dict. What Python lacks is here: objects with a default, errors and functions that are values, deprecated
properties.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

from mhero.flows.excellent.errors import BudgetExceeded, ExpressionError

if TYPE_CHECKING:
    from mhero.flows.environment import Environment

MISSING = object()


class XObject(dict[str, object]):
    """Properties, and the value that the object has where a single value is wanted."""

    __slots__ = ("_default",)

    def __init__(
        self,
        properties: Mapping[str, object] | Iterable[tuple[str, object]] = (),
        *,
        default: object = MISSING,
    ) -> None:
        super().__init__(properties)
        self._default = default

    @property
    def default(self) -> object:
        """The single value, or MISSING where there is none."""
        return self._default


class XError:
    """Something that failed, as a value: functions such as `is_error` look at it."""

    __slots__ = ("message",)

    def __init__(self, message: str) -> None:
        self.message = message

    def __eq__(self, other: object) -> bool:
        return isinstance(other, XError) and other.message == self.message

    def __hash__(self) -> int:
        return hash(self.message)

    def __repr__(self) -> str:
        return f"XError({self.message!r})"


class Deprecated:
    """A property that still works, with what to say to whoever uses it."""

    __slots__ = ("message", "value")

    def __init__(self, value: object, message: str) -> None:
        self.value = value
        self.message = message


class Scope:
    """What one evaluation sees, and what it may still spend."""

    __slots__ = ("budget", "context", "env", "locals", "root", "warnings")

    def __init__(self, env: Environment, context: Mapping[str, object], budget: int = 1_000_000) -> None:
        self.env = env
        self.context = context
        self.locals: dict[str, object] | None = None
        self.root = self
        self.budget = budget
        self.warnings: list[str] | None = None

    def inner(self, names: dict[str, object]) -> Scope:
        """The scope of an anonymous function's body."""
        scope = Scope(self.env, self.context, 0)
        scope.locals = {**self.locals, **names} if self.locals else names
        scope.root = self.root
        return scope

    def spend(self, amount: int) -> None:
        """Counts work; raises BudgetExceeded when there was too much of it."""
        root = self.root
        root.budget -= amount
        if root.budget < 0:
            raise BudgetExceeded

    def warn(self, message: str) -> None:
        """Notes something that the flow's author should know."""
        root = self.root
        if root.warnings is None:
            root.warnings = []
        if message not in root.warnings:
            root.warnings.append(message)


class XFunction:
    """A function: built in, or written in the expression."""

    __slots__ = ("body", "maximum", "minimum", "name")

    def __init__(self, name: str, body: Callable[..., object], minimum: int, maximum: int | None) -> None:
        #: Anonymous functions have no name.
        self.name = name
        #: Called with the scope, then the arguments, which may be XError.
        self.body = body
        self.minimum = minimum
        self.maximum = maximum

    def call(self, scope: Scope, args: list[object]) -> object:
        """Calls it; raises ExpressionError, whose message names the function, when it fails."""
        try:
            if len(args) < self.minimum or (self.maximum is not None and len(args) > self.maximum):
                raise ExpressionError(self._needs(len(args)))
            result = self.body(scope, *args)
        except BudgetExceeded:
            raise
        except ExpressionError as exc:
            raise ExpressionError(f"error calling {self.name or '<anon>'}(...): {exc}") from None
        root = scope.root
        root.budget -= 1 + len(result) if isinstance(result, (str, list)) else 1
        if root.budget < 0:
            raise BudgetExceeded
        return result

    def _needs(self, got: int) -> str:
        if self.maximum is None:
            return f"need at least {self.minimum} argument(s), got {got}"
        if self.minimum == self.maximum:
            return f"need {self.minimum} argument(s), got {got}"
        return f"need {self.minimum} to {self.maximum} argument(s), got {got}"


def describe(value: object) -> str:
    """The value as error messages name it."""
    if value is None:
        return "null"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, Decimal)):
        return plain(Decimal(value))
    if isinstance(value, XObject) and value.default is not MISSING:
        return describe(value.default)
    if isinstance(value, dict):
        return "object"
    if isinstance(value, list):
        return "array"
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    return value.name if isinstance(value, XFunction) else "error"


def plain(number: Decimal) -> str:
    """A number in full: no exponent, no zeros at the end of the decimals."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def lookup(scope: Scope, container: object, key: str) -> object:
    """The property of an object, whatever its letters' case, or the item of an array.

    Raises ExpressionError where there is none.
    """
    if isinstance(container, dict):
        value = container.get(key, MISSING)
        if value is MISSING:
            value = _any_case(container, key)
        if type(value) is Deprecated:
            scope.warn(value.message)
            return value.value
        if type(value) is XError:
            raise ExpressionError(value.message)
        return value
    if isinstance(container, list):
        return _item(container, key)
    raise ExpressionError(f"{describe(container)} doesn't support lookups")


def _any_case(container: dict[str, object], key: str) -> object:
    lowered = key.lower()
    for name, value in container.items():
        if name.lower() == lowered:
            return value
    raise ExpressionError(f"object has no property '{lowered}'")


def _item(items: list[object], key: str) -> object:
    try:
        index = int(Decimal(key))
    except (ArithmeticError, ValueError):
        raise ExpressionError(f"unable to convert {describe(key)} to a number") from None
    if not -len(items) <= index < len(items):
        raise ExpressionError(f"index {index} out of range for {len(items)} items")
    value = items[index]
    if type(value) is XError:
        raise ExpressionError(value.message)
    return value
