"""Writes of the exchange room."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F

from mhero.accounts.models import User
from mhero.accounts.queries import workspace
from mhero.accounts.services import record_audit
from mhero.exchange import seeds
from mhero.exchange.certificates import IssuedCertificate, issue_client_certificate
from mhero.exchange.models import Channel, ChannelType, Client, Run, RunStatus, Transaction, TransactionStatus
from mhero.exchange.schedules import next_due
from mhero.platform.clock import now
from mhero.platform.ids import new_id
from mhero.platform.jobs import enqueue
from mhero.platform.notify import notify

#: Heard by the gateway, which keeps channels and clients in memory.
CONFIGURATION_CHANGED = "exchange_configuration"
#: Who asked for a run that nobody asked for.
SCHEDULE = "schedule"
#: Lower priority first, those without one last, then the older first.
ORDER_OF_CHANNELS = (F("priority").asc(nulls_last=True), "created_at", "id")
UNFINISHED = (RunStatus.WAITING, RunStatus.RUNNING)


def ensure_seeds() -> None:
    """Makes the channels that come with mHero, where missing. Polling ones are due once connected."""
    with transaction.atomic():
        if seeds.make_missing():
            configuration_changed()


def request_run(channel: Channel, by: str, is_full: bool = False) -> Run:
    """The channel's run that waits or runs, or a new one. `by` is an email address or `schedule`."""
    with transaction.atomic():
        # One at a time through here, so that two who ask at once get the same run.
        Channel.objects.select_for_update().get(id=channel.id)
        run = Run.objects.filter(channel=channel, status__in=UNFINISHED).first()
        if run is None:
            run = _new_run(channel, by, is_full)
        elif is_full and run.status == RunStatus.WAITING and not run.is_full:
            run.is_full = True
            run.save(update_fields=["is_full"])
        return run


def _new_run(channel: Channel, by: str, is_full: bool) -> Run:
    at = now()
    record = Transaction.objects.create(
        id=new_id(at),
        channel_id=channel.id,
        client_id="",
        client_ip="",
        status=TransactionStatus.PROCESSING,
        # OpenHIM's own words for what starts a polling channel.
        method="GET",
        path="/trigger",
        querystring="",
        request_body=b"",
        response_body=b"",
        error="",
        properties={"requested by": by},
    )
    run = Run.objects.create(
        channel=channel, transaction_id=record.id, requested_by=by, is_full=is_full, requested_at=at
    )
    queue_run(run)
    return run


def queue_run(run: Run) -> None:
    """Puts the job of a waiting run into the queue, unless it is there."""
    enqueue("exchange.run", once=f"exchange.run {run.id}", run_id=str(run.id))


def start_due_runs(at: datetime) -> int:
    """Asks for a run of each polling channel that is due, and says when it is due next."""
    due = Channel.objects.filter(type=ChannelType.POLLING, is_enabled=True, due_at__lte=at)
    with transaction.atomic():
        channels = list(due.select_for_update(skip_locked=True))
        for channel in channels:
            request_run(channel, SCHEDULE)
            schedule(channel, after=at)
    return len(channels)


def queue_forgotten_runs(at: datetime) -> None:
    """Queues again the runs that wait for long: their job was lost with a worker, or given up."""
    waiting = Run.objects.filter(status=RunStatus.WAITING, requested_at__lt=at - timedelta(seconds=30))
    for run in waiting:
        queue_run(run)


def schedule(channel: Channel, *, after: datetime | None = None, at_once: bool = False) -> None:
    """Sets when a polling channel is due next: by its schedule, which may be empty, or at once."""
    after = after or now()
    if at_once:
        channel.due_at = after
    elif channel.polling_schedule:
        channel.due_at = next_due(channel.polling_schedule, after, workspace().time_zone)
    else:
        channel.due_at = None
    channel.save(update_fields=["due_at"])


def unschedule(channel: Channel) -> None:
    """A polling channel without a connection is never due."""
    channel.due_at = None
    channel.save(update_fields=["due_at"])


def configuration_changed() -> None:
    """Tells the gateways, when the transaction commits, that channels or clients are not what they were."""
    notify(CONFIGURATION_CHANGED)


def save_channel(channel: Channel, user: User, changed: Sequence[str]) -> None:
    """Keeps what an operator decided about a channel, and tells the gateway. `changed` names the fields."""
    is_new = channel._state.adding
    with transaction.atomic():
        channel.save()
        if "polling_schedule" in changed and channel.due_at is not None:
            schedule(channel)
        action = "channel.added" if is_new else "channel.changed"
        record_audit(action, channel.name, user=user, fields=", ".join(changed))
        configuration_changed()


def save_client(client: Client, user: User, changed: Sequence[str]) -> None:
    is_new = client._state.adding
    with transaction.atomic():
        client.save()
        action = "client.added" if is_new else "client.changed"
        record_audit(action, client.client_id, user=user, fields=", ".join(changed))
        configuration_changed()


def make_password_of(client: Client, user: User) -> str:
    """A new password for Basic authentication in place of the old one; only its hash is kept."""
    password = secrets.token_urlsafe(24)
    with transaction.atomic():
        client.password_hash = make_password(password)
        client.save(update_fields=["password_hash"])
        record_audit("client.password_made", client.client_id, user=user)
        configuration_changed()
    return password


def make_certificate_of(client: Client, user: User) -> IssuedCertificate:
    """A new key and certificate for mutual TLS; the key is not kept."""
    issued = issue_client_certificate(settings.CONFIGURATION.home, client.client_id)
    with transaction.atomic():
        client.certificate, client.certificate_fingerprint = issued.certificate, issued.fingerprint
        client.save(update_fields=["certificate", "certificate_fingerprint"])
        record_audit("client.certificate_made", client.client_id, user=user)
        configuration_changed()
    return issued
