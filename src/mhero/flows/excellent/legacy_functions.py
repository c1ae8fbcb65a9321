"""What each function of old expressions is called now, and how its arguments are written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

#: What is known of the value of an old expression, which decides what `+` and `-` mean.
UNKNOWN, NUMBER, DATETIME, DATE, FORMATTED, TIME = (
    "unknown",
    "number",
    "datetime",
    "date",
    "formatted",
    "time",
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of an expression in today's form."""

    text: str
    kind: str = UNKNOWN
    #: Whether it has an operator outside parentheses that the old form had not.
    infix: bool = False
    #: Whether it is the name of something, so that it may stand after an @ without parentheses.
    is_path: bool = False

    def operand(self) -> str:
        """The piece as it can stand beside an operator."""
        return f"({self.text})" if self.infix else self.text


Rewrite: TypeAlias = Callable[[Sequence[Piece]], Piece]


def _texts(args: Sequence[Piece]) -> str:
    return ", ".join(arg.text for arg in args)


def renamed(name: str, kind: str = UNKNOWN) -> Rewrite:
    """The function has another name now, or the same."""
    return lambda args: Piece(f"{name}({_texts(args)})", kind)


def _is_whole(text: str) -> bool:
    return text.removeprefix("-").isdigit()


def one_less(arg: Piece) -> str:
    """A place that was counted from 1 and now is from 0; negative ones count from the end as before."""
    if _is_whole(arg.text):
        return str(int(arg.text) - 1) if int(arg.text) >= 0 else arg.text
    return f"{arg.text} - 1"


def _by_spaces(arg: Piece) -> str:
    return {"true": '" \\t"', "false": "NULL"}.get(arg.text, f'if({arg.text}, " \\t", NULL)')


def _concatenate(args: Sequence[Piece]) -> Piece:
    return Piece(" & ".join(arg.operand() for arg in args), infix=len(args) > 1)


def _total(args: Sequence[Piece]) -> Piece:
    return Piece(" + ".join(arg.operand() for arg in args), NUMBER, infix=len(args) > 1)


def _datedif(args: Sequence[Piece]) -> Piece:
    start, end, unit = args
    text = unit.text.upper() if unit.text.startswith('"') else f"upper({unit.text})"
    return Piece(f"datetime_diff({start.text}, {end.text}, {text})", NUMBER)


def _part(layout: str, function: str = "format_date") -> Rewrite:
    return lambda args: Piece(f'{function}({args[0].text}, "{layout}")')


def _field(args: Sequence[Piece]) -> Piece:
    delimiter = args[2].text if len(args) > 2 else '" "'
    return Piece(f"field({args[0].text}, {one_less(args[1])}, {delimiter})")


def _fixed(args: Sequence[Piece]) -> Piece:
    places = args[1:] or [Piece("2")]
    return Piece(f"format_number({_texts([args[0], *places])})")


def _if(args: Sequence[Piece]) -> Piece:
    instead = [Piece("0"), Piece("false")]
    return Piece(f"if({_texts([*args, *instead[len(args) - 1 :]])})")


def _word(args: Sequence[Piece]) -> Piece:
    more = [_by_spaces(args[2])] if len(args) > 2 else []
    return Piece(f"word({', '.join([args[0].text, one_less(args[1]), *more])})")


def _word_count(args: Sequence[Piece]) -> Piece:
    more = [_by_spaces(args[1])] if len(args) > 1 else []
    return Piece(f"word_count({', '.join([args[0].text, *more])})", NUMBER)


def _word_slice(args: Sequence[Piece]) -> Piece:
    places = [one_less(arg) for arg in args[1:3]]
    more = [_by_spaces(args[3])] if len(args) > 3 else []
    return Piece(f"word_slice({', '.join([args[0].text, *places, *more])})")


def _right(args: Sequence[Piece]) -> Piece:
    return Piece(f"text_slice({args[0].text}, -{args[1].operand()})")


def _substitute(args: Sequence[Piece]) -> Piece:
    return Piece(f"replace({_texts(args)})")


