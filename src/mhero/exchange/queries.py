"""Reads of the exchange room."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet
from django.http import QueryDict

from mhero.exchange.errors import SearchTooWide
from mhero.exchange.models import (
    Channel,
    ChannelType,
    Client,
    Orchestration,
    Run,
    Transaction,
    TransactionStatus,
)
from mhero.exchange.seeds import ROLES
from mhero.exchange.services import ORDER_OF_CHANNELS, UNFINISHED
from mhero.platform import newest_first
from mhero.platform.newest_first import day_of, within

#: A search over months of transactions must not hold up the database for the others.
PATIENCE_MILLISECONDS = 5_000
#: What "slow" means in the filter.
SLOW_SECONDS = 2.0
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@dataclass(frozen=True, kw_only=True, slots=True)
class TransactionFilter:
    """Which transactions are looked at; the address of the page holds it."""

    channel: UUID | None = None
    client: str = ""
    status: str = ""
    method: str = ""
    #: Part of the path, in whatever case.
    path: str = ""
    #: Days of the workspace's calendar, both included.
    since: date | None = None
    until: date | None = None
    is_slow: bool = False

    @classmethod
    def of(cls, query: QueryDict) -> "TransactionFilter":
        """What is not understood is left out, as a filter that nobody chose."""
        status, method = query.get("status", ""), query.get("method", "")
        return cls(
            channel=identifier(query.get("channel")),
            client=_text(query, "client"),
            status=status if status in TransactionStatus.values else "",
            method=method if method in METHODS else "",
            path=_text(query, "path"),
            since=day_of(query.get("since", "")),
            until=day_of(query.get("until", "")),
            is_slow=query.get("slow") == "yes",
        )

    def query(self, **more: object) -> str:
        """The query of the address; `more` adds to it, and an empty value takes away."""
        pairs: dict[str, object] = {
            "channel": self.channel,
            "client": self.client,
            "status": self.status,
            "method": self.method,
            "path": self.path,
            "since": self.since,
            "until": self.until,
            "slow": "yes" if self.is_slow else "",
            **more,
        }
        return urlencode({name: str(value) for name, value in pairs.items() if value})

    def transactions(self) -> QuerySet[Transaction]:
        """The newest first, without bodies. Days are ranges of identifiers, so other months are not read."""
        found = Transaction.objects.order_by("-id").defer(
            "request_body", "response_body", "request_headers", "response_headers"
        )
        exact = {
            "channel_id": self.channel,
            "client_id": self.client,
            "status": self.status,
            "method": self.method,
        }
        found = found.filter(**{name: value for name, value in exact.items() if value})
        if self.path:
            found = found.filter(path__icontains=self.path)
        if self.is_slow:
            found = found.filter(seconds__gte=SLOW_SECONDS)
        return within(found, self.since, self.until)


def page_of(
    chosen: TransactionFilter, *, before: UUID | None, after: UUID | None
) -> newest_first.Page[Transaction]:
    """The transactions before or after one, or the newest; raises `SearchTooWide` if that takes long."""
    return newest_first.page_of(chosen.transactions(), before=before, after=after, read=_patiently)


def _patiently(found: QuerySet[Transaction]) -> list[Transaction]:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(PATIENCE_MILLISECONDS)])
            rows = list(found)
            # For the tests' own transaction, which this one may be a part of.
            cursor.execute("SELECT set_config('statement_timeout', '0', true)")
            return rows
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") == "57014":
            raise SearchTooWide from error
        raise


def orchestrations_of(transaction_id: UUID, after: UUID | None, limit: int) -> list[Orchestration]:
    """The calls made in the course of a transaction, in their order; from the first after one."""
    # A call is never older than its transaction, which keeps the search out of earlier months.
    lower = after or lowest_id_of(transaction_id)
    found = Orchestration.objects.filter(transaction_id=transaction_id, id__gt=lower)
    return list(found.order_by("id").defer("request_body", "response_body")[:limit])


def lowest_id_of(identifier: UUID) -> UUID:
    """The lowest identifier of the same millisecond."""
    return UUID(int=identifier.int >> 80 << 80 | 0x7 << 76 | 0b10 << 62)


def channels() -> list[Channel]:
    """In the order in which the gateway tries them, the polling ones last."""
    return list(Channel.objects.order_by("type", *ORDER_OF_CHANNELS))


def channel_names() -> dict[UUID, str]:
    return dict(Channel.objects.order_by("name").values_list("id", "name"))


def clients() -> list[Client]:
    return list(Client.objects.order_by("name", "client_id"))


def roles() -> list[str]:
    """Every role that a client has, that a channel asks for, or that means something to mHero."""
    held = {role for client in Client.objects.all() for role in client.roles}
    client_ids = set(Client.objects.values_list("client_id", flat=True))
    asked = {role for channel in Channel.objects.all() for role in channel.allow} - client_ids
    return sorted(held | asked | set(ROLES))


@dataclass(frozen=True, kw_only=True, slots=True)
class Sync:
    """A polling channel with its latest runs."""

    channel: Channel
    #: The newest first.
    runs: list[Run]
    #: Records that no run could take in yet.
    refused: int

    @property
    def last(self) -> Run | None:
        return self.runs[0] if self.runs else None

    @property
    def is_busy(self) -> bool:
        return self.last is not None and self.last.status in UNFINISHED


def syncs(runs_of_each: int = 5) -> list[Sync]:
    found = Channel.objects.filter(type=ChannelType.POLLING).order_by("created_at", "name")
    return [
        Sync(
            channel=channel,
            runs=list(channel.runs.order_by("-requested_at")[:runs_of_each]),
            refused=channel.refused.count(),
        )
        for channel in found
    ]


def refused_rows(channel: Channel) -> Iterable[list[str]]:
    """The lines of the file of refused records: no content of the records themselves."""
    yield ["record", "reason", "first refused", "last refused"]
    for record in channel.refused.order_by("key").defer("raw").iterator(chunk_size=2000):
        yield [
            record.key,
            record.reason,
            record.first_refused_at.isoformat(timespec="seconds"),
            record.last_refused_at.isoformat(timespec="seconds"),
        ]


def identifier(text: str | None) -> UUID | None:
    """The identifier that an address holds, or None for what is not one."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _text(query: QueryDict, name: str) -> str:
    return query.get(name, "").strip().replace("\x00", "")[:200]
