"""What conversations read and write, as SQL.

A contact's row is the lock of all that goes on with the contact: whoever writes a session has it. Batches
lock their contacts in the order of ids.
"""

# What is published.

WORKSPACE = "SELECT country_code, time_zone FROM accounts_workspace LIMIT 1"
PUBLISHED_FLOWS = "SELECT id, published_revision FROM messaging_flow WHERE published_revision IS NOT NULL"
DEFINITIONS = """
SELECT r.flow_id, r.revision, r.definition
FROM unnest(%(flows)s::uuid[], %(revisions)s::int[]) AS wanted(flow_id, revision)
JOIN messaging_flowrevision r ON r.flow_id = wanted.flow_id AND r.revision = wanted.revision
"""
# Those that are off too: what is said by them waits, or takes the way of what else is queued there.
CHANNELS = "SELECT id, name, address FROM messaging_smschannel ORDER BY created_at"
FIELDS = "SELECT key, id, name, type FROM messaging_contactfield"
GROUPS = "SELECT id, name, query, follows_registry FROM messaging_group WHERE NOT is_archived"
LABELS = "SELECT id, name FROM messaging_label"
GLOBALS = "SELECT key, name, value FROM messaging_global"
TRIGGERS = """
SELECT t.type, t.flow_id, t.keywords, t.match, t.sms_channel_id,
    (SELECT array_agg(group_id) FROM messaging_trigger_groups g WHERE g.trigger_id = t.id),
    (SELECT array_agg(group_id) FROM messaging_trigger_excluded_groups g WHERE g.trigger_id = t.id),
    t.priority
FROM messaging_trigger t JOIN messaging_flow f ON f.id = t.flow_id
WHERE NOT t.is_archived AND NOT f.is_archived AND f.published_revision IS NOT NULL
ORDER BY t.created_at DESC
"""

# A batch's contacts and their sessions. Two statements: the second sees what was done by those who had the
# locks before.

READ_CONTACTS = """
SELECT id, coalesce(number, ''), name, language, status, fields, own_fields, created_at, last_message_at
FROM messaging_contact WHERE id = ANY(%(contacts)s) ORDER BY id
"""
LOCK_CONTACTS = READ_CONTACTS + "FOR NO KEY UPDATE"
STANDING = """
SELECT c.id,
    (SELECT array_agg(g.group_id) FROM messaging_group_contacts g WHERE g.contact_id = c.id),
    EXISTS (SELECT FROM messaging_optout o WHERE o.number = c.number),
    EXISTS (SELECT FROM messaging_sessiontask t WHERE t.contact_id = c.id AND t.kind = ANY(%(kinds)s)),
    (SELECT count(*) FROM messaging_message m
     WHERE m.contact_id = c.id AND m.id > %(since)s AND NOT m.is_incoming AND m.author = ''),
    s.id, s.flow_id, s.broadcast_id, s.sms_channel_id, s.state, s.started_at, s.timeout_at, s.expires_at,
    s.answered_at, s.answers
FROM messaging_contact c
LEFT JOIN messaging_session s ON s.contact_id = c.id AND s.status = 'waiting'
WHERE c.id = ANY(%(contacts)s)
"""
RECENT_TEXTS = """
SELECT contact_id, left(lower(text), 128) FROM messaging_message
WHERE contact_id = ANY(%(contacts)s) AND id > %(since)s AND NOT is_incoming AND author = ''
"""

# What a batch writes, in this order.

