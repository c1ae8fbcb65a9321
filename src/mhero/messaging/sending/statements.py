"""The steps of a message towards the phone network, as SQL.

    queued ──claim──► wired ──► sent ──► delivered | failed
      ▲                 │ (the provider cannot be reached: again later)
      └─────────────────┘
    queued ──► cancelled (stopped, expired, opted out)

A message is wired only while its request is open and one sender, the holder of the channel's lock, has it.
Wired without a holder means that the holder died: it goes back to queued, and leaves again under the same id.

Several statements change many messages at one time. None of them waits for another in a circle: the claim
waits for nobody, and all others take the messages in the order of their ids.
"""

#: One sender a channel, over all workers; the lock goes with the connection.
LOCK_CHANNEL = "SELECT pg_try_advisory_lock(hashtextextended('mhero.messaging.channel.' || %(channel)s, 0))"

TAKE_BACK = (
    "UPDATE messaging_message SET status = 'queued' WHERE status = 'wired' AND sms_channel_id = %(channel)s"
)

# The order is answers before bulk, then age. Whether it may still leave is looked up here and not when it was
# queued: a stopped send, an opt-out or the end of the trial counts from this moment.
CLAIM = """
WITH waiting AS (
    SELECT id, sum(segments) OVER (ORDER BY priority, id) - segments AS segments_before
    FROM (
        SELECT m.id, m.priority, m.segments
        FROM messaging_message m LEFT JOIN messaging_broadcast b ON b.id = m.broadcast_id
        WHERE m.status = 'queued' AND m.sms_channel_id = %(channel)s
          AND m.priority <= %(last_priority)s
          AND (m.next_attempt_at IS NULL OR m.next_attempt_at <= %(now)s)
          AND (m.expires_at IS NULL OR m.expires_at > %(now)s)
          AND (b.id IS NULL OR b.status = 'sending')
          AND (m.is_confirmation OR NOT EXISTS (SELECT FROM messaging_optout o WHERE o.number = m.number))
          AND (%(is_live)s OR m.number = ANY(%(team_phones)s))
        ORDER BY m.priority, m.id
        LIMIT %(most)s
        FOR UPDATE OF m SKIP LOCKED
    ) AS first
)
UPDATE messaging_message m
SET status = 'wired', attempts = m.attempts + 1, next_attempt_at = NULL
FROM waiting w
WHERE m.id = w.id AND w.segments_before < %(segments)s AND m.status = 'queued'
RETURNING m.id, m.number, m.text, m.segments, m.attempts, m.priority
"""

# A report can be faster than the note that the message was sent: then only what it could not know is added.
NOTE_OUTCOMES = """
UPDATE messaging_message m SET
    status = CASE WHEN m.status = 'wired' THEN r.status ELSE m.status END,
    sent_at = coalesce(m.sent_at, r.sent_at),
    final_at = CASE WHEN m.status = 'wired' THEN r.final_at ELSE m.final_at END,
    next_attempt_at = CASE WHEN m.status = 'wired' THEN r.next_attempt_at ELSE m.next_attempt_at END,
    external_id = CASE WHEN r.external_id <> '' THEN r.external_id ELSE m.external_id END,
    reason = CASE WHEN m.status = 'wired' THEN r.reason ELSE m.reason END,
    provider_words = CASE WHEN m.status = 'wired' THEN r.words ELSE m.provider_words END
FROM (
    SELECT * FROM unnest(
        %(ids)s::uuid[], %(statuses)s::text[], %(sent_ats)s::timestamptz[], %(final_ats)s::timestamptz[],
        %(next_attempts)s::timestamptz[], %(external_ids)s::text[], %(reasons)s::text[], %(words)s::text[]
    ) AS noted(id, status, sent_at, final_at, next_attempt_at, external_id, reason, words)
    ORDER BY id
) AS r
WHERE m.id = r.id
"""

# What a phone fetched and never said more of.
TAKE_BACK_LENT = """
UPDATE messaging_message SET status = 'queued', next_attempt_at = NULL
WHERE status = 'wired' AND next_attempt_at <= %(now)s
"""

#: How the words of an attempt begin after which the provider may have the message, or has some of it.
NO_ANSWER = "No answer came."
PARTLY_SENT = "A part of the text has left."

ADDRESSES = """
SELECT c.number, a.address FROM messaging_contact c JOIN messaging_contactaddress a ON a.contact_id = c.id
WHERE c.number = ANY(%(numbers)s) AND a.address LIKE %(prefix)s
"""

# What can never leave any more is said so. Run now and then, and after each opt-out and stop.
CANCEL_EXPIRED = """
UPDATE messaging_message SET status = 'cancelled', reason = 'expired', final_at = %(now)s
WHERE id IN (
    SELECT id FROM messaging_message WHERE status = 'queued' AND expires_at <= %(now)s ORDER BY id FOR UPDATE
)
"""
CANCEL_OPTED_OUT = """
UPDATE messaging_message SET status = 'cancelled', reason = 'opted_out', final_at = %(now)s
WHERE id IN (
    SELECT m.id FROM messaging_message m JOIN messaging_optout o ON o.number = m.number
    WHERE m.status = 'queued' AND NOT m.is_confirmation ORDER BY m.id FOR UPDATE OF m
)
"""
CANCEL_STOPPED = """
UPDATE messaging_message SET status = 'cancelled', reason = 'stopped', final_at = %(now)s
WHERE id IN (
    SELECT m.id FROM messaging_message m JOIN messaging_broadcast b ON b.id = m.broadcast_id
    WHERE m.status = 'queued' AND b.status = 'stopped' ORDER BY m.id FOR UPDATE OF m
)
"""

# Sent, but the network never said more. A late report still counts.
GIVE_UP = """
UPDATE messaging_message SET status = 'failed', reason = 'no_report', final_at = %(now)s
WHERE id IN (
    SELECT id FROM messaging_message WHERE status = 'sent' AND sent_at <= %(sent_before)s
    ORDER BY id FOR UPDATE
)
"""

# A report that names the provider's own id can be faster than the note that gives the message that id.
TRY_REPORTS_AGAIN = """
UPDATE messaging_received SET is_taken = false, error = ''
WHERE id IN (
    SELECT id FROM messaging_received
    WHERE error <> '' AND kind = 'status' AND received_at > %(received_after)s ORDER BY id DESC LIMIT 1000
)
"""

# Callbacks are kept for a while so that a repeated one is known.
FORGET_RECEIVED = """
DELETE FROM messaging_received WHERE id IN (
    SELECT id FROM messaging_received WHERE is_taken AND received_at <= %(received_before)s
    ORDER BY id LIMIT 5000
)
"""
