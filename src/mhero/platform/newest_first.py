"""Long lists by identifiers of `mhero.platform.ids`: the newest first, days as ranges, page by page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Generic, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date

from mhero.platform.ids import lowest_id

PAGE = 50

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, kw_only=True, slots=True)
class Page(Generic[Row]):
    rows: list[Row]
    #: Identifiers that the neighbouring pages begin at; None where there is none.
    newer: UUID | None
    older: UUID | None


def page_of(
    found: QuerySet[Row],
    *,
    before: UUID | None,
    after: UUID | None,
    read: Callable[[QuerySet[Row]], list[Row]] = list,
) -> Page[Row]:
    """The rows before or after one, or the newest. `read` fetches what a page needs, and may refuse to."""
    if after is not None:
        rows = read(found.filter(id__gt=after).order_by("id")[: PAGE + 1])
        has_newer, has_older = len(rows) > PAGE, True
        rows = rows[:PAGE][::-1]
    else:
        found = found.filter(id__lt=before) if before else found
        rows = read(found.order_by("-id")[: PAGE + 1])
        has_newer, has_older = before is not None, len(rows) > PAGE
        rows = rows[:PAGE]
    return Page(
        rows=rows,
        newer=rows[0].pk if rows and has_newer else None,
        older=rows[-1].pk if rows and has_older else None,
    )


def within(found: QuerySet[Row], since: date | None, until: date | None) -> QuerySet[Row]:
    """Those of the days from `since` to `until`, both included; other months' partitions are not read."""
    if since:
        found = found.filter(id__gte=lowest_id(_midnight(since)))
    if until:
        found = found.filter(id__lt=lowest_id(_midnight(until + timedelta(days=1))))
    return found


def day_of(text: str) -> date | None:
    """A day of an address; None when it is absent or none."""
    try:
        return parse_date(text)
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    """Its beginning in the workspace's calendar."""
    return timezone.make_aware(datetime.combine(day, time.min))
