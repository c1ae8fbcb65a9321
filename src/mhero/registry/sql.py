"""The registry's set-based statements. A batch comes as one JSON array, read with jsonb_to_recordset.

Where people are refreshed, the table that is updated is narrowed by the same lists once more: without it the
planner reads the whole table for each batch.
"""

from typing import Final

#: Numbers of `pg_advisory_xact_lock`: this one is the registry's.
LOCK: Final = "SELECT pg_advisory_xact_lock(7264726567)"

WRITE_RESOURCES: Final = """
WITH incoming AS (
    SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb)
        AS r(id uuid, type text, version integer, is_deleted boolean, body jsonb)
), head AS (
    INSERT INTO registry_resource AS resource (id, type, version, updated_at, is_deleted, body)
    SELECT id, type, version, %(at)s, is_deleted, body FROM incoming
    ON CONFLICT (id) DO UPDATE SET
        version = excluded.version, updated_at = excluded.updated_at,
        is_deleted = excluded.is_deleted, body = excluded.body
)
INSERT INTO registry_version (resource_id, type, version, updated_at, is_deleted, body, source)
SELECT id, type, version, %(at)s, is_deleted, body, %(source)s FROM incoming
"""

WRITE_ORIGINS: Final = """
INSERT INTO registry_origin AS origin (resource_id, source, key, digest, warnings, body, seen_at)
SELECT resource_id, %(source)s, key, digest, warnings, body, %(at)s
FROM jsonb_to_recordset(%(rows)s::jsonb)
    AS r(resource_id uuid, key text, digest text, warnings text[], body jsonb)
ON CONFLICT (source, key) DO UPDATE SET
    resource_id = excluded.resource_id, digest = excluded.digest, warnings = excluded.warnings,
    body = excluded.body, seen_at = excluded.seen_at
"""

TOUCH_ORIGINS: Final = (
    "UPDATE registry_origin SET seen_at = %(at)s WHERE source = %(source)s AND key = ANY(%(keys)s)"
)

WRITE_PLACES: Final = """
INSERT INTO registry_place AS place
    (id, kind, name, level, said_level, parent_id, path, tree_problem, facility_type, ownership,
     latitude, longitude, outline, is_active)
SELECT id, kind, name, 1, said_level, parent_id, ARRAY[id], '', facility_type, ownership,
    latitude, longitude, outline, is_active
FROM jsonb_to_recordset(%(rows)s::jsonb)
    AS r(id uuid, kind text, name text, said_level smallint, parent_id uuid, facility_type text,
         ownership text, latitude float, longitude float, outline jsonb, is_active boolean)
ON CONFLICT (id) DO UPDATE SET
    kind = excluded.kind, name = excluded.name, said_level = excluded.said_level,
    parent_id = excluded.parent_id, facility_type = excluded.facility_type, ownership = excluded.ownership,
    latitude = excluded.latitude, longitude = excluded.longitude, outline = excluded.outline,
    is_active = excluded.is_active
"""

WRITE_POSITIONS: Final = """
UPDATE registry_place AS place
SET path = r.path, level = r.level, tree_problem = r.problem
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(id uuid, path uuid[], level smallint, problem text)
WHERE place.id = r.id
"""

#: A new person is not active until a role that is open says so; `REFRESH_PEOPLE` follows.
WRITE_PEOPLE: Final = """
INSERT INTO registry_person AS person
    (id, name, given_name, family_name, gender, languages, qualifications, said_active, is_active,
     cadres, skills, place_ids, facility_types, phone, phone_state, phone_correction, language_correction,
     change)
SELECT id, name, given_name, family_name, gender, languages, qualifications, said_active, false,
    '{}', '{}', '{}', '{}', '', 'missing', '', '', nextval('registry_change')
FROM jsonb_to_recordset(%(rows)s::jsonb)
    AS r(id uuid, name text, given_name text, family_name text, gender text, languages text[],
         qualifications text[], said_active boolean)
ON CONFLICT (id) DO UPDATE SET
    name = excluded.name, given_name = excluded.given_name, family_name = excluded.family_name,
    gender = excluded.gender, qualifications = excluded.qualifications, said_active = excluded.said_active,
    languages = CASE WHEN person.language_correction = '' THEN excluded.languages
        ELSE person.language_correction::text
            || array_remove(excluded.languages, person.language_correction::text) END,
    change = excluded.change
"""

DELETE_NUMBERS: Final = "DELETE FROM registry_phonenumber WHERE person_id = ANY(%(people)s)"

WRITE_NUMBERS: Final = """
INSERT INTO registry_phonenumber (person_id, raw, number, is_joined, rank, use, problem, reason)
SELECT person_id, raw, number, is_joined, rank, use, '', reason
FROM jsonb_to_recordset(%(rows)s::jsonb)
    AS r(person_id uuid, raw text, number text, is_joined boolean, rank smallint, use text, reason text)
"""

