"""Contacts follow the registry: one for each person with a number of their own."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from mhero.messaging.models import Contact
from mhero.messaging.taking.statements import ADD_UNKNOWN
from mhero.platform.clock import now
from mhero.platform.ids import new_id


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactState:
    """What the registry says of a person at some moment."""

    #: The registry's person.
    person_id: UUID
    #: E.164; empty when the person cannot be texted.
    number: str
    name: str
    #: ISO 639-3.
    language: str = ""
    #: What messages are personalised with: first_name, cadre, facility, district, county.
    fields: Mapping[str, str] = field(default_factory=dict)
    #: The groups the person is in, by name.
    groups: Sequence[str] = ()
    #: All places the person works in, with everything above them.
    place_ids: Sequence[UUID] = ()
    #: False for somebody who left: the contact goes quiet.
    is_active: bool = True
    #: The registry's change; an older one than the contact has is passed over.
    change: int = 0


FOLLOWED = """
CREATE TEMPORARY TABLE followed (
    person_id uuid PRIMARY KEY, contact_id uuid, number text, name text, language text, fields jsonb,
    place_ids uuid[], groups text[], is_active boolean, change bigint
) ON COMMIT DROP
"""
COPY_FOLLOWED = """
COPY followed (person_id, contact_id, number, name, language, fields, place_ids, groups, is_active, change)
FROM STDIN
"""
# In this order: a number that one person gives up may be another one's new number.
STEPS = (
    # Two followers at one time could give a number to two people.
    "SELECT pg_advisory_xact_lock(hashtextextended('mhero.messaging.follow', 0))",
    "DELETE FROM followed f USING messaging_contact c "
    "WHERE c.person_id = f.person_id AND c.followed_change > f.change",
    "UPDATE followed f SET contact_id = c.id FROM messaging_contact c WHERE c.person_id = f.person_id",
    "ANALYZE followed",
    # Of those who share a number, who works has it before who left, and who has it now before the others.
    """
    WITH ranked AS (
        SELECT f.person_id, row_number() OVER (
            PARTITION BY f.number
            ORDER BY f.is_active DESC, (c.person_id IS NOT DISTINCT FROM f.person_id) DESC, f.person_id
        ) AS place
        FROM followed f LEFT JOIN messaging_contact c ON c.number = f.number
        WHERE f.number IS NOT NULL
    )
    UPDATE followed f SET number = NULL FROM ranked r WHERE r.person_id = f.person_id AND r.place > 1
    """,
    # So it is with somebody who is not in this batch.
    """
    UPDATE followed f SET number = NULL FROM messaging_contact c
    WHERE c.number = f.number AND c.person_id IS NOT NULL
      AND NOT EXISTS (SELECT FROM followed other WHERE other.person_id = c.person_id)
      AND (c.status <> 'left' OR NOT f.is_active)
    """,
    # Give up what is no longer theirs, or somebody else's now.
    """
    UPDATE messaging_contact c SET number = NULL FROM followed f
    WHERE c.person_id = f.person_id AND c.number IS DISTINCT FROM f.number
    """,
    """
    UPDATE messaging_contact c SET number = NULL FROM followed f
    WHERE c.number = f.number AND c.person_id IS NOT NULL AND c.person_id <> f.person_id
    """,
    # An unknown number turns out to be a person's: its conversation becomes theirs.
    """
    UPDATE followed f SET contact_id = c.id FROM messaging_contact c
    WHERE c.number = f.number AND c.person_id IS NULL
      AND NOT EXISTS (SELECT FROM messaging_contact own WHERE own.person_id = f.person_id)
    """,
    """
    UPDATE messaging_contact c SET person_id = f.person_id FROM followed f
    WHERE c.id = f.contact_id AND c.person_id IS NULL
    """,
    """
    UPDATE messaging_message m SET contact_id = f.contact_id FROM followed f, messaging_contact c
    WHERE c.number = f.number AND c.person_id IS NULL AND c.id <> f.contact_id AND m.contact_id = c.id
    """,
    # Its conversations too: one that waits goes before one that began under another number.
    """
    WITH ended AS (
        UPDATE messaging_session s
        SET status = 'interrupted', reason = 'other_number', state = '', ended_at = now(), timeout_at = NULL,
            expires_at = NULL
        FROM followed f, messaging_contact c
        WHERE s.contact_id = f.contact_id AND s.status = 'waiting'
          AND c.number = f.number AND c.person_id IS NULL AND c.id <> f.contact_id
          AND EXISTS (SELECT FROM messaging_session o WHERE o.contact_id = c.id AND o.status = 'waiting')
        RETURNING s.id
    )
    UPDATE messaging_flowrun r SET status = 'interrupted', ended_at = now(), changed_at = now()
    FROM ended WHERE r.session_id = ended.id AND r.ended_at IS NULL
    """,
    """
    UPDATE messaging_session s SET contact_id = f.contact_id FROM followed f, messaging_contact c
    WHERE c.number = f.number AND c.person_id IS NULL AND c.id <> f.contact_id AND s.contact_id = c.id
    """,
    """
    UPDATE messaging_flowrun r SET contact_id = f.contact_id FROM followed f, messaging_contact c
    WHERE c.number = f.number AND c.person_id IS NULL AND c.id <> f.contact_id AND r.contact_id = c.id
    """,
    """
    UPDATE messaging_answer a SET contact_id = f.contact_id FROM followed f, messaging_contact c
    WHERE c.number = f.number AND c.person_id IS NULL AND c.id <> f.contact_id AND a.contact_id = c.id
    """,
    """
    UPDATE messaging_contactevent e SET contact_id = f.contact_id FROM followed f, messaging_contact c
    WHERE c.number = f.number AND c.person_id IS NULL AND c.id <> f.contact_id AND e.contact_id = c.id
    """,
    """
    UPDATE messaging_sessiontask t SET contact_id = f.contact_id FROM followed f, messaging_contact c
    WHERE c.number = f.number AND c.person_id IS NULL AND c.id <> f.contact_id AND t.contact_id = c.id
    """,
    """
    WITH theirs AS (
        DELETE FROM messaging_group_contacts gc USING followed f, messaging_contact c
        WHERE c.number = f.number AND c.person_id IS NULL AND c.id <> f.contact_id AND gc.contact_id = c.id
        RETURNING gc.group_id, f.contact_id
    )
    INSERT INTO messaging_group_contacts (group_id, contact_id)
    SELECT t.group_id, t.contact_id FROM theirs t JOIN messaging_contact own ON own.id = t.contact_id
    ON CONFLICT DO NOTHING
    """,
    """
    UPDATE messaging_contact own
    SET last_message_at = greatest(own.last_message_at, c.last_message_at),
        own_fields = c.own_fields || own.own_fields,
        waiting_since = least(own.waiting_since, c.waiting_since)
    FROM followed f, messaging_contact c
    WHERE own.id = f.contact_id AND c.number = f.number AND c.person_id IS NULL AND c.id <> f.contact_id
    """,
    """
    DELETE FROM messaging_contact c USING followed f
    WHERE c.number = f.number AND c.person_id IS NULL AND c.id <> f.contact_id
    """,
    # Nobody becomes a contact without a number; who has been one stays, for the sake of the conversation.
    """
    INSERT INTO messaging_contact AS c (id, person_id, number, name, language, status, fields, own_fields,
        place_ids, stopped_at, stopped_by, created_at, followed_change)
    SELECT f.contact_id, f.person_id, f.number, f.name, f.language,
        CASE WHEN o.number IS NOT NULL THEN 'stopped' WHEN f.is_active THEN 'active' ELSE 'left' END,
        f.fields, '{}', f.place_ids, o.at, coalesce(o.by, ''), now(), f.change
    FROM followed f LEFT JOIN messaging_optout o ON o.number = f.number
    WHERE f.number IS NOT NULL OR EXISTS (SELECT FROM messaging_contact own WHERE own.person_id = f.person_id)
    ON CONFLICT (person_id) DO UPDATE SET
        number = excluded.number, name = excluded.name, language = excluded.language,
        status = excluded.status, fields = excluded.fields, place_ids = excluded.place_ids,
        stopped_at = excluded.stopped_at, stopped_by = excluded.stopped_by,
        followed_change = excluded.followed_change
    """,
    """
    INSERT INTO messaging_group (id, name, query, follows_registry)
    SELECT gen_random_uuid(), name, '', true
    FROM (SELECT DISTINCT unnest(groups) AS name FROM followed) AS named
    ON CONFLICT (name) DO NOTHING
    """,
    """
    DELETE FROM messaging_group_contacts gc USING followed f, messaging_group g
    WHERE gc.contact_id = f.contact_id AND g.id = gc.group_id AND g.follows_registry
      AND NOT g.name = ANY(f.groups)
    """,
    """
    INSERT INTO messaging_group_contacts (group_id, contact_id)
    SELECT g.id, c.id FROM followed f
    JOIN messaging_contact c ON c.id = f.contact_id
    CROSS JOIN LATERAL unnest(f.groups) AS named(name)
    JOIN messaging_group g ON g.name = named.name AND g.follows_registry
    ON CONFLICT DO NOTHING
    """,
)


def follow_contacts(states: Sequence[ContactState]) -> None:
    """Brings contacts in step with the registry in one transaction. Of a person given twice the last counts.

    A shared number stays with the first person who had it; the others have no contact, or one without number.
    """
    latest = {state.person_id: state for state in states}
    if not latest:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(FOLLOWED)
        with cursor.copy(COPY_FOLLOWED) as copy:
            for state in latest.values():
                copy.write_row(
                    (
                        state.person_id,
                        new_id(),
                        state.number or None,
                        state.name,
                        state.language,
                        Jsonb(dict(state.fields)),
                        list(state.place_ids),
                        list(state.groups),
                        state.is_active,
                        state.change,
                    )
                )
        for statement in STEPS:
            cursor.execute(statement)
        # A test or a caller may follow twice inside one transaction of its own.
        cursor.execute("DROP TABLE followed")


def contacts_of_numbers(numbers: Collection[str]) -> dict[str, UUID]:
    """The contact of each E.164 number; one that nobody has becomes an unknown number's."""
    if not numbers:
        return {}
    found = Contact.objects.filter(number__in=numbers)
    strange = sorted(set(numbers) - set(found.values_list("number", flat=True)))
    with connection.cursor() as cursor:
        cursor.execute(ADD_UNKNOWN, {"ids": [new_id() for _ in strange], "numbers": strange, "now": now()})
    return {str(number): id for number, id in found.all().values_list("number", "id")}
