"""The people whom asking by text did not settle: who they are, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.core.cache import cache
from django.db import connection

from mhero.outreach.validation.ghosts import FAILURES, Signs
from mhero.platform.clock import Clock, now
from mhero.platform.ids import lowest_id

#: So long somebody has to answer before it counts as none: the conversation waits no longer.
TIME_TO_ANSWER: Final = timedelta(hours=72)
#: Older texts and answers say little about today.
LOOKED_BACK: Final = timedelta(days=200)
KEPT_SECONDS: Final = 60

# One row for everybody who was asked or is said to have left, with the signs; `reason` is the first that
# somebody has to do something about.
SIGNS = """
WITH concerned AS (
    SELECT person_id AS id FROM outreach_validationask
    UNION SELECT unnest("left") FROM outreach_validationanswer WHERE "left" <> '{}'
), person AS (
    SELECT p.id, p.name, p.place_id, place.path[2] AS county_id, p.phone_state
    FROM registry_person p JOIN concerned ON concerned.id = p.id
    LEFT JOIN registry_place place ON place.id = p.place_id
    WHERE p.is_active AND (%(area)s::uuid IS NULL OR p.place_ids @> ARRAY[%(area)s::uuid])
      AND (%(place)s::uuid IS NULL OR p.place_ids @> ARRAY[%(place)s::uuid])
), asked AS (
    SELECT a.person_id, (v.outcome IS NOT NULL) AS is_answered, v.outcome, v.answered_at,
           row_number() OVER (PARTITION BY a.person_id ORDER BY a.id DESC) AS latest
    FROM outreach_validationask a
    JOIN person ON person.id = a.person_id
    JOIN outreach_validationround r ON r.id = a.round_id
    LEFT JOIN LATERAL (
        SELECT outcome, answered_at FROM outreach_validationanswer
        WHERE round_id = a.round_id AND contact_id = a.contact_id ORDER BY answered_at DESC LIMIT 1
    ) v ON true
    LEFT JOIN messaging_broadcast b ON b.id = r.broadcast_id
    -- Of a send that was stopped nobody knows whom it reached.
    WHERE v.outcome IS NOT NULL OR (b.status IN ('sending', 'sent') AND b.started_at <= %(settled)s)
), asking AS (
    SELECT person_id,
           coalesce(min(latest) FILTER (WHERE is_answered), count(*) + 1) - 1 AS silent_rounds,
           (array_agg(outcome ORDER BY latest) FILTER (WHERE is_answered))[1] AS outcome,
           (array_agg(answered_at ORDER BY latest) FILTER (WHERE is_answered))[1] AS answered_at
    FROM asked GROUP BY person_id
), texts AS (
    SELECT person.id AS person_id, count(*) FILTER (WHERE m.status = 'failed') AS failed,
           count(*) FILTER (WHERE m.status = 'delivered') AS delivered
    FROM person JOIN messaging_contact c ON c.person_id = person.id
    JOIN messaging_message m ON m.contact_id = c.id AND m.id >= %(since)s AND NOT m.is_incoming
    GROUP BY person.id
), staffed AS (
    SELECT DISTINCT ON (place_id) place_id, kept FROM outreach_validationanswer
    WHERE place_id IS NOT NULL AND (kept <> '{}' OR "left" <> '{}') AND answered_at >= %(looked_back)s
    ORDER BY place_id, answered_at DESC
), signs AS (
    SELECT person.*, coalesce(asking.silent_rounds, 0) AS silent_rounds,
           -- Whose number was put right since is reached by another phone.
           CASE WHEN asking.outcome = 'not_me' AND EXISTS (
               SELECT FROM registry_correction c
               WHERE c.person_id = person.id AND c.subject = 'number' AND c.at > asking.answered_at
           ) THEN '' ELSE coalesce(asking.outcome, '') END AS outcome,
           coalesce(texts.failed, 0) AS failed, coalesce(texts.delivered, 0) AS delivered,
           EXISTS (
               SELECT FROM outreach_validationanswer v
               WHERE v."left" @> ARRAY[person.id] AND v.answered_at >= %(looked_back)s
                 AND NOT EXISTS (
                     SELECT FROM outreach_validationanswer later
                     WHERE later.place_id = v.place_id AND later.answered_at > v.answered_at
                       AND later.kept @> ARRAY[person.id]
                 )
                 -- An officer who refused it knows better.
                 AND NOT EXISTS (
                     SELECT FROM outreach_proposal p
                     WHERE p.person_id = person.id AND p.subject = 'work' AND p.state = 'refused'
                       AND p.decided_at > v.answered_at
                 )
           ) AS is_said_left,
           staffed.place_id IS NOT NULL AND NOT staffed.kept @> ARRAY[person.id] AND NOT EXISTS (
               SELECT FROM outreach_validationask a
               WHERE a.person_id = person.id AND a.place_id = person.place_id
           ) AS is_not_named,
           person.phone_state = 'shared' AS is_shared
    FROM person
    LEFT JOIN asking ON asking.person_id = person.id
    LEFT JOIN texts ON texts.person_id = person.id
    LEFT JOIN staffed ON staffed.place_id = person.place_id
), listed AS (
    SELECT signs.*, CASE
        WHEN is_said_left THEN 'said_left'
        WHEN outcome = 'not_me' THEN 'not_me'
        WHEN failed >= %(failures)s AND delivered = 0 THEN 'undelivered'
        WHEN silent_rounds > 0 THEN 'silent'
        WHEN outcome = 'unfinished' THEN 'unfinished'
        ELSE '' END AS reason
    FROM signs
)
"""
ROWS = """
SELECT id, name, place_id, county_id, reason, silent_rounds, failed, delivered, outcome, is_said_left,
       is_not_named, is_shared
