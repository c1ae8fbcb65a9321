"""iHRIS to the registry: people, their posts, where they are, and who is on leave."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final

from django.utils.translation import gettext_noop as _

from mhero.connectors.doors import opened, option
from mhero.connectors.ihris.client import IHRISClient
from mhero.connectors.ihris.jobs import CadreTable, cadres_from
from mhero.connectors.ihris.mapping import LEAVE_PROFILE, leave, location, practitioner, role
from mhero.connectors.intake import Intake, mapped_page, telling, today
from mhero.connectors.models import Connection, System
from mhero.connectors.prefetch import prefetched
from mhero.connectors.queries import connected
from mhero.connectors.reading import Document
from mhero.exchange.mediators import RunContext, mediator
from mhero.platform.http import PartnerRefusedWith
from mhero.registry import services as registry
from mhero.registry.models import Origin, Person
from mhero.registry.values import Incoming

SOURCE: Final = "ihris"
#: What happened this long before a run is read again by the next: a change has its time from when its
#: transaction began, and may only be seen when that is over.
OVERLAP: Final = timedelta(minutes=5)

#: Each type with what the run page says, in its reader's language, while it is read. Places first, as the
#: others refer to them.
STEPS: Final = {
    "Location": _("Reading places"),
    "Practitioner": _("Reading health workers"),
    "PractitionerRole": _("Reading the posts they hold"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class HighWater:
    """What a run leaves for the next one."""

    since: datetime
    #: The address that was read: another iHRIS has another past.
    url: str
    #: The day of the last pass over everything. The first run of each day is one: it finds what vanished
    #: without a trace, and whose leave begins.
    full_on: str
    #: Of the cadre table that the posts were read with.
    cadres: str

    @classmethod
    def of(cls, kept: Any) -> "HighWater | None":
        if not kept:
            return None
        return cls(**kept | {"since": datetime.fromisoformat(kept["since"])})

    def as_json(self) -> dict[str, str]:
        return asdict(self) | {"since": self.since.isoformat()}


@mediator(System.IHRIS, title="iHRIS")
def run(context: RunContext) -> None:
    connection = connected(System.IHRIS)
    with telling(connection), opened(connection, context.http) as http:
        _Sync(context, connection, IHRISClient(http)).perform()


class _Sync:
    def __init__(self, context: RunContext, connection: Connection, client: IHRISClient) -> None:
        self._run = context
        self._client = client
        self._today = today()
        self._intake = Intake(context, SOURCE)
        # The first question also tells the server's time, before anything is read.
        by_code = cadres_from(client.job_systems())
        self._cadres = CadreTable(by_prefix=option(connection, "cadres", {}), by_code=by_code)
        self._url = connection.url
        self._last = HighWater.of(context.channel.high_water)
        self._is_full = context.is_full or not self._goes_on_from(self._last)

    def _goes_on_from(self, last: HighWater | None) -> bool:
        return last is not None and (last.full_on, last.url) == (self._today.isoformat(), self._url)

    def perform(self) -> None:
        if self._is_full:
            counts = [self._client.count(type_) for type_ in STEPS]
            if None not in counts:
                self._run.expect(sum(filter(None, counts)))
        for type_, mapping in self._mappings().items():
            self._read(type_, mapping)
        self._carry_deletions_over()
        self._read_leaves()
        self._run.step(_("Bringing it together"))
        registry.finish(SOURCE)
        self._run.advance(self._new_high_water().as_json())

    def _mappings(self) -> Mapping[str, Callable[[Document], Incoming]]:
        as_role = partial(role, cadres=self._cadres, today=self._today)
        return {"Location": location, "Practitioner": practitioner, "PractitionerRole": as_role}

    def _read(self, type_: str, mapping: Callable[[Document], Incoming]) -> None:
        self._run.step(STEPS[type_])
        since = None if self._is_full or self._last is None else self._last.since
        if type_ == "PractitionerRole" and self._last and self._last.cadres != self._cadres.digest():
            since = None
        pages = self._client.changed(type_, since)
        for page in prefetched(mapped_page(page, mapping) for page in pages):
            self._intake.take(page)
        self._intake.try_refused_again(type_, partial(self._client.these, type_), mapping)

    def _carry_deletions_over(self) -> None:
        if self._last is None:
            return
        self._run.step(_("Looking for what was deleted"))
        for type_ in STEPS:
            deleted = self._client.deleted(type_, self._last.since)
            self._intake.remove(deleted or [])
            if self._is_full:
                self._intake.remove_vanished(type_)

    def _read_leaves(self) -> None:
        """Tells the registry who is away today. All leaves are read when any of them has changed."""
        self._run.step(_("Reading who is on leave"))
        try:
            if self._is_full or self._last is None or self._has_new_leaves(self._last.since):
                away = self._away()
                back = dict.fromkeys(_thought_away(self._today) - away.keys())
                registry.set_leave(SOURCE, {**back, **away})
        except PartnerRefusedWith as refusal:
            # An iHRIS without leaves, or one that keeps them from us, is still worth reading.
            if refusal.status not in {400, 403, 404}:
                raise

    def _has_new_leaves(self, since: datetime) -> bool:
        changed = self._client.changed("Basic", since, [("_profile", LEAVE_PROFILE)])
        return any(changed) or bool(self._client.deleted("Basic", since))

    def _away(self) -> dict[str, date]:
        """Who is on leave today, and until which day."""
        away: dict[str, date] = {}
        for page in self._client.changed("Basic", None, [("_profile", LEAVE_PROFILE)]):
            for found in filter(None, map(leave, page)):
                if found.start <= self._today <= found.end:
                    known = away.get(found.practitioner, found.end)
                    away[found.practitioner] = max(known, found.end)
        return away

    def _new_high_water(self) -> HighWater:
        full_on = self._today.isoformat() if self._is_full or self._last is None else self._last.full_on
        return HighWater(
            since=self._client.server_time - OVERLAP,
            url=self._url,
            full_on=full_on,
            cadres=self._cadres.digest(),
        )


def _thought_away(today: date) -> set[str]:
    """The keys of those whom the registry holds to be on leave."""
    away = Person.objects.filter(on_leave_until__gte=today).values("id")
    return set(Origin.objects.filter(source=SOURCE, resource_id__in=away).values_list("key", flat=True))
