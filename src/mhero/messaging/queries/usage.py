"""What was sent and what it cost, by month and operator."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from django.db import connection

from mhero.platform.clock import Clock, now
from mhero.platform.ids import lowest_id

#: How far back the page looks.
MONTHS = 12

USAGE = """
SELECT date_trunc('month', m.sent_at AT TIME ZONE %(zone)s)::date AS month, m.operator,
       count(*), sum(m.segments), count(*) FILTER (WHERE m.status = 'delivered'),
       count(*) FILTER (WHERE m.status = 'failed')
FROM messaging_message m
WHERE NOT m.is_incoming AND m.sent_at IS NOT NULL AND m.id >= %(since)s
GROUP BY month, m.operator ORDER BY month DESC, count(*) DESC
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    #: Empty where the operator is not known.
    operator: str
    sent: int
    segments: int
    delivered: int
    failed: int
    #: An estimate, in the workspace's currency.
    cost: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Month:
    #: Its first day.
    month: date
    operators: list[Use]

    @property
    def total(self) -> Use:
        return Use(
            operator="",
            sent=sum(use.sent for use in self.operators),
            segments=sum(use.segments for use in self.operators),
            delivered=sum(use.delivered for use in self.operators),
            failed=sum(use.failed for use in self.operators),
            cost=sum((use.cost for use in self.operators), Decimal()),
        )


def months(zone: str, prices: Mapping[str, str], *, clock: Clock = now) -> list[Month]:
    """The last twelve months that have messages, the latest first."""
    since: datetime = clock() - timedelta(days=31 * MONTHS)
    with connection.cursor() as cursor:
        cursor.execute(USAGE, {"zone": zone, "since": lowest_id(since)})
        rows = cursor.fetchall()
    by_month: dict[date, list[Use]] = {}
    for month, operator, sent, segments, delivered, failed in rows:
        use = Use(
            operator=operator,
            sent=sent,
            segments=segments,
            delivered=delivered,
            failed=failed,
            cost=price_of(operator, prices) * segments,
        )
        by_month.setdefault(month, []).append(use)
    return [Month(month=month, operators=uses) for month, uses in by_month.items()]


def price_of(operator: str, prices: Mapping[str, str]) -> Decimal:
    """The price of one SMS; the entry without a name is for every operator that has none."""
    try:
        return Decimal(prices.get(operator) or prices.get("") or "0")
    except InvalidOperation:
        return Decimal()


def operators_seen(rows: Iterable[Month]) -> list[str]:
    return sorted({use.operator for month in rows for use in month.operators} - {""})
