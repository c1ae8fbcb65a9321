"""Writes of the connectors room: connecting a foreign system, trying it, and bringing values to it."""

from django.db import transaction

from mhero.connectors.changes import ChangeOrder, changes_to_tell, heard, put_change
from mhero.connectors.dhis2.outbox import RefusedValue, put_values, refusals_to_tell, told
from mhero.connectors.dhis2.reported import Reported, reported
from mhero.connectors.models import Connection, System
from mhero.connectors.trying import Finding, look
from mhero.exchange.models import Channel
from mhero.exchange.services import request_run, schedule
from mhero.platform.clock import now

__all__ = [
    "ChangeOrder",
    "RefusedValue",
    "Reported",
    "changes_to_tell",
    "connect",
    "heard",
    "keep_finding",
    "put_change",
    "put_values",
    "refusals_to_tell",
    "reported",
    "told",
    "try_connection",
]


def connect(
    system: str,
    url: str,
    username: str = "",
    secret: str = "",
    *,
    options: dict[str, object] | None = None,
    by: str = "mhero",
) -> Connection:
    """Keeps where a system is and how to sign in, sets its schedule going and asks for a sync at once.

    An empty secret leaves the one that is kept. A sync sees by itself that the address or the meaning of the
    data is another one than at the last, and then reads everything.
    """
    with transaction.atomic():
        connection = Connection.objects.select_for_update().filter(system=system).first() or Connection(
            system=System(system)
        )
        connection.url, connection.username = url, username
        connection.secret = secret or connection.secret
        connection.options = connection.options if options is None else options
        connection.updated_at = now()
        connection.save()
        for channel in Channel.objects.filter(mediator=system):
            schedule(channel)
            request_run(channel, by)
    return connection


def try_connection(connection: Connection, *, is_saved: bool = True) -> Finding:
    """Reads one page of the system and says in words what is there. A saved connection keeps the finding."""
    finding = look(connection)
    if is_saved:
        keep_finding(connection, works=finding.works, words=finding.words)
    return finding


def keep_finding(connection: Connection, *, works: bool, words: str) -> None:
    """What a try or a sync found, for the connections page."""
    Connection.objects.filter(id=connection.id).update(last_finding=words, last_tried_at=now(), works=works)
