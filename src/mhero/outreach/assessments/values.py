"""What of an answer goes into a DHIS2 data element of some value type. Pure."""

from collections.abc import Mapping
from math import isfinite
from typing import Any, Final

from mhero.messaging.asked import AnswerKind, Question

#: The least and the most that a value type takes; None is no limit.
_WHOLE: Final[dict[str, tuple[float | None, float | None]]] = {
    "INTEGER": (None, None),
    "INTEGER_POSITIVE": (1, None),
    "INTEGER_NEGATIVE": (None, -1),
    "INTEGER_ZERO_OR_POSITIVE": (0, None),
}
_BROKEN: Final[dict[str, tuple[float | None, float | None]]] = {
    "NUMBER": (None, None),
    "PERCENTAGE": (0, 100),
    "UNIT_INTERVAL": (0, 1),
}
_TEXTS: Final = frozenset({"TEXT", "LONG_TEXT"})
_YES_OR_NO: Final = frozenset({"BOOLEAN", "TRUE_ONLY"})
#: As long as a value may be.
LONGEST: Final = 100


def fits(question: Question, value_type: str) -> bool:
    """Whether answers to the question can be kept in an element of the type."""
    if value_type in _TEXTS:
        return True
    if question.kind is AnswerKind.NUMBER:
        return value_type in _WHOLE or value_type in _BROKEN
    if question.kind is AnswerKind.DATE:
        return value_type == "DATE"
    is_choice_of_two = question.kind is AnswerKind.CHOICE and len(question.categories) == 2
    return value_type in _YES_OR_NO and is_choice_of_two


def value_for(question: Question, result: Mapping[str, Any], value_type: str) -> str | None:
    """The answer as DHIS2 takes it; None when there is none, or it does not fit the type."""
    category, value = str(result.get("category") or ""), str(result.get("value") or "").strip()
    if not value or category in question.no_answers or not fits(question, value_type):
        return None
    if value_type in _YES_OR_NO:
        is_yes = category == question.categories[0]
        return "true" if is_yes else ("false" if value_type == "BOOLEAN" else None)
    if value_type == "DATE":
        return value[:10]
    if value_type in _TEXTS:
        return (category if question.kind is AnswerKind.CHOICE else value)[:LONGEST]
    return _number(value, value_type)


def _number(value: str, value_type: str) -> str | None:
    try:
        number = float(value)
    except ValueError:
        return None
    least, most = (_WHOLE | _BROKEN)[value_type]
    if not isfinite(number) or (least is not None and number < least) or (most is not None and number > most):
        return None
    if abs(number) < 1e15 and number == int(number):
        return str(int(number))
    return None if value_type in _WHOLE else repr(number)
