"""What on the home page asks for somebody: replies, approvals, failures, refused records, phone problems."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.core.cache import cache
from django.db import connection
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext, ngettext

from mhero.accounts.models import User, Workspace
from mhero.console.links import link
from mhero.exchange.models import RefusedRecord, Run
from mhero.messaging.models import Broadcast, BroadcastStatus
from mhero.messaging.queries import broadcasts_of, conversations
from mhero.messaging.queries.broadcasts import LEFT, statuses_of
from mhero.platform.clock import Clock, now
from mhero.platform.ids import lowest_id
from mhero.registry.models import PhoneState
from mhero.registry.queries import people_of

KEPT_SECONDS = 10
#: A send of which a larger share failed asks for attention.
FAILURES = 0.03
WEEK = timedelta(days=7)

#: Messages that left, by day of the workspace's calendar.
SENT_BY_DAY = """
    SELECT (message.sent_at AT TIME ZONE %(zone)s)::date AS day, count(*)
    FROM messaging_message message
    LEFT JOIN messaging_contact contact ON contact.id = message.contact_id
    WHERE NOT message.is_incoming AND message.sent_at IS NOT NULL AND message.id >= %(since)s
      AND (%(area)s::uuid IS NULL OR contact.place_ids @> ARRAY[%(area)s::uuid])
    GROUP BY day
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Need:
    """One thing that waits for somebody, and where it is dealt with."""

    number: int
    words: str
    href: str
    #: As `{% big_number %}` has it.
    tone: str = "warning"


@dataclass(frozen=True, kw_only=True, slots=True)
class FailedSend:
    id: UUID
    name: str
    failed: int
    messages: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """The numbers behind the needs, for one area."""

    replies: int
    waiting_for_approval: int
    refused: int
    phone_problems: int
    #: The worst first.
    failed_sends: tuple[FailedSend, ...]
    #: (day, messages that left), the oldest first.
    week: tuple[tuple[date, int], ...]


def figures(user: User, workspace: Workspace) -> Figures:
    """What concerns this person, not older than `KEPT_SECONDS`."""
    # Whoever serves the whole country sees the same; others see their own sends too.
    key = f"home-figures:{user.id if user.area_id else 'country'}"
    kept = cache.get(key)
    if isinstance(kept, Figures):
        return kept
    found = _read(user, workspace.time_zone)
    cache.set(key, found, KEPT_SECONDS)
    return found


def needs(user: User, found: Figures) -> list[Need]:
    """What this person can do something about."""
    return [need for need in _needs(user, found) if need.number and need.href]


def _needs(user: User, found: Figures) -> Iterator[Need]:
    yield Need(
        number=found.replies,
        words=ngettext("person waits for an answer", "people wait for an answer", found.replies),
        href=link(user, "inbox.view", "inbox"),
    )
    yield Need(
        number=found.waiting_for_approval,
        words=ngettext("send waits for approval", "sends wait for approval", found.waiting_for_approval),
        href=link(user, "messages.approve", "messages"),
    )
    yield Need(
        number=len(found.failed_sends),
        words=ngettext(
            "send with more than 3% failed", "sends with more than 3% failed", len(found.failed_sends)
        ),
        href=link(user, "messages.view", "messages"),
        tone="bad",
    )
    yield Need(
        number=found.refused,
        words=ngettext("record could not be loaded", "records could not be loaded", found.refused),
        href=link(user, "syncs.view", "syncs"),
    )
    yield Need(
        number=found.phone_problems,
        words=ngettext("person with a phone problem", "people with a phone problem", found.phone_problems),
        href=link(user, "people.view", "phone_problems"),
    )


def running_sends(user: User) -> list[Broadcast]:
    """Those that are going on, then those that will start, the next one first."""
    open_states = [BroadcastStatus.SENDING, BroadcastStatus.HELD, BroadcastStatus.SCHEDULED]
    found = broadcasts_of(user.area_id, user.id).filter(status__in=open_states).order_by("starts_at")
    return sorted(found[:20], key=lambda send: open_states.index(BroadcastStatus(send.status)))


def last_syncs() -> list[Run]:
    """The latest run of each channel."""
    runs = Run.objects.select_related("channel").order_by("channel_id", "-requested_at")
    return sorted(runs.distinct("channel_id"), key=lambda run: run.requested_at, reverse=True)


def week_in_words(found: Figures) -> list[tuple[str, int]]:
    """The days of the week and today, for bars."""
    today = timezone.localdate()
    return [
        (gettext("Today") if day == today else str(WEEKDAYS[day.weekday()]), count)
        for day, count in found.week
    ]


def _read(user: User, zone: str, clock: Clock = now) -> Figures:
    people = people_of(user.area_id).filter(is_active=True)
    sends = broadcasts_of(user.area_id, user.id)
    failed = _failed_sends(sends.filter(created_at__gte=clock() - WEEK), user.area_id)
    return Figures(
        replies=conversations(user.area_id, waiting=True).count(),
        waiting_for_approval=sends.filter(status=BroadcastStatus.WAITING_FOR_APPROVAL).count(),
        refused=RefusedRecord.objects.count(),
        phone_problems=people.exclude(phone_state=PhoneState.USABLE).count(),
        failed_sends=tuple(sorted(failed, key=lambda send: send.failed / send.messages, reverse=True)),
        week=tuple(_week(user.area_id, zone, clock)),
    )


def _failed_sends(sends: Iterable[Broadcast], area_id: UUID | None) -> Iterator[FailedSend]:
    names = {send.id: send.name for send in sends}
    for send_id, by_status in statuses_of(sends, area_id).items():
        left, failed = sum(by_status[status] for status in LEFT), by_status["failed"]
        if failed > FAILURES * left:
            yield FailedSend(id=send_id, name=names[send_id], failed=failed, messages=left)


def _week(area_id: UUID | None, zone: str, clock: Clock) -> Iterator[tuple[date, int]]:
    # A message made some days ago may have left only this week.
    since = lowest_id(clock() - 2 * WEEK)
    with connection.cursor() as cursor:
        cursor.execute(SENT_BY_DAY, {"zone": zone, "since": since, "area": area_id})
        counted = dict(cursor.fetchall())
    today = timezone.localdate()
    for days_ago in range(6, -1, -1):
        day = today - timedelta(days=days_ago)
        yield day, counted.get(day, 0)
