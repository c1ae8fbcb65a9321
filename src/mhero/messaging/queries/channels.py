"""How the SMS channels do: what waits, what the last hour brought, and the log."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from mhero.messaging.channels import TYPES
from mhero.messaging.models import ChannelLogEntry, Message, MessageStatus, SMSChannel
from mhero.platform.clock import Clock, now
from mhero.platform.ids import lowest_id

LATELY = timedelta(hours=1)
#: The outcomes of the log, as a tag says them: the words, and the look.
OUTCOMES = {
    "sent": (_("Accepted"), "delivered"),
    "retry": (_("Tried again later"), "waiting"),
    "failed": (_("Message refused"), "failed"),
    "accepted": (_("Taken"), "delivered"),
    "refused": (_("Turned away"), "failed"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """A channel as the page shows it."""

    channel: SMSChannel
    #: Messages that wait for it.
    waiting: int
    #: Requests of the last hour, and those that failed for no fault of the message.
    asked: int
    failed: int

    @property
    def is_down(self) -> bool:
        return self.asked > 1 and self.asked == self.failed

    @property
    def has_share(self) -> bool:
        """Whether messages are drawn for it at all: by weight, among others."""
        return TYPES[self.channel.type].reaches_every_phone

    @property
    def percent(self) -> int:
        """Its share of its weight at this moment."""
        return round(100 * self.channel.share / self.channel.weight) if self.channel.weight else 100


def channel_states(*, clock: Clock = now) -> list[State]:
    channels = list(SMSChannel.objects.order_by("created_at"))
    queued = Message.objects.filter(status=MessageStatus.QUEUED).values_list("sms_channel_id")
    waiting = dict(queued.annotate(number=Count("id")).order_by())
    lately = _requests_since((channel.id for channel in channels), clock)
    return [
        State(
            channel=channel,
            waiting=waiting.get(channel.id, 0),
            asked=lately.get(channel.id, (0, 0))[0],
            failed=lately.get(channel.id, (0, 0))[1],
        )
        for channel in channels
    ]


def log_of(channel: SMSChannel) -> QuerySet[ChannelLogEntry]:
    return ChannelLogEntry.objects.filter(sms_channel_id=channel.id)


def _requests_since(channels: Iterable[UUID], clock: Clock) -> dict[UUID, tuple[int, int]]:
    rows = (
        ChannelLogEntry.objects.filter(
            sms_channel_id__in=list(channels), id__gte=lowest_id(clock() - LATELY), kind="request"
        )
        .values("sms_channel_id")
        .annotate(asked=Sum("alike"), failed=Sum("alike", filter=Q(outcome="retry")))
        .order_by()
    )
    return {row["sms_channel_id"]: (row["asked"], row["failed"] or 0) for row in rows}
