"""How trouble moves messages away from an SMS channel, and how they return. Pure.

A step is ten of a weight. Errors take one a minute, late delivery reports one in five minutes; the channels
that could carry the same numbers take it over. Where all of them are in trouble nothing moves: a country-wide
delay is no provider's fault. After a quarter of an hour of peace the weights return step by step.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

STEP = 10.0
#: So many failed requests in a minute are trouble; or fewer, when not one went well.
MOST_FAILED = 50
ALL_FAILED = 2
#: Reports of at least so many messages tell something, and so large a part of them late is trouble.
FEWEST_SAMPLED = 20
LATE_PART = 0.15

ERRORS_PAUSE = timedelta(minutes=1)
SLOW_PAUSE = timedelta(minutes=5)
RETURN_AFTER = timedelta(minutes=15)
RETURN_PAUSE = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """A channel that is on, with its last minutes."""

    id: UUID
    #: None is any number.
    prefixes: tuple[str, ...]
    weight: float
    share: float
    moved_at: datetime | None
    #: A value of `ShareReason`; empty while nothing ever moved.
    reason: str
    #: Requests of the last minute, and those of them that failed for no fault of the message.
    asked: int = 0
    failed: int = 0
    #: Messages of the last quarter of an hour that were looked at, and those whose report took long.
    sampled: int = 0
    late: int = 0

    @property
    def is_down(self) -> bool:
        """Nothing went well in the last minute."""
        return self.asked >= ALL_FAILED and self.failed == self.asked

    @property
    def has_errors(self) -> bool:
        return self.is_down or self.failed >= MOST_FAILED

    @property
    def is_slow(self) -> bool:
        return self.sampled >= FEWEST_SAMPLED and self.late >= LATE_PART * self.sampled

    @property
    def is_well(self) -> bool:
        return not self.has_errors and not self.is_slow


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    id: UUID
    share: float
    reason: str


def moves(channels: Sequence[Health], at: datetime) -> list[Move]:
    """What changes now; a channel occurs once at most."""
    moved: dict[UUID, Move] = {}
    for channel in channels:
        reason = _trouble(channel, at)
        healthy = [each for each in channels if each.is_well and could_carry(each, channel)]
        if not reason or not healthy or channel.share <= 0:
            continue
        step = min(STEP, channel.share)
        moved[channel.id] = Move(id=channel.id, share=channel.share - step, reason=reason)
        # Those for any number get what is lost by the draw itself.
        helpers = [each for each in healthy if _alike(each, channel)]
        for helper in helpers:
            before = moved[helper.id].share if helper.id in moved else helper.share
            moved[helper.id] = Move(id=helper.id, share=before + step / len(helpers), reason="helping")
    for channel in channels:
        if channel.id not in moved and channel.is_well and _may_return(channel, at):
            distance = channel.weight - channel.share
            share = channel.share + max(-STEP, min(STEP, distance))
            moved[channel.id] = Move(id=channel.id, share=share, reason="returning")
    return list(moved.values())


def could_carry(other: Health, channel: Health) -> bool:
    """Whether another channel is for the numbers of this one, or for some of them."""
    return other.id != channel.id and (not other.prefixes or _alike(other, channel))


def _alike(other: Health, channel: Health) -> bool:
    return bool(set(other.prefixes) & set(channel.prefixes)) or other.prefixes == channel.prefixes


def _trouble(channel: Health, at: datetime) -> str:
    """Why a step is due; empty when none is."""
    since = at - channel.moved_at if channel.moved_at is not None else timedelta.max
    # What it took over or got back does not shield it.
    is_free = channel.reason in {"", "helping", "returning"}
    if channel.has_errors and (is_free or since >= ERRORS_PAUSE):
        return "errors"
    if channel.is_slow and (is_free or since >= SLOW_PAUSE):
        return "slow"
    return ""


def _may_return(channel: Health, at: datetime) -> bool:
    if channel.share == channel.weight or channel.moved_at is None:
        return False
    pause = RETURN_PAUSE if channel.reason == "returning" else RETURN_AFTER
    return at - channel.moved_at >= pause
