"""Who a filter finds, who of them can be texted, and why the others cannot.

Everyone who fits the filter gets exactly one reason, so the figures always add up to those who were chosen.
The SQL takes every part of the filter as a parameter that may be null; the driver puts values in before the
server plans, so a part that says nothing costs nothing.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from mhero.outreach.audience import Filter
from mhero.outreach.reach import Accounted, Reach, Reason

# A contact is found by its number and not by its person: a number that several people share belongs to one
# contact, and whoever of them is chosen is reached by it.
CHOSEN = """
WITH chosen AS (
    SELECT person.id, person.name, person.phone, contact.id AS contact_id,
           contact.person_id IS NOT DISTINCT FROM person.id AS is_owner,
           CASE
               WHEN person.phone = '' AND person.phone_state = 'invalid' THEN 'invalid'
               WHEN person.phone = '' THEN 'no_number'
               WHEN contact.status = 'stopped' THEN 'opted_out'
               WHEN person.on_leave_until >= %(today)s THEN 'on_leave'
               WHEN contact.number IS NULL OR contact.status <> 'active' THEN 'not_ready'
               WHEN person.phone <> ALL (%(trial_phones)s::text[]) THEN 'trial'
               ELSE 'will_send'
           END AS reason
    FROM registry_person AS person
    LEFT JOIN messaging_contact AS contact ON contact.number = person.phone AND person.phone <> ''
    WHERE person.is_active
      AND (%(area)s::uuid IS NULL OR person.place_ids @> ARRAY[%(area)s::uuid])
      AND (%(places)s::uuid[] IS NULL OR person.place_ids && %(places)s::uuid[])
      AND (%(cadres)s::text[] IS NULL OR person.cadres && %(cadres)s::text[])
      AND (%(facility_types)s::text[] IS NULL OR person.facility_types && %(facility_types)s::text[])
      AND (%(skills)s::text[] IS NULL OR person.skills && %(skills)s::text[])
      AND (%(genders)s::text[] IS NULL OR person.gender = ANY (%(genders)s::text[]))
      AND (%(languages)s::text[] IS NULL OR person.languages && %(languages)s::text[]
           OR person.language_correction = ANY (%(languages)s::text[]))
      -- A nurse with a second post in Bong is a nurse in Bong only if that post is a nurse's.
      AND (%(any_post)s OR cardinality(person.cadres) <= 1 AND cardinality(person.facility_types) <= 1
           OR EXISTS (
               SELECT FROM registry_role AS post LEFT JOIN registry_place AS place ON place.id = post.place_id
               WHERE post.person_id = person.id AND post.is_active
                 AND (post.start IS NULL OR post.start <= %(today)s)
                 AND (post."end" IS NULL OR post."end" >= %(today)s)
                 AND (%(places)s::uuid[] IS NULL OR place.path && %(places)s::uuid[])
                 AND (%(cadres)s::text[] IS NULL OR post.cadre = ANY (%(cadres)s::text[]))
                 AND (%(facility_types)s::text[] IS NULL
                      OR place.facility_type = ANY (%(facility_types)s::text[]))
           ))
)
"""

# Grouping by phone first is what counts each phone once: several times faster than count(DISTINCT …).
COUNT = """
SELECT reason, sum(people)::bigint, count(*)
FROM (SELECT reason, count(*) AS people FROM chosen GROUP BY phone, reason) AS phones
GROUP BY reason
"""

CONTACT_IDS = "SELECT DISTINCT contact_id FROM chosen WHERE reason = 'will_send'"

# An operator is known by at most seven digits, so one number stands for all that begin like it.
NUMBERS = """
SELECT min(phone), count(*)
FROM (SELECT DISTINCT phone FROM chosen WHERE reason = 'will_send') AS phones
GROUP BY left(phone, 8)
"""

# The owner of a phone before those who share it.
EVERYONE = "SELECT id, contact_id, reason FROM chosen ORDER BY is_owner DESC, id"

# Of those who share a phone, its owner keeps the message, or else the first of them.
PEOPLE = """
, told_apart AS (
    SELECT id, name, phone,
           CASE
               WHEN reason = 'will_send'
                    AND row_number() OVER (PARTITION BY reason, contact_id ORDER BY is_owner DESC, id) > 1
               THEN 'duplicate'
               ELSE reason
           END AS reason
    FROM chosen
)
SELECT id, name, phone, reason
FROM told_apart
WHERE (%(reason)s::text IS NULL OR reason = %(reason)s)
  AND (%(after_name)s::text IS NULL OR (name, id) > (%(after_name)s, %(after_id)s::uuid))
