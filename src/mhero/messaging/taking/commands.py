"""Texts that commands claimed: kept while they are taken in, and taken by their command right after."""

import logging
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg
from django.db import connection, transaction
from django.db.models import F

from mhero.messaging.circumstances import present
from mhero.messaging.commands import REGISTERED, CommandSaid, answer_of
from mhero.messaging.database import in_thread
from mhero.messaging.models import CommandText, Contact, Message
from mhero.messaging.services.notices import notice
from mhero.platform.notify import notify

log = logging.getLogger(__name__)
BATCH: Final = 100
#: A text that a command stumbled over this often goes to the inbox.
MOST_ATTEMPTS: Final = 3

# One worker at a time, so that one person's texts are taken in their order.
LOCK: Final = "SELECT pg_try_advisory_xact_lock(hashtextextended('mhero.messaging.commands', 0))"
KEEP: Final = """
INSERT INTO messaging_commandtext (
    message_id, command, contact_id, sms_channel_id, number, text, received_at, attempts
)
SELECT message_id, command, contact_id, channel, number, text, received_at, 0
FROM unnest(
    %(message_id)s::uuid[], %(command)s::text[], %(contact_id)s::uuid[], %(channel)s::uuid[],
    %(number)s::text[], %(text)s::text[], %(received_at)s::timestamptz[]
) AS kept(message_id, command, contact_id, channel, number, text, received_at)
ON CONFLICT (message_id) DO NOTHING
"""
#: Who was asked back by a command, and answers it with whatever they write next.
ASKED = """
SELECT contact_id, command FROM messaging_commanddialogue
WHERE contact_id = ANY(%(contacts)s::uuid[]) AND until > %(now)s
"""


async def asked(connection: psycopg.AsyncConnection, contacts: list[UUID], now: datetime) -> dict[UUID, str]:
    """The commands that wait for an answer of these contacts."""
    cursor = await connection.execute(ASKED, {"contacts": contacts, "now": now})
    return {contact: command for contact, command in await cursor.fetchall() if command in REGISTERED}


async def keep(connection: psycopg.AsyncConnection, rows: list[dict[str, Any]]) -> None:
    """Keeps claimed texts in the transaction that takes them in."""
    if rows:
        await connection.execute(KEEP, {name: [row[name] for row in rows] for name in rows[0]})
        await connection.execute("SELECT pg_notify('messaging_commands', '')")


async def step() -> bool:
    return await in_thread(take_waiting)


def take_waiting() -> bool:
    """Has the waiting texts taken, each in a transaction with its answer; True while there may be more."""
    if not CommandText.objects.exists():
        return False
    taken = 0
    while taken < BATCH and _take_next():
        taken += 1
    return taken == BATCH


def _take_next() -> bool:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(LOCK)
            (is_ours,) = cursor.fetchone()
        # One that was stumbled over lets the others go first.
        waiting = CommandText.objects.order_by("attempts", "message_id").first() if is_ours else None
        if waiting is None:
            return False
        try:
            with transaction.atomic():
                _take(waiting)
            waiting.delete()
        except Exception:
            # The outer wall of a command: what it stumbles over must not stop the texts of others.
            log.exception("The command %s stumbled over a text.", waiting.command)
            if waiting.attempts + 1 < MOST_ATTEMPTS:
                CommandText.objects.filter(pk=waiting.pk).update(attempts=F("attempts") + 1)
            else:
                _leave_to_inbox(waiting)
                waiting.delete()
    return True


def _take(waiting: CommandText) -> None:
    command = REGISTERED.get(waiting.command)
    contact = Contact.objects.filter(id=waiting.contact_id).first() or _of_number(waiting)
    answer = command.take(_said(waiting, contact)) if command and contact else None
    if answer is None:
        _leave_to_inbox(waiting)
    elif answer and contact:
        notice(
            contact,
            answer,
            of=answer_of(waiting.message_id),
            at=waiting.received_at,
            allowed=present(),
            sms_channel_id=waiting.sms_channel_id,
        )


def _of_number(waiting: CommandText) -> Contact | None:
    """An unknown number that turned out to be a person's meanwhile is their contact now."""
    return Contact.objects.filter(number=waiting.number).first()


def _said(waiting: CommandText, contact: Contact) -> CommandSaid:
    return CommandSaid(
        message_id=waiting.message_id,
        contact=contact,
        text=waiting.text,
        received_at=waiting.received_at,
    )


def _leave_to_inbox(waiting: CommandText) -> None:
    Message.objects.filter(id=waiting.message_id).update(is_handled=False)
    Contact.objects.filter(id=waiting.contact_id, waiting_since=None).update(
        waiting_since=waiting.received_at
    )
    notify("messaging_queued")
