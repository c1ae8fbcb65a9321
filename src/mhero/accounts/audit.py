"""Reading the audit trail: its filters, its pages and what its codes mean."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date

from mhero.accounts.models import AuditEvent
from mhero.platform.ids import lowest_id, time_of

PAGE = 50


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
            since=_day(query.get("since", "")),
            until=_day(query.get("until", "")),
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
        if self.since:
            found = found.filter(id__gte=lowest_id(_midnight(self.since)))
        if self.until:
            found = found.filter(id__lt=lowest_id(_midnight(self.until + timedelta(days=1))))
        return found


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditPage:
    events: list[AuditEvent]
    #: Identifiers that the neighbouring pages begin at; None where there is none.
    newer: UUID | None
    older: UUID | None


def page(events: QuerySet[AuditEvent], before: UUID | None, after: UUID | None) -> AuditPage:
    """One page of the trail: that before or after an event, or the newest."""
    if after is not None:
        rows = list(events.filter(id__gt=after).order_by("id")[: PAGE + 1])
        has_newer, has_older = len(rows) > PAGE, True
        rows = rows[:PAGE][::-1]
    else:
        rows = list((events.filter(id__lt=before) if before else events)[: PAGE + 1])
        has_newer, has_older = before is not None, len(rows) > PAGE
        rows = rows[:PAGE]
    return AuditPage(
        events=rows,
        newer=rows[0].id if rows and has_newer else None,
        older=rows[-1].id if rows and has_older else None,
    )


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


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
