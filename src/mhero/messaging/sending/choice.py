"""Which SMS channel a message leaves by: by the prefix of its number, then by weight. Pure."""

from bisect import bisect
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from uuid import UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A channel that messages may be given to."""

    id: UUID
    #: Of the E.164 numbers that it is for; none is any number.
    prefixes: tuple[str, ...]
    #: The part that it takes when all is well, and at this moment.
    weight: float
    share: float


@dataclass(frozen=True, kw_only=True, slots=True)
class _Draw:
    ids: tuple[UUID, ...]
    #: The running sums of their shares.
    sums: tuple[float, ...]

    def drawn(self, random: Random) -> UUID:
        if len(self.ids) == 1:
            return self.ids[0]
        return self.ids[min(bisect(self.sums, random.random() * self.sums[-1]), len(self.ids) - 1)]


class Choice:
    """The longest prefix wins; among its channels a weighted draw decides.

    What trouble took from the channels of a prefix, and none of them has taken over, goes to those for any
    number. A number that no channel is for goes by any: better tried than lost.
    """

    def __init__(self, candidates: Iterable[Candidate], *, without: Collection[UUID] = ()) -> None:
        self._all = [each for each in candidates if each.id not in without]
        self._any_number = [each for each in self._all if not each.prefixes] or self._all
        prefixes = {prefix for each in self._all for prefix in each.prefixes}
        self._lengths = sorted({len(prefix) for prefix in prefixes}, reverse=True)
        self._draws = {prefix: self._draw_of(prefix) for prefix in prefixes}
        self._usual = _drawn_by({each.id: each.share for each in self._any_number})

    def channel_for(self, number: str, random: Random) -> UUID | None:
        """The channel for an E.164 number; None when there is none at all."""
        for length in self._lengths:
            if draw := self._draws.get(number[:length]):
                return draw.drawn(random)
        return self._usual.drawn(random) if self._usual else None

    def _draw_of(self, prefix: str) -> _Draw | None:
        own = [each for each in self._all if prefix in each.prefixes]
        shares = {each.id: each.share for each in own}
        lost = sum(each.weight for each in own) - sum(shares.values())
        others = [each for each in self._all if not each.prefixes]
        of_others = sum(each.share for each in others)
        if lost > 0 and of_others > 0:
            shares |= {each.id: lost * each.share / of_others for each in others}
        return _drawn_by(shares)


def _drawn_by(shares: dict[UUID, float]) -> _Draw | None:
    if not shares:
        return None
    if sum(shares.values()) <= 0:
        shares = dict.fromkeys(shares, 1.0)
    return _Draw(ids=tuple(shares), sums=tuple(accumulate(shares.values())))
