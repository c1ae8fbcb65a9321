"""The operators, how long each takes, and what becomes of a message.

That texts arrive days late was seen by NetHope in October 2014. No study gives rates by operator, of
lateness or of losses or of missing reports, so the figures below are assumptions, chosen so that the two
operators can be told apart on a chart.
"""

from dataclasses import dataclass
from random import Random
from typing import Final


@dataclass(frozen=True, kw_only=True, slots=True)
class Operator:
    name: str
    #: The first national digits of its numbers.
    prefixes: tuple[str, ...]
    #: Half of the messages are on the phone after this many seconds.
    median_seconds: float
    #: Shares of the messages: reported as failed, swallowed without a word, delivered without a report,
    #: days late.
    failed: float
    lost: float
    unreported: float
    late: float


LONESTAR: Final = Operator(
    name="Lonestar MTN",
    prefixes=("88", "555", "6"),
    median_seconds=3,
    failed=0.03,
    lost=0.01,
    unreported=0.02,
    late=0.03,
)
ORANGE: Final = Operator(
    name="Orange",
    prefixes=("77", "76"),
    median_seconds=5,
    failed=0.05,
    lost=0.02,
    unreported=0.05,
    late=0.06,
)
OPERATORS: Final = (LONESTAR, ORANGE)


def operator_of(number: str) -> Operator | None:
    """The operator of an E.164 number, or None for a number that is on nobody's network."""
    national = number.removeprefix("+231")
    if national == number:
        return None
    return next((o for o in OPERATORS if national.startswith(o.prefixes)), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """How lifelike the network is."""

    name: str
    #: Whether operators take their time and lose things. If not, everything is delivered within
    #: `longest_seconds`.
    lifelike: bool
    longest_seconds: float
    #: Whether people answer.
    answers: bool
    #: Whether the network reports that it has passed a message on, before it reports the delivery.
    reports_sent: bool
    #: People's delays, and days of lateness, are divided by this.
    hurry: float


DEMO: Final = Profile(
    name="demo", lifelike=True, longest_seconds=240, answers=True, reports_sent=True, hurry=120
)
FAST: Final = Profile(
    name="fast", lifelike=False, longest_seconds=0.2, answers=False, reports_sent=False, hurry=120
)
#: Everything takes as long as it does in life: for a clock that somebody moves.
LIFE: Final = Profile(
    name="life", lifelike=True, longest_seconds=3 * 86_400, answers=True, reports_sent=False, hurry=1
)
PROFILES: Final = {profile.name: profile for profile in (DEMO, FAST, LIFE)}

_DAYS_LATE: Final = (2 * 86_400, 3 * 86_400)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fate:
    #: "delivered", "failed" or "lost".
    status: str
    #: When the phone has it, or the network gives it up, after it was accepted.
    seconds: float
    #: Whether the sender is told.
    reported: bool


def fate(operator: Operator | None, profile: Profile, draw: Random) -> Fate:
    """What becomes of one message; the same draw gives the same fate."""
    if not profile.lifelike:
        return Fate(status="delivered", seconds=draw.random() * profile.longest_seconds, reported=True)
    if operator is None:
        return Fate(status="failed", seconds=1.0, reported=True)
    chance = draw.random()
    seconds = min(operator.median_seconds * draw.lognormvariate(0, 0.7), profile.longest_seconds)
    if chance < operator.failed:
        return Fate(status="failed", seconds=seconds, reported=True)
    if chance < operator.failed + operator.lost:
        return Fate(status="lost", seconds=seconds, reported=False)
    reported = draw.random() >= operator.unreported
    if draw.random() < operator.late:
        # Days of delay become the longest wait that somebody at a demonstration has patience for.
        seconds = min(draw.uniform(*_DAYS_LATE) / profile.hurry, profile.longest_seconds * draw.random())
    return Fate(status="delivered", seconds=seconds, reported=reported)
