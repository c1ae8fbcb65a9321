"""A share with how sure it is, and what tells two shares apart. Pure."""

from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from statistics import NormalDist
from typing import Final

#: Of a normal distribution, for 95 %.
Z: Final = 1.96
#: Of fewer people nothing is concluded.
FEW: Final = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    asked: int
    answered: int

    @property
    def value(self) -> float:
        return self.answered / self.asked if self.asked else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true share lies with 95 % certainty, after Wilson; right for few people too."""
        if not self.asked:
            return 0.0, 1.0
        n, share = self.asked, self.value
        scale = 1 + Z**2 / n
        middle = (share + Z**2 / (2 * n)) / scale
        reach = Z * sqrt(share * (1 - share) / n + Z**2 / (4 * n**2)) / scale
        return max(0.0, middle - reach), min(1.0, middle + reach)

    def __add__(self, other: "Share") -> "Share":
        return Share(asked=self.asked + other.asked, answered=self.answered + other.answered)

    def __sub__(self, other: "Share") -> "Share":
        return Share(asked=self.asked - other.asked, answered=self.answered - other.answered)


NOBODY: Final = Share(asked=0, answered=0)


def differ(one: Share, other: Share, *, among: int = 1) -> bool:
    """Whether chance is an unlikely reason for the difference (two proportions, 95 %).

    `among`: of how many the one was picked for being the best; the best of a dozen is often good by chance
    (Bonferroni).
    """
    if min(one.asked, other.asked) < FEW:
        return False
    both = (one + other).value
    error = sqrt(both * (1 - both) * (1 / one.asked + 1 / other.asked))
    return error > 0 and abs(one.value - other.value) > _beyond(among) * error


@lru_cache(maxsize=100)
def _beyond(among: int) -> float:
    return NormalDist().inv_cdf(1 - 0.05 / 2 / among)