#: The fewest and the most arguments, None for any number, and what is written instead.
FUNCTIONS: dict[str, tuple[int, int | None, Rewrite]] = {
    "abs": (1, 1, renamed("abs", NUMBER)),
    "and": (1, None, renamed("and")),
    "average": (1, None, renamed("mean", NUMBER)),
    "char": (1, 1, renamed("char")),
    "clean": (1, 1, renamed("clean")),
    "code": (1, 1, renamed("code", NUMBER)),
    "concatenate": (1, None, _concatenate),
    "date": (3, 3, renamed("date_from_parts", DATE)),
    "datedif": (3, 3, _datedif),
    "datevalue": (1, 1, renamed("date", DATE)),
    "day": (1, 1, _part("D")),
    "days": (2, 2, lambda args: Piece(f'datetime_diff({args[1].text}, {args[0].text}, "D")', NUMBER)),
    "edate": (2, 2, lambda args: Piece(f'datetime_add({_texts(args)}, "M")', DATETIME)),
    "epoch": (1, 1, renamed("epoch", NUMBER)),
    "exp": (1, 1, lambda args: Piece(f"2.718281828459045 ^ {args[0].operand()}", NUMBER, infix=True)),
    "false": (0, 0, lambda _args: Piece("false")),
    "field": (2, 3, _field),
    "first_word": (1, 1, lambda args: Piece(f"word({args[0].text}, 0)")),
    "fixed": (1, 3, _fixed),
    "format_date": (1, 2, renamed("format_datetime")),
    "format_location": (1, 1, renamed("format_location")),
    "hour": (1, 1, _part("tt", "format_datetime")),
    "if": (1, 3, _if),
    "int": (1, 1, renamed("round_down", NUMBER)),
    "left": (2, 2, lambda args: Piece(f"text_slice({args[0].text}, 0, {args[1].text})")),
    "len": (1, 1, renamed("text_length", NUMBER)),
    "lower": (1, 1, renamed("lower")),
    "max": (1, None, renamed("max", NUMBER)),
    "min": (1, None, renamed("min", NUMBER)),
    "minute": (1, 1, _part("m", "format_datetime")),
    "mod": (2, 2, renamed("mod", NUMBER)),
    "month": (1, 1, _part("M")),
    "now": (0, 0, renamed("now", DATETIME)),
    "or": (1, None, renamed("or")),
    "percent": (1, 1, renamed("percent")),
    "power": (2, 2, lambda args: Piece(f"{args[0].operand()} ^ {args[1].operand()}", NUMBER, infix=True)),
    "proper": (1, 1, renamed("title")),
    "rand": (0, 0, renamed("rand", NUMBER)),
    "randbetween": (2, 2, renamed("rand_between", NUMBER)),
    "read_digits": (1, 1, renamed("read_chars")),
    "regex_group": (2, 3, renamed("regex_match")),
    "remove_first_word": (1, 1, renamed("remove_first_word")),
    "rept": (2, 2, renamed("repeat")),
    "right": (2, 2, _right),
    "round": (1, 2, renamed("round", NUMBER)),
    "rounddown": (1, 2, renamed("round_down", NUMBER)),
    "roundup": (1, 2, renamed("round_up", NUMBER)),
    "second": (1, 1, _part("s", "format_datetime")),
    "substitute": (3, 4, _substitute),
    "sum": (1, None, _total),
    "time": (3, 3, renamed("time_from_parts", TIME)),
    "timevalue": (1, 1, renamed("time", TIME)),
    "today": (0, 0, renamed("today", DATE)),
    "true": (0, 0, lambda _args: Piece("true")),
    "trunc": (1, 2, renamed("round_down", NUMBER)),
    "unichar": (1, 1, renamed("char")),
    "unicode": (1, 1, renamed("code", NUMBER)),
    "upper": (1, 1, renamed("upper")),
    "weekday": (1, 1, lambda args: Piece(f"weekday({args[0].text}) + 1", NUMBER, infix=True)),
    "word": (2, 3, _word),
    "word_count": (1, 2, _word_count),
    "word_slice": (2, 4, _word_slice),
    "year": (1, 1, _part("YYYY")),
}
