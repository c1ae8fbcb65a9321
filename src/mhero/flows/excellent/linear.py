"""Regular expressions matched in a time that grows only with the text: all alternatives are followed at once.

This is the method that Thompson and Pike described, as RE2 uses it. Python's own engine is quicker on
harmless patterns, so that this one serves where that could take for ever.
"""

from __future__ import annotations

from collections.abc import Callable
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

from mhero.flows.excellent.errors import ExpressionError

#: More instructions than people's patterns ever have; counted repeats are written out.
_LARGEST_PROGRAM = 4_000
#: The most instructions that one search may try.
_LONGEST_SEARCH = 4_000_000

Groups = tuple[str | None, ...]


class LinearPattern:
    """A pattern compiled to instructions."""

    def __init__(self, pattern: str, flags: int) -> None:
        parsed = _parser.parse(pattern, flags)
        self.groups: int = parsed.state.groups - 1
        #: Each is its kind and what it needs: a test of a character, the next instructions, a place to note.
        self.program: list[tuple[str, Any, Any]] = []
        self._emit("save", 0)
        self._sequence(parsed, parsed.state.flags)
        self._emit("save", 1)
        self._emit("match")

    def search(self, text: str) -> Groups | None:
        """The first match and its groups, as Python's engine would find them."""
        if len(text) * len(self.program) > _LONGEST_SEARCH:
            raise ExpressionError("regular expression is too complex for a text of this length")
        found: tuple[int, ...] | None = None
        empty = (-1,) * (2 * self.groups + 2)
        threads: list[tuple[int, tuple[int, ...]]] = []
        for at in range(len(text) + 1):
            if found is None:
                # A match that begins here comes after those that began before.
                self._follow(threads, {pc for pc, _ in threads}, 0, empty, text, at)
            following: list[tuple[int, tuple[int, ...]]] = []
            seen: set[int] = set()
            for pc, saved in threads:
                kind, test, _ = self.program[pc]
                if kind == "match":
                    found = saved
                    break
                if at < len(text) and test(text[at]):
                    self._follow(following, seen, pc + 1, saved, text, at + 1)
            threads = following
            if not threads and found is not None:
                break
        if found is None:
            return None
        return tuple(
            text[start:end] if start >= 0 and end >= 0 else None
            for start, end in zip(found[::2], found[1::2], strict=True)
        )

    def _follow(
        self,
        threads: list[tuple[int, tuple[int, ...]]],
        seen: set[int],
        pc: int,
        saved: tuple[int, ...],
        text: str,
        at: int,
    ) -> None:
        """Adds the threads that go on from an instruction without reading a character, in their order."""
        stack = [(pc, saved)]
        while stack:
            pc, saved = stack.pop()
            if pc in seen:
                continue
            seen.add(pc)
            kind, first, second = self.program[pc]
            if kind == "split":
                stack.append((second, saved))
                stack.append((first, saved))
            elif kind == "jump":
                stack.append((first, saved))
            elif kind == "save":
                stack.append((pc + 1, (*saved[:first], at, *saved[first + 1 :])))
            elif kind == "at":
                if first(text, at):
                    stack.append((pc + 1, saved))
            else:
                threads.append((pc, saved))

    def _emit(self, kind: str, first: Any = None, second: Any = None) -> int:
        if len(self.program) >= _LARGEST_PROGRAM:
            raise ExpressionError("regular expression is too complex")
        self.program.append((kind, first, second))
        return len(self.program) - 1

    def _sequence(self, nodes: Any, flags: int) -> None:
        for operator, argument in nodes:
            self._node(operator, argument, flags)

    def _node(self, operator: Any, argument: Any, flags: int) -> None:
        if operator in (sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN):
            self._emit("char", _character(operator, argument, flags))
        elif operator is sre.BRANCH:
            self._branch(argument[1], flags)
        elif operator is sre.SUBPATTERN:
            group, added, removed, body = argument
            if group is not None:
                self._emit("save", 2 * group)
            self._sequence(body, (flags | added) & ~removed)
            if group is not None:
                self._emit("save", 2 * group + 1)
        elif operator in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            self._repeat(*argument, flags=flags, greedy=operator is sre.MAX_REPEAT)
        elif operator is sre.AT:
            self._emit("at", _POSITIONS[argument, bool(flags & sre.SRE_FLAG_MULTILINE)])
        else:
            raise ExpressionError("regular expression has something that is not supported")

    def _branch(self, branches: Any, flags: int) -> None:
        ends: list[int] = []
        for branch in branches[:-1]:
            split = self._emit("split")
            self._sequence(branch, flags)
            ends.append(self._emit("jump"))
            self.program[split] = ("split", split + 1, len(self.program))
        self._sequence(branches[-1], flags)
        for end in ends:
            self.program[end] = ("jump", len(self.program), None)

    def _repeat(self, least: int, most: int, body: Any, *, flags: int, greedy: bool) -> None:
        for _ in range(least):
            self._sequence(body, flags)
        splits: list[int] = []
        if most == sre.MAXREPEAT:
            splits.append(self._emit("split"))
            self._sequence(body, flags)
            self._emit("jump", splits[0])
        else:
            for _ in range(most - least):
                splits.append(self._emit("split"))
                self._sequence(body, flags)
        for split in splits:
            inside, outside = split + 1, len(self.program)
            self.program[split] = ("split", inside, outside) if greedy else ("split", outside, inside)


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


