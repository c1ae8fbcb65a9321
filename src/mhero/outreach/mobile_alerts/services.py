"""Requests of other systems: taken, repeated when they are due, taken back.

A request, its recipients and its send are one transaction, so a request that was answered is never lost, and
one that comes again under the same identifier is the one that is there.
"""

from collections import Counter
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import override

from mhero.accounts.authors import Author, Machine
from mhero.accounts.models import User
from mhero.accounts.queries import workspace
from mhero.accounts.services import record_audit
from mhero.exchange.models import Client
from mhero.exchange.seeds import MESSAGING_PAGES, MOBILE_ALERTS, URGENT_ALERTS
from mhero.messaging.errors import NotAllowedNow
from mhero.messaging.models import Broadcast, Flow
from mhero.messaging.personal import problem_of
from mhero.messaging.queries.flows import startable_flows
from mhero.messaging.services import BroadcastOrder, make_broadcast, stop_broadcast
from mhero.messaging.services.broadcasts import STOPPABLE
from mhero.outreach.errors import NoSMSChannel
from mhero.outreach.mobile_alerts.addressing import Addressed, address, without_tagged
from mhero.outreach.mobile_alerts.errors import AlertOver, AlertRefused, AnotherAlert, NotNow
from mhero.outreach.mobile_alerts.models import AlertRecipient, AlertRequest
from mhero.outreach.mobile_alerts.reading import Alert, read_alert
from mhero.outreach.mobile_alerts.recurrence import next_turn
from mhero.outreach.services import NAME_FROM_TEXT, channel_for, needs_approval
from mhero.platform.clock import Clock, now
from mhero.platform.ids import new_id
from mhero.registry.fhir.errors import FHIRError, Forbidden, NotHere

#: A turn that could not be had for longer than this is left out, as with the team's own schedules.
LATEST: Final = timedelta(hours=6)
#: One request of a client and identifier at a time, so that two that come at once make one send.
ONE_AT_A_TIME: Final = "SELECT pg_advisory_xact_lock(hashtextextended('mhero.alert.' || %(what)s, 0))"


def take(
    alert: Alert,
    client_id: str,
    roles: Collection[str],
    *,
    is_dialect: bool = False,
    clock: Clock = now,
) -> tuple[AlertRequest, bool]:
    """The request as it is kept, and whether it is new. One with a schedule is sent at each of its turns.

    Raises `AlertRefused` and its kind, and `Forbidden` when the client may not send urgently.
    """
    if alert.is_urgent and URGENT_ALERTS not in roles:
        raise Forbidden(f"Urgent messages leave in quiet hours too. They need the role {URGENT_ALERTS}.")
    with transaction.atomic():
        for what in filter(None, (alert.key, alert.tag)):
            _wait_for(f"{client_id} {what}")
        if alert.key:
            made = AlertRequest.objects.filter(client_id=client_id, key=alert.key).first()
            if made is not None and made.digest != alert.digest:
                raise AnotherAlert(expression="CommunicationRequest.identifier")
            if made is not None:
                return made, False
        flow = _flow(alert)
        request = AlertRequest(
            client_id=client_id,
            key=alert.key,
            digest=alert.digest,
            tag=alert.tag,
            body=alert.body,
            made_at=clock(),
        )
        if alert.recurrence is None:
            _send(request, alert, flow, is_dialect, clock)
        else:
            request.cron = alert.recurrence.cron
            start = max(clock(), alert.starts_at or clock())
            request.next_at = next_turn(request.cron, start, ZoneInfo(workspace().time_zone))
            request.save(force_insert=True)
        record_audit(
            "alert.taken",
            f"request {request.id}",
            actor=client_id,
            people=request.accounted.get("chosen", 0),
        )
    return request, True


def revoke(request_id: UUID | str, client_id: str, *, clock: Clock = now) -> AlertRequest:
    """Takes a request back for its client: no turn comes any more, and what has not left does not leave.

    Raises `NotHere` when it is no request of the client, and `AlertOver` when everything has left.
    """
    with transaction.atomic():
        request = _locked().filter(id=request_id, client_id=client_id).first()
        if request is None:
            raise NotHere
        if request.revoked_at is None:
            _end(request, _machine(client_id), clock)
    return request


def stop(request_id: UUID, user: User, *, clock: Clock = now) -> None:
    """The team stops it, whatever its client thinks of that. What is over stays as it is."""
    with transaction.atomic(), suppress(AlertOver):
        request = _locked().get(id=request_id)
        if request.revoked_at is None:
            _end(request, user, clock)


def run_due(clock: Clock = now) -> bool:
    """Has one turn that is due; True while there may be more."""
    with transaction.atomic():
        due = AlertRequest.objects.select_for_update(skip_locked=True, of=("self",))
        request = due.filter(next_at__lte=clock()).order_by("next_at").first()
        if request is None or request.next_at is None:
            return False
        try:
            with transaction.atomic():
                request.next_at = _have_turn(request, request.next_at, clock)
        except NotNow:
            # Tried again at the next look, until it is too late for it.
            return False
        except FHIRError:
            # Its flow was put away, its time is over, or its client may no longer send.
            request.next_at, request.revoked_at = None, clock()
        request.save(update_fields=["next_at", "revoked_at"])
    return True


