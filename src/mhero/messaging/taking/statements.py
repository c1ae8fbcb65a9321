"""How what networks bring changes messages and contacts, as SQL."""

LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('mhero.messaging.taking', 0))"
WAITING = """
SELECT id, sms_channel_id, kind, payload, received_at FROM messaging_received
WHERE NOT is_taken ORDER BY id LIMIT %(most)s
"""
MARK_TAKEN = """
UPDATE messaging_received r SET is_taken = true, error = t.error
FROM unnest(%(ids)s::bigint[], %(errors)s::text[]) AS t(id, error) WHERE r.id = t.id
"""

# A final state stays, but for news that is better: a phone that comes back after days still counts, and so
# does a message that left although a crash kept us from noting it.
TAKE_REPORTS = """
UPDATE messaging_message m SET
    status = r.status,
    sent_at = coalesce(m.sent_at, r.at),
    final_at = CASE WHEN r.status = 'sent' THEN NULL ELSE r.at END,
    reason = CASE WHEN r.status = 'failed' THEN 'not_delivered' ELSE '' END,
    provider_words = r.words
FROM (
    SELECT * FROM unnest(%(ids)s::uuid[], %(statuses)s::text[], %(ats)s::timestamptz[], %(words)s::text[])
        AS news(id, status, at, words)
    ORDER BY id
) AS r
WHERE m.id = r.id AND NOT m.is_incoming AND (
    m.status IN ('queued', 'wired')
    OR (m.status = 'sent' AND r.status <> 'sent')
    OR (m.status IN ('failed', 'cancelled') AND r.status = 'delivered')
)
"""
KNOWN_IDS = """
SELECT m.id FROM unnest(%(ids)s::uuid[]) AS r(id)
JOIN messaging_message m ON m.id = r.id AND NOT m.is_incoming
"""
IDS_OF_EXTERNAL = """
SELECT m.external_id, m.id FROM unnest(%(externals)s::text[]) AS r(external)
JOIN messaging_message m ON m.external_id = r.external AND m.external_id <> '' AND NOT m.is_incoming
"""

# The contact of a number, and the message that a reply answers: the latest one that reached the phone.
CONTACTS = """
SELECT c.number, c.id, latest.id
FROM messaging_contact c
LEFT JOIN LATERAL (
    SELECT m.id FROM messaging_message m
    WHERE m.contact_id = c.id AND NOT m.is_incoming AND NOT m.is_confirmation
      AND m.status IN ('wired', 'sent', 'delivered', 'failed')
    ORDER BY m.id DESC LIMIT 1
) AS latest ON true
WHERE c.number = ANY(%(numbers)s)
"""
ADD_UNKNOWN = """
INSERT INTO messaging_contact (id, number, name, language, status, fields, own_fields, stopped_by, place_ids,
    created_at, followed_change)
SELECT c.id, c.number, '', '', 'active', '{}', '{}', '', '{}', %(now)s, 0
FROM unnest(%(ids)s::uuid[], %(numbers)s::text[]) AS c(id, number)
ON CONFLICT (number) DO NOTHING
"""
ADD_MESSAGES = """
INSERT INTO messaging_message (
    id, is_incoming, contact_id, sms_channel_id, number, text, status, priority, segments, external_id,
    reason, provider_words, attempts, expires_at, answers_id, is_handled, session_id, author, is_confirmation,
    operator, cadre, county
)
SELECT m.id, m.is_incoming, m.contact_id, m.channel, m.number, m.text, m.status, 0, m.segments,
    m.external_id, '', '', 0, CASE WHEN m.is_incoming THEN NULL ELSE now() + interval '1 day' END,
    m.answers_id, m.is_handled, m.session_id, '', NOT m.is_incoming, m.operator, '', ''
FROM unnest(
    %(id)s::uuid[], %(is_incoming)s::bool[], %(contact_id)s::uuid[], %(channel)s::uuid[], %(number)s::text[],
    %(text)s::text[], %(status)s::text[], %(segments)s::smallint[], %(external_id)s::text[],
    %(answers_id)s::uuid[], %(is_handled)s::bool[], %(session_id)s::uuid[], %(operator)s::text[]
) AS m(id, is_incoming, contact_id, channel, number, text, status, segments, external_id, answers_id,
       is_handled, session_id, operator)
ON CONFLICT (id) DO NOTHING
"""
TOUCH_CONTACTS = """
UPDATE messaging_contact c SET
    last_message_at = greatest(c.last_message_at, t.at),
    waiting_since = CASE WHEN t.waits THEN coalesce(c.waiting_since, t.at) ELSE c.waiting_since END
FROM unnest(%(ids)s::uuid[], %(ats)s::timestamptz[], %(waits)s::bool[]) AS t(id, at, waits) WHERE c.id = t.id
"""
OPT_OUT = """
WITH wished AS (SELECT number, by FROM unnest(%(numbers)s::text[], %(by)s::text[]) AS w(number, by)),
added AS (
    INSERT INTO messaging_optout (number, at, by) SELECT number, %(now)s, by FROM wished
    ON CONFLICT (number) DO NOTHING RETURNING number
),
cancelled AS (
    UPDATE messaging_message SET status = 'cancelled', reason = 'opted_out', final_at = %(now)s
    WHERE id IN (
        SELECT m.id FROM messaging_message m JOIN wished w ON w.number = m.number
        WHERE m.status = 'queued' AND NOT m.is_confirmation ORDER BY m.id FOR UPDATE OF m
    )
)
UPDATE messaging_contact c SET status = 'stopped', stopped_at = %(now)s, stopped_by = w.by
FROM wished w WHERE c.number = w.number
"""
# Whether somebody still works in the service is not theirs to say: the registry does at its next change.
OPT_IN = """
WITH removed AS (DELETE FROM messaging_optout WHERE number = ANY(%(numbers)s))
UPDATE messaging_contact SET status = 'active', stopped_at = NULL, stopped_by = ''
WHERE number = ANY(%(numbers)s) AND status = 'stopped'
"""

