"""What was reported to DHIS2, by places of ours."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from mhero.connectors.dhis2.datasets import DataSetClient
from mhero.connectors.doors import MakesClients, opened
from mhero.connectors.models import System
from mhero.connectors.queries import connected
from mhero.platform.http import RecordedClient
from mhero.registry.models import Origin, Place

_UNIT = "Location/"


class Reported:
    """Reads values as they are this moment, each data set, period and place once."""

    def __init__(self, client: DataSetClient) -> None:
        self._client = client
        self._read: dict[tuple[str, str, str], dict[str, dict[str, float]]] = {}

    def of(self, data_set: str, data_element: str, period: str, within: UUID | None) -> dict[UUID, float]:
        """What each place within another, or within the country, reported of a data element.

        Values of several categories are added up; what is no number is passed over.
        """
        found: dict[UUID, float] = defaultdict(float)
        for unit in _units(within):
            values = self._values(data_set, period, unit).get(data_element, {})
            origins = Origin.objects.filter(
                source=System.DHIS2, key__in=[f"{_UNIT}{one}" for one in values]
            ).values_list("resource_id", "key")
            for place, key in origins:
                found[place] += values[key.removeprefix(_UNIT)]
        return dict(found)

    def _values(self, data_set: str, period: str, unit: str) -> dict[str, dict[str, float]]:
        """By data element and unit."""
        key = (data_set, period, unit)
        if key not in self._read:
            sums: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
            for one in self._client.values(*key):
                sums[one.data_element][one.unit] += _number(one.value)
            self._read[key] = sums
        return self._read[key]


@contextmanager
def reported(
    make: MakesClients = RecordedClient, *, timeout_seconds: float = 30, attempts: int = 4
) -> Iterator[Reported]:
    """The connected DHIS2's values; raises `NotConnected`."""
    partner = connected(System.DHIS2)
    with opened(partner, make, timeout_seconds=timeout_seconds, attempts=attempts) as http:
        yield Reported(DataSetClient(http))


def _units(within: UUID | None) -> list[str]:
    """DHIS2's ids of the place, or of the tops of the country's tree."""
    tops = Place.objects.filter(id=within) if within else Place.objects.filter(parent=None, is_active=True)
    keys = Origin.objects.filter(
        resource_id__in=tops.values("id"), source=System.DHIS2, key__startswith=_UNIT
    ).values_list("key", flat=True)
    return sorted(key.removeprefix(_UNIT) for key in keys)


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        return 0.0
