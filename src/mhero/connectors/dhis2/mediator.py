"""DHIS2 to the registry: the country's areas and facilities."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.utils.translation import gettext_noop as _

from mhero.connectors.dhis2.client import DHIS2Client, SystemInfo, refuse_other_calendars
from mhero.connectors.dhis2.mapping import TreeShape, facility_level, unit
from mhero.connectors.doors import dhis2_root, opened, option
from mhero.connectors.intake import Intake, mapped_page, telling, today
from mhero.connectors.models import Connection, System
from mhero.connectors.prefetch import prefetched
from mhero.connectors.queries import connected
from mhero.connectors.reading import Document
from mhero.exchange.mediators import RunContext, mediator
from mhero.registry import services as registry

SOURCE: Final = "dhis2"
#: What happened this long before a run is read again by the next.
OVERLAP: Final = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True, slots=True)
class HighWater:
    """What a run leaves for the next one."""

    #: The server's own time, without a zone as all of DHIS2's. A clock that is put back in autumn may hide an
    #: hour of changes from us, until the next pass over everything.
    since: datetime
    #: The day of the last pass over everything. The first run of each day is one: moving a unit to another
    #: group, or merging two units, leaves the time of the unit's last change as it was.
    full_on: str
    #: The meaning that levels and groups had then.
    shape: dict[str, Any]

    @classmethod
    def of(cls, kept: Any) -> "HighWater | None":
        if not kept:
            return None
        return cls(**kept | {"since": datetime.fromisoformat(kept["since"])})

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"since": self.since.isoformat(timespec="seconds")}


@mediator(System.DHIS2, title="DHIS2")
def run(context: RunContext) -> None:
    connection = connected(System.DHIS2)
    with telling(connection), opened(connection, context.http) as http:
        _Sync(context, connection, DHIS2Client(http)).perform()


class _Sync:
    def __init__(self, context: RunContext, connection: Connection, client: DHIS2Client) -> None:
        self._run = context
        self._client = client
        self._today = today()
        self._intake = Intake(context, SOURCE)
        # The server's time is asked for before anything is read.
        self._system: SystemInfo = client.system()
        refuse_other_calendars(self._system)
        levels = client.levels()
        registry.set_levels(levels)
        self._shape = TreeShape(
            base_url=dhis2_root(connection.url),
            facility_level=int(option(connection, "facility_level", facility_level(levels))),
            type_set=option(connection, "type_set", ""),
            ownership_set=option(connection, "ownership_set", ""),
        )
        self._last = HighWater.of(context.channel.high_water)
        self._is_full = context.is_full or not self._goes_on_from(self._last)

    def _goes_on_from(self, last: HighWater | None) -> bool:
        return last is not None and (last.full_on, last.shape) == (
            self._today.isoformat(),
            asdict(self._shape),
        )

    def perform(self) -> None:
        mapping = partial(unit, shape=self._shape, today=self._today)
        self._run.step(_("Reading areas and facilities"))
        if self._is_full:
            self._run.expect(self._client.count())
        for page in prefetched(mapped_page(page, mapping) for page in self._pages()):
            self._intake.take(page)
        self._intake.try_refused_again("Location", self._client.these, mapping)
        self._carry_deletions_over()
        self._run.step(_("Bringing it together"))
        registry.finish(SOURCE)
        if self._system.server_date:
            full_on = self._today.isoformat() if self._is_full or self._last is None else self._last.full_on
            since = self._system.server_date - OVERLAP
            water = HighWater(since=since, full_on=full_on, shape=asdict(self._shape))
            self._run.advance(water.as_json())

    def _pages(self) -> Iterator[list[Document]]:
        return self._client.units(None if self._is_full or self._last is None else self._last.since)

    def _carry_deletions_over(self) -> None:
        if self._last is None:
            return
        self._run.step(_("Looking for what was deleted"))
        self._intake.remove([f"Location/{uid}" for uid in self._client.deleted(self._last.since)])
        if self._is_full:
            self._intake.remove_vanished("Location")
