"""Templates of old flows (specifications up to 11) written as today's.

Old expressions had `<>` for `!=`, quotes doubled within texts, places counted from 1, and a `+` that added
days to dates. All of it is rewritten here, so that the engine knows one language only.
"""

from __future__ import annotations

import re

from mhero.flows.excellent.errors import ExpressionSyntaxError
from mhero.flows.excellent.legacy_context import TOP_LEVELS, migrate_reference
from mhero.flows.excellent.legacy_functions import (
    DATE,
    DATETIME,
    FORMATTED,
    FUNCTIONS,
    NUMBER,
    TIME,
    UNKNOWN,
    Piece,
)
from mhero.flows.excellent.tree import quote

_AT = re.compile(r"@(?:(@)|(\()|([a-zA-Z]\w*(?:\.\w+)*))")
_INSIDE = re.compile(r'"[^"]*"|["()]')
_TOKEN = re.compile(
    r'\s*(?:(?P<text>"(?:[^"]|"")*")|(?P<number>\d+(?:\.\d+)?)'
    r"|(?P<name>[a-zA-Z][\w.]*)|(?P<sign><>|<=|>=|[-+*/^&=<>(),]))"
)
_LEVELS = {
    "&": 1, "=": 2, "<>": 2, "<": 3, "<=": 3, ">": 3, ">=": 3, "+": 4, "-": 4, "*": 5, "/": 5, "^": 6
}  # fmt: skip
_MAX_NESTING = 60


def migrate_template(
    template: str, *, default_to_self: bool = False, url_encode: bool = False, raw_dates: bool = False
) -> str:
    """Today's form of an old template; expressions that cannot be read stay as they are.

    With `default_to_self` an expression that fails shows itself, as old ones did; with `url_encode` its
    value is made fit for an address; with `raw_dates` days such as `@date.today` are dates and not texts.
    """
    pieces: list[str] = []
    at = 0
    while match := _AT.search(template, at):
        pieces.append(template[at : match.start()])
        at = match.end()
        source, end = _expression(template, match)
        if source is None:
            pieces.append(match[0])
            continue
        written = template[match.start() : end]
        at = end
        try:
            piece = _Parser(source, raw_dates).whole()
        except ExpressionSyntaxError:
            pieces.append(written)
            continue
        pieces.append(_written(piece, written, default_to_self, url_encode))
    pieces.append(template[at:])
    return "".join(pieces)


def _expression(template: str, match: re.Match[str]) -> tuple[str | None, int]:
    """The expression that begins here, and where it ends; None for what is only text."""
    if match[3]:
        known = match[3].partition(".")[0].lower() in TOP_LEVELS
        return (match[3] if known else None), match.end()
    if match[2]:
        depth = 1
        for found in _INSIDE.finditer(template, match.end()):
            if found[0] == '"':
                break
            depth += {"(": 1, ")": -1}.get(found[0], 0)
            if not depth:
                return template[match.end() : found.start()], found.end()
    return None, match.end()


def _written(piece: Piece, original: str, default_to_self: bool, url_encode: bool) -> str:
    if piece.text == '""':
        return ""
    if default_to_self:
        piece = Piece(f"if(is_error({piece.text}), {quote(original)}, {piece.text})")
    if url_encode:
        piece = Piece(f"url_encode({piece.text})")
    return f"@{piece.text}" if piece.is_path else f"@({piece.text})"