_CATEGORIES: dict[Any, Callable[[str], bool]] = {
    sre.CATEGORY_DIGIT: str.isdecimal,
    sre.CATEGORY_NOT_DIGIT: lambda char: not char.isdecimal(),
    sre.CATEGORY_SPACE: str.isspace,
    sre.CATEGORY_NOT_SPACE: lambda char: not char.isspace(),
    sre.CATEGORY_WORD: _is_word,
    sre.CATEGORY_NOT_WORD: lambda char: not _is_word(char),
}


def _boundary(text: str, at: int) -> bool:
    before = at > 0 and _is_word(text[at - 1])
    return before != (at < len(text) and _is_word(text[at]))


def _starts_line(text: str, at: int) -> bool:
    return at == 0 or text[at - 1] == "\n"


def _ends_line(text: str, at: int) -> bool:
    return at == len(text) or text[at] == "\n"


_POSITIONS: dict[tuple[Any, bool], Callable[[str, int], bool]] = {}
for _many in (False, True):
    _POSITIONS[sre.AT_BEGINNING, _many] = _starts_line if _many else lambda _text, at: at == 0
    _POSITIONS[sre.AT_END, _many] = _ends_line if _many else lambda text, at: at == len(text)
    _POSITIONS[sre.AT_BEGINNING_STRING, _many] = lambda _text, at: at == 0
    _POSITIONS[sre.AT_END_STRING, _many] = lambda text, at: at == len(text)
    _POSITIONS[sre.AT_BOUNDARY, _many] = _boundary
    _POSITIONS[sre.AT_NON_BOUNDARY, _many] = lambda text, at: not _boundary(text, at)


def _character(operator: Any, argument: Any, flags: int) -> Callable[[str], bool]:
    """The test of one character."""
    if operator is sre.ANY:
        return (lambda _char: True) if flags & sre.SRE_FLAG_DOTALL else (lambda char: char != "\n")
    items = [(sre.LITERAL, argument)] if operator in (sre.LITERAL, sre.NOT_LITERAL) else list(argument)
    negated = operator is sre.NOT_LITERAL or bool(items and items[0][0] is sre.NEGATE)
    tests = [_member(kind, value) for kind, value in items if kind is not sre.NEGATE]
    if flags & sre.SRE_FLAG_IGNORECASE:
        return lambda char: (
            any(test(form) for form in (char, char.lower(), char.upper()) for test in tests if len(form) == 1)
            != negated
        )
    return lambda char: any(test(char) for test in tests) != negated


def _member(kind: Any, value: Any) -> Callable[[str], bool]:
    if kind is sre.LITERAL:
        wanted = chr(value)
        return lambda char: char == wanted
    if kind is sre.RANGE:
        low, high = chr(value[0]), chr(value[1])
        return lambda char: low <= char <= high
    return _CATEGORIES[value]
