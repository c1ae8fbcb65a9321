"""Templates cut into their texts, their `@names` and their `@(expressions)`."""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import Enum

#: `@@`, the beginning of an expression, or a name with its properties.
_AT = re.compile(r"@(?:(@)|(\()|([^\W\d]\w*(?:\.\w+)*))")
#: Inside an expression: a text in quotes, or a parenthesis.
_INSIDE = re.compile(r'"(?:[^"\\]|\\.)*"|["()]', re.DOTALL)


class Kind(Enum):
    """What a piece of a template is."""

    BODY = "body"
    #: A name and its properties, without the @.
    IDENTIFIER = "identifier"
    #: What stands between `@(` and `)`.
    EXPRESSION = "expression"


def scan(template: str, top_levels: Collection[str], *, unescape: bool = True) -> list[tuple[Kind, str]]:
    """The pieces of a template; neighbouring texts are one piece.

    A name is only taken for one when its first part is a top level of the context, so that an e-mail address
    stays what it is. `@@` becomes `@`, unless `unescape` is false.
    """
    pieces: list[tuple[Kind, str]] = []
    body: list[str] = []

    def flush() -> None:
        if body:
            pieces.append((Kind.BODY, "".join(body)))
            body.clear()

    at = 0
    while match := _AT.search(template, at):
        body.append(template[at : match.start()])
        at = match.end()
        if match[1]:
            body.append("@" if unescape else "@@")
        elif match[2]:
            end = expression_end(template, at)
            if end is None:
                body.append(match[0])
            else:
                flush()
                pieces.append((Kind.EXPRESSION, template[at:end]))
                at = end + 1
        elif match[3].partition(".")[0].lower() in top_levels:
            flush()
            pieces.append((Kind.IDENTIFIER, match[3]))
        else:
            body.append(match[0])
    body.append(template[at:])
    if not any(body):
        body.clear()
    flush()
    return [piece for piece in pieces if piece[1] or piece[0] is Kind.EXPRESSION]


def expression_end(template: str, start: int) -> int | None:
    """Where the parenthesis closes that opened just before `start`; None when it never does."""
    depth = 1
    for match in _INSIDE.finditer(template, start):
        mark = match[0]
        if mark == '"':
            return None
        if mark == "(":
            depth += 1
        elif mark == ")":
            depth -= 1
            if not depth:
                return match.start()
    return None
