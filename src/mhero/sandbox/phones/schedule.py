"""Everything that is to happen later, on one heap with one timer:

a task per message would cost more than the message.
"""

import asyncio
import heapq
from collections.abc import Callable
from itertools import count


class Schedule:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._serial = count()
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._heap)

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        due = self._loop.time() + seconds
        first = not self._heap or due < self._heap[0][0]
        heapq.heappush(self._heap, (due, next(self._serial), act))
        if first:
            self._arm()

    def stop(self) -> None:
        self._heap.clear()
        if self._timer:
            self._timer.cancel()

    def _arm(self) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = self._loop.call_at(self._heap[0][0], self._fire) if self._heap else None

    def _fire(self) -> None:
        moment = self._loop.time()
        try:
            while self._heap and self._heap[0][0] <= moment:
                heapq.heappop(self._heap)[2]()
        finally:
            # One act that fails must not keep the others from their turn.
            self._arm()
