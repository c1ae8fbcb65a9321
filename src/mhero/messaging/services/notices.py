"""Writing to one person without anybody's hand in it: answers to commands, and news that concern them."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from mhero.messaging.circumstances import Circumstances
from mhero.messaging.errors import NoSMSChannel
from mhero.messaging.models import Contact, Message, MessageStatus
from mhero.messaging.segments import count
from mhero.messaging.services.channels import channel_to_send_by
from mhero.platform.ids import derived_id
from mhero.platform.notify import notify
from mhero.platform.phones import operator_of

EXPIRES_AFTER: Final = timedelta(days=1)
ANSWER, NEWS = 0, 1


def notice(
    contact: Contact,
    text: str,
    *,
    of: tuple[object, ...],
    at: datetime,
    allowed: Circumstances,
    sms_channel_id: UUID | None = None,
    cannot_wait: bool = False,
) -> Message | None:
    """Queues a text in the current transaction; None when the person is not to be texted now.

    `of` says what it is about: the same news of the same time are one message, however often they are
    written. With the channel that somebody wrote to it is their answer, which leaves in quiet hours too;
    without one it waits for their end, unless it cannot.
    """
    if allowed.why_not(contact.number or "", text, contact.status):
        return None
    number = contact.number or ""
    try:
        channel_id = sms_channel_id or channel_to_send_by().id
    except NoSMSChannel:
        return None
    message, _ = Message.objects.get_or_create(
        id=derived_id(at, *of),
        defaults={
            "is_incoming": False,
            "contact_id": contact.id,
            "sms_channel_id": channel_id,
            "number": number,
            "text": text,
            "status": MessageStatus.QUEUED,
            "priority": ANSWER if sms_channel_id or cannot_wait else NEWS,
            "segments": count(text).segments,
            "expires_at": at + EXPIRES_AFTER,
            "operator": operator_of(number),
            "cadre": contact.fields.get("cadre", ""),
            "county": contact.fields.get("county", ""),
        },
    )
    notify("messaging_queued")
    return message
