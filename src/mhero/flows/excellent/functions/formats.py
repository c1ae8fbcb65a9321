"""JSON, addresses, and values as people read them."""

from __future__ import annotations

import re
from decimal import Decimal

import phonenumbers

from mhero.flows.excellent import convert
from mhero.flows.excellent.errors import ExpressionError
from mhero.flows.excellent.functions.registry import anything, boolean, function, integer, number, text
from mhero.flows.excellent.numbers import format_decimal
from mhero.flows.excellent.values import Scope, XObject, describe

_URN = re.compile(r"([a-z][a-z0-9]*):([^?#]+)(?:\?[^#]*)?(?:#(.+))?", re.DOTALL)
_MOST_PLACES = 9


def _parts_of_urn(urn: str) -> tuple[str, str, str]:
    match = _URN.fullmatch(urn)
    if not match:
        raise ExpressionError(f"{describe(urn)} is not a valid URN")
    return match[1], match[2], match[3] or ""


@function(text)
def urn_parts(_scope: Scope, urn: str) -> XObject:
    """An address's scheme, path and display."""
    scheme, path, display = _parts_of_urn(urn)
    return XObject({"scheme": scheme, "path": path, "display": display})


@function(text)
def format_urn(_scope: Scope, urn: str) -> str:
    """An address as people write it: phone numbers the way their country does."""
    scheme, path, display = _parts_of_urn(urn)
    if scheme == "tel":
        try:
            parsed = phonenumbers.parse(path, None)
        except phonenumbers.NumberParseException:
            return path
        return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL))
    return display or path


@function(text)
def attachment_parts(_scope: Scope, attachment: str) -> XObject:
    """An attachment's content type and address."""
    content_type, colon, url = attachment.partition(":")
    return XObject({"content_type": content_type if colon else "", "url": url if colon else attachment})


@function(text)
def parse_json(_scope: Scope, value: str) -> object:
    """The value that a JSON text holds."""
    return convert.parse_json(value)


@function(anything, name="json")
def as_json(_scope: Scope, value: object) -> str:
    """Any value as JSON."""
    return convert.to_json(value)


@function(anything, name="format")
def readable(scope: Scope, value: object) -> str:
    """Any value as people read it."""
    return convert.formatted(scope.env, value)


@function(number, integer, boolean, optional=2)
def format_number(scope: Scope, value: Decimal, places: int | None = None, humanize: bool = True) -> str:
    """The number with so many decimals, in groups of digits unless told otherwise."""
    if places is not None and not 0 <= places <= _MOST_PLACES:
        raise ExpressionError(f"must take 0-{_MOST_PLACES} number of places, got {places}")
    return format_decimal(value, scope.env.number_format, -1 if places is None else places, humanize)


@function(text)
def format_location(_scope: Scope, location: str) -> str:
    """The last part of a place's path."""
    return location.rpartition(">")[2].strip()