ORDER BY name, id
LIMIT %(limit)s
"""

# One after another by name; from the given contact on, or from the first.
RECIPIENTS = """
SELECT contact.id, contact.name, contact.fields
FROM messaging_contact AS contact
WHERE contact.id IN (SELECT contact_id FROM chosen WHERE reason = 'will_send')
  AND (%(from)s::uuid IS NULL
       OR (contact.name, contact.id) >= (SELECT name, id FROM messaging_contact WHERE id = %(from)s))
  AND (%(words)s::text IS NULL OR strpos(lower(contact.name), lower(%(words)s)) > 0)
ORDER BY contact.name, contact.id
LIMIT %(limit)s
"""
RECIPIENT_BEFORE = """
SELECT contact.id, contact.name, contact.fields
FROM messaging_contact AS contact
WHERE contact.id IN (SELECT contact_id FROM chosen WHERE reason = 'will_send')
  AND (contact.name, contact.id) < (SELECT name, id FROM messaging_contact WHERE id = %(from)s)
ORDER BY contact.name DESC, contact.id DESC
LIMIT 1
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """One person behind a figure."""

    id: UUID
    name: str
    #: E.164, or empty.
    phone: str
    reason: Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Addressee:
    """A contact that will get the message, with what its text says of it."""

    id: UUID
    name: str
    fields: Mapping[str, str]


def account_for(chosen: Filter, reach: Reach) -> Accounted:
    """Everyone the filter finds, counted by what becomes of them."""
    counts: dict[str, int] = {"chosen": 0}
    for reason, people, phones in _rows(COUNT, chosen, reach):
        counts["chosen"] += people
        if reason == Reason.WILL_SEND:
            counts["will_send"], counts["duplicate"] = phones, people - phones
        else:
            counts[reason] = people
    return Accounted(**counts)


def contact_ids(chosen: Filter, reach: Reach) -> list[UUID]:
    """The contacts that will get the message, each once."""
    return [row[0] for row in _rows(CONTACT_IDS, chosen, reach)]


def everyone(chosen: Filter, reach: Reach) -> list[tuple[UUID, UUID | None, str]]:
    """(person, contact, reason) of everybody who was chosen. Who shares a phone comes after its owner."""
    return [(person, contact, reason) for person, contact, reason in _rows(EVERYONE, chosen, reach)]


def numbers(chosen: Filter, reach: Reach) -> list[tuple[str, int]]:
    """Of each range of numbers that will get the message: one of them, and how many there are."""
    return [(number, count) for number, count in _rows(NUMBERS, chosen, reach)]


def people_behind(
    chosen: Filter,
    reach: Reach,
    reason: Reason | None,
    after: tuple[str, UUID] | None = None,
    limit: int = 50,
) -> Sequence[Counted]:
    """The people of one figure, by name; all who were chosen without a reason."""
    after_name, after_id = after or (None, None)
    rows = _rows(
        PEOPLE,
        chosen,
        reach,
        {
            "reason": reason.value if reason else None,
            "after_name": after_name,
            "after_id": after_id,
            "limit": limit,
        },
    )
    return [Counted(id=id, name=name, phone=phone, reason=Reason(why)) for id, name, phone, why in rows]


def recipients(
    chosen: Filter, reach: Reach, *, start: UUID | None = None, words: str = "", limit: int
) -> list[Addressee]:
    """Some who will get the message, by name: from `start` on, or those whose name has the words."""
    values = {"from": start, "words": words or None, "limit": limit}
    return [_addressee(row) for row in _rows(RECIPIENTS, chosen, reach, values)]


def recipient_before(chosen: Filter, reach: Reach, start: UUID) -> Addressee | None:
    rows = _rows(RECIPIENT_BEFORE, chosen, reach, {"from": start})
    return _addressee(rows[0]) if rows else None


def _addressee(row: tuple[Any, ...]) -> Addressee:
    id, name, fields = row
    # Django's cursors hand out JSON as text.
    return Addressee(id=id, name=name, fields=json.loads(fields))


def _rows(
    select: str, chosen: Filter, reach: Reach, values: Mapping[str, Any] | None = None
) -> list[tuple[Any, ...]]:
    parameters = {
        "area": reach.area_id,
        "today": reach.today,
        "trial_phones": None if reach.trial_phones is None else list(reach.trial_phones),
        "places": list(chosen.places) or None,
        "cadres": list(chosen.cadres) or None,
        "facility_types": list(chosen.facility_types) or None,
        "skills": list(chosen.skills) or None,
        "genders": list(chosen.genders) or None,
        "languages": list(chosen.languages) or None,
        # What a post says has to fit together only where two things are asked of it.
        "any_post": sum(map(bool, (chosen.places, chosen.cadres, chosen.facility_types))) < 2,
        **(values or {}),
    }
    with connection.cursor() as cursor:
        cursor.execute(CHOSEN + select, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
