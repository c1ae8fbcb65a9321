"""Regular expressions as flows write them, in RE2's syntax: no back references, nothing that looks around."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

from mhero.flows.excellent.errors import ExpressionError
from mhero.flows.excellent.linear import Groups, LinearPattern

_FLAGS = re.compile(r"\(\?([imsU]*)(-[imsU]+)?\)")
_SCOPED_FLAGS = re.compile(r"\(\?([imsU]*)(-[imsU]+)?:")
_POSIX = re.compile(r"\[:(\w+):\]")
_SET_START = re.compile(r"\[\^?\]?")
_PROPERTY = re.compile(r"\\[pP]\{?(\w+)\}?")
_CLASSES = {
    "alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "upper": "A-Z", "lower": "a-z", "space": r"\s",
    "punct": r"!-/:-@\[-`{-~", "word": r"\w", "xdigit": "0-9A-Fa-f",
}  # fmt: skip
_UNICODE = {"L": r"[^\W\d_]", "Lu": r"[^\W\d_]", "Ll": r"[^\W\d_]", "N": r"\d", "Nd": r"\d"}
_HOW = re.IGNORECASE | re.MULTILINE
_LONGEST = 1_000
_LARGEST_REPEAT = 1_000
#: The most ways that Python's engine may have to try before another one is asked.
_MOST_WAYS = 10_000_000
_ENDLESSLY = 99


class Pattern:
    """A compiled pattern, in which case makes no difference and `^` and `$` are also the ends of lines."""

    __slots__ = ("_choices", "_linear", "_pattern", "groups")

    def __init__(self, pattern: str) -> None:
        self._pattern = re.compile(pattern, _HOW)
        self.groups: int = self._pattern.groups
        #: How many independent choices there are in the pattern, each as large as the text.
        self._choices = _choices(_parser.parse(pattern, _HOW))
        self._linear: Callable[[], LinearPattern] = lru_cache(maxsize=1)(lambda: LinearPattern(pattern, _HOW))

    def search(self, text: str) -> Groups | None:
        """What matches first, and its groups; None where nothing matches."""
        if self._choices >= _ENDLESSLY or len(text) ** (self._choices + 1) > _MOST_WAYS:
            return self._linear().search(text)
        found = self._pattern.search(text)
        return (found[0], *found.groups()) if found else None


@lru_cache(maxsize=2_000)
def compile_pattern(pattern: str) -> Pattern:
    """The compiled pattern; raises ExpressionError for one that is wrong or too long."""
    if len(pattern) > _LONGEST:
        raise ExpressionError("regular expression is too long")
    try:
        # Python warns of sets which a later version may read differently; here they are as wrong as others.
        return Pattern(_translated(pattern))
    except (re.error, OverflowError, RecursionError, FutureWarning, DeprecationWarning):
        raise ExpressionError(f"invalid regular expression '{pattern}'") from None


def _choices(nodes: Any) -> int:
    """How many choices stand side by side; `_ENDLESSLY` where one is within another."""
    count = 0
    for operator, argument in nodes:
        if operator in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            least, most, body = argument
            if least > _LARGEST_REPEAT or (most != sre.MAXREPEAT and most > _LARGEST_REPEAT):
                raise re.error("repeats too often")
            inner = _choices(body)
            if inner and most > 1:
                return _ENDLESSLY
            count += inner + (least != most)
        elif operator is sre.SUBPATTERN:
            count += _choices(argument[-1])
        elif operator is sre.BRANCH:
            count += 1 + max(_choices(branch) for branch in argument[1])
        elif operator not in (sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN, sre.AT):
            raise re.error("not supported")
    return min(count, _ENDLESSLY)


def _translated(pattern: str) -> str:
    """The pattern in Python's syntax."""
    out: list[str] = []
    #: For each open group, how many groups were opened in it for flags that hold to its end.
    opened = [0]
    at, in_set = 0, False
    while at < len(pattern):
        char = pattern[at]
        flags = None if in_set else _FLAGS.match(pattern, at)
        if char == "\\":
            piece, at = _escape(pattern, at, in_set)
            out.append(piece)
        elif flags:
            out.append(_flag_group(flags))
            opened[-1] += 1
            at = flags.end()
        elif in_set:
            posix = _POSIX.match(pattern, at)
            in_set = char != "]"
            out.append(_CLASSES.get(posix[1], "") if posix else "\\[" if char == "[" else char)
            at = posix.end() if posix else at + 1
        elif char == "[":
            start = _SET_START.match(pattern, at)
            out.append(start[0].replace("]", "\\]") if start else char)
            at, in_set = start.end() if start else at + 1, True
        else:
            at += _opening(pattern, at, opened, out)
    return "".join(out) + ")" * opened[0]


def _opening(pattern: str, at: int, opened: list[int], out: list[str]) -> int:
    """Writes a character outside sets, or the beginning or end of a group; answers how much was read."""
    char = pattern[at]
    if char == "(":
        opened.append(0)
        scoped = _SCOPED_FLAGS.match(pattern, at)
        if scoped:
            out.append(_flag_group(scoped))
            return len(scoped[0])
        out.append(char)
    else:
        out.append(")" * (opened.pop() + 1) if char == ")" and len(opened) > 1 else char)
    return 1


def _flag_group(flags: re.Match[str]) -> str:
    on, off = flags[1].replace("U", ""), (flags[2] or "").replace("U", "")
    return f"(?{on}{off if off != '-' else ''}:"


def _escape(pattern: str, at: int, in_set: bool) -> tuple[str, int]:
    letter = pattern[at + 1 : at + 2]
    if letter == "z" and not in_set:
        return r"\Z", at + 2
    if letter == "Q":
        end = pattern.find(r"\E", at)
        end = len(pattern) if end < 0 else end
        return re.escape(pattern[at + 2 : end]), end + 2
    named = _PROPERTY.match(pattern, at)
    if named and named[1] in _UNICODE and not in_set:
        return _UNICODE[named[1]], named.end()
    return pattern[at : at + 2], at + 2
