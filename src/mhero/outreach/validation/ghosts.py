"""Whether somebody is perhaps not there any more: signs, each with its points. Pure.

The points are a reason to look, and never a verdict: nobody is struck off by them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

#: What each sign weighs. Two weak ones are worth a look, no single one is enough.
NEVER_ANSWERED, NEVER_DELIVERED, SAID_LEFT, NOT_ME, SHARED, NOT_NAMED = (
    "never_answered",
    "never_delivered",
    "said_left",
    "not_me",
    "shared",
    "not_named",
)
POINTS: Final = {
    SAID_LEFT: 40,
    NEVER_ANSWERED: 30,
    NEVER_DELIVERED: 25,
    NOT_ME: 20,
    NOT_NAMED: 15,
    SHARED: 10,
}
#: Rounds without an answer that say something.
ROUNDS: Final = 3
#: Texts that failed, and none that arrived.
FAILURES: Final = 2
SOME, STRONG = 25, 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Signs:
    #: Latest rounds in a row without an answer.
    silent_rounds: int = 0
    failed_texts: int = 0
    delivered_texts: int = 0
    #: An in-charge says that the person has left.
    is_said_left: bool = False
    #: In-charges of the facility told who is there, and this person was not among them.
    is_not_named: bool = False
    #: The phone was answered by somebody else.
    is_not_me: bool = False
    #: Somebody else is texted on the same number.
    is_shared: bool = False

    @property
    def never_delivered(self) -> bool:
        return self.failed_texts >= FAILURES and not self.delivered_texts


def found(signs: Signs) -> list[tuple[str, int]]:
    """The signs that are there, with their points; the heaviest first."""
    return [(sign, POINTS[sign]) for sign in sorted(_found(signs), key=lambda sign: -POINTS[sign])]


def points(signs: Signs) -> int:
    return sum(weight for _, weight in found(signs))


def level(points: int) -> str:
    """`strong`, `some` or nothing."""
    return "strong" if points >= STRONG else "some" if points >= SOME else ""


def _found(signs: Signs) -> Iterator[str]:
    if signs.silent_rounds >= ROUNDS:
        yield NEVER_ANSWERED
    if signs.never_delivered:
        yield NEVER_DELIVERED
    if signs.is_said_left:
        yield SAID_LEFT
    if signs.is_not_me:
        yield NOT_ME
    if signs.is_not_named:
        yield NOT_NAMED
    if signs.is_shared:
        yield SHARED