# An address of another network, such as a chat of Telegram, and the contact whose number was shared there.
NUMBERS_OF_ADDRESSES = """
SELECT a.address, c.number FROM messaging_contactaddress a JOIN messaging_contact c ON c.id = a.contact_id
WHERE a.address = ANY(%(addresses)s) AND c.number IS NOT NULL
"""
LINK = """
INSERT INTO messaging_contactaddress (address, contact_id, linked_at)
SELECT l.address, c.id, %(now)s
FROM unnest(%(addresses)s::text[], %(numbers)s::text[]) AS l(address, number)
JOIN messaging_contact c ON c.number = l.number
ON CONFLICT (address) DO UPDATE SET contact_id = excluded.contact_id, linked_at = excluded.linked_at
"""
MOVE_MESSAGES = """
UPDATE messaging_message m SET contact_id = a.contact_id
FROM messaging_contact old JOIN messaging_contactaddress a ON a.address = old.number
WHERE old.number = ANY(%(addresses)s) AND m.contact_id = old.id AND a.contact_id <> old.id
"""
CARRY_OPT_OUTS = """
WITH carried AS (
    SELECT c.id, c.number, o.at, o.by
    FROM messaging_optout o JOIN messaging_contactaddress a ON a.address = o.number
    JOIN messaging_contact c ON c.id = a.contact_id
    WHERE o.number = ANY(%(addresses)s)
),
added AS (
    INSERT INTO messaging_optout (number, at, by) SELECT number, at, by FROM carried ON CONFLICT DO NOTHING
)
UPDATE messaging_contact c SET status = 'stopped', stopped_at = carried.at, stopped_by = carried.by
FROM carried WHERE c.id = carried.id
"""
# The address is nobody's number any more: its contact waits for no answer.
QUIET = """
WITH old AS (
    SELECT c.id, c.number, c.waiting_since FROM messaging_contact c WHERE c.number = ANY(%(addresses)s)
),
known AS (
    UPDATE messaging_contact c SET last_message_at = greatest(c.last_message_at, %(now)s),
        waiting_since = coalesce(c.waiting_since, old.waiting_since)
    FROM old JOIN messaging_contactaddress a ON a.address = old.number
    WHERE c.id = a.contact_id
)
UPDATE messaging_contact c SET last_message_at = NULL, waiting_since = NULL FROM old WHERE c.id = old.id
"""
