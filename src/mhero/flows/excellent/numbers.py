"""Numbers: decimals of up to 36 significant digits, never floating point."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal

from mhero.flows.environment import NumberFormat
from mhero.flows.excellent.errors import ExpressionError
from mhero.flows.excellent.values import plain

MAX_DIGITS = 36
#: How far from the point the digits may be.
MAX_EXPONENT = 100
#: Wide enough that sums and products of allowed numbers are exact.
WIDE = Context(prec=300, rounding=ROUND_HALF_UP, Emax=10_000, Emin=-10_000)
#: A quotient has this many decimals, as in the engine that flows were written for.
_QUOTIENT = Decimal("1e-16")
_TEXT = re.compile(r"-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)\Z")
_LONGEST_TEXT = 300


def parse_number(text: str) -> Decimal | None:
    """The number that a text is, or None. Raises ExpressionError where it is too large."""
    text = text.strip()
    if not _TEXT.match(text) or len(text) > _LONGEST_TEXT:
        return None
    number = Decimal(text)
    if len(text) > MAX_DIGITS and not in_range(number):
        raise ExpressionError(f"number {text} is out of range")
    return number


def in_range(number: Decimal) -> bool:
    """Whether the number is one that expressions may hold."""
    if not number.is_finite():
        return False
    _, digits, exponent = number.as_tuple()
    if len(digits) <= MAX_DIGITS and isinstance(exponent, int) and -MAX_EXPONENT <= exponent <= MAX_EXPONENT:
        return True
    _, digits, exponent = WIDE.normalize(number).as_tuple()
    return (
        len(digits) <= MAX_DIGITS and isinstance(exponent, int) and -MAX_EXPONENT <= exponent <= MAX_EXPONENT
    )


def checked(number: Decimal) -> Decimal:
    """The number, if it is one that expressions may hold."""
    if not in_range(number):
        raise ExpressionError("number value out of range")
    return number


def divide(left: Decimal, right: Decimal) -> Decimal:
    """The quotient to 16 decimals."""
    if not right:
        raise ExpressionError("division by zero")
    return checked(WIDE.divide(left, right).quantize(_QUOTIENT, context=WIDE).normalize(WIDE))


def power(base: Decimal, exponent: Decimal) -> Decimal:
    """The base to the exponent, which may be a fraction."""
    if abs(exponent) > MAX_EXPONENT or (not base and exponent <= 0) or (base < 0 and exponent % 1):
        raise ExpressionError("number value out of range")
    result = (
        Context(prec=400, rounding=ROUND_HALF_UP).power(base, int(exponent)) if not exponent % 1 else None
    )
    if result is None:
        result = (
            Context(prec=60, rounding=ROUND_HALF_UP).power(base, exponent).quantize(_QUOTIENT, context=WIDE)
        )
    elif exponent < 0:
        result = result.quantize(_QUOTIENT, context=WIDE)
    return checked(result.normalize(WIDE))


def round_to(number: Decimal, places: int, rounding: str = ROUND_HALF_UP) -> Decimal:
    """The number with so many decimals; before the point when negative."""
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or -places <= exponent:
        return number
    if places < -2 * MAX_EXPONENT:
        return Decimal(0)
    rounded = number.quantize(Decimal(1).scaleb(-places), rounding=rounding, context=WIDE)
    return Decimal(format(rounded, "f"))


def format_decimal(number: Decimal, style: NumberFormat, places: int, group: bool) -> str:
    """The number as people of this environment write it; `places` -1 keeps the decimals it has."""
    text = plain(number) if places < 0 else format(round_to(number, places), f".{places}f")
    sign, text = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, _, decimals = text.partition(".")
    if group:
        whole = f"{int(whole):,}".replace(",", style.digit_grouping_symbol)
        return sign + whole + (style.decimal_symbol + decimals if decimals else "")
    return sign + text
