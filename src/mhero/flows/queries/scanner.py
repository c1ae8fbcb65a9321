"""Cuts the text of a contact query into words, quoted texts, operators and parentheses."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mhero.flows.queries.errors import QuerySyntaxError

#: What a word is made of beside letters of any script: what numbers, dates, addresses and names need.
_TOKEN = re.compile(
    r"""
      (?P<space>    \s+ )
    | (?P<string>   "(?:[^"\\]|\\.)*" )
    | (?P<operator> [<>!]=|[=~<>] )
    | (?P<paren>    [()] )
    | (?P<word>     (?:[A-Za-z0-9_.\-+/@:'&\#]|[^\x00-\x7f\s])+ )
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_KEYWORDS = {"and": "and", "or": "or", "is": "operator", "has": "operator"}
_OPERATORS = {"is": "=", "has": "~"}


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of the text."""

    #: One of word, string, operator, and, or, (, ), end.
    kind: str
    #: What it means: an operator's sign, a quoted text without its quotes.
    value: str
    #: As it was written.
    raw: str
    #: Where it begins, counted from 0.
    at: int


def scan(text: str) -> list[Token]:
    """The tokens of a text, the last of which is its end."""
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise unexpected(Token("other", text[at], text[at], at))
        if match.lastgroup != "space":
            tokens.append(_token(match))
        at = match.end()
    tokens.append(Token("end", "", "", len(text)))
    return tokens


def unexpected(token: Token) -> QuerySyntaxError:
    """The error that says that a token cannot stand where it does."""
    found = "the end" if token.kind == "end" else f"'{token.raw}'"
    return QuerySyntaxError(found=found, at=str(token.at + 1))


def _token(match: re.Match[str]) -> Token:
    raw, kind = match[0], str(match.lastgroup)
    if kind == "string":
        return Token(kind, _unescaped(raw[1:-1]), raw, match.start())
    if kind == "paren":
        return Token(raw, raw, raw, match.start())
    keyword = _KEYWORDS.get(raw.lower())
    if keyword:
        return Token(keyword, _OPERATORS.get(raw.lower(), raw), raw, match.start())
    return Token(kind, raw, raw, match.start())


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    return _ESCAPE.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    """What an escape stands for; whatever has no meaning of its own after a backslash stands for itself."""
    if len(match[1]) == 1:
        return _ESCAPES.get(match[1], match[1])
    character = chr(int(match[1][1:], 16))
    # Half of a pair is no character, and nothing could write it.
    return "\ufffd" if "\ud800" <= character <= "\udfff" else character
