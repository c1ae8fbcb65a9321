"""What is on hand, for how long it lasts and where there is none: by area, by facility and over time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from mhero.outreach.periods import Period
from mhero.outreach.stock.models import StockProduct, StockRules
from mhero.outreach.stock.plausibility import months_of_stock
from mhero.registry.models import Place, PlaceKind
from mhero.registry.queries import names_of

#: How many periods the trend shows.
PERIODS_SHOWN: Final = 12
#: The position of a county in a place's path.
COUNTY: Final = 2

# Each facility with the place under the chosen one that it is in, which may be itself.
FACILITIES = """
WITH facility AS (
    SELECT id, path[%(depth)s] AS child FROM registry_place
    WHERE kind = 'facility' AND is_active AND (%(place)s::uuid IS NULL OR path @> ARRAY[%(place)s::uuid])
)
"""
# The average of what was used lately stands beside what is there.
LEVELS = """,
level AS (
    SELECT l.*, f.child, (
        SELECT avg(used) FROM (
            SELECT h.used FROM outreach_stocklevel h
            WHERE h.facility_id = l.facility_id AND h.product_id = l.product_id
              AND h.used IS NOT NULL AND h.period_start <= l.period_start
            ORDER BY h.period_start DESC LIMIT 3
        ) AS lately
    ) AS lately_used
    FROM outreach_stocklevel l JOIN facility f ON f.id = l.facility_id
    WHERE l.period = %(period)s AND l.on_hand IS NOT NULL
      AND (%(product)s::uuid IS NULL OR l.product_id = %(product)s)
)
"""
COUNTED = """
SELECT facility.child, count(*),
       count(*) FILTER (WHERE EXISTS (SELECT FROM level WHERE level.facility_id = facility.id)),
       count(*) FILTER (WHERE EXISTS (
           SELECT FROM level WHERE level.facility_id = facility.id AND level.on_hand = 0
       ))
FROM facility GROUP BY facility.child
"""
CELLS = """
SELECT child, product_id, count(*), sum(on_hand), sum(lately_used),
       count(*) FILTER (WHERE on_hand = 0),
       count(*) FILTER (WHERE on_hand > 0 AND on_hand < %(low)s * lately_used)
FROM level GROUP BY child, product_id
"""
TREND = """
SELECT l.period_start, sum(l.on_hand), count(DISTINCT l.facility_id),
       count(DISTINCT l.facility_id) FILTER (WHERE l.on_hand = 0)
FROM outreach_stocklevel l JOIN facility ON facility.id = l.facility_id
WHERE l.period_start >= %(since)s AND l.period_start <= %(until)s AND l.on_hand IS NOT NULL
  AND (%(product)s::uuid IS NULL OR l.product_id = %(product)s)
GROUP BY l.period_start
"""
LINES = """
SELECT level.facility_id, level.product_id, level.on_hand, level.received, level.issued,
       level.lately_used, report.reported_at
FROM level JOIN outreach_stockreport report ON report.id = level.report_id
JOIN registry_place place ON place.id = level.facility_id
ORDER BY place.path, level.product_id
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """What of the stock is looked at."""

    #: None is the whole country.
    place: Place | None
    period: Period
    #: None is all products.
    product: StockProduct | None = None

    def values(self, rules: StockRules, **more: Any) -> dict[str, Any]:
        return {
            "place": self.place.id if self.place else None,
            "depth": len(self.place.path) + 1 if self.place else COUNTY,
            "period": self.period.name,
            "product": self.product.id if self.product else None,
            # Of what is used in a period.
            "low": rules.low_below / self.period.months,
            **more,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """A product in a place."""

    on_hand: int = 0
    #: How long that lasts; None while nobody knows how much is used.
    months: float | None = None
    #: Facilities that told of it, have none of it, have little of it.
    told: int = 0
    out: int = 0
    low: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A place right beneath the one that is looked at."""

    id: UUID
    name: str
    is_facility: bool
    facilities: int
    reported: int
    #: Facilities that lack at least one product.
    lacking: int
    cells: dict[UUID, Cell] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """One period of the trend."""

    period: Period
    on_hand: int
    reported: int
    lacking: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A product at a facility, as the downloaded file has it."""

    facility: str
    #: The places above it, the county first.
    within: tuple[str, ...]
    product_id: UUID
    on_hand: int
    received: int | None
    issued: int | None
    months: float | None
    reported_at: datetime


def rows(view: View, rules: StockRules) -> list[Row]:
    """The places beneath, by name, each with its products."""
    values = view.values(rules)
    cells: dict[UUID, dict[UUID, Cell]] = {}
    for child, product, told, on_hand, used, out, low in _all(FACILITIES + LEVELS + CELLS, values):
        cells.setdefault(child, {})[product] = Cell(
            on_hand=int(on_hand),
            months=_months(on_hand, used, view.period),
            told=told,
            out=out,
            low=low,
        )
    counted = {child: numbers for child, *numbers in _all(FACILITIES + LEVELS + COUNTED, values) if child}
    places = Place.objects.filter(id__in=counted).order_by("name").only("id", "name", "kind")
    return [
        Row(
            id=place.id,
            name=place.name.strip(),
            is_facility=place.kind == PlaceKind.FACILITY,
            facilities=counted[place.id][0],
            reported=counted[place.id][1],
            lacking=counted[place.id][2],
            cells=cells.get(place.id, {}),
        )
        for place in places
    ]


def trend(view: View, rules: StockRules) -> list[Moment]:
    """The last periods up to the one that is looked at, those without a report too."""
    periods = view.period.last(PERIODS_SHOWN)
    found: dict[date, Sequence[Any]] = {
        start: numbers
        for start, *numbers in _all(
            FACILITIES + TREND, view.values(rules, since=periods[0].start, until=view.period.start)
        )
    }
    return [
        Moment(period=period, on_hand=int(on_hand), reported=reported, lacking=lacking)
        for period in periods
        for on_hand, reported, lacking in [found.get(period.start, (0, 0, 0))]
    ]


def lines(view: View, rules: StockRules) -> Iterator[Line]:
    """Every product of every facility, by place."""
    found = _all(FACILITIES + LEVELS + LINES, view.values(rules))
    paths = dict(Place.objects.filter(id__in={row[0] for row in found}).values_list("id", "path"))
    names = names_of({step for path in paths.values() for step in path})
    for facility, product, on_hand, received, issued, used, at in found:
        yield Line(
            facility=names.get(facility, "").strip(),
            within=tuple(names.get(step, "").strip() for step in paths[facility][1:-1]),
            product_id=product,
            on_hand=on_hand,
            received=received,
            issued=issued,
            months=_months(on_hand, used, view.period),
            reported_at=at,
        )


def _months(on_hand: Any, used: Any, period: Period) -> float | None:
    a_month = None if used is None else float(used) / period.months
    return months_of_stock(float(on_hand), a_month)


def _all(query: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
