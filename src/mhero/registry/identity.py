"""Which identifier a source's record has here.

It follows from the source's name and key alone, so a reference can be resolved before the record that it
points to has come in, and a registry that is filled anew has the same identifiers.
"""

from functools import lru_cache
from typing import Final
from uuid import UUID, uuid5

_NAMESPACE: Final = UUID("6d4865f0-0000-5000-8000-726567697374")


@lru_cache(maxsize=65536)
def id_of(source: str, key: str) -> UUID:
    """The identifier of a record, unless it was found to be the same thing as another one."""
    return uuid5(_NAMESPACE, f"{source}:{key}")


def organization_of(location_id: UUID) -> UUID:
    """The Organization that mCSD wants beside each Location, where the source has none."""
    return uuid5(_NAMESPACE, f"organization:{location_id}")