def _have_turn(request: AlertRequest, turn: datetime, clock: Clock) -> datetime | None:
    """Sends for the turn, as a request of its own; the next one."""
    roles = _present_roles(request.client_id)
    if roles.isdisjoint((MOBILE_ALERTS, MESSAGING_PAGES)):
        raise AlertRefused("The client that asked for it may no longer send.")
    zone = ZoneInfo(workspace().time_zone)
    alert = _read(request, clock(), zone)
    if alert.is_urgent and URGENT_ALERTS not in roles:
        raise AlertRefused("The client that asked for it may no longer send urgently.")
    is_once = alert.recurrence is not None and alert.recurrence.is_once
    later = None if is_once else next_turn(request.cron, turn, zone)
    while later is not None and later <= clock():
        # Of several that were missed only the last may still be had.
        turn, later = later, next_turn(request.cron, later, zone)
    if turn > clock() - LATEST:
        child = AlertRequest(
            client_id=request.client_id,
            digest=request.digest,
            body={name: value for name, value in request.body.items() if name != "identifier"},
            based_on=request,
            made_at=clock(),
        )
        _send(child, replace(alert, starts_at=None, expires_at=None, tag=""), _flow(alert), True, clock)
    elif later is None:
        raise AlertRefused("Its only turn was missed.")
    is_last = alert.expires_at is not None and later is not None and later >= alert.expires_at
    return None if is_last else later


def _read(request: AlertRequest, at: datetime, zone: ZoneInfo) -> Alert:
    raw = {**request.body, "resourceType": "CommunicationRequest"}
    return read_alert(raw, at=at, zone=zone, is_dialect=True)


def _flow(alert: Alert) -> Flow | None:
    """The flow that it starts, if any; raises `AlertRefused`."""
    if alert.flow_id is None:
        # Machines have no language of their own; their operators read English here.
        with override("en"):
            problem = problem_of(alert.text)
        if problem:
            raise AlertRefused(problem, "CommunicationRequest.payload")
        return None
    flow = startable_flows().filter(id=alert.flow_id).first()
    if flow is None:
        raise AlertRefused("There is no such flow, or it is not published.", "CommunicationRequest.payload")
    return flow


def _send(request: AlertRequest, alert: Alert, flow: Flow | None, is_dialect: bool, clock: Clock) -> None:
    rows = address(alert.addressees, names_as_source=is_dialect)
    rows = without_tagged(rows, request.client_id, alert.tag)
    # Each contact once, in the order of the request.
    contacts = list(dict.fromkeys(row.contact_id for row in rows if row.contact_id and not row.reason))
    request.accounted = _accounted(rows, len(contacts))
    if contacts:
        request.broadcast = _broadcast(request, alert, flow, contacts, clock)
    request.save(force_insert=True)
    # Sorted, so that they are read in the order in which they were named.
    ids = sorted(new_id() for _ in rows)
    recipients = (
        AlertRecipient(
            id=id,
            request=request,
            reference=row.shown,
            person_id=row.person_id,
            contact_id=row.contact_id,
            reason=row.reason,
        )
        for id, row in zip(ids, rows, strict=True)
    )
    AlertRecipient.objects.bulk_create(recipients, batch_size=1000)


def _broadcast(
    request: AlertRequest, alert: Alert, flow: Flow | None, contacts: list[UUID], clock: Clock
) -> Broadcast:
    """The send, under the rules of the team's own: hold, quiet hours, trial mode, approval above a limit."""
    order = BroadcastOrder(
        name=flow.name if flow else " ".join(alert.text.split())[:NAME_FROM_TEXT],
        text=alert.text,
        flow_id=flow.id if flow else None,
        contact_ids=contacts,
        created_by=_machine(request.client_id),
        sms_channel_id=_channel(),
        starts_at=alert.starts_at,
        expires_at=alert.expires_at,
        is_urgent=alert.is_urgent,
        accounted=request.accounted,
        needs_approval=needs_approval(len(contacts)),
    )
    try:
        return make_broadcast(order, clock=clock)
    except NotAllowedNow as error:
        raise AlertRefused(
            "It would be over before the first message can leave.", "CommunicationRequest.occurrence"
        ) from error


def _accounted(rows: list[Addressed], contacts: int) -> dict[str, int]:
    counted = Counter(row.reason for row in rows if row.reason)
    reached = len(rows) - counted.total()
    # Several who share a phone get one message.
    shared = {"duplicate": counted["duplicate"] + reached - contacts}
    return {"chosen": len(rows), "will_send": contacts, **counted, **shared}


def _channel() -> UUID | None:
    try:
        return channel_for(None)
    except NoSMSChannel as error:
        raise NotNow from error


def _locked() -> QuerySet[AlertRequest]:
    return AlertRequest.objects.select_for_update(of=("self",)).select_related("broadcast")


def _end(request: AlertRequest, author: Author, clock: Clock) -> None:
    sends = AlertRequest.objects.filter(Q(id=request.id) | Q(based_on=request))
    waiting = sends.filter(broadcast__status__in=STOPPABLE).values_list("broadcast_id", flat=True)
    stopped = [_stop(broadcast_id, author, clock) for broadcast_id in waiting if broadcast_id]
    if not any(stopped) and request.next_at is None:
        raise AlertOver
    request.next_at, request.revoked_at = None, clock()
    request.save(update_fields=["next_at", "revoked_at"])
    record_audit("alert.revoked", f"request {request.id}", user=author)


def _stop(broadcast_id: UUID, author: Author, clock: Clock) -> bool:
    """False when its last message left between two looks."""
    try:
        with transaction.atomic():
            stop_broadcast(broadcast_id, author, clock=clock)
    except NotAllowedNow:
        return False
    return True


def _machine(client_id: str) -> Machine:
    client = Client.objects.filter(client_id=client_id).first()
    return Machine(email=client_id, name=client.name if client else "")


def _present_roles(client_id: str) -> set[str]:
    """What the client may now; nothing when it is off or gone."""
    client = Client.objects.filter(client_id=client_id, is_enabled=True).first()
    return set(client.roles) if client else set()


def _wait_for(what: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME, {"what": what})
