"""Confirmations: a reply by text, or an officer who was told by phone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import psycopg
from django.db import connection, transaction

from mhero.accounts.models import User
from mhero.accounts.services import record_audit
from mhero.messaging.commands import CommandSaid
from mhero.messaging.models import Contact
from mhero.outreach.alerts.answers import say
from mhero.outreach.alerts.models import Alert, AlertPerson, AlertState
from mhero.outreach.alerts.waves import anybody_left, end
from mhero.outreach.texts.confirmations import LONGEST, confirms
from mhero.platform.clock import Clock, now

# Whose answer is waited for, and the word of the alert: somebody whom its text has reached. In the middle of
# other questions a yes is an answer to those, unless the alert came after them.
AWAITED: Final = """
SELECT c.number, a.word
FROM messaging_contact c
JOIN outreach_alertperson p ON p.contact_id = c.id
JOIN outreach_alert a ON a.id = p.alert_id AND a.open_until > now()
CROSS JOIN LATERAL (
    SELECT m.broadcast_id FROM messaging_message m
    WHERE m.contact_id = c.id AND NOT m.is_incoming AND NOT m.is_confirmation
      AND m.status IN ('wired', 'sent', 'delivered', 'failed')
    ORDER BY m.id DESC LIMIT 1
) AS latest
WHERE c.number = ANY(%(numbers)s)
  AND EXISTS (
      SELECT FROM outreach_alertwave w JOIN messaging_message m ON m.broadcast_id = w.broadcast_id
      WHERE w.alert_id = a.id AND m.contact_id = c.id AND m.status IN ('wired', 'sent', 'delivered', 'failed')
  )
  AND (
      NOT EXISTS (SELECT FROM messaging_session s WHERE s.contact_id = c.id AND s.status = 'waiting')
      AND NOT EXISTS (SELECT FROM messaging_commanddialogue d WHERE d.contact_id = c.id AND d.until > now())
      OR EXISTS (
          SELECT FROM outreach_alertwave w WHERE w.alert_id = a.id AND w.broadcast_id = latest.broadcast_id
      )
  )
"""
# The open alerts of a person, the one that was texted last first.
OPEN: Final = """
SELECT a.id, a.word, p.confirmed_at IS NOT NULL
FROM outreach_alertperson p JOIN outreach_alert a ON a.id = p.alert_id
WHERE p.contact_id = %(contact)s AND a.open_until > %(at)s
ORDER BY p.confirmed_at IS NOT NULL, (
    SELECT max(m.id::text)
    FROM outreach_alertwave w JOIN messaging_message m ON m.broadcast_id = w.broadcast_id
    WHERE w.alert_id = a.id AND m.contact_id = p.contact_id
) DESC NULLS LAST, a.started_at DESC
"""
# What waits to leave is not needed any more.
TAKE_OUT: Final = """
UPDATE messaging_message SET status = 'cancelled', reason = 'answered', final_at = %(at)s
WHERE id IN (
    SELECT m.id FROM outreach_alertwave w JOIN messaging_message m ON m.broadcast_id = w.broadcast_id
    WHERE w.alert_id = %(alert)s AND m.contact_id = %(contact)s AND m.status = 'queued'
    ORDER BY m.id FOR UPDATE OF m
)
"""


class Confirmation:
    """Confirmations as a command of messaging: for those alone whose answer an alert waits for."""

    name: Final = "alerts"

    def claims(self, text: str) -> bool:
        return len(text) <= LONGEST

    async def awaited(
        self, connection: psycopg.AsyncConnection, said: Sequence[tuple[str, str]]
    ) -> set[tuple[str, str]]:
        cursor = await connection.execute(AWAITED, {"numbers": sorted({number for number, _ in said})})
        words: dict[str, list[str]] = {}
        for number, word in await cursor.fetchall():
            words.setdefault(number, []).append(word)
        return {
            (number, text)
            for number, text in said
            if any(confirms(text, word) for word in words.get(number, ()))
        }

    def take(self, said: CommandSaid) -> str | None:
        contact = said.contact
        # An own word says which alert is meant; any other yes is for the one that came last.
        fitting = [one for one in _open(contact.id, said.received_at) if confirms(said.text, one[1])]
        if not fitting:
            return None
        named = (one for one in fitting if _names(said.text, one[1]))
        alert_id, _word, has_confirmed = next(named, fitting[0])
        if has_confirmed:
            return ""
        confirm(alert_id, contact, said.received_at)
        return say(contact.language, "thanks")


def confirm(alert_id: UUID, contact: Contact, at: datetime, *, by: str = "") -> bool:
    """Notes that somebody confirmed, in the caller's transaction; False when they had already.

    The alert is over when nobody is left.
    """
    alert = Alert.objects.select_for_update().get(id=alert_id)
    waiting = AlertPerson.objects.filter(alert=alert, contact=contact, confirmed_at=None)
    if not waiting.update(confirmed_at=at, confirmed_by=by):
        return False
    with connection.cursor() as cursor:
        cursor.execute(TAKE_OUT, {"alert": alert.id, "contact": contact.id, "at": at})
    if alert.state == AlertState.RUNNING and not anybody_left(alert):
        end(alert, at)
    return True


def confirm_by_hand(alert: Alert, person: AlertPerson, user: User, clock: Clock = now) -> None:
    """An officer spoke with somebody who did not answer by text."""
    with transaction.atomic():
        if confirm(alert.id, person.contact, clock(), by=user.email):
            record_audit("alert.confirmed", f"alert {alert.id}", user=user, people=1)


def _open(contact_id: UUID, at: datetime) -> list[tuple[UUID, str, bool]]:
    with connection.cursor() as cursor:
        cursor.execute(OPEN, {"contact": contact_id, "at": at})
        found: list[tuple[UUID, str, bool]] = cursor.fetchall()
    return found


def _names(text: str, word: str) -> bool:
    """Whether the text says the alert's own word, which is none that everybody says."""
    return confirms(text, word) and not confirms(text)
