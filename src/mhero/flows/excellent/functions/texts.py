"""Functions on texts."""

from __future__ import annotations

import html
import re
from urllib.parse import quote

from mhero.flows.cleaning import clean_text
from mhero.flows.excellent.errors import ExpressionError
from mhero.flows.excellent.functions.registry import LARGEST, at_most, function, integer, raw, text
from mhero.flows.excellent.patterns import compile_pattern
from mhero.flows.excellent.values import Scope
from mhero.flows.excellent.words import word_spans, words, words_between

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_LAST_CHARACTER = 0x10FFFF


def _optional_text(scope: Scope, value: object) -> str | None:
    return None if value is None else text(scope, value)


def _cut(value: str, delimiters: str | None) -> list[str]:
    return words_between(value, delimiters) if delimiters else words(value)


@function(text)
def code(_scope: Scope, value: str) -> int:
    """The code point of the first character."""
    if not value:
        raise ExpressionError("requires at least one character")
    return ord(value[0])


@function(text, _optional_text, optional=1)
def split(_scope: Scope, value: str, delimiters: str | None = None) -> list[object]:
    """The words."""
    return at_most(list(_cut(value, delimiters)))


@function(text, _optional_text, optional=1)
def trim(_scope: Scope, value: str, chars: str | None = None) -> str:
    """The text without white space, or these characters, at its ends."""
    return value.strip(chars or None)


@function(text, _optional_text, optional=1)
def trim_left(_scope: Scope, value: str, chars: str | None = None) -> str:
    """The text without white space, or these characters, at its beginning."""
    return value.lstrip(chars or None)


@function(text, _optional_text, optional=1)
def trim_right(_scope: Scope, value: str, chars: str | None = None) -> str:
    """The text without white space, or these characters, at its end."""
    return value.rstrip(chars or None)


@function(integer)
def char(_scope: Scope, value: int) -> str:
    """The character of a code point."""
    if not 0 <= value <= _LAST_CHARACTER:
        raise ExpressionError(f"{value} is not the code of a character")
    return clean_text(chr(value))


@function(text)
def title(_scope: Scope, value: str) -> str:
    """The text with each word's first letter large and its others small."""
    letters: list[str] = []
    inside = False
    for letter in value.lower():
        letters.append(letter if inside else _one(letter, letter.upper()))
        inside = letter.isalnum() or letter == "_" or (not letter.isascii() and not letter.isspace())
    return "".join(letters)


@function(text, integer, _optional_text, optional=1)
def word(_scope: Scope, value: str, index: int, delimiters: str | None = None) -> str:
    """The word at this place, from 0; from the end when negative."""
    found = _cut(value, delimiters)
    return found[index] if -len(found) <= index < len(found) else ""


@function(text)
def remove_first_word(_scope: Scope, value: str) -> str:
    """The text from its second word on."""
    spans = word_spans(value)
    return value[spans[1][0] :] if len(spans) > 1 else ""


@function(text, integer, integer, _optional_text, optional=2)
def word_slice(_scope: Scope, value: str, start: int, end: int = -1, delimiters: str | None = None) -> str:
    """The words from one place up to another; -1 is the end."""
    if start < 0:
        raise ExpressionError("must start with a positive index")
    if 0 <= end <= start:
        raise ExpressionError("must have a end which is greater than the start")
    found = _cut(value, delimiters)
    return " ".join(found[start:end] if end > 0 else found[start:])


@function(text, _optional_text, optional=1)
def word_count(_scope: Scope, value: str, delimiters: str | None = None) -> int:
    """How many words there are."""
    return len(_cut(value, delimiters))


@function(text, integer, text)
def field(_scope: Scope, value: str, index: int, delimiter: str) -> str:
    """The part at this place, from 0, when the text is cut at each delimiter; runs of spaces cut once."""
    if index < 0:
        raise ExpressionError("cannot use a negative index to FIELD")
    parts = value.split(delimiter) if delimiter else list(value)
    if delimiter == " ":
        parts = [part for part in parts if part]
    return parts[index].strip() if index < len(parts) else ""


@function(text)
def clean(_scope: Scope, value: str) -> str:
    """The text without control characters."""
    return _CONTROL.sub("", value)


@function(text, integer, integer, optional=1)
def text_slice(_scope: Scope, value: str, start: int, end: int | None = None) -> str:
    """The characters from one place up to another; negative places count from the end."""
    return value[start:end]


@function(text)
def lower(_scope: Scope, value: str) -> str:
    """The text in small letters."""
    return value.lower()


@function(text)
def upper(_scope: Scope, value: str) -> str:
    """The text in large letters."""
    return value.upper() if value.isascii() else "".join(_one(letter, letter.upper()) for letter in value)


def _one(letter: str, changed: str) -> str:
    """The changed letter, where it is still one: ß stays as it is."""
    return changed if len(changed) == 1 else letter


@function(text, text, integer, optional=1)
def regex_match(_scope: Scope, value: str, pattern: str, group: int = 0) -> str | None:
    """What matches the pattern, or a group of it; null where nothing does."""
    compiled = compile_pattern(pattern)
    if not 0 <= group <= compiled.groups:
        raise ExpressionError("invalid regular expression group")
    found = compiled.search(value)
    return (found[group] or "") if found else None


@function(text)
def text_length(_scope: Scope, value: str) -> int:
    """How many characters there are."""
    return len(value)


@function(text, text)
def text_compare(_scope: Scope, one: str, other: str) -> int:
    """-1, 0 or 1: whether the one comes before the other, is the same, or comes after."""
    return (one > other) - (one < other)


@function(text, integer)
def repeat(_scope: Scope, value: str, count: int) -> str:
    """The text so many times."""
    if count < 0:
        raise ExpressionError("must be called with a positive integer")
    if len(value) * count > LARGEST:
        raise ExpressionError(f"result is longer than {LARGEST} characters")
    return value * count


@function(text, text, text, integer, optional=1)
def replace(scope: Scope, value: str, needle: str, replacement: str, count: int = -1) -> str:
    """The text with one thing put in place of another, everywhere or the first times."""
    times = value.count(needle) if count < 0 else min(count, value.count(needle))
    scope.spend(len(value) + times * len(replacement))
    return value.replace(needle, replacement, count)


@function(text)
def url_encode(_scope: Scope, value: str) -> str:
    """The text as it may stand in an address."""
    return quote(value, safe="")


@function(text)
def html_decode(_scope: Scope, value: str) -> str:
    """The text that HTML shows."""
    return html.unescape(value).replace("\xa0", " ")


@function(text)
def read_chars(_scope: Scope, value: str) -> str:
    """The characters spelt out, for being read aloud: numbers of known kinds in their usual groups."""
    value = value.removeprefix("+")
    size = len(value)
    if size == len("123456789"):
        groups = [value[:3], value[3:5], value[5:]]
    elif size % 3 == 0 and size > 3:
        groups = [value[at : at + 3] for at in range(0, size, 3)]
    elif size % 4 == 0 and size > 0:
        groups = [value[at : at + 4] for at in range(0, size, 4)]
    elif size == 3:
        groups = [value]
    else:
        return " , ".join(value)
    return " , ".join(" ".join(group) for group in groups)


@function(text, rest=raw)
def prompt(_scope: Scope, name: str, *_args: object) -> str:
    """The text of a named prompt; the environment has none of its own."""
    raise ExpressionError(f"no such prompt '{name}'")
