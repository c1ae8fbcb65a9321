"""The registry to contacts: by itself, within seconds of a change."""

from datetime import timedelta
from typing import Final

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django.db.models import Max
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from mhero.connectors.contacts.states import named_country, states_of
from mhero.connectors.models import System
from mhero.exchange.mediators import RunContext, mediator
from mhero.exchange.models import Channel, Run, RunStatus
from mhero.exchange.services import request_run
from mhero.messaging.services import follow_contacts
from mhero.platform.clock import now
from mhero.platform.worker import Pump
from mhero.registry.models import Person

MEDIATOR: Final = "contacts"
PEOPLE_AT_ONCE: Final = 1000
#: While a sync goes on, people change twice: when they and when their posts come in. Contacts wait for its
#: end, but not longer than this.
PATIENCE: Final = timedelta(minutes=2)
#: After a run that failed the next is not tried before this.
PAUSE_AFTER_FAILURE: Final = timedelta(minutes=1)


@mediator(MEDIATOR, title=_("Registry to contacts"))
def run(context: RunContext) -> None:
    """Reads the changes of people above the mark, in their order, up to the last that there is now."""
    mark = context.high_water or 0
    changed = Person.objects.filter(change__gt=mark)
    last = changed.aggregate(last=Max("change"))["last"] or mark
    waiting = changed.filter(change__lte=last)
    context.expect(waiting.count())
    context.step(gettext_noop("Bringing contacts up to date"))
    country = named_country()
    while people := list(waiting.filter(change__gt=mark).order_by("change")[:PEOPLE_AT_ONCE]):
        follow_contacts(list(states_of(people, country)))
        mark = people[-1].change
        context.count(read=len(people), changed=len(people))
    context.advance(last)


def follow() -> None:
    """Asks for a run when the registry is ahead of the contacts."""
    close_old_connections()
    channel = Channel.objects.filter(mediator=MEDIATOR, is_enabled=True).first()
    if channel is None or not Person.objects.filter(change__gt=channel.high_water or 0).exists():
        return
    if not _is_sync_going_on() and not _has_just_failed(channel):
        request_run(channel, "registry")


def _is_sync_going_on() -> bool:
    syncs = Run.objects.filter(channel__mediator__in=System.values, status=RunStatus.RUNNING)
    return syncs.filter(started_at__gt=now() - PATIENCE).exists()


def _has_just_failed(channel: Channel) -> bool:
    last = channel.runs.order_by("-requested_at").first()
    return (
        last is not None
        and last.status == RunStatus.FAILED
        and last.finished_at is not None
        and last.finished_at > now() - PAUSE_AFTER_FAILURE
    )


async def _step() -> bool:
    await sync_to_async(follow, thread_sensitive=True)()
    return False


def pump() -> Pump:
    return Pump(name="contacts", step=_step, wakes_on="registry_changed", every_seconds=2)
