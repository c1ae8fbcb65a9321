"""What on the home page asks for somebody: replies, approvals, failures, refused records, phone problems."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.core.cache import cache
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext, ngettext

from mhero.accounts.models import User
from mhero.console.links import link
from mhero.exchange.models import RefusedRecord, Run
from mhero.messaging.models import Broadcast, BroadcastStatus
from mhero.messaging.queries import broadcasts_of, conversations
from mhero.messaging.queries.broadcasts import LEFT, statuses_of
from mhero.outreach.validation.queries import open_by_county
from mhero.platform.clock import Clock, now
from mhero.registry.models import PhoneState
from mhero.registry.queries import people_of

KEPT_SECONDS = 10
#: A send of which a larger share failed asks for attention.
FAILURES = 0.03
WEEK = timedelta(days=7)

Begun = Mapping[UUID, Broadcast]
#: The messages of each send by their status.
Counted = Mapping[UUID, Counter[str]]


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
    proposals: int
    refused: int
    phone_problems: int
    #: The worst first.
    failed_sends: tuple[FailedSend, ...]
    #: (day, messages of the sends that started then), the oldest day first.
    week: tuple[tuple[date, int], ...]


def figures(user: User) -> Figures:
    """What concerns this person, not older than `KEPT_SECONDS`."""
    # Whoever serves the whole country sees the same; others see their own sends too.
    key = f"home-figures:{user.id if user.area_id else 'country'}"
    kept = cache.get(key)
    if isinstance(kept, Figures):
        return kept
    found = _read(user)
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
        number=found.proposals,
        words=ngettext(
            "correction waits for your decision", "corrections wait for your decision", found.proposals
        ),
        href=link(user, "proposals.decide", "validation_proposals"),
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


def _read(user: User, clock: Clock = now) -> Figures:
    people = people_of(user.area_id).filter(is_active=True)
    sends = broadcasts_of(user.area_id, user.id)
    begun = {
        send.id: send for send in sends.filter(started_at__gte=clock() - WEEK).only("name", "started_at")
    }
    counted = statuses_of(begun.values(), user.area_id)
    return Figures(
        replies=conversations(user.area_id, waiting=True).count(),
        waiting_for_approval=sends.filter(status=BroadcastStatus.WAITING_FOR_APPROVAL).count(),
        proposals=sum(open_by_county(user.area_id).values()),
        refused=RefusedRecord.objects.count(),
        phone_problems=people.exclude(phone_state=PhoneState.USABLE).count(),
        failed_sends=tuple(_failed_sends(begun, counted)),
        week=tuple(_week(begun, counted)),
    )


def _failed_sends(begun: Begun, counted: Counted) -> list[FailedSend]:
    failed = [
        FailedSend(
            id=send_id, name=begun[send_id].name, failed=by_status["failed"], messages=_left(by_status)
        )
        for send_id, by_status in counted.items()
        if by_status["failed"] > FAILURES * _left(by_status)
    ]
    return sorted(failed, key=lambda send: send.failed / send.messages, reverse=True)


def _week(begun: Begun, counted: Counted) -> Iterator[tuple[date, int]]:
    by_day: Counter[date] = Counter()
    for send_id, by_status in counted.items():
        if started_at := begun[send_id].started_at:
            by_day[timezone.localdate(started_at)] += _left(by_status)
    today = timezone.localdate()
    for days_ago in range(6, -1, -1):
        day = today - timedelta(days=days_ago)
        yield day, by_day[day]


def _left(by_status: Counter[str]) -> int:
    return sum(by_status[status] for status in LEFT)
