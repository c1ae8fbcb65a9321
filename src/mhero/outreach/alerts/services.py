"""Officers' writes of alerts: prepared, sent, gone on with, stopped."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from mhero.accounts.models import User
from mhero.accounts.services import record_audit
from mhero.messaging.models import Broadcast
from mhero.messaging.services import stop_broadcast
from mhero.messaging.services.broadcasts import STOPPABLE
from mhero.outreach.alerts.models import Alert, AlertState, AlertWave
from mhero.outreach.alerts.plan import WaveKind
from mhero.outreach.alerts.waves import Left, end, make_wave, people_left
from mhero.outreach.audience import Filter
from mhero.outreach.errors import NobodyToText, NothingWritten, PeopleChanged
from mhero.outreach.queries import place_names
from mhero.outreach.reach import Reach
from mhero.outreach.recipients import account_for, contact_ids
from mhero.outreach.words import describe
from mhero.platform.clock import Clock, now
from mhero.registry.models import Place

ADD_PEOPLE: Final = """
INSERT INTO outreach_alertperson (alert_id, contact_id, place_id, path, confirmed_by)
SELECT %(alert)s, c.id, place.id, coalesce(place.path, '{}'), ''
FROM unnest(%(contacts)s::uuid[]) WITH ORDINALITY AS chosen(id, rank)
JOIN messaging_contact c ON c.id = chosen.id
LEFT JOIN registry_person person ON person.id = c.person_id
LEFT JOIN registry_place place ON place.id = coalesce(%(place)s::uuid, person.place_id)
ORDER BY chosen.rank
ON CONFLICT DO NOTHING
"""


def prepare(user: User, chosen: Filter, alert: Alert | None = None) -> Alert:
    """Begins an alert to these people, or gives one that was not sent yet other people."""
    alert = alert or Alert(owner=user)
    alert.filter = chosen.to_json()
    alert.save()
    return alert


def save(alert: Alert, user: User) -> None:
    with transaction.atomic():
        alert.save()
        record_audit("alert.prepared", f"alert {alert.id}", user=user)


def discard(alert: Alert, user: User) -> None:
    """Puts an alert away that was never sent."""
    with transaction.atomic():
        alert.archived_at = now()
        alert.save(update_fields=["archived_at"])
        record_audit("alert.discarded", f"alert {alert.id}", user=user)


def send(alert: Alert, user: User, shown: int, clock: Clock = now) -> Alert:
    """Sends a prepared alert, once: however often it is asked for, it is the same one.

    It is in the name of whoever sends it. Raises `PeopleChanged` when the page showed another number than is
    true now, `NobodyToText`, `NothingWritten` and `NoSMSChannel`.
    """
    with transaction.atomic():
        alert = Alert.objects.select_for_update().get(id=alert.id)
        if alert.state != AlertState.PREPARED:
            return alert
        if not alert.text.strip():
            raise NothingWritten
        chosen, reach = Filter.from_json(alert.filter), Reach.of(user)
        accounted = account_for(chosen, reach)
        if not accounted.will_send:
            raise NobodyToText
        if accounted.will_send != shown:
            raise PeopleChanged(shown=shown, found=accounted.will_send)
        alert.owner = user
        alert.accounted = accounted.to_json()
        alert.audience_description = describe(chosen, place_names(chosen.places))
        begin(alert, contact_ids(chosen, reach), clock)
        record_audit(
            "alert.sent",
            f"alert {alert.id}",
            user=user,
            people=accounted.will_send,
            quiet_hours=alert.quiet_reason,
        )
    return alert


def begin(alert: Alert, contacts: list[UUID], clock: Clock, *, at_place: Place | None = None) -> None:
    """The first wave to these contacts, in the caller's transaction.

    They are counted where they work, or all at the place that the alert is about.
    """
    alert.state, alert.started_at = AlertState.RUNNING, clock()
    alert.save()
    with connection.cursor() as cursor:
        cursor.execute(
            ADD_PEOPLE,
            {"alert": alert.id, "contacts": contacts, "place": at_place.id if at_place else None},
        )
    # All of them, so that whoever opted out meanwhile is accounted for by the send.
    everyone = [Left(contact_id=contact, place_id=None, name="") for contact in contacts]
    make_wave(alert, WaveKind.FIRST, everyone, clock)


def second_wave(alert: Alert, user: User, seen: int, clock: Clock = now) -> AlertWave | None:
    """Sends the second wave at once; None when nobody is left, or another wave was made since the page.

    `seen`: how many waves the page showed, so that a button that is pressed twice sends one.
    """
    with transaction.atomic():
        alert = Alert.objects.select_for_update().select_related("owner").get(id=alert.id)
        left = people_left(alert)
        if alert.state != AlertState.RUNNING or not left or alert.waves.count() != seen:
            return None
        wave = make_wave(alert, WaveKind.SECOND, left, clock)
        record_audit("alert.second_wave", f"alert {alert.id}", user=user, people=len(left))
    return wave


def stop(alert: Alert, user: User, clock: Clock = now) -> bool:
    """No wave follows, and what has not left does not; False when it was over already."""
    at: datetime = clock()
    with transaction.atomic():
        alert = Alert.objects.select_for_update().get(id=alert.id)
        if alert.state != AlertState.RUNNING:
            return False
        end(alert, at, state=AlertState.STOPPED, by=user.email)
        under_way = Broadcast.objects.filter(
            id__in=alert.waves.values("broadcast_id"), status__in=STOPPABLE
        ).values_list("id", flat=True)
        for broadcast_id in under_way:
            stop_broadcast(broadcast_id, user, clock=clock)
        record_audit("alert.stopped", f"alert {alert.id}", user=user)
    return True
