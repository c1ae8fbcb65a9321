"""The pump that keeps lists and campaigns in step with contacts.

Every change of a contact leaves a row, in its own transaction. A batch of those rows is one transaction
here: the contacts as queries see them, the lists with a query that they are in, and when campaigns are due
for them. A list with a new query, and a new point of a campaign, go through all contacts in batches of their
own.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import psycopg

from mhero.flows.contact import Contact
from mhero.flows.queries import Query, QueryError
from mhero.messaging.campaigns.computing import compute, points
from mhero.messaging.database import Connection, in_thread
from mhero.messaging.searching.conditions import asked
from mhero.messaging.searching.contacts import KEEP, LOCK, READ, Stored, columns
from mhero.messaging.searching.known import Known, known
from mhero.platform.clock import Clock, now

CHANGED_AT_ONCE = 500
EVALUATED_AT_ONCE = 5000
COMPUTED_AT_ONCE = 5000

CHANGED = """
SELECT id, contact_id FROM messaging_contactchange ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED
"""
TAKEN = "DELETE FROM messaging_contactchange WHERE id = ANY(%(ids)s)"
SMART_GROUPS = (
    "SELECT id, query FROM messaging_group WHERE query <> '' AND NOT is_archived AND NOT follows_registry"
)
JOIN_GROUPS = """
INSERT INTO messaging_group_contacts (group_id, contact_id)
SELECT * FROM unnest(%(groups)s::uuid[], %(contacts)s::uuid[]) ON CONFLICT DO NOTHING
"""
LEAVE_GROUPS = """
DELETE FROM messaging_group_contacts m
USING unnest(%(groups)s::uuid[], %(contacts)s::uuid[]) AS gone(group_id, contact_id)
WHERE m.group_id = gone.group_id AND m.contact_id = gone.contact_id
"""

UNREADY = """
SELECT id, query, evaluated_until FROM messaging_group
WHERE NOT is_ready AND NOT is_archived ORDER BY created_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
"""
NEXT_CONTACTS = """
SELECT id FROM messaging_contact WHERE (%(after)s::uuid IS NULL OR id > %(after)s) ORDER BY id LIMIT %(most)s
"""
# The condition of the query stands for the last line.
FOUND = """
SELECT s.contact_id FROM messaging_searched s JOIN messaging_contact c ON c.id = s.contact_id
WHERE s.contact_id = ANY(%s::uuid[]) AND s.status = 'active' AND """
LEAVE_OTHERS = """
DELETE FROM messaging_group_contacts
WHERE group_id = %(group)s AND contact_id = ANY(%(contacts)s) AND contact_id <> ALL(%(found)s)
"""
EVALUATED = """
UPDATE messaging_group
SET evaluated = evaluated + %(people)s, evaluated_until = %(until)s, is_ready = %(done)s
WHERE id = %(group)s
"""

UNCOMPUTED = """
SELECT p.id, c.group_id, p.computed_until FROM messaging_campaignpoint p
JOIN messaging_campaign c ON c.id = p.campaign_id
WHERE NOT p.is_computed AND NOT p.is_archived ORDER BY p.id LIMIT 1 FOR NO KEY UPDATE OF p SKIP LOCKED
"""
NEXT_MEMBERS = """
SELECT contact_id FROM messaging_group_contacts
WHERE group_id = %(group)s AND (%(after)s::uuid IS NULL OR contact_id > %(after)s)
ORDER BY contact_id LIMIT %(most)s
"""
COMPUTED = """
UPDATE messaging_campaignpoint SET computed_until = %(until)s, is_computed = %(done)s WHERE id = %(point)s
"""


class Following:
    """The pump's step."""

    def __init__(self, clock: Clock = now) -> None:
        self._clock = clock
        self._connection = Connection()

    async def step(self) -> bool:
        """One batch of each kind; True while there may be more."""
        connection = await self._connection.get()
        async with connection.transaction():
            changed = await self._follow(connection)
        async with connection.transaction():
            evaluated = await self._evaluate(connection)
        async with connection.transaction():
            computed = await self._compute(connection)
        return changed or evaluated or computed

    async def close(self) -> None:
        await self._connection.close()

    async def _follow(self, connection: psycopg.AsyncConnection) -> bool:
        rows = await (await connection.execute(CHANGED, {"most": CHANGED_AT_ONCE})).fetchall()
        if not rows:
            return False
        asked_of = {"contacts": list({contact for _, contact in rows})}
        await connection.execute(LOCK, asked_of)
        # After the locks: what was changed just before them is to be seen.
        world = await in_thread(known)
        stored = [Stored.read(row) for row in await (await connection.execute(READ, asked_of)).fetchall()]
        contacts = [(one, one.for_engine(world)) for one in stored]
        await connection.execute(KEEP, columns(contacts, world))
        await self._regroup(connection, contacts, world)
        zone = world.environment.timezone
        everyone = [one.id for one in stored]
        await compute(connection, everyone, await points(connection), zone, self._clock())
        await connection.execute(TAKEN, {"ids": [key for key, _ in rows]})
        return len(rows) == CHANGED_AT_ONCE

    async def _regroup(
        self, connection: psycopg.AsyncConnection, contacts: Iterable[tuple[Stored, Contact]], world: Known
    ) -> None:
        rows = await (await connection.execute(SMART_GROUPS)).fetchall()
        queries = [(group, query) for group, text in rows if (query := _query(world, text))]
        joined: list[tuple[UUID, UUID]] = []
        left: list[tuple[UUID, UUID]] = []
        for stored, contact in contacts:
            for group, query in queries:
                belongs = stored.status == "active" and query.matches(world.environment, contact)
                if belongs != (group in stored.group_ids):
                    (joined if belongs else left).append((group, stored.id))
        for statement, moved in ((JOIN_GROUPS, joined), (LEAVE_GROUPS, left)):
            if moved:
                pairs = {"groups": [pair[0] for pair in moved], "contacts": [pair[1] for pair in moved]}
                await connection.execute(statement, pairs)

    async def _evaluate(self, connection: psycopg.AsyncConnection) -> bool:
        row = await (await connection.execute(UNREADY)).fetchone()
        if row is None:
            return False
        group, text, after = row
        most = {"after": after, "most": EVALUATED_AT_ONCE}
        contacts = [key for (key,) in await (await connection.execute(NEXT_CONTACTS, most)).fetchall()]
        await connection.execute(LOCK, {"contacts": contacts})
        world = await in_thread(known)
        query = _query(world, text)
        found: list[UUID] = []
        if query is not None:
            condition = asked(query.root, world)
            statement = (FOUND + f"({condition.sql})").encode()
            cursor = await connection.execute(statement, [contacts, *condition.values])
            found = [key for (key,) in await cursor.fetchall()]
        of_group: dict[str, Any] = {"group": group, "contacts": contacts, "found": found}
        await connection.execute(LEAVE_OTHERS, of_group)
        await connection.execute(JOIN_GROUPS, {"groups": [group] * len(found), "contacts": found})
        done = len(contacts) < EVALUATED_AT_ONCE
        until = contacts[-1] if contacts else after
        await connection.execute(
            EVALUATED, {"group": group, "people": len(contacts), "until": until, "done": done}
        )
        return True

    async def _compute(self, connection: psycopg.AsyncConnection) -> bool:
        row = await (await connection.execute(UNCOMPUTED)).fetchone()
        if row is None:
            return False
        point, group, after = row
        most = {"group": group, "after": after, "most": COMPUTED_AT_ONCE}
        contacts = [key for (key,) in await (await connection.execute(NEXT_MEMBERS, most)).fetchall()]
        world = await in_thread(known)
        computed = [one for one in await points(connection) if one.id == point]
        await compute(connection, contacts, computed, world.environment.timezone, self._clock())
        done = len(contacts) < COMPUTED_AT_ONCE
        await connection.execute(
            COMPUTED, {"point": point, "until": contacts[-1] if contacts else after, "done": done}
        )
        return True


def _query(world: Known, text: str) -> Query | None:
    """A list whose query is broken has no members."""
    try:
        return world.query(text)
    except QueryError:
        return None
