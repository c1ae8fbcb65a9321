"""Which codes of languages there are."""

from __future__ import annotations

import re
from functools import cache

_FOR_OWN_USE = re.compile(r"q[a-t][a-z]\Z")


def is_language(code: object) -> bool:
    """Whether this is a code of ISO 639-3, in small letters.

    Codes that it has retired count too, and ISO 639-2's own ("fre"), since old flows have them, and those
    that are left to everybody's own use ("qaa" to "qtz").
    """
    return isinstance(code, str) and (code in _known() or _FOR_OWN_USE.match(code) is not None)


@cache
def _known() -> frozenset[str]:
    # Not read before somebody asks: the table takes a fifth of a second and 15 MB.
    from iso639 import ALL_LANGUAGES

    return frozenset(code for item in ALL_LANGUAGES for code in (item.part3, item.part2b) if code)
