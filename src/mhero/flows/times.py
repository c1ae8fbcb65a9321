"""Moments as the text that sessions and events carry."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from mhero.flows.moments import EPOCH, precise

_MORE_THAN_MICROSECONDS = re.compile(r"(?<=\.\d{6})\d+")
_USUAL_LENGTH = len("2026-01-01T00:00:00.000000Z")


def written(moment: datetime) -> str:
    """ISO 8601 in UTC, with microseconds and a Z."""
    if moment.tzinfo is None:
        raise ValueError("a moment must have a zone")
    since = moment - EPOCH
    return f"{_second(since.days, since.seconds)}.{since.microseconds:06d}Z"


@lru_cache(maxsize=64)
def _second(days: int, seconds: int) -> str:
    """The text of a whole second since the epoch: one sprint writes many moments of the same."""
    return (EPOCH + timedelta(days, seconds)).replace(tzinfo=None).isoformat()


def read(text: object) -> datetime | None:
    """The moment in such a text, with more than microseconds too; None for anything else."""
    if not isinstance(text, str) or not text:
        return None
    more = _MORE_THAN_MICROSECONDS.search(text) if len(text) > _USUAL_LENGTH else None
    try:
        moment = datetime.fromisoformat(text[: more.start()] + text[more.end() :] if more else text)
    except ValueError:
        return None
    if not moment.tzinfo:
        moment = moment.replace(tzinfo=UTC)
    return precise(moment, int(more[0].ljust(3, "0")[:3])) if more else moment
