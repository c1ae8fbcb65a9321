"""How many answered, by each of what it may depend on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.core.cache import cache
from django.db import connection
from django.db.models import Q, QuerySet

from mhero.accounts.models import User
from mhero.messaging.circumstances import rules
from mhero.messaging.models import Broadcast
from mhero.messaging.queries.broadcasts import broadcasts_of
from mhero.outreach.reaching.hours import Best, allowed_hours, best_hours
from mhero.outreach.reaching.models import ReachPart, ReachRound
from mhero.outreach.reaching.shares import NOBODY, Share
from mhero.platform.clock import now

#: What hours are learned from: long enough to know something, not so long that life has changed.
LEARNED_FROM: Final = timedelta(days=365)
#: How old learned hours may be.
KEPT_SECONDS: Final = 60
#: Sends that the page offers to choose from.
MOST_SENDS: Final = 50
#: By what first asks are counted. First and second asks are compared apart from them.
DIMENSIONS: Final = (
    "hour", "weekday", "operator", "county", "cadre", "language", "parts", "questions", "was_announced"
)  # fmt: skip

# One pass for all of them.
SHARES = """
SELECT grouping(hour, weekday, operator, county, cadre, language, parts, questions, was_announced),
    coalesce(hour::text, weekday::text, operator, county, cadre, language, parts::text, questions::text,
             was_announced::text),
    count(*), count(*) FILTER (WHERE answered_first), count(*) FILTER (WHERE answered_all)
FROM outreach_reachask
WHERE NOT is_reask
  AND (%(since)s::timestamptz IS NULL OR asked_at >= %(since)s)
  AND (%(sends)s::uuid[] IS NULL OR broadcast_id = ANY (%(sends)s::uuid[]))
  AND (%(area)s::uuid IS NULL OR place_ids @> ARRAY[%(area)s::uuid])
GROUP BY GROUPING SETS (
    (hour), (weekday), (operator), (county), (cadre), (language), (parts), (questions), (was_announced), ()
)
"""
BY_ASK = """
SELECT is_reask::text, count(*), count(*) FILTER (WHERE answered_all) FROM outreach_reachask
WHERE (%(since)s::timestamptz IS NULL OR asked_at >= %(since)s)
  AND (%(sends)s::uuid[] IS NULL OR broadcast_id = ANY (%(sends)s::uuid[]))
  AND (%(area)s::uuid IS NULL OR place_ids @> ARRAY[%(area)s::uuid])
GROUP BY is_reask
"""
COUNTY_HOURS = """
SELECT county, hour, count(*), count(*) FILTER (WHERE answered_all)
FROM outreach_reachask
WHERE NOT is_reask
  AND (%(since)s::timestamptz IS NULL OR asked_at >= %(since)s)
  AND (%(sends)s::uuid[] IS NULL OR broadcast_id = ANY (%(sends)s::uuid[]))
  AND (%(area)s::uuid IS NULL OR place_ids @> ARRAY[%(area)s::uuid])
GROUP BY county, hour
"""
LANGUAGES_OF = """
SELECT language, count(*) FROM messaging_contact WHERE id = ANY (%(contacts)s) GROUP BY language
ORDER BY count(*) DESC, language
"""
COUNTIES_OF = """
SELECT id, coalesce(fields->>'county', '') FROM messaging_contact WHERE id = ANY (%(contacts)s)
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """Whose answers are looked at."""

    area_id: UUID | None = None
    since: datetime | None = None
    #: None is all.
    sends: Sequence[UUID] | None = None

    @property
    def values(self) -> dict[str, Any]:
        sends = None if self.sends is None else list(self.sends)
        return {"since": self.since, "sends": sends, "area": self.area_id}


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """Those who were asked, and what they are counted by."""

    #: Who answered all questions, and who at least the first.
    all: Share = NOBODY
    first: Share = NOBODY
    #: By dimension and its value, as the database writes it: answered all questions.
    by: Mapping[str, Mapping[str, Share]] = field(default_factory=dict)


def counted(selection: Selection) -> Counted:
    whole, first = NOBODY, NOBODY
    by: dict[str, dict[str, Share]] = {dimension: {} for dimension in DIMENSIONS}
    # The bit of a column is 0 in the rows that are grouped by it, the first column's is the highest.
    of_bits = {
        (1 << len(DIMENSIONS)) - 1 - (1 << (len(DIMENSIONS) - 1 - place)): dimension
        for place, dimension in enumerate(DIMENSIONS)
    }
    for bits, value, asked, answered_first, answered_all in _rows(SHARES, selection.values):
        dimension, share = of_bits.get(bits), Share(asked=asked, answered=answered_all)
        if dimension is None:
            whole, first = share, Share(asked=asked, answered=answered_first)
        else:
            by[dimension][value or ""] = share
    by["is_reask"] = {
        value: Share(asked=asked, answered=answered)
        for value, asked, answered in _rows(BY_ASK, selection.values)
    }
    return Counted(all=whole, first=first, by=by)


def county_hours(selection: Selection) -> dict[str, Best]:
    """When each county is best asked, as far as these answers tell; "" is the whole, and all others."""
    seen: dict[str, dict[int, Share]] = {}
    for county, hour, asked, answered in _rows(COUNTY_HOURS, selection.values):
        seen.setdefault(county, {})[hour] = Share(asked=asked, answered=answered)
    ours = rules()
    return best_hours(seen, allowed_hours(ours.quiet_from, ours.quiet_until))


def learned_hours() -> dict[str, Best]:
    """The same from all that the country answered lately, at most a minute old: what sends go by."""

    def learned() -> dict[str, Best]:
        return county_hours(Selection(since=now() - LEARNED_FROM))

    found: dict[str, Best] = cache.get_or_set("outreach:reach:hours", learned, KEPT_SECONDS)  # type: ignore[assignment]
    return found


def by_county(contact_ids: Sequence[UUID]) -> dict[str, list[UUID]]:
    """The contacts, by the name of their county."""
    found: dict[str, list[UUID]] = {}
    for contact_id, county in _rows(COUNTIES_OF, {"contacts": list(contact_ids)}):
        found.setdefault(county, []).append(contact_id)
    return found


def languages_of(contact_ids: Sequence[UUID]) -> list[tuple[str, int]]:
    """What the contacts speak (ISO 639-3, empty where nobody knows it), the most frequent first."""
    return [(language, people) for language, people in _rows(LANGUAGES_OF, {"contacts": list(contact_ids)})]


def asked_sends(user: User) -> QuerySet[Broadcast]:
    """Sends of questions that somebody may choose from, the latest first; those that ask again are part of
    the first."""
    seen = broadcasts_of(user.area_id, user.id)
    begun = seen.filter(flow__isnull=False, started_at__isnull=False, reask_of__isnull=True)
    return begun.order_by("-started_at")


def with_reasks(send_id: UUID) -> list[UUID]:
    """The send, the others of its round, and those that asked again."""
    part = ReachPart.objects.filter(broadcast_id=send_id).first()
    sends = (
        list(part.round.parts.filter(is_announcement=False).values_list("broadcast_id", flat=True))
        if part
        else [send_id]
    )
    return sends + list(Broadcast.objects.filter(reask_of__in=sends).values_list("id", flat=True))


def rounds_of(user: User) -> QuerySet[ReachRound]:
    """Those that the person may see: all of the country, or those of colleagues of the area."""
    found = ReachRound.objects.select_related("owner")
    if user.whole_country:
        return found
    return found.filter(Q(owner=user) | Q(owner__area_id=user.area_id))


def _rows(query: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
