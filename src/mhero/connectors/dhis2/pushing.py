"""Values to DHIS2: one request for each data set, period and unit, at a pace that hurts nobody.

A run sends what waits. What DHIS2 refuses is not sent again; what it did not answer to waits for the next
run, which comes the later the longer DHIS2 has been away.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from typing import Final
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import close_old_connections, connection, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from mhero.connectors.dhis2.datasets import DataSet, DataSetClient
from mhero.connectors.dhis2.mediator import SOURCE
from mhero.connectors.dhis2.outbox import WAITING
from mhero.connectors.dhis2.summary import DATA_SET, ELEMENT, NO_UNIT, ZERO, Refusal
from mhero.connectors.doors import opened, option
from mhero.connectors.intake import telling
from mhero.connectors.models import Connection, DataValue, System, ValueSet
from mhero.connectors.queries import connected
from mhero.exchange.mediators import RunContext, mediator
from mhero.exchange.models import Channel, RunStatus
from mhero.exchange.services import request_run
from mhero.platform.clock import Clock, now
from mhero.platform.worker import Pump
from mhero.registry.models import Origin

MEDIATOR: Final = "dhis2-values"
#: How many sets are read, and written down as sent, together.
BATCH: Final = 20
#: The country's reporting officers work on the same server.
REQUESTS_A_SECOND: Final = 40.0
#: After a run that failed; twice as long after each further one.
FIRST_PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(minutes=15)
FAILURES_COUNTED: Final = 10

# What changed while it was on its way has another version, and goes on waiting.
NOTE_VALUES = """
UPDATE connectors_datavalue v
SET is_waiting = false, refusal = t.refusal, words = t.words, refusal_is_news = t.refusal <> ''
FROM unnest(%(ids)s::bigint[], %(versions)s::int[], %(refusals)s::text[], %(words)s::text[])
    AS t(id, version, refusal, words)
WHERE v.id = t.id AND v.version = t.version
"""
NOTE_SETS = """
UPDATE connectors_valueset s SET waiting_since = NULL, pushed_at = %(now)s
FROM unnest(%(ids)s::bigint[], %(versions)s::int[]) AS t(id, version)
WHERE s.id = t.id AND s.version = t.version
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sending:
    """One set with what waits of it."""

    id: int
    version: int
    data_set: str
    period: str
    #: DHIS2's id of the organisation unit; empty when the place is not in DHIS2.
    unit: str
    completed_on: date | None
    values: Sequence[DataValue]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sent:
    sending: _Sending
    #: By the value's id.
    refused: dict[int, Refusal]


@mediator(MEDIATOR, title=_("Values to DHIS2"))
def run(context: RunContext) -> None:
    partner = connected(System.DHIS2)
    with telling(partner), opened(partner, context.http) as http:
        _Push(context, partner, DataSetClient(http)).perform()


class _Push:
    def __init__(self, context: RunContext, partner: Connection, client: DataSetClient) -> None:
        self._run = context
        self._client = client
        self._began_at = now()
        self._data_sets: dict[str, DataSet] = {}
        self._pace = _Pace(float(option(partner, "requests_a_second", REQUESTS_A_SECOND)))

    def perform(self) -> None:
        # What comes in while it runs is the next run's.
        waiting = ValueSet.objects.filter(waiting_since__lte=self._began_at)
        self._run.expect(waiting.count())
        self._run.step(gettext_noop("Sending values"))
        last = 0
        while batch := list(waiting.filter(id__gt=last).order_by("id")[:BATCH]):
            last = batch[-1].id
            self._learn({one.data_set for one in batch})
            self._send(list(_sendings(batch)))

    def _learn(self, ids: set[str]) -> None:
        unknown = sorted(ids - set(self._data_sets))
        if unknown:
            self._data_sets |= self._client.data_sets(*unknown)

    def _send(self, batch: Sequence[_Sending]) -> None:
        sent: list[_Sent] = []
        try:
            for sending in batch:
                sent.append(self._send_one(sending))  # noqa: PERF401 - one may fail
        finally:
            # What DHIS2 has is written down even when it went away in the middle.
            _note(sent)
            self._tell(sent)

    def _send_one(self, sending: _Sending) -> _Sent:
        refused = {
            value.id: refusal
            for value in sending.values
            if (refusal := _known_refusal(sending, value, self._data_sets.get(sending.data_set)))
        }
        values = [value for value in sending.values if value.id not in refused]
        if values or (sending.completed_on and sending.unit):
            self._pace.wait()
            summary = self._client.send(
                sending.data_set,
                sending.period,
                sending.unit,
                [(value.data_element, value.value) for value in values],
                None if refused else sending.completed_on,
            )
            refused |= {values[row].id: refusal for row, refusal in summary.refused.items()}
        return _Sent(sending=sending, refused=refused)

    def _tell(self, sent: Sequence[_Sent]) -> None:
        for one in sent:
            sending = one.sending
            self._run.count(read=1, changed=len(sending.values) - len(one.refused))
            for value in sending.values:
                key = f"{sending.data_set}/{sending.period}/{sending.unit or '?'}/{value.data_element}"
                if refusal := one.refused.get(value.id):
                    self._run.refuse(key, refusal.words, {"value": value.value, "kind": refusal.kind})
                else:
                    self._run.accept(key)


