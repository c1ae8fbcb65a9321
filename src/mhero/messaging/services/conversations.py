"""Writing to one person by hand, and dealing with what they wrote."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from mhero.accounts.models import User
from mhero.accounts.services import record_audit
from mhero.messaging.circumstances import present
from mhero.messaging.errors import CannotBeTexted
from mhero.messaging.models import Contact, ContactStatus, Message, MessageStatus, OptOut, SMSChannel
from mhero.messaging.reasons import REASONS, TRIAL
from mhero.messaging.segments import count
from mhero.messaging.services.channels import channel_to_send_by
from mhero.platform.clock import Clock, now
from mhero.platform.ids import new_id
from mhero.platform.notify import notify
from mhero.platform.phones import operator_of

#: An answer that could not be sent within a day answers nothing any more.
EXPIRES_AFTER = timedelta(days=1)


def reply(contact: Contact, text: str, user: User, *, clock: Clock = now) -> Message:
    """Answers somebody, before any bulk and in quiet hours too. Raises `CannotBeTexted`, `NoSMSChannel`."""
    number = contact.number
    if not number:
        raise CannotBeTexted
    if contact.status == ContactStatus.STOPPED or OptOut.objects.filter(number=number).exists():
        raise CannotBeTexted(str(REASONS["opted_out"].sentence))
    if not present().may_be_texted(number):
        raise CannotBeTexted(str(REASONS[TRIAL].sentence))
    at = clock()
    with transaction.atomic():
        message = _written(contact.id, number, text, _channel_of(contact), user, clock)
        # Whoever answers has dealt with what came before.
        mark_handled(contact, user, is_audited=False)
        Contact.objects.filter(id=contact.id).update(last_message_at=at)
        record_audit("message.replied", f"contact {contact.id}", user=user, people=1)
    return message


def send_test(channel: SMSChannel, text: str, user: User, *, clock: Clock = now) -> Message:
    """Texts the person's own phone by this channel. Raises `CannotBeTexted` without a number."""
    if not user.phone:
        raise CannotBeTexted
    with transaction.atomic():
        contact, _ = Contact.objects.get_or_create(number=user.phone, defaults={"name": user.name})
        message = _written(contact.id, user.phone, text, channel, user, clock)
        record_audit("message.tested", f"SMS channel {channel.id}", user=user, people=1)
    return message


def mark_handled(contact: Contact, user: User, *, is_audited: bool = True) -> None:
    """Nobody needs to look at what this contact wrote so far."""
    with transaction.atomic():
        Message.objects.filter(contact_id=contact.id, is_incoming=True, is_handled=False).update(
            is_handled=True
        )
        Contact.objects.filter(id=contact.id).update(waiting_since=None)
        if is_audited:
            record_audit("conversation.handled", f"contact {contact.id}", user=user, people=1)


def _channel_of(contact: Contact) -> SMSChannel:
    """The channel that the person last wrote to, if it is still on."""
    latest = Message.objects.filter(contact_id=contact.id, is_incoming=True).order_by("-id").first()
    if latest is not None:
        channel = SMSChannel.objects.filter(id=latest.sms_channel_id, is_enabled=True).first()
        if channel is not None:
            return channel
    return channel_to_send_by(contact.number or "")


def _written(
    contact_id: UUID, number: str, text: str, channel: SMSChannel, user: User, clock: Clock
) -> Message:
    at = clock()
    message = Message.objects.create(
        id=new_id(at),
        is_incoming=False,
        contact_id=contact_id,
        sms_channel_id=channel.id,
        number=number,
        text=text,
        status=MessageStatus.QUEUED,
        priority=0,
        segments=count(text).segments,
        expires_at=at + EXPIRES_AFTER,
        author=user.email,
        operator=operator_of(number),
    )
    notify("messaging_queued")
    return message
