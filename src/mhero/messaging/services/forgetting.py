"""Taking the words out of messages whose content nobody may keep any longer."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from django.db import connection

from mhero.messaging.models import Message
from mhero.platform.ids import derived_id, time_of

# What the networks handed in has no identifier of the message; its moment, to the millisecond, finds it.
RECEIVED: Final = """
SELECT id, received_at FROM messaging_received
WHERE kind = 'message' AND is_taken
  AND date_trunc('milliseconds', received_at) = ANY(%(moments)s::timestamptz[])
"""
FORGET: Final = """
UPDATE messaging_received SET payload = payload || '{"text": ""}' WHERE id = ANY(%(ids)s::bigint[])
"""


def forget_words(message_ids: Iterable[UUID]) -> None:
    """The messages stay, with when they were sent and what they cost; what they said is gone."""
    ids = set(message_ids)
    if not ids:
        return
    Message.objects.filter(id__in=ids).update(text="", provider_words="")
    with connection.cursor() as cursor:
        cursor.execute(RECEIVED, {"moments": [time_of(id) for id in ids]})
        theirs = [key for key, at in cursor.fetchall() if derived_id(at, key) in ids]
        cursor.execute(FORGET, {"ids": theirs})
