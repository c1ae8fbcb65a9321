"""Asking the database whom a query finds."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from mhero.flows.queries import Query
from mhero.messaging.searching.conditions import asked
from mhero.messaging.searching.known import Known

# The contact's own row is only needed for when somebody was last heard; the planner drops it otherwise.
COUNT = """
SELECT count(*) FROM messaging_searched s LEFT JOIN messaging_contact c ON c.id = s.contact_id
WHERE s.status = 'active' AND (%s::uuid IS NULL OR s.place_ids @> ARRAY[%s::uuid]) AND """
FIND = """
SELECT s.contact_id FROM messaging_searched s LEFT JOIN messaging_contact c ON c.id = s.contact_id
WHERE """
EXAMPLES = """
SELECT s.contact_id FROM messaging_searched s LEFT JOIN messaging_contact c ON c.id = s.contact_id
WHERE s.status = 'active' AND (%s::uuid IS NULL OR s.place_ids @> ARRAY[%s::uuid]) AND """


def count(query: Query, known: Known, area_id: UUID | None = None) -> int:
    """How many contacts who can be texted the query finds, as far as the area reaches."""
    condition = asked(query.root, known)
    with connection.cursor() as cursor:
        cursor.execute(COUNT + f"({condition.sql})", [area_id, area_id, *condition.values])
        return int(cursor.fetchone()[0])


def found(query: Query, known: Known) -> set[UUID]:
    """Every contact that the query finds, whatever their status."""
    condition = asked(query.root, known)
    return {row[0] for row in _rows(FIND + f"({condition.sql})", condition.values)}


def examples(query: Query, known: Known, area_id: UUID | None, most: int) -> list[UUID]:
    """Some contacts that the query finds, in the order of their names."""
    condition = asked(query.root, known)
    sql = EXAMPLES + f"({condition.sql}) ORDER BY s.name, s.contact_id LIMIT %s"
    return [row[0] for row in _rows(sql, [area_id, area_id, *condition.values, most])]


def _rows(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