WRITE_ROLES: Final = """
INSERT INTO registry_role AS role (id, person_id, place_id, job, cadre, specialties, start, "end", is_active)
SELECT id, person_id, place_id, job, cadre, specialties, start, "end", is_active
FROM jsonb_to_recordset(%(rows)s::jsonb)
    AS r(id uuid, person_id uuid, place_id uuid, job text, cadre text, specialties text[], start date,
         "end" date, is_active boolean)
ON CONFLICT (id) DO UPDATE SET
    person_id = excluded.person_id, place_id = excluded.place_id, job = excluded.job,
    cadre = excluded.cadre, specialties = excluded.specialties, start = excluded.start,
    "end" = excluded."end", is_active = excluded.is_active
"""

#: What follows for people from their roles and the places of these. A role counts while it is open; of
#: somebody who has none, the last one still says where she was. Only who really changed gets a new number.
REFRESH_PEOPLE: Final = """
WITH role AS (
    SELECT *, is_active AND (start IS NULL OR start <= %(today)s)
        AND ("end" IS NULL OR "end" >= %(today)s) AS is_open
    FROM registry_role WHERE person_id = ANY(%(people)s)
), ranked AS (
    SELECT *, row_number() OVER (
        PARTITION BY person_id
        ORDER BY is_open DESC,
            CASE WHEN is_open THEN start ELSE coalesce("end", start) END DESC NULLS LAST, id
    ) AS nth FROM role
), counted AS (
    SELECT ranked.*, place.path, place.facility_type FROM ranked
    LEFT JOIN registry_place AS place ON place.id = ranked.place_id
    WHERE is_open OR nth = 1
), summed AS (
    SELECT person_id, bool_or(is_open) AS has_open,
        (array_agg(place_id ORDER BY nth) FILTER (WHERE place_id IS NOT NULL))[1] AS place_id,
        coalesce(array_agg(DISTINCT cadre) FILTER (WHERE cadre <> ''), '{}') AS cadres,
        coalesce(array_agg(DISTINCT facility_type) FILTER (WHERE facility_type <> ''), '{}') AS facility_types
    FROM counted GROUP BY person_id
), places AS (
    SELECT person_id, array_agg(DISTINCT above ORDER BY above) AS place_ids
    FROM counted, unnest(path) AS above GROUP BY person_id
), skilled AS (
    SELECT person_id, array_agg(DISTINCT word) AS skills
    FROM (
        SELECT person_id, unnest(specialties || job) AS word FROM counted
        UNION ALL
        SELECT id, unnest(qualifications) FROM registry_person WHERE id = ANY(%(people)s)
    ) AS words
    WHERE word <> '' GROUP BY person_id
), derived AS (
    SELECT person.id, person.said_active AND coalesce(has_open, false) AS is_active, summed.place_id,
        coalesce(places.place_ids, '{}') AS place_ids, coalesce(summed.cadres, '{}') AS cadres,
        coalesce(summed.facility_types, '{}') AS facility_types, coalesce(skilled.skills, '{}') AS skills
    FROM registry_person AS person
    LEFT JOIN summed ON summed.person_id = person.id
    LEFT JOIN places ON places.person_id = person.id
    LEFT JOIN skilled ON skilled.person_id = person.id
    WHERE person.id = ANY(%(people)s)
)
UPDATE registry_person AS person
SET is_active = derived.is_active, place_id = derived.place_id, place_ids = derived.place_ids,
    cadres = derived.cadres, facility_types = derived.facility_types, skills = derived.skills,
    change = nextval('registry_change')
FROM derived
WHERE person.id = derived.id AND person.id = ANY(%(people)s) AND
    (person.is_active, person.place_id, person.place_ids, person.cadres, person.facility_types, person.skills)
    IS DISTINCT FROM (derived.is_active, derived.place_id, derived.place_ids, derived.cadres,
        derived.facility_types, derived.skills)
"""

#: The number to text: an officer's correction, else the first that can be right. Returns every number that
#: this touches, before and after, since who shares a number depends on the others who have it.
CHOOSE_NUMBERS: Final = """
WITH chosen AS (
    SELECT person.id, person.phone AS phone_before,
        coalesce(nullif(person.phone_correction, ''), (
            SELECT number FROM registry_phonenumber
            WHERE person_id = person.id AND number <> '' ORDER BY rank LIMIT 1
        ), '') AS phone
    FROM registry_person AS person WHERE person.id = ANY(%(people)s)
), changed AS (
    UPDATE registry_person AS person SET phone = chosen.phone, change = nextval('registry_change')
    FROM chosen
    WHERE person.id = chosen.id AND person.id = ANY(%(people)s) AND person.phone <> chosen.phone
)
SELECT phone_before FROM chosen UNION SELECT phone FROM chosen
UNION SELECT number FROM registry_phonenumber WHERE person_id = ANY(%(people)s)
"""

#: Everybody who is texted on one of the numbers, or has it among others.
HOLDERS: Final = """
SELECT id FROM registry_person WHERE phone = ANY(%(numbers)s)
UNION SELECT person_id FROM registry_phonenumber WHERE number = ANY(%(numbers)s)
"""

