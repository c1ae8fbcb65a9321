"""Texts from outside without what no database keeps: null characters, and halves of surrogate pairs."""

from __future__ import annotations

import json
import re
from typing import Any

_HALF = re.compile("[\ud800-\udfff]")


def clean_text(text: str) -> str:
    """The text without null characters, and with U+FFFD for each half of a surrogate pair."""
    if text.isascii():
        return text.replace("\0", "")
    return _HALF.sub("\ufffd", text).replace("\0", "")


def clean(value: Any) -> Any:
    """A copy of JSON in which all texts are clean."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {clean_text(key): clean(item) for key, item in value.items()}
    if isinstance(value, list):
        return [clean(item) for item in value]
    return value


def read_json(text: str, **parsing: Any) -> Any:
    """The JSON in a text, clean; takes what `json.loads` takes. Raises ValueError and RecursionError."""
    found = json.loads(text, **parsing)
    # Only escapes write what is not clean in a text that is.
    return clean(found) if "\\u" in text else found
