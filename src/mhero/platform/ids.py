"""Identifiers that sort by time: UUID version 7 (RFC 9562, 5.7).

The first 48 bits are milliseconds since 1970, so a table can be partitioned by the range of its primary key,
and one column is both identity and time.
"""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

from mhero.platform.clock import now

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RANDOM_BITS = 74


def new_id(at: datetime | None = None) -> UUID:
    """A new identifier of the given aware time, or of this moment."""
    return _compose(at or now(), secrets.randbits(_RANDOM_BITS))


def derived_id(at: datetime, *parts: object) -> UUID:
    """The identifier that the same time and parts always give.

    A row that is made again by a job that runs twice gets the same primary key, so it cannot be doubled.
    """
    digest = hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=16).digest()
    return _compose(at, int.from_bytes(digest) >> (128 - _RANDOM_BITS))


def lowest_id(at: datetime) -> UUID:
    """The lower bound of all identifiers of a time, for range queries and partitions."""
    return _compose(at, 0)


def time_of(identifier: UUID) -> datetime:
    """When the identifier was made, to the millisecond."""
    return _EPOCH + timedelta(milliseconds=identifier.int >> 80)


def _compose(at: datetime, random_bits: int) -> UUID:
    if at.tzinfo is None:
        raise ValueError("an identifier needs an aware time")
    milliseconds = (at - _EPOCH) // timedelta(milliseconds=1)
    high, low = random_bits >> 62, random_bits & ((1 << 62) - 1)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)
