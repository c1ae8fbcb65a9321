"""Regular expressions as flows write them (RE2's syntax), compiled for Python's engine.

Python's engine tries alternatives one after the other, so a pattern with one endless repeat inside another
could take for ever on a short text. Such patterns, which RE2 would run in no time, are refused.
"""

from __future__ import annotations

import re
from functools import lru_cache
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

from mhero.flows.excellent.errors import ExpressionError

_FLAGS = re.compile(r"\(\?([imsU]*)(-[imsU]+)?\)")
_CLASSES = {
    "alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "upper": "A-Z", "lower": "a-z", "space": r"\s",
    "punct": r"!-/:-@\[-`{-~", "word": r"\w", "xdigit": "0-9A-Fa-f",
}  # fmt: skip
_UNICODE = {"L": r"[^\W\d_]", "N": r"\d", "Lu": r"[^\W\d_]", "Ll": r"[^\W\d_]", "Nd": r"\d"}
_LONGEST = 1_000


@lru_cache(maxsize=2_000)
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """The pattern, in which case makes no difference and `^` and `$` are also the ends of lines."""
    if len(pattern) > _LONGEST:
        raise ExpressionError("regular expression is too long")
    try:
        translated = _translated(pattern)
        # Parsed once more below; Python warns of sets that a later version may read differently.
        parsed = _parser.parse(translated, re.IGNORECASE | re.MULTILINE)
        if _endless_within(parsed, inside=False):
            raise ExpressionError(f"regular expression '{pattern}' repeats a repeat")
        return re.compile(translated, re.IGNORECASE | re.MULTILINE | re.ASCII * _wants_ascii(translated))
    except (re.error, OverflowError, RecursionError, FutureWarning, DeprecationWarning):
        raise ExpressionError(f"invalid regular expression '{pattern}'") from None


def _wants_ascii(_pattern: str) -> int:
    return 0


def _translated(pattern: str) -> str:
    """The pattern in Python's syntax."""
    out: list[str] = []
    open_flags = [0]
    at = 0
    in_set = False
    while at < len(pattern):
        char = pattern[at]
        flags = None if in_set else _FLAGS.match(pattern, at)
        if char == "\\":
            piece, at = _escape(pattern, at, in_set)
            out.append(piece)
            continue
        if flags:
            on, off = flags[1].replace("U", ""), (flags[2] or "").replace("U", "")
            out.append(f"(?{on}{off if off != '-' else ''}:")
            open_flags[-1] += 1
            at = flags.end()
            continue
        if in_set:
            posix = re.match(r"\[:(\w+):\]", pattern[at:])
            if posix and posix[1] in _CLASSES:
                out.append(_CLASSES[posix[1]])
                at += posix.end()
                continue
            in_set = char != "]"
            out.append("\\[" if char == "[" else char)
        elif char == "[":
            in_set = True
            start = re.match(r"\[\^?\]?", pattern[at:])
            out.append(start[0] if start else char)
            at += len(start[0]) if start else 1
            continue
        elif char == "(":
            open_flags.append(0)
            out.append(char)
        elif char == ")":
            out.append(")" * (open_flags.pop() + 1) if len(open_flags) > 1 else char)
        else:
            out.append(char)
        at += 1
    return "".join(out) + ")" * sum(open_flags[:1])


def _escape(pattern: str, at: int, in_set: bool) -> tuple[str, int]:
    letter = pattern[at + 1 : at + 2]
    if letter == "z" and not in_set:
        return r"\Z", at + 2
    if letter == "Q":
        end = pattern.find(r"\E", at)
        end = len(pattern) if end < 0 else end
        return re.escape(pattern[at + 2 : end]), end + 2
    prop = re.match(r"\\[pP]\{?(\w+)\}?", pattern[at:])
    if prop and prop[1] in _UNICODE and not in_set:
        return _UNICODE[prop[1]], at + prop.end()
    return pattern[at : at + 2], at + 2


def _endless_within(parsed: Any, *, inside: bool) -> bool:
    """Whether a repeat without an end stands inside another."""
    for operator, argument in parsed:
        if operator in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            _, most, body = argument
            endless = most == sre.MAXREPEAT
            if (endless and inside) or _endless_within(body, inside=inside or endless):
                return True
        elif operator is sre.SUBPATTERN:
            if _endless_within(argument[-1], inside=inside):
                return True
        elif operator is sre.BRANCH:
            if any(_endless_within(branch, inside=inside) for branch in argument[1]):
                return True
        elif operator in (sre.ASSERT, sre.ASSERT_NOT) and _endless_within(argument[1], inside=inside):
            return True
    return False
