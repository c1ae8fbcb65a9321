"""Reading the audit trail: its filters, its pages and what its codes mean."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import QueryDict

from mhero.accounts.models import AuditEvent
from mhero.platform.ids import time_of
from mhero.platform.newest_first import day_of, within


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditFilter:
    """What of the trail is looked at; the address of the page holds it."""

    #: Part of an email address, a client's id or a process.
    who: str = ""
    #: The beginning of an action: `people` is everything done with people.
    action: str = ""
    #: Days of the workspace's calendar, both included.
    since: date | None = None
    until: date | None = None

    @classmethod
    def of(cls, query: QueryDict) -> "AuditFilter":
        return cls(
            who=_text(query.get("who", "")),
            action=_text(query.get("action", "")),
            since=day_of(query.get("since", "")),
            until=day_of(query.get("until", "")),
        )

    def query(self, **more: object) -> str:
        pairs = {"who": self.who, "action": self.action, "since": self.since, "until": self.until, **more}
        return urlencode({name: str(value) for name, value in pairs.items() if value})

    def events(self) -> QuerySet[AuditEvent]:
        """The newest first. Its days are ranges of identifiers, so that other months are not read."""
        found = AuditEvent.objects.order_by("-id")
        if self.who:
            found = found.filter(actor__icontains=self.who)
        if self.action:
            found = found.filter(Q(action=self.action) | Q(action__startswith=f"{self.action}."))
        return within(found, self.since, self.until)


def file_rows(events: QuerySet[AuditEvent]) -> Iterator[list[str]]:
    """The lines of the downloaded file, in ISO times."""
    yield ["time", "who", "action", "object", "people", "detail", "address"]
    for event in events.iterator(chunk_size=2000):
        detail = " ".join(f"{name}={value}" for name, value in sorted(event.detail.items()))
        yield [
            time_of(event.id).isoformat(timespec="seconds"),
            event.actor,
            event.action,
            event.object,
            str(event.people),
            detail,
            event.ip or "",
        ]


def _text(raw: str) -> str:
    # PostgreSQL knows no NUL.
    return raw.replace("\0", "").strip()[:254]
