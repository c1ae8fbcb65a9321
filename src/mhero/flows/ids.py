"""New ids, from a clock and a source of random numbers that are handed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime


def uuid7(now: Callable[[], datetime], random: Callable[[], float]) -> str:
    """An id of RFC 9562's version 7: it sorts by when it was made."""
    milliseconds = int(now().timestamp() * 1000)
    high, low = int(random() * 0x4000000), int(random() * 0x1000000000000)
    text = f"{milliseconds:012x}7{high >> 14:03x}{0x8000 | high & 0x3FFF:04x}{low:012x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
