"""Reads of stock."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import connection

from mhero.outreach.periods import Period
from mhero.outreach.stock.models import StockProduct, StockRules
from mhero.outreach.stock.plausibility import Before
from mhero.outreach.texts.stock import Product
from mhero.registry.models import Place

#: What is used is averaged over so many periods.
PERIODS_AVERAGED: Final = 3
#: An older report says nothing about what is there now.
OLDEST: Final = timedelta(days=200)
NOTHING_BEFORE: Final = Before()

BEFORE = """
SELECT product_id,
       (array_agg(on_hand ORDER BY period_start DESC) FILTER (WHERE on_hand IS NOT NULL))[1],
       avg(used) FILTER (WHERE place <= %(averaged)s)
FROM (
    SELECT product_id, period_start, on_hand, used,
           row_number() OVER (PARTITION BY product_id, used IS NULL ORDER BY period_start DESC) AS place
    FROM outreach_stocklevel
    WHERE facility_id = %(facility)s AND period_start < %(start)s AND period_start >= %(oldest)s
) AS levels
GROUP BY product_id
"""


def rules() -> StockRules:
    """The rules of reporting, made at the first look."""
    made, is_new = StockRules.objects.get_or_create(id=StockRules.ONLY)
    if is_new:
        made.refresh_from_db()
    return made


def products() -> list[StockProduct]:
    """Those that are reported, in the order in which they were added."""
    return list(StockProduct.objects.filter(archived_at=None).order_by("created_at", "id"))


def as_read(products: Iterable[StockProduct]) -> list[Product]:
    """Products as texts name them."""
    return [
        Product(code=product.code, names=(product.name, *product.other_names), unit=product.unit)
        for product in products
    ]


def keeps(facility: Place, product: StockProduct) -> bool:
    """Whether a facility of this kind keeps the product."""
    return not product.facility_types or facility.facility_type in product.facility_types


def before(facility_id: UUID, period: Period) -> dict[UUID, Before]:
    """What a facility had, and used in a period on average, before a period; by product."""
    with connection.cursor() as cursor:
        cursor.execute(
            BEFORE,
            {
                "facility": facility_id,
                "start": period.start,
                "oldest": period.start - OLDEST,
                "averaged": PERIODS_AVERAGED,
            },
        )
        return {
            product: Before(on_hand=on_hand, used=None if used is None else float(used))
            for product, on_hand, used in cursor.fetchall()
        }
