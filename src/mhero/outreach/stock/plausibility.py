"""Whether an amount can be right, beside what was there before. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

#: More than this of anything is in no health facility.
MOST: Final = 100_000
#: So many times what was there, or what is used in a period, is a slip of a finger rather than a delivery.
TIMES: Final = 5
#: Small numbers jump.
SMALL: Final = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Before:
    """What is known of a product at a facility."""

    #: On hand at the last report; None when there is none.
    on_hand: int | None = None
    #: Used in a period, on average.
    used: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What a report says of a product."""

    on_hand: int | None = None
    received: int | None = None
    issued: int | None = None


class Doubt(StrEnum):
    TOO_MUCH = "too_much"
    #: Far more is gone than is used.
    TOO_LITTLE = "too_little"
    #: More was given out than there was.
    MORE_THAN_THERE_WAS = "more_than_there_was"
    #: What was there and came, less what went, is not what is there.
    DOES_NOT_ADD_UP = "does_not_add_up"


def doubt_about(told: Told, before: Before) -> Doubt | None:
    """Why the same is to be told again before it is believed; None when it can be right."""
    if max(told.on_hand or 0, told.received or 0, told.issued or 0) > MOST:
        return Doubt.TOO_MUCH
    if before.on_hand is None:
        return None
    there = before.on_hand + (told.received or 0)
    usual = before.used or 0
    if told.on_hand is not None and told.on_hand > max(TIMES * there, TIMES * usual, SMALL):
        return Doubt.TOO_MUCH
    if told.received is not None and told.received > max(
        TIMES * before.on_hand, 2 * TIMES * usual, 10 * SMALL
    ):
        return Doubt.TOO_MUCH
    # Without a word of a delivery there may have been one.
    if told.issued is not None and told.received is not None and told.issued > there + SMALL:
        return Doubt.MORE_THAN_THERE_WAS
    if told.on_hand:
        gone = there - told.on_hand
        if before.used is not None and gone > max(TIMES * usual, SMALL):
            return Doubt.TOO_LITTLE
        if told.issued is not None and told.received is not None:
            off = abs(gone - told.issued)
            if off > max(SMALL, there // TIMES):
                return Doubt.DOES_NOT_ADD_UP
    return None


def used(told: Told, before_on_hand: int | None) -> int | None:
    """What was used since the period before: as told, or what is missing; None when that cannot be known."""
    if told.issued is not None:
        return told.issued
    if told.on_hand is None or before_on_hand is None:
        return None
    gone = before_on_hand + (told.received or 0) - told.on_hand
    # More than there was: there was a delivery that nobody told of.
    return gone if gone >= 0 else None


def months_of_stock(on_hand: float | None, used_a_month: float | None) -> float | None:
    """How long it lasts; None when that cannot be known."""
    if on_hand is None or not used_a_month:
        return 0.0 if on_hand == 0 else None
    return on_hand / used_a_month
