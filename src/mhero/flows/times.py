"""Moments as the text that sessions and events carry."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

_MORE_THAN_MICROSECONDS = re.compile(r"(\.\d{6})\d+")
_USUAL_LENGTH = len("2026-01-01T00:00:00.000000Z")


def written(moment: datetime) -> str:
    """ISO 8601 in UTC, with microseconds and a Z."""
    if moment.tzinfo is None:
        raise ValueError("a moment must have a zone")
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return f"{_second(moment.replace(microsecond=0))}.{moment.microsecond:06d}Z"


@lru_cache(maxsize=64)
def _second(moment: datetime) -> str:
    """The text of a whole second: one sprint writes many moments of the same."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


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
