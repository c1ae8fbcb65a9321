"""Which facility a text means: all of the country by every name, and of several the one that is near."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import connection

from mhero.outreach.texts.referrals import Facility
from mhero.registry.models import Place

#: More are not offered in one text.
MOST_OFFERED: Final = 4
#: A longer identifier is nobody's to type.
LONGEST_CODE: Final = 12

KNOWN: Final = """
SELECT p.id, p.name, p.path, ARRAY(
    SELECT one->>'value' FROM jsonb_array_elements(coalesce(r.body->'identifier', '[]')) AS one
    WHERE length(one->>'value') <= %(longest)s AND one->>'value' ~ '[0-9]'
)
FROM registry_place p LEFT JOIN registry_resource r ON r.id = p.id
WHERE p.kind = 'facility' AND p.is_active
ORDER BY p.name, p.id
"""


@dataclass(frozen=True, slots=True)
class Known:
    """The facilities of the country, as texts name them and by where they are."""

    facilities: tuple[Facility, ...]
    #: By key.
    paths: dict[str, tuple[UUID, ...]]
    names: dict[str, str]

    def without(self, facility_id: UUID) -> Sequence[Facility]:
        return [one for one in self.facilities if one.key != str(facility_id)]


def known() -> Known:
    """Read for each text: referrals are few, and a facility that is new is known at once."""
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, {"longest": LONGEST_CODE})
        rows: list[tuple[UUID, str, list[UUID], list[str]]] = cursor.fetchall()
    return Known(
        facilities=tuple(Facility(key=str(id), names=(name, *codes)) for id, name, _, codes in rows),
        paths={str(id): tuple(path) for id, _, path, _ in rows},
        names={str(id): name.strip() for id, name, _, _ in rows},
    )


def nearest(keys: Collection[str], known: Known, near: Place) -> list[str]:
    """Those that share most of the tree with a place: of its district, else of its county, else all."""
    shared = {key: _shared(known.paths[key], near.path) for key in keys}
    most = max(shared.values(), default=0)
    # What has nothing but the country in common is all equally far.
    near_ones = [key for key in keys if shared[key] == most or most < 2]
    return sorted(near_ones, key=lambda key: (known.names[key], key))


def _shared(path: Sequence[UUID], other: Sequence[UUID]) -> int:
    steps = 0
    for one, two in zip(path, other, strict=False):
        if one != two:
            break
        steps += 1
    return steps


def by_number(keys: Iterable[str], known: Known) -> str:
    """`1 Gbarnga Clinic, 2 Gbarnga Health Center`."""
    return ", ".join(f"{number} {known.names[key]}" for number, key in enumerate(keys, start=1))