UPDATE_SESSIONS = """
UPDATE messaging_session s SET
    status = t.status, reason = t.reason, state = t.state, ended_at = t.ended_at, timeout_at = t.timeout_at,
    expires_at = t.expires_at, answered_at = t.answered_at, answers = t.answers, sms_channel_id = t.channel
FROM unnest(
    %(ids)s::uuid[], %(statuses)s::text[], %(reasons)s::text[], %(states)s::text[],
    %(ended_ats)s::timestamptz[], %(timeout_ats)s::timestamptz[], %(expires_ats)s::timestamptz[],
    %(answered_ats)s::timestamptz[], %(answers)s::int[], %(channels)s::uuid[]
) AS t(id, status, reason, state, ended_at, timeout_at, expires_at, answered_at, answers, channel)
WHERE s.id = t.id
"""
ADD_SESSIONS = """
INSERT INTO messaging_session (id, contact_id, flow_id, broadcast_id, sms_channel_id, status, reason, state,
    started_at, ended_at, timeout_at, expires_at, answered_at, answers)
SELECT * FROM unnest(
    %(ids)s::uuid[], %(contacts)s::uuid[], %(flows)s::uuid[], %(broadcasts)s::uuid[], %(channels)s::uuid[],
    %(statuses)s::text[], %(reasons)s::text[], %(states)s::text[], %(started_ats)s::timestamptz[],
    %(ended_ats)s::timestamptz[], %(timeout_ats)s::timestamptz[], %(expires_ats)s::timestamptz[],
    %(answered_ats)s::timestamptz[], %(answers)s::int[]
)
"""
UPDATE_RUNS = """
UPDATE messaging_flowrun r SET
    status = t.status, ended_at = t.ended_at, changed_at = t.changed_at, is_answered = t.is_answered,
    node_id = t.node_id, results = t.results
FROM unnest(
    %(ids)s::uuid[], %(statuses)s::text[], %(ended_ats)s::timestamptz[], %(changed_ats)s::timestamptz[],
    %(answereds)s::bool[], %(nodes)s::uuid[], %(results)s::jsonb[]
) AS t(id, status, ended_at, changed_at, is_answered, node_id, results)
WHERE r.id = t.id
"""
ADD_RUNS = """
INSERT INTO messaging_flowrun (id, session_id, contact_id, flow_id, broadcast_id, status, started_at,
    ended_at, changed_at, is_answered, node_id, results, person)
SELECT * FROM unnest(
    %(ids)s::uuid[], %(sessions)s::uuid[], %(contacts)s::uuid[], %(flows)s::uuid[], %(broadcasts)s::uuid[],
    %(statuses)s::text[], %(started_ats)s::timestamptz[], %(ended_ats)s::timestamptz[],
    %(changed_ats)s::timestamptz[], %(answereds)s::bool[], %(nodes)s::uuid[], %(results)s::jsonb[],
    %(people)s::jsonb[]
)
"""
END_RUNS = """
UPDATE messaging_flowrun r SET status = t.status, ended_at = %(now)s, changed_at = %(now)s
FROM unnest(%(sessions)s::uuid[], %(statuses)s::text[]) AS t(session_id, status)
WHERE r.session_id = t.session_id AND r.ended_at IS NULL
"""
ADD_MESSAGES = """
INSERT INTO messaging_message (
    id, is_incoming, contact_id, broadcast_id, session_id, sms_channel_id, number, text, status, priority,
    segments, external_id, reason, provider_words, attempts, next_attempt_at, expires_at, final_at,
    is_handled, author, is_confirmation, operator, cadre, county
)
SELECT m.id, false, m.contact_id, m.broadcast_id, m.session_id, m.channel, m.number, m.text, m.status,
    m.priority, m.segments, '', m.reason, '', 0, m.not_before, m.expires_at,
    CASE WHEN m.status <> 'queued' THEN %(now)s::timestamptz END, false, '', false, m.operator, m.cadre,
    m.county
FROM unnest(
    %(ids)s::uuid[], %(contacts)s::uuid[], %(broadcasts)s::uuid[], %(sessions)s::uuid[], %(channels)s::uuid[],
    %(numbers)s::text[], %(texts)s::text[], %(statuses)s::text[], %(priorities)s::smallint[],
    %(segments)s::smallint[], %(reasons)s::text[], %(not_befores)s::timestamptz[],
    %(expires_ats)s::timestamptz[], %(operators)s::text[], %(cadres)s::text[], %(counties)s::text[]
) AS m(id, contact_id, broadcast_id, session_id, channel, number, text, status, priority, segments, reason,
       not_before, expires_at, operator, cadre, county)
ON CONFLICT (id) DO NOTHING
"""
ADD_EVENTS = """
INSERT INTO messaging_contactevent (id, contact_id, session_id, flow_id, kind, data)
SELECT * FROM unnest(
    %(ids)s::uuid[], %(contacts)s::uuid[], %(sessions)s::uuid[], %(flows)s::uuid[], %(kinds)s::text[],
    %(datas)s::jsonb[]
)
ON CONFLICT (id) DO NOTHING
"""
ADD_STEPS = """
INSERT INTO messaging_stepcount (flow_id, broadcast_id, exit_id, destination_id, count)
SELECT * FROM unnest(
    %(flows)s::uuid[], %(broadcasts)s::uuid[], %(exits)s::uuid[], %(destinations)s::uuid[], %(counts)s::int[]
)
"""
CHANGE_CONTACTS = """
UPDATE messaging_contact c SET
    name = coalesce(t.name, c.name),
    language = coalesce(t.language, c.language),
    own_fields = jsonb_strip_nulls(c.own_fields || t.fields)
FROM unnest(%(ids)s::uuid[], %(names)s::text[], %(languages)s::text[], %(fields)s::jsonb[])
    AS t(id, name, language, fields)
WHERE c.id = t.id
"""
# A group may have gone meanwhile.
JOIN_GROUPS = """
INSERT INTO messaging_group_contacts (contact_id, group_id)
SELECT t.contact_id, t.group_id
FROM unnest(%(contacts)s::uuid[], %(groups)s::uuid[]) AS t(contact_id, group_id)
JOIN messaging_group g ON g.id = t.group_id
ON CONFLICT DO NOTHING
"""
LEAVE_GROUPS = """
DELETE FROM messaging_group_contacts gc
USING unnest(%(contacts)s::uuid[], %(groups)s::uuid[]) AS t(contact_id, group_id)
WHERE gc.contact_id = t.contact_id AND gc.group_id = t.group_id
"""
ADD_LABELS = """
INSERT INTO messaging_labelledmessage (label_id, message_id)
SELECT l.id, t.message_id FROM unnest(%(labels)s::uuid[], %(messages)s::uuid[]) AS t(label_id, message_id)
JOIN messaging_label l ON l.id = t.label_id
ON CONFLICT DO NOTHING
"""
ADD_TASKS = """
INSERT INTO messaging_sessiontask (contact_id, kind, data, made_at, attempts)
SELECT t.contact_id, t.kind, t.data, %(now)s, 0
FROM unnest(%(contacts)s::uuid[], %(kinds)s::text[], %(datas)s::jsonb[]) AS t(contact_id, kind, data)
"""

