"""Reads of the connectors room."""

from mhero.connectors.models import Connection
from mhero.exchange.errors import NotConnected


def connected(system: str) -> Connection:
    """The connection to a system; raises `NotConnected`."""
    connection = Connection.objects.filter(system=system).first()
    if connection is None or not connection.url:
        raise NotConnected
    return connection
