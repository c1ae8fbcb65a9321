"""Reads the text of a contact query into its tree. AND binds closer than OR, and may be left out."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers

from mhero.flows import urns
from mhero.flows.queries.errors import QueryTooComplex
from mhero.flows.queries.names import name_tokens
from mhero.flows.queries.scanner import Token, scan, unexpected
from mhero.flows.queries.tree import Combination, Condition, Node, simplified

MAX_CHARACTERS = 10_000
MAX_CONDITIONS = 250
MAX_DEPTH = 100

_PROPERTY = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?\Z", re.IGNORECASE | re.ASCII)
_LIKE_A_NUMBER = re.compile(r"\+?[\d\-.() ]+\Z", re.ASCII)
_NOT_OF_A_NUMBER = re.compile(r"[\-.() ]")
_REF = re.compile(r"[A-Z0-9]{6}\Z")
#: Fewer digits than these are more likely part of a name.
_MIN_DIGITS = 4


@lru_cache(maxsize=1024)
def read(text: str, redacted: bool, country: str) -> Node:
    """The tree of a text, simplified, its properties as they were written: their kind is not known yet."""
    if len(text) > MAX_CHARACTERS:
        raise QueryTooComplex(limit=f"more than {MAX_CHARACTERS} characters")
    number = None if redacted else _whole_number(text.strip(), country)
    if number:
        return Condition("scheme", "tel", "=", number)
    return simplified(_Parser(text, redacted).read())


class _Parser:
    def __init__(self, text: str, redacted: bool) -> None:
        self.tokens = scan(text)
        self.redacted = redacted
        self.at = 0
        self.depth = 0
        self.conditions = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def read(self) -> Node:
        node = self.any_of()
        if self.token.kind != "end":
            raise unexpected(self.token)
        return node

    def any_of(self) -> Node:
        parts = [self.all_of()]
        while self.token.kind == "or":
            self.at += 1
            parts.append(self.all_of())
        return Combination("OR", tuple(parts))

    def all_of(self) -> Node:
        parts = [self.part()]
        while self.token.kind in ("and", "(", "word", "string"):
            if self.token.kind == "and":
                self.at += 1
            parts.append(self.part())
        return Combination("AND", tuple(parts))

    def part(self) -> Node:
        token = self.take()
        if token.kind == "(":
            return self.group()
        if token.kind not in ("word", "string"):
            raise unexpected(token)
        self.conditions += 1
        if self.conditions > MAX_CONDITIONS:
            raise QueryTooComplex(limit=f"more than {MAX_CONDITIONS} conditions")
        if self.token.kind == "operator" and token.kind == "word" and _PROPERTY.match(token.value):
            return self.comparison(token)
        return implicit(token.value, self.redacted)

    def group(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise QueryTooComplex(limit=f"more than {MAX_DEPTH} levels")
        node = self.any_of()
        if self.token.kind != ")":
            raise unexpected(self.token)
        self.at += 1
        self.depth -= 1
        return node

    def comparison(self, name: Token) -> Condition:
        operator, value = self.take(), self.take()
        if value.kind not in ("word", "string"):
            raise unexpected(value)
        # The kind is found out when the properties are resolved.
        return Condition("attribute", name.value.lower(), operator.value, value.value)  # type: ignore[arg-type]


def implicit(text: str, redacted: bool) -> Condition:
    """What a text alone asks: for an address, for a number, else for a name."""
    if redacted:
        if _REF.match(text):
            return Condition("attribute", "ref", "=", text)
    else:
        urn = urns.parse(text)
        if urn is not None and urn.scheme in urns.SCHEMES:
            return Condition("scheme", urn.scheme, "=", urn.path)
        if _LIKE_A_NUMBER.match(text):
            digits = _NOT_OF_A_NUMBER.sub("", text)
            if len(digits) >= _MIN_DIGITS:
                return Condition("scheme", "tel", "~", digits)
    return Condition("attribute", "name", "~" if name_tokens(text) else "=", text)


def _whole_number(text: str, country: str) -> str:
    """The phone number that a whole text is, in E.164, or nothing."""
    if not _LIKE_A_NUMBER.match(text):
        return ""
    try:
        parsed = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return ""
    if text.startswith("+"):
        possible = phonenumbers.is_possible_number(parsed)
    else:
        possible = phonenumbers.is_valid_number(parsed)
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)) if possible else ""