# Those who were silent for too long.

DUE_SESSIONS = """
SELECT id, contact_id FROM (
    (SELECT id, contact_id, timeout_at AS due FROM messaging_session
     WHERE timeout_at IS NOT NULL AND timeout_at <= %(now)s ORDER BY timeout_at LIMIT %(most)s)
    UNION
    (SELECT id, contact_id, expires_at FROM messaging_session
     WHERE expires_at IS NOT NULL AND expires_at <= %(now)s ORDER BY expires_at LIMIT %(most)s)
) AS waits ORDER BY due LIMIT %(most)s
"""
LAST_SAID = """
SELECT t.session_id, m.status, m.sent_at
FROM unnest(%(sessions)s::uuid[], %(contacts)s::uuid[]) AS t(session_id, contact_id)
CROSS JOIN LATERAL (
    SELECT status, sent_at FROM messaging_message m
    WHERE m.contact_id = t.contact_id AND m.session_id = t.session_id AND NOT m.is_incoming
    ORDER BY m.id DESC LIMIT 1
) AS m
"""

# The lane of those who wait for other systems.

CLAIM_TASKS = """
UPDATE messaging_sessiontask SET leased_until = %(until)s, attempts = attempts + 1
WHERE id IN (
    SELECT t.id FROM messaging_sessiontask t
    WHERE (t.leased_until IS NULL OR t.leased_until <= %(now)s)
      AND (t.kind = 'email' OR NOT EXISTS (
          SELECT FROM messaging_sessiontask before
          WHERE before.contact_id = t.contact_id AND before.id < t.id AND before.kind <> 'email'
      ))
    ORDER BY t.id LIMIT %(most)s
    FOR UPDATE SKIP LOCKED
)
RETURNING id, contact_id, kind, data, attempts
"""
# Whoever still has the lease finishes the task; somebody else may have it by now.
FINISH_TASKS = """
DELETE FROM messaging_sessiontask WHERE id = ANY(%(ids)s) AND leased_until = %(until)s RETURNING id
"""
RELEASE_TASK = "UPDATE messaging_sessiontask SET leased_until = %(until)s WHERE id = %(id)s"
# What a conversation took while it was alone with the message is said of the message, and else that it waits.
NOTE_TAKEN = "UPDATE messaging_message SET session_id = %(session)s WHERE id = %(id)s"
NOTE_WAITS = """
WITH heard AS (UPDATE messaging_message SET is_handled = false WHERE id = %(id)s RETURNING contact_id)
UPDATE messaging_contact c SET waiting_since = coalesce(c.waiting_since, %(at)s)
FROM heard WHERE c.id = heard.contact_id
"""
IS_SENDING = """
SELECT status = 'sending' AND expires_at > %(now)s FROM messaging_broadcast WHERE id = %(broadcast)s
"""
# Whom a step of a conversation is about, with what else is known of them.
RECIPIENTS = """
SELECT DISTINCT c.id, coalesce(c.number, ''), c.language, c.fields,
    CASE WHEN o.number IS NOT NULL THEN 'stopped' ELSE c.status END,
    EXISTS (SELECT FROM messaging_session s WHERE s.contact_id = c.id AND s.status = 'waiting')
FROM messaging_contact c LEFT JOIN messaging_optout o ON o.number = c.number
WHERE c.id = ANY(%(contacts)s::uuid[]) OR c.number = ANY(%(numbers)s::text[])
   OR c.id IN (SELECT g.contact_id FROM messaging_group_contacts g WHERE g.group_id = ANY(%(groups)s::uuid[]))
ORDER BY c.id
"""