class _Parser:
    """One old expression being read, and written at the same time."""

    def __init__(self, source: str, raw_dates: bool) -> None:
        self.raw_dates = raw_dates
        self.tokens: list[tuple[str, str]] = []
        self.next = 0
        self.nesting = 0
        at, end = 0, len(source.rstrip())
        while at < end:
            match = _TOKEN.match(source, at, end)
            if not match:
                raise ExpressionSyntaxError(f"syntax error at {source[at:].strip()}")
            self.tokens.append((match.lastgroup or "", match[match.lastgroup or 0]))
            at = match.end()

    def peek(self) -> str:
        """The sign that comes next, if one does."""
        kind, text = self.tokens[self.next] if self.next < len(self.tokens) else ("", "")
        return text if kind == "sign" else ""

    def expect(self, sign: str) -> None:
        """Passes over this sign, which has to come next."""
        if self.peek() != sign:
            raise ExpressionSyntaxError
        self.next += 1

    def whole(self) -> Piece:
        """The expression, which has to be all there is."""
        piece = self.expression()
        if self.next < len(self.tokens):
            raise ExpressionSyntaxError
        return piece

    def expression(self, level: int = 1) -> Piece:
        """An expression of operators that bind at least as tightly as this level."""
        self.nesting += 1
        if self.nesting > _MAX_NESTING:
            raise ExpressionSyntaxError
        left = self.value()
        while _LEVELS.get(self.peek(), 0) >= level:
            sign = self.peek()
            self.next += 1
            left = self.joined(left, sign, self.expression(_LEVELS[sign] + 1))
        self.nesting -= 1
        return left

    def joined(self, left: Piece, sign: str, right: Piece) -> Piece:
        """Two pieces and the operator between them."""
        if sign in "+-":
            return self.added(left, sign, right)
        sign = "!=" if sign == "<>" else sign
        return Piece(f"{left.operand()} {sign} {right.operand()}")

    def added(self, left: Piece, sign: str, right: Piece) -> Piece:
        """What `+` and `-` meant for values of these types."""
        if left.kind == right.kind == NUMBER:
            return Piece(f"{left.operand()} {sign} {right.operand()}", NUMBER)
        if sign == "+" and left.kind == TIME:
            left, right = right, left
        if right.kind == TIME and left.kind in (DATE, DATETIME, FORMATTED):
            return _time_added(left, sign, right)
        amount = right.text
        if sign == "-":
            amount = f"-{amount}" if right.kind != UNKNOWN or right.is_path else f"-{right.operand()}"
        if right.kind == NUMBER and left.kind in (DATE, DATETIME):
            return Piece(f'datetime_add({left.text}, {amount}, "D")', DATETIME)
        if right.kind == NUMBER and left.kind == FORMATTED:
            return Piece(f'format_date(datetime_add({left.text}, {amount}, "D"))', FORMATTED)
        return Piece(f"legacy_add({left.text}, {amount})")

    def value(self) -> Piece:
        """A literal, a name, a call, or what stands in parentheses."""
        if self.next >= len(self.tokens):
            raise ExpressionSyntaxError
        kind, text = self.tokens[self.next]
        self.next += 1
        if kind == "text":
            return Piece('"' + text[1:-1].replace('""', '\\"') + '"')
        if kind == "number":
            return Piece(text, NUMBER)
        if kind == "name":
            return self.call(text.lower()) if self.peek() == "(" else self.reference(text.lower())
        if text == "(":
            inner = self.expression()
            self.expect(")")
            return Piece(f"({inner.text})", inner.kind)
        if text == "-":
            inner = self.value()
            return Piece(f"-{inner.operand()}", inner.kind)
        raise ExpressionSyntaxError

    def reference(self, name: str) -> Piece:
        """A name of the context, or a constant."""
        if name in ("true", "false"):
            return Piece(name)
        path = name.split(".")
        if path[0] not in TOP_LEVELS or not all(path):
            raise ExpressionSyntaxError
        return migrate_reference(path, raw_dates=self.raw_dates)

    def call(self, name: str) -> Piece:
        """A function called."""
        self.expect("(")
        args: list[Piece] = []
        while self.peek() != ")":
            if args:
                self.expect(",")
            args.append(self.expression())
        self.expect(")")
        if name not in FUNCTIONS:
            return Piece(f"{name}({', '.join(arg.text for arg in args)})")
        fewest, most, rewrite = FUNCTIONS[name]
        if len(args) < fewest or (most is not None and len(args) > most):
            raise ExpressionSyntaxError
        return rewrite(args)


def _time_added(left: Piece, sign: str, right: Piece) -> Piece:
    """A time of day added to a date is its time; to a moment, it is so many hours and minutes."""
    if left.kind == DATE and sign == "+":
        return Piece(f"replace_time({left.text}, {right.text})", DATETIME)
    minutes = f'format_time({right.text}, "tt") * 60 + format_time({right.text}, "m")'
    if sign == "-":
        minutes = f"-({minutes})"
    return Piece(f'datetime_add({left.text}, {minutes}, "m")', DATETIME)