FROM listed
WHERE reason <> '' AND (%(reason)s = '' OR reason = %(reason)s)
  AND (%(after_name)s::text IS NULL OR (name, id) > (%(after_name)s, %(after_id)s::uuid))
  AND (%(only)s::uuid IS NULL OR id = %(only)s)
ORDER BY name, id
LIMIT %(limit)s
"""
COUNTED = "SELECT county_id, reason, count(*) FROM listed WHERE reason <> '' GROUP BY county_id, reason"

REASONS: Final = ("said_left", "not_me", "undelivered", "silent", "unfinished")


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One person of the worklist."""

    id: UUID
    name: str
    place_id: UUID | None
    county_id: UUID | None
    #: One of `REASONS`.
    reason: str
    signs: Signs


def lines(
    area_id: UUID | None,
    *,
    place_id: UUID | None = None,
    reason: str = "",
    after: tuple[str, UUID] | None = None,
    limit: int | None = None,
    only: UUID | None = None,
    clock: Clock = now,
) -> Iterator[Line]:
    """By name; `only` one person."""
    after_name, after_id = after or (None, None)
    values = {"reason": reason, "after_name": after_name, "after_id": after_id, "limit": limit, "only": only}
    for row in _rows(SIGNS + ROWS, area_id, place_id, clock(), values):
        id, name, place, county, why, silent, failed, delivered, outcome, left, not_named, shared = row
        signs = Signs(
            silent_rounds=silent,
            failed_texts=failed,
            delivered_texts=delivered,
            is_said_left=left,
            is_not_named=not_named,
            is_not_me=outcome == "not_me",
            is_shared=shared,
        )
        yield Line(id=id, name=name, place_id=place, county_id=county, reason=why, signs=signs)


def counted(area_id: UUID | None, clock: Clock = now) -> dict[UUID | None, dict[str, int]]:
    """How many there are in each county, by reason."""
    found: dict[UUID | None, dict[str, int]] = {}
    for county, reason, people in _rows(SIGNS + COUNTED, area_id, None, clock(), {}):
        found.setdefault(county, {})[reason] = people
    return found


def lately_counted(area_id: UUID | None) -> dict[UUID | None, dict[str, int]]:
    """The same, at most a minute old: in a large country it is read from many texts."""
    key = f"outreach:worklist:{area_id}"
    kept: dict[UUID | None, dict[str, int]] | None = cache.get(key)
    if kept is None:
        kept = counted(area_id)
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def _rows(
    query: str, area_id: UUID | None, place_id: UUID | None, at: datetime, more: dict[str, Any]
) -> list[tuple[Any, ...]]:
    values = {
        "area": area_id,
        "place": place_id,
        "settled": at - TIME_TO_ANSWER,
        "since": lowest_id(at - LOOKED_BACK),
        "looked_back": at - LOOKED_BACK,
        "failures": FAILURES,
        **more,
    }
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
