"""How many referrals leave, enter and wait where; and which ones those are."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models import TextChoices as Choices
from django.utils.translation import gettext_lazy as _

from mhero.outreach.referrals.models import Overdue, Referral
from mhero.outreach.referrals.queries import referrals_of
from mhero.outreach.referrals.steps import AWAITED, State
from mhero.registry.models import Place, PlaceKind

#: Counter-referrals of these last days are counted.
LATELY: Final = timedelta(days=30)
#: The position of a county in a place's path.
COUNTY: Final = 2

# One that goes from a county to another counts in both: at the one as sent, at the other as expected.
COUNTED: Final = """
WITH side AS (
    SELECT r.state, r.overdue, r.ended_at, p.path[%(depth)s] AS child, way.is_in
    FROM outreach_referral r
    CROSS JOIN (VALUES (true), (false)) AS way (is_in)
    JOIN registry_place p ON p.id = CASE WHEN way.is_in THEN r.to_facility_id ELSE r.from_facility_id END
    WHERE (r.ended_at IS NULL OR r.ended_at > %(since)s)
      AND (%(place)s::uuid IS NULL OR p.path @> ARRAY[%(place)s::uuid])
)
SELECT child,
       count(*) FILTER (WHERE NOT is_in AND ended_at IS NULL),
       count(*) FILTER (WHERE is_in AND state IN ('sent', 'accepted')),
       count(*) FILTER (WHERE is_in AND state = 'arrived'),
       count(*) FILTER (WHERE is_in AND ended_at IS NULL AND overdue > 0),
       count(*) FILTER (WHERE is_in AND state = 'back')
FROM side WHERE child IS NOT NULL GROUP BY child
"""


class Shown(Choices):
    """What of the referrals a list shows."""

    OPEN = "open", _("All open")
    AWAITED = "awaited", _("Not there yet")
    ARRIVED = "arrived", _("Outcome not told")
    OVERDUE = "overdue", _("Overdue")
    NO_SHOW = "no_show", _("Did not arrive")
    BACK = "back", _("Back, last 30 days")
    ENDED = "ended", _("All that ended")


class Way(Choices):
    EITHER = "", _("From here or to here")
    OUT = "out", _("From here")
    IN = "in", _("To here")


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """What is looked at."""

    #: None is the whole country.
    place: Place | None
    #: The person's own area.
    area_id: UUID | None
    shown: Shown = Shown.OPEN
    way: Way = Way.EITHER
    code: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A place right beneath the one that is looked at."""

    id: UUID
    name: str
    is_facility: bool
    sent: int
    awaited: int
    arrived: int
    overdue: int
    back: int


def rows(place: Place | None, at: datetime) -> list[Row]:
    """The places beneath that have something to do with a referral, by name."""
    values = {
        "place": place.id if place else None,
        "depth": len(place.path) + 1 if place else COUNTY,
        "since": at - LATELY,
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, values)
        counted: dict[UUID, list[int]] = {child: numbers for child, *numbers in cursor.fetchall()}
    # What ended in another way is no figure here.
    counted = {child: numbers for child, numbers in counted.items() if any(numbers)}
    places = Place.objects.filter(id__in=counted).order_by("name", "id").only("id", "name", "kind")
    return [
        Row(
            id=one.id,
            name=one.name.strip(),
            is_facility=one.kind == PlaceKind.FACILITY,
            **dict(zip(("sent", "awaited", "arrived", "overdue", "back"), counted[one.id], strict=True)),
        )
        for one in places
    ]


def found(view: View, at: datetime) -> QuerySet[Referral]:
    """The referrals of a list, as far as the person may see them."""
    referrals = referrals_of(view.area_id)
    if view.code:
        return referrals.filter(code=view.code)
    if view.place:
        leaves = Q(from_facility__path__contains=[view.place.id])
        enters = Q(to_facility__path__contains=[view.place.id])
        referrals = referrals.filter({Way.OUT: leaves, Way.IN: enters}.get(view.way, leaves | enters))
    return referrals.filter(_SHOWN[view.shown](at))


_SHOWN: Final[dict[Shown, Callable[[datetime], Q]]] = {
    Shown.OPEN: lambda _at: Q(ended_at=None),
    Shown.AWAITED: lambda _at: Q(state__in=AWAITED),
    Shown.ARRIVED: lambda _at: Q(state=State.ARRIVED),
    Shown.OVERDUE: lambda _at: Q(ended_at=None, overdue__gt=Overdue.NOT_YET),
    Shown.NO_SHOW: lambda _at: Q(state=State.NO_SHOW),
    Shown.BACK: lambda at: Q(state=State.BACK, ended_at__gt=at - LATELY),
    Shown.ENDED: lambda _at: Q(ended_at__isnull=False),
}


def totals(place: Place | None, area_id: UUID | None, at: datetime) -> dict[str, Any]:
    """How many there are of each kind, in and out of a place together, each counted once."""
    kinds = (Shown.OPEN, Shown.OVERDUE, Shown.ARRIVED, Shown.NO_SHOW, Shown.BACK)
    return {kind.value: found(View(place=place, area_id=area_id, shown=kind), at).count() for kind in kinds}
