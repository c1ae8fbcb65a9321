"""Visits and DHIS2: its planned events become visits, and what became of them goes back.

A run first tells what waits to be told, then reads everything that is planned in the days that matter: an
event that is not among it any more was completed, skipped or deleted there, and nobody is reminded of it.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from mhero.accounts.queries import workspace
from mhero.connectors.dhis2.client import DHIS2Client, refuse_other_calendars
from mhero.connectors.dhis2.pushing import next_try
from mhero.connectors.dhis2.tracker import COMPLETED, SCHEDULE, Client, Event, Program, TrackerClient
from mhero.connectors.doors import opened
from mhero.connectors.intake import telling
from mhero.connectors.models import Connection, System
from mhero.connectors.queries import connected
from mhero.exchange.mediators import RunContext, mediator
from mhero.exchange.models import Channel
from mhero.exchange.services import request_run
from mhero.outreach.care import queries, services
from mhero.outreach.care.models import ClientSource, Visit, VisitKind, VisitState
from mhero.outreach.care.services import Planned, Who
from mhero.platform.clock import Clock, now
from mhero.platform.phones import clean
from mhero.registry.models import Origin, Place, PlaceKind

MEDIATOR: Final = services.DHIS2_VISITS
#: Visits further away are read when they are nearer.
AHEAD: Final = timedelta(days=60)
BATCH: Final = 50
#: Events that are gone are asked for one by one.
MOST_GONE: Final = 500
WHO: Final = Who(name="DHIS2")


@mediator(MEDIATOR, title=_("Client visits and DHIS2"))
def run(context: RunContext) -> None:
    kinds = list(VisitKind.objects.filter(archived_at=None).exclude(stage=""))
    if not kinds and not waiting().exists():
        # A country that follows nobody in DHIS2 asks nothing of it.
        return
    partner = connected(System.DHIS2)
    with telling(partner), opened(partner, context.http) as http:
        system = DHIS2Client(http).system()
        refuse_other_calendars(system)
        _Exchange(context, TrackerClient(http, system.version), kinds).perform()


def waiting() -> QuerySet[Visit]:
    """The visits whose outcome DHIS2 is still to be told."""
    return Visit.objects.filter(source=ClientSource.DHIS2, waiting_since__isnull=False)


class _Exchange:
    def __init__(self, context: RunContext, client: TrackerClient, kinds: Sequence[VisitKind]) -> None:
        self._run = context
        self._client = client
        self._kinds = kinds
        self._began_at = now()
        self._today = queries.today(lambda: self._began_at)
        self._first = self._today - timedelta(days=queries.rules().missed_after_days)
        self._last = self._today + AHEAD
        self._region = workspace().country_code

    def perform(self) -> None:
        self._run.step(gettext_noop("Telling what became of visits"))
        self._tell()
        self._run.step(gettext_noop("Reading planned visits"))
        programs = {one.id: one for one in self._client.programs()} if self._kinds else {}
        for kind in self._kinds:
            program = programs.get(kind.program)
            if program is None:
                reason = "DHIS2 has no such programme, or our user may not see it."
                self._run.refuse(f"program/{kind.program}", reason, {"program": kind.program})
                continue
            self._run.accept(f"program/{kind.program}")
            self._read(kind, program)

    def _tell(self) -> None:
        # What is said while it runs is the next run's.
        mine = waiting().filter(waiting_since__lte=self._began_at).order_by("id")
        last = None
        while batch := list((mine.filter(id__gt=last) if last else mine)[:BATCH]):
            last = batch[-1].id
            refused = self._client.send([_as_event(visit) for visit in batch])
            for visit in batch:
                words = refused.get(visit.source_key, "")
                # What changed on the way goes on waiting.
                Visit.objects.filter(id=visit.id, waiting_since=visit.waiting_since).update(
                    waiting_since=None, refusal=words
                )
                self._run.count(changed=0 if words else 1)
                if words:
                    self._run.refuse(f"event/{visit.source_key}", words, {"state": visit.state})
                else:
                    self._run.accept(f"event/{visit.source_key}")

    def _read(self, kind: VisitKind, program: Program) -> None:
        seen: set[str] = set()
        for page in self._client.planned(program.id, kind.stage, self._first, self._last):
            events = [event for event in page if event.id and event.scheduled_on and event.id not in seen]
            seen |= {event.id for event in events}
            self._run.count(read=len(events))
            self._take(kind, program, events)
        self._look_for_gone(kind, seen)

    def _take(self, kind: VisitKind, program: Program, events: Sequence[Event]) -> None:
        known = self._known(events)
        for event in events:
            if event.id in known:
                self._follow(known[event.id], event)
        new = [event for event in events if event.id not in known]
        places = _places(event.unit for event in new)
        clients = self._client.clients(program, sorted({event.client for event in new if event.client}))
        for event in new:
            key = f"event/{event.id}"
            if reason := _why_not(event, places, clients):
                self._run.refuse(key, reason, {"event": event.id, "unit": event.unit})
                continue
            self._run.accept(key)
            client = clients[event.client]
            services.register(self._planned(kind, event, client, places[event.unit]), WHO, now())
            self._run.count(new=1)

    def _known(self, events: Iterable[Event]) -> dict[str, Visit]:
        keys = [event.id for event in events]
        found = Visit.objects.filter(source=ClientSource.DHIS2, source_key__in=keys)
        return {visit.source_key: visit for visit in found}

    def _planned(self, kind: VisitKind, event: Event, client: Client, place: Place) -> Planned:
        numbers = [one.number for one in clean(client.phone, self._region) if one.number]
        return Planned(
            facility=place,
            kind=kind,
            due_on=event.scheduled_on or self._today,
            source=ClientSource.DHIS2,
            name=client.name[:100],
            number=client.number[:40],
            phone=numbers[0] if len(numbers) == 1 else "",
            agreed=client.agreed and len(numbers) == 1,
            client_key=client.id,
            visit_key=event.id,
            visit_data={
                "program": event.program,
                "programStage": event.stage,
                "enrollment": event.enrollment,
                "trackedEntity": event.client,
                "orgUnit": event.unit,
            },
        )

    def _follow(self, visit: Visit, event: Event) -> None:
        """What was moved there is moved here, unless we have something to tell ourselves."""
        day = event.scheduled_on or visit.due_on
        is_open = visit.state == VisitState.DUE or (visit.state == VisitState.MISSED and day > self._today)
        if visit.waiting_since or not is_open or day == visit.due_on:
            self._run.count(unchanged=1)
            return
        services.move(visit, day, WHO, now(), tells_source=False)
        self._run.count(changed=1)

    def _look_for_gone(self, kind: VisitKind, seen: set[str]) -> None:
        ours = Visit.objects.filter(
            source=ClientSource.DHIS2,
            kind=kind,
            state=VisitState.DUE,
            waiting_since=None,
            due_on__range=(self._first, self._last),
        )
        for visit in ours.exclude(source_key__in=seen).order_by("due_on", "id")[:MOST_GONE]:
            event = self._client.event(visit.source_key)
            if event and event.status == COMPLETED:
                day = min(event.occurred_on or self._today, self._today)
                services.finish(visit, day, WHO, now(), tells_source=False)
            elif event and event.status in (SCHEDULE, "OVERDUE") and event.scheduled_on:
                services.move(visit, event.scheduled_on, WHO, now(), tells_source=False)
            else:
                services.cancel(visit, self._today, WHO, now(), tells_source=False)
            self._run.count(changed=1)


def _as_event(visit: Visit) -> dict[str, str]:
    """The event as DHIS2 is to have it: completed, or planned for the day that it is due."""
    known: dict[str, str] = visit.source_data
    told = {**known, "event": visit.source_key, "scheduledAt": visit.due_on.isoformat()}
    if visit.state == VisitState.DONE:
        return {**told, "status": COMPLETED, "occurredAt": _day(visit.ended_on, visit.due_on)}
    if visit.state == VisitState.CANCELLED:
        return {**told, "status": "SKIPPED"}
    return {**told, "status": SCHEDULE}


def _day(day: date | None, otherwise: date) -> str:
    return (day or otherwise).isoformat()


def _places(units: Iterable[str]) -> dict[str, Place]:
    """The facilities that organisation units came in as."""
    keys = {f"Location/{unit}" for unit in units}
    origins = dict(Origin.objects.filter(source="dhis2", key__in=keys).values_list("resource_id", "key"))
    places = Place.objects.filter(id__in=origins, kind=PlaceKind.FACILITY)
    return {origins[place.id].removeprefix("Location/"): place for place in places}


def _why_not(event: Event, places: dict[str, Place], clients: dict[str, Client]) -> str:
    """Why an event cannot become a visit, in words for its owner; empty when it can."""
    if event.unit not in places:
        return "Its organisation unit is no facility that was loaded from DHIS2."
    client = clients.get(event.client)
    if client is None:
        return "DHIS2 does not show the client of this event to our user."
    if not client.name and not client.number:
        return "The client has neither a name nor a number among the programme's attributes."
    return ""


def tell_when_due(clock: Clock = now) -> bool:
    """Asks for a run when outcomes wait and DHIS2 is not being left alone. False: it is asked for once."""
    if not waiting().exists():
        return False
    channel = Channel.objects.filter(mediator=MEDIATOR, is_enabled=True).first()
    is_connected = Connection.objects.filter(system=System.DHIS2).exclude(url="").exists()
    if channel and is_connected and clock() >= next_try(channel):
        request_run(channel, "outcomes")
    return False