#: Who left does not share a number with the colleague who has it now. Everything is looked up by the given
#: people and numbers, so that it costs the same in a large country.
JUDGE_PEOPLE: Final = """
WITH held AS (
    SELECT phone, count(*) AS holders FROM registry_person
    WHERE phone = ANY(%(numbers)s) AND is_active GROUP BY phone
), entered AS (
    SELECT person_id, array_agg(number) FILTER (WHERE is_joined) AS joined
    FROM registry_phonenumber WHERE person_id = ANY(%(people)s) GROUP BY person_id
), judged AS (
    SELECT person.id, CASE
        WHEN person.phone = '' AND entered.person_id IS NULL THEN 'missing'
        WHEN person.phone = '' THEN 'invalid'
        WHEN person.is_active AND held.holders > 1 THEN 'shared'
        WHEN person.phone_correction = '' AND person.phone = ANY(entered.joined) THEN 'ambiguous'
        ELSE 'usable' END AS phone_state
    FROM registry_person AS person
    LEFT JOIN entered ON entered.person_id = person.id
    LEFT JOIN held ON held.phone = person.phone
    WHERE person.id = ANY(%(people)s)
)
UPDATE registry_person AS person
SET phone_state = judged.phone_state, change = nextval('registry_change')
FROM judged
WHERE person.id = judged.id AND person.id = ANY(%(people)s) AND person.phone_state <> judged.phone_state
"""

#: A number is shared when somebody else who works is texted on it.
JUDGE_NUMBERS: Final = """
WITH held AS (
    SELECT phone, count(*) AS holders FROM registry_person
    WHERE phone = ANY(%(numbers)s) AND is_active GROUP BY phone
), judged AS (
    SELECT owned.id, CASE
        WHEN owned.number = '' THEN 'invalid'
        WHEN person.is_active AND held.holders > (person.phone = owned.number)::integer THEN 'shared'
        WHEN owned.is_joined THEN 'ambiguous'
        ELSE '' END AS problem
    FROM registry_phonenumber AS owned
    JOIN registry_person AS person ON person.id = owned.person_id AND person.id = ANY(%(people)s)
    LEFT JOIN held ON held.phone = owned.number
    WHERE owned.number = ANY(%(numbers)s)
        OR (owned.number = '' AND owned.person_id = ANY(%(people)s))
)
UPDATE registry_phonenumber AS owned SET problem = judged.problem
FROM judged
WHERE owned.id = judged.id AND owned.problem <> judged.problem AND (
    owned.number = ANY(%(numbers)s) OR (owned.number = '' AND owned.person_id = ANY(%(people)s)))
"""

#: People who belong to places whose name or kind changed: what follows the registry shows these words.
RENUMBER_PEOPLE_OF: Final = """
UPDATE registry_person SET change = nextval('registry_change') WHERE place_ids && %(places)s::uuid[]
"""

PEOPLE_UNDER: Final = """
SELECT DISTINCT role.person_id FROM registry_role AS role
WHERE role.place_id = ANY(%(places)s)
UNION SELECT id FROM registry_person WHERE place_ids && %(places)s::uuid[]
"""

#: Whose role began or ended by the calendar alone, with no news from the source.
PEOPLE_WHOM_THE_DAY_CHANGES: Final = """
SELECT person.id FROM registry_person AS person
LEFT JOIN (
    SELECT person_id, bool_or(is_active AND (start IS NULL OR start <= %(today)s)
        AND ("end" IS NULL OR "end" >= %(today)s)) AS has_open
    FROM registry_role GROUP BY person_id
) AS role ON role.person_id = person.id
WHERE person.is_active <> (person.said_active AND coalesce(has_open, false))
UNION SELECT person_id FROM registry_role WHERE start = %(today)s OR "end" = %(today)s::date - 1
"""

#: Before a second source speaks of a resource, the first one's words are kept for themselves.
KEEP_ACCOUNTS: Final = """
UPDATE registry_origin AS origin SET body = resource.body
FROM registry_resource AS resource
WHERE resource.id = origin.resource_id AND origin.resource_id = ANY(%(ids)s) AND origin.body = '{}'
"""

#: The origins of one resource become those of another.
MOVE_ORIGINS: Final = """
UPDATE registry_origin AS origin SET resource_id = r.new
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(old uuid, new uuid) WHERE origin.resource_id = r.old
"""

#: What referred to one resource refers to another; returns whose body says so.
MOVE_REFERENCES: Final = """
WITH r AS (SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(old uuid, new uuid)),
place AS (
    UPDATE registry_place SET parent_id = r.new FROM r WHERE parent_id = r.old RETURNING id
), role AS (
    UPDATE registry_role SET
        place_id = coalesce((SELECT new FROM r WHERE old = place_id), place_id),
        person_id = coalesce((SELECT new FROM r WHERE old = person_id), person_id)
    WHERE place_id IN (SELECT old FROM r) OR person_id IN (SELECT old FROM r) RETURNING id
)
SELECT id FROM place UNION SELECT id FROM role
"""

SET_LEAVE: Final = """
UPDATE registry_person SET on_leave_until = %(until)s, change = nextval('registry_change')
WHERE id = %(person)s AND on_leave_until IS DISTINCT FROM %(until)s::date
"""

RENUMBER: Final = "UPDATE registry_person SET change = nextval('registry_change') WHERE id = %(person)s"
