"""Reads of the connectors room."""

from collections.abc import Callable
from typing import Final, TypeVar
from uuid import UUID

from django.core.cache import cache

from mhero.connectors.dhis2.client import DHIS2Client
from mhero.connectors.dhis2.datasets import DataElement, DataSet, DataSetClient
from mhero.connectors.dhis2.tracker import Program, TrackerClient
from mhero.connectors.doors import opened
from mhero.connectors.errors import ConnectorError
from mhero.connectors.models import Connection, DataValue, System
from mhero.exchange.errors import NotConnected
from mhero.platform.errors import PartnerError
from mhero.platform.http import RecordedClient

__all__ = ["DataElement", "DataSet", "Program", "connected", "data_sets", "programs", "refused_of"]

T = TypeVar("T")

#: A page waits for DHIS2 this long, and remembers for this long what it said.
TIMEOUT_SECONDS: Final = 5.0
KEPT_SECONDS: Final = 60


def connected(system: str) -> Connection:
    """The connection to a system; raises `NotConnected`."""
    connection = Connection.objects.filter(system=system).first()
    if connection is None or not connection.url:
        raise NotConnected
    return connection


def data_sets() -> list[DataSet] | None:
    """The data sets of DHIS2, by name; None when it is not connected or does not answer now."""
    return _kept("data-sets", lambda http: list(DataSetClient(http).data_sets().values()))


def programs() -> list[Program] | None:
    """The programmes of DHIS2 in which clients are followed, likewise."""
    return _kept("programs", lambda http: TrackerClient(http, DHIS2Client(http).system().version).programs())


def _kept(what: str, read: Callable[[RecordedClient], list[T]]) -> list[T] | None:
    """What DHIS2 says, remembered for a while."""
    connection = Connection.objects.filter(system=System.DHIS2).exclude(url="").first()
    if connection is None:
        return None
    key = f"connectors:{what}:{connection.id}:{connection.updated_at.timestamp()}"
    kept: list[T] | None = cache.get(key)
    if kept is None:
        try:
            with opened(connection, RecordedClient, timeout_seconds=TIMEOUT_SECONDS, attempts=1) as http:
                kept = read(http)
        except (PartnerError, ConnectorError):
            return None
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def refused_of(place_id: UUID, data_set: str) -> list[DataValue]:
    """What of a place DHIS2 did not take, with its value set, the latest period first."""
    refused = DataValue.objects.exclude(refusal="").select_related("value_set")
    of_place = refused.filter(value_set__place_id=place_id, value_set__data_set=data_set)
    return list(of_place.order_by("-value_set__period", "id"))
