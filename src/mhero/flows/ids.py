"""New ids, from a clock and a source of random numbers that are handed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime


class Ids:
    """Ids of one sprint: each takes the clock and one number, and all share a beginning drawn once."""

    __slots__ = ("_now", "_random", "_shared")

    def __init__(self, now: Callable[[], datetime], random: Callable[[], float]) -> None:
        self._now = now
        self._random = random
        drawn = int(random() * 0x4000000)
        self._shared = f"7{drawn >> 14:03x}-{0x8000 | drawn & 0x3FFF:04x}"

    def __call__(self) -> str:
        time = f"{int(self._now().timestamp() * 1000):012x}"
        return f"{time[:8]}-{time[8:]}-{self._shared}-{int(self._random() * 0x1000000000000):012x}"


def uuid7(now: Callable[[], datetime], random: Callable[[], float]) -> str:
    """An id of RFC 9562's version 7: it sorts by when it was made."""
    milliseconds = int(now().timestamp() * 1000)
    high, low = int(random() * 0x4000000), int(random() * 0x1000000000000)
    text = f"{milliseconds:012x}7{high >> 14:03x}{0x8000 | high & 0x3FFF:04x}{low:012x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
