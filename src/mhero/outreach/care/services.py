"""Writes of clients and their visits: registered, moved, ended, forgotten; and the officers' rules."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction

from mhero.accounts.models import User
from mhero.accounts.services import record_audit
from mhero.exchange.models import Channel
from mhero.exchange.services import request_run, schedule
from mhero.messaging.models import Message, MessageStatus
from mhero.outreach.care.models import (
    CareClient,
    CareReminder,
    CareRules,
    ClientSource,
    Visit,
    VisitEvent,
    VisitKind,
    VisitState,
)
from mhero.outreach.texts.codes import new_code
from mhero.outreach.texts.days import read_day
from mhero.platform.clock import now
from mhero.platform.notify import notify
from mhero.registry.models import Place

#: What reads planned visits from DHIS2, and tells it their outcomes.
DHIS2_VISITS: Final = "dhis2-visits"
#: Heard by the worker when an outcome waits to be told to the system that a visit came from.
OUTCOMES: Final = "outreach_care_outcomes"
_TRIES: Final = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Who:
    """Who says so, for the history."""

    #: An officer's address, a health worker's name, a system.
    name: str = ""
    #: The text that said so.
    message_id: UUID | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """A visit as somebody asks for it."""

    facility: Place
    kind: VisitKind
    due_on: date
    source: str
    name: str = ""
    number: str = ""
    phone: str = ""
    agreed: bool = False
    language: str = "en"
    worker_id: UUID | None = None
    registered_by_id: UUID | None = None
    #: The source's keys of the client and of the visit.
    client_key: str = ""
    visit_key: str = ""
    visit_data: dict[str, Any] = field(default_factory=dict)


def register(planned: Planned, who: Who, at: datetime) -> tuple[Visit, bool]:
    """The visit, and whether it is new: the same client with the same kind on the same day is the same."""
    with transaction.atomic():
        # One at a time at a facility: two that are the same must not both be new.
        Place.objects.select_for_update(of=("self",)).filter(id=planned.facility.id).first()
        if known := _known_visit(planned):
            return known, False
        client = _client(planned, at)
        visit = _with_code(
            Visit(
                client=client,
                facility=planned.facility,
                kind=planned.kind,
                due_on=planned.due_on,
                set_at=at,
                source=planned.source,
                source_key=planned.visit_key,
                source_data=planned.visit_data,
                changed_at=at,
            )
        )
        _tell(visit, VisitEvent.What.REGISTERED, planned.due_on, who, at)
        return visit, True


def add_visit(client: CareClient, kind: VisitKind, due_on: date, who: Who, at: datetime) -> Visit:
    """Another visit of a client; the one that there is already when it is the same."""
    with transaction.atomic():
        CareClient.objects.select_for_update().get(id=client.id)
        same = client.visits.filter(kind=kind, due_on=due_on, state=VisitState.DUE).first()
        if same:
            return same
        visit = _with_code(
            Visit(
                client=client,
                facility=client.facility,
                kind=kind,
                due_on=due_on,
                set_at=at,
                source=ClientSource.PAGE,
                changed_at=at,
            )
        )
        _tell(visit, VisitEvent.What.REGISTERED, due_on, who, at)
        return visit


def _known_visit(planned: Planned) -> Visit | None:
    visits = Visit.objects.select_related("client", "kind", "facility")
    if planned.visit_key:
        return visits.filter(source=planned.source, source_key=planned.visit_key).first()
    theirs = visits.filter(
        facility=planned.facility, kind=planned.kind, due_on=planned.due_on, state=VisitState.DUE
    )
    if planned.client_key:
        return theirs.filter(client__source=planned.source, client__source_key=planned.client_key).first()
    named = theirs.filter(client__forgotten_at=None, client__name__iexact=planned.name)
    return named.filter(client__number__iexact=planned.number).order_by("id").first()


def _client(planned: Planned, at: datetime) -> CareClient:
    """The client of the source's key, brought up to date; a new one without a key."""
    told = {
        "name": planned.name,
        "number": planned.number,
        "phone": planned.phone,
        "agreed": planned.agreed,
        "language": planned.language,
        "facility": planned.facility,
        "worker_id": planned.worker_id,
        "registered_by_id": planned.registered_by_id,
        "forgotten_at": None,
    }
    if not planned.client_key:
        return CareClient.objects.create(source=planned.source, created_at=at, **told)
    client, _ = CareClient.objects.update_or_create(
        source=planned.source,
        source_key=planned.client_key,
        defaults=told,
        create_defaults=told | {"created_at": at},
    )
    return client


def _with_code(visit: Visit, *, is_new: bool = True) -> Visit:
    """Saves the visit with a code that no other one of the facility has."""
    for _ in range(_TRIES):
        visit.code = new_code(secrets.randbelow)
        # 2MAY is a code, and a day to whoever reads it.
        if read_day(visit.code.lower(), visit.due_on) is not None:
            continue
        try:
            with transaction.atomic():
                visit.save(force_insert=is_new)
        except IntegrityError:
            if not Visit.objects.filter(facility=visit.facility, code=visit.code).exists():
                raise
            continue
        return visit
    raise RuntimeError("no code is free")


