"""Moments as the text that sessions and events carry."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

_MORE_THAN_MICROSECONDS = re.compile(r"(\.\d{6})\d+")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_USUAL_LENGTH = len("2026-01-01T00:00:00.000000Z")


def written(moment: datetime) -> str:
    """ISO 8601 in UTC, with microseconds and a Z."""
    if moment.tzinfo is None:
        raise ValueError("a moment must have a zone")
    since = moment - _EPOCH
    return f"{_second(since.days, since.seconds)}.{since.microseconds:06d}Z"


@lru_cache(maxsize=64)
def _second(days: int, seconds: int) -> str:
    """The text of a whole second since the epoch: one sprint writes many moments of the same."""
    return (_EPOCH + timedelta(days, seconds)).replace(tzinfo=None).isoformat()


def read(text: object) -> datetime | None:
    """The moment in such a text, with more than microseconds too; None for anything else."""
    if not isinstance(text, str) or not text:
        return None
    try:
        short = _MORE_THAN_MICROSECONDS.sub(r"\1", text) if len(text) > _USUAL_LENGTH else text
        moment = datetime.fromisoformat(short)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