def _known_refusal(sending: _Sending, value: DataValue, data_set: DataSet | None) -> Refusal | None:
    """Why DHIS2 would not keep the value, where that is known before it is asked."""
    if not sending.unit:
        return Refusal(kind=NO_UNIT, words="This facility is not in DHIS2.")
    if data_set is None:
        return Refusal(kind=DATA_SET, words="DHIS2 has no such data set, or our user may not see it.")
    element = next((one for one in data_set.elements if one.id == value.data_element), None)
    if element is None:
        return Refusal(kind=ELEMENT, words="The data element is not in the data set.")
    if value.value == "0" and not element.keeps_zero:
        return Refusal(
            kind=ZERO, words="DHIS2 forgets a zero of this data element: turn on “Store zero data values”."
        )
    return None


def _sendings(batch: Sequence[ValueSet]) -> Iterator[_Sending]:
    """Read in this order: what changes in between has a higher version than its set says."""
    units = units_of({one.place_id for one in batch})
    values: dict[int, list[DataValue]] = {}
    for value in DataValue.objects.filter(value_set__in=batch, is_waiting=True).order_by("id"):
        values.setdefault(value.value_set_id, []).append(value)
    for one in batch:
        yield _Sending(
            id=one.id,
            version=one.version,
            data_set=one.data_set,
            period=one.period,
            unit=units.get(one.place_id, ""),
            completed_on=one.completed_on,
            values=values.get(one.id, ()),
        )


def units_of(places: set[UUID]) -> dict[UUID, str]:
    """The organisation units that places came from."""
    origins = Origin.objects.filter(resource_id__in=places, source=SOURCE, key__startswith="Location/")
    return {place: key.removeprefix("Location/") for place, key in origins.values_list("resource_id", "key")}


def _note(sent: Sequence[_Sent]) -> None:
    if not sent:
        return
    rows = [(value, one.refused.get(value.id)) for one in sent for value in one.sending.values]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            NOTE_VALUES,
            {
                "ids": [value.id for value, _ in rows],
                "versions": [value.version for value, _ in rows],
                "refusals": [refusal.kind if refusal else "" for _, refusal in rows],
                "words": [refusal.words if refusal else "" for _, refusal in rows],
            },
        )
        cursor.execute(
            NOTE_SETS,
            {
                "ids": [one.sending.id for one in sent],
                "versions": [one.sending.version for one in sent],
                "now": now(),
            },
        )


class _Pace:
    """Lets requests go at most so often."""

    def __init__(self, a_second: float) -> None:
        self._seconds = 1 / a_second
        self._next = 0.0

    def wait(self) -> None:
        early = self._next - time.monotonic()
        if early > 0:
            time.sleep(early)
        self._next = max(self._next, time.monotonic() - self._seconds) + self._seconds


def push_when_due(clock: Clock = now) -> None:
    """Asks for a run when values wait and DHIS2 is not being left alone."""
    close_old_connections()
    if not ValueSet.objects.filter(waiting_since__isnull=False).exists():
        return
    channel = Channel.objects.filter(mediator=MEDIATOR, is_enabled=True).first()
    is_connected = Connection.objects.filter(system=System.DHIS2).exclude(url="").exists()
    if channel and is_connected and clock() >= next_try(channel):
        request_run(channel, "values")


def next_try(channel: Channel) -> datetime:
    """When the next run may begin: at once, or after a pause that doubles with each failure in a row."""
    ended = channel.runs.exclude(finished_at=None).order_by("-requested_at")
    last = ended.values_list("status", "finished_at")[:FAILURES_COUNTED]
    failures = [at for _, at in takewhile(lambda run: run[0] == RunStatus.FAILED, last) if at]
    if not failures:
        return datetime.min.replace(tzinfo=UTC)
    return failures[0] + min(FIRST_PAUSE * (1 << len(failures) - 1), LONGEST_PAUSE)


async def _step() -> bool:
    await sync_to_async(push_when_due, thread_sensitive=True)()
    return False


def pump() -> Pump:
    return Pump(name="values to DHIS2", step=_step, wakes_on=WAITING, every_seconds=10)
