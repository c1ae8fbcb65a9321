"""The rate of an SMS channel: a bucket that fills with segments and may be overdrawn by one message."""

from collections.abc import Callable
from time import monotonic

#: How much of a pause is made up for afterwards.
BURST_SECONDS = 0.5


class Bucket:
    def __init__(
        self,
        rate: float,
        clock: Callable[[], float] = monotonic,
        *,
        burst_seconds: float = BURST_SECONDS,
    ) -> None:
        """`rate` is in segments a second."""
        self._rate = max(rate, 0.01)
        self._most = max(1.0, rate * burst_seconds)
        self._level = self._most
        self._clock = clock
        self._at = clock()

    def level(self) -> float:
        """Segments that may leave now; negative while a long message is being paid off."""
        at = self._clock()
        self._level = min(self._most, self._level + (at - self._at) * self._rate)
        self._at = at
        return self._level

    def take(self, segments: int) -> None:
        self._level -= segments

    def seconds_until_one(self) -> float:
        return max(0.0, (1 - self.level()) / self._rate)