def finish(visit: Visit, day: date, who: Who, at: datetime, *, tells_source: bool = True) -> None:
    """The client came. `tells_source`: unless the source said so itself."""
    _end(visit, VisitState.DONE, day, who, at, tells_source)


def miss(visit: Visit, day: date, who: Who, at: datetime) -> None:
    """Somebody says that the client did not come; `who` without a name: nobody said anything."""
    _end(visit, VisitState.MISSED, day, who, at)


def cancel(visit: Visit, day: date, who: Who, at: datetime, *, tells_source: bool = True) -> None:
    """It does not take place."""
    _end(visit, VisitState.CANCELLED, day, who, at, tells_source)


def _end(
    visit: Visit, state: VisitState, day: date, who: Who, at: datetime, tells_source: bool = True
) -> None:
    with _changed(visit, at, tells_source):
        if visit.state == state and visit.ended_on == day:
            return
        visit.state, visit.ended_on, visit.is_told = state, day, bool(who.name)
        _tell(visit, VisitEvent.What(state.value), day, who, at)


def move(visit: Visit, day: date, who: Who, at: datetime, *, tells_source: bool = True) -> None:
    """The client is to come on another day: the reminders begin anew."""
    with _changed(visit, at, tells_source):
        if visit.state == VisitState.DUE and visit.due_on == day:
            return
        visit.state, visit.ended_on, visit.due_on, visit.set_at = VisitState.DUE, None, day, at
        visit.is_told = True
        _tell(visit, VisitEvent.What.MOVED, day, who, at)


@contextmanager
def _changed(visit: Visit, at: datetime, tells_source: bool) -> Iterator[None]:
    """Changes a visit as it is now, takes back what would still be sent of it, and tells its source."""
    with transaction.atomic():
        Visit.objects.select_for_update().filter(id=visit.id).first()
        visit.refresh_from_db(
            fields=["state", "due_on", "ended_on", "is_told", "set_at", "version", "waiting_since"]
        )
        before = (visit.state, visit.due_on, visit.ended_on)
        yield
        if (visit.state, visit.due_on, visit.ended_on) == before:
            return
        _take_back(visit, at)
        visit.changed_at, visit.version, visit.refusal = at, visit.version + 1, ""
        if visit.source == ClientSource.DHIS2 and visit.is_told and tells_source:
            visit.waiting_since = at
            notify(OUTCOMES)
        visit.save()


def _take_back(visit: Visit, at: datetime) -> None:
    """No reminder leaves after the outcome: those that wait are cancelled. Others in them are told anew."""
    waiting = CareReminder.objects.filter(visit=visit).exclude(message_id=None)
    ids = [id for id in waiting.values_list("message_id", flat=True) if id]
    queued = Message.objects.filter(id__in=ids, status=MessageStatus.QUEUED)
    cancelled = list(queued.select_for_update(skip_locked=True).values_list("id", flat=True))
    Message.objects.filter(id__in=cancelled).update(
        status=MessageStatus.CANCELLED, reason="stopped", final_at=at
    )
    CareReminder.objects.filter(message_id__in=cancelled).exclude(visit=visit).delete()


def _tell(visit: Visit, what: str, day: date, who: Who, at: datetime) -> None:
    VisitEvent.objects.create(visit=visit, what=what, day=day, by=who.name, message_id=who.message_id, at=at)


def save_client(client: CareClient, user: User) -> None:
    """Keeps what was changed of a client; the visits follow to another facility."""
    with transaction.atomic():
        client.save()
        for visit in client.visits.exclude(facility=client.facility):
            visit.facility = client.facility
            taken = Visit.objects.filter(facility=client.facility, code=visit.code).exclude(code="")
            _with_code(visit, is_new=False) if taken.exists() else visit.save(update_fields=["facility"])
        record_audit("clients.changed", f"client {client.id}", user=user, people=1)


def save_rules(rules: CareRules, user: User) -> None:
    with transaction.atomic():
        rules.save()
        record_audit("care_rules.changed", "rules of client visits", user=user)


def save_kind(kind: VisitKind, user: User) -> None:
    is_new = kind._state.adding
    with transaction.atomic():
        kind.save()
        action = "visit_kind.added" if is_new else "visit_kind.changed"
        record_audit(action, f"kind of visit {kind.id}", user=user)
        if kind.stage:
            # Its planned events come at once, and from now on by the channel's schedule.
            for channel in Channel.objects.filter(mediator=DHIS2_VISITS, is_enabled=True):
                schedule(channel)
                request_run(channel, user.email)


def archive_kind(kind: VisitKind, user: User) -> None:
    """No new visit is of this kind; those that there are stay."""
    with transaction.atomic():
        kind.archived_at = now()
        kind.save(update_fields=["archived_at"])
        record_audit("visit_kind.archived", f"kind of visit {kind.id}", user=user)
