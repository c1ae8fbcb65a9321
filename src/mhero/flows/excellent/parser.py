"""Expressions read into trees, straight from their characters."""

from __future__ import annotations

import re
from decimal import Decimal

from mhero.flows.excellent.errors import ExpressionError, ExpressionSyntaxError
from mhero.flows.excellent.numbers import parse_number
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

_SPACE = re.compile(r"\s*")
_NAME = re.compile(r"[^\W\d]\w*")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_DIGITS = re.compile(r"[0-9]+(?!\.[0-9])")
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_OPERATOR = re.compile(r"<=|>=|!=|[-+*/^&=<>]")
_PARAMS = re.compile(r"\(\s*((?:[^\W\d]\w*\s*(?:,\s*[^\W\d]\w*\s*)*)?)\)\s*=>")
_ESCAPE = re.compile(r'\\(?:([abfnrtv\\"])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3}))')
_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", '"': '"'}
#: How tightly each operator binds; those of one level are taken from the left.
_LEVELS = {
    "&": 1, "=": 2, "!=": 2, "<": 3, "<=": 3, ">": 3, ">=": 3, "+": 4, "-": 4, "*": 5, "/": 5, "^": 6
}  # fmt: skip
_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
#: Deeper nesting than any person writes would exhaust Python's own stack.
MAX_NESTING = 60
MAX_CHAIN = 400


def parse(text: str) -> Node:
    """The tree of an expression. Raises ExpressionSyntaxError; ExpressionError for a number out of range."""
    return Parser(text).whole()


class Parser:
    """One expression being read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.nesting = 0
        self.links = 0

    def whole(self) -> Node:
        """The expression, which has to be all there is."""
        node = self.expression()
        if self.at < len(self.text):
            raise self.wrong()
        return node

    def wrong(self) -> ExpressionSyntaxError:
        """The error of something unexpected at this place."""
        return ExpressionSyntaxError(f"syntax error at {self.text[self.at :].strip()}")

    def skip(self) -> None:
        """Passes over white space."""
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def take(self, literal: str) -> bool:
        """Passes over this, if it comes next."""
        self.skip()
        if self.text.startswith(literal, self.at):
            self.at += len(literal)
            return True
        return False

    def expect(self, literal: str) -> None:
        """Passes over this, which has to come next."""
        if not self.take(literal):
            raise self.wrong()

    def expression(self, level: int = 1) -> Node:
        """An expression of operators that bind at least as tightly as this level."""
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            raise ExpressionSyntaxError("expression is nested too deep")
        left = self.unary()
        while True:
            self.skip()
            match = _OPERATOR.match(self.text, self.at)
            if match is None or _LEVELS[match[0]] < level:
                self.nesting -= 1
                return left
            self.link()
            self.at = match.end()
            left = Binary(match[0], left, self.expression(_LEVELS[match[0]] + 1))

    def link(self) -> None:
        """Counts what makes the tree deeper without nesting: a chain of operators or look-ups."""
        self.links += 1
        if self.links > MAX_CHAIN:
            raise ExpressionSyntaxError("expression is too long")

    def unary(self) -> Node:
        """A value with its sign."""
        signs = 0
        while self.take("-"):
            self.link()
            signs += 1
        node = self.value()
        for _ in range(signs):
            node = Negation(node)
        return node

    def value(self) -> Node:
        """A literal, an anonymous function, or something that can be looked into and called."""
        self.skip()
        char = self.text[self.at : self.at + 1]
        if char == '"':
            return self.quoted()
        match = _NUMBER.match(self.text, self.at)
        if match:
            self.at = match.end()
            return Literal(_number(match[0]))
        if char == "(":
            return self.parenthesised()
        match = _NAME.match(self.text, self.at)
        if not match:
            raise self.wrong()
        self.at = match.end()
        name = match[0].lower()
        return Literal(_CONSTANTS[name]) if name in _CONSTANTS else self.lookups(Name(name))

    def quoted(self) -> Node:
        """A text in quotes."""
        match = _TEXT.match(self.text, self.at)
        if not match:
            raise self.wrong()
        self.at = match.end()
        return Literal(unquote(match[0]))

    def parenthesised(self) -> Node:
        """An anonymous function, or an expression in parentheses."""
        params = _PARAMS.match(self.text, self.at)
        if params:
            self.at = params.end()
            names = tuple(name.strip().lower() for name in params[1].split(",") if name.strip())
            return Lambda(names, self.expression())
        self.at += 1
        inner = self.expression()
        self.expect(")")
        return self.lookups(Parentheses(inner))

    def lookups(self, node: Node) -> Node:
        """What follows a name or parentheses: properties, items, calls."""
        while True:
            self.skip()
            char = self.text[self.at : self.at + 1]
            if char == ".":
                node = Dot(node, self.key())
            elif char == "[":
                self.at += 1
                node = Index(node, self.expression())
                self.expect("]")
            elif char == "(":
                self.at += 1
                node = Call(node, self.arguments())
            else:
                return node
            self.link()

    def key(self) -> str:
        """The name or number after a dot."""
        start = self.at
        self.at += 1
        self.skip()
        match = _NAME.match(self.text, self.at) or _DIGITS.match(self.text, self.at)
        if not match:
            self.at = start
            raise self.wrong()
        self.at = match.end()
        return match[0].lower()

    def arguments(self) -> tuple[Node, ...]:
        """The arguments of a call and its closing parenthesis."""
        if self.take(")"):
            return ()
        args = [self.expression()]
        while self.take(","):
            args.append(self.expression())
        self.expect(")")
        return tuple(args)


def _number(text: str) -> Decimal:
    number = parse_number(text)
    if number is None:
        raise ExpressionError(f"number {text} is out of range")
    return number


def unquote(quoted: str) -> str:
    """The text that is written in quotes; patterns such as `\\w` may stand in it unescaped."""
    inner = quoted[1:-1]
    if "\\" not in inner:
        return inner
    if "\\" in _ESCAPE.sub("", inner):
        return inner.replace('\\"', '"')
    return _ESCAPE.sub(_unescaped, inner)


def _unescaped(match: re.Match[str]) -> str:
    if match[1]:
        return _SIMPLE[match[1]]
    code = int(match[5], 8) if match[5] else int(match[2] or match[3] or match[4], 16)
    surrogate = 0xD800 <= code <= 0xDFFF
    return "\ufffd" if surrogate or code > 0x10FFFF else chr(code)
