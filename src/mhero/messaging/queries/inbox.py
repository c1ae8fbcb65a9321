"""Conversations: who wrote, who waits for an answer, what was said."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from mhero.accounts.models import User
from mhero.messaging.models import Contact, ContactEvent, Message
from mhero.platform.ids import lowest_id, time_of

#: Steps beside one page of messages; a conversation that loops may have any number of them.
MOST_STEPS = 300


def may_see(user: User, contact: Contact) -> bool:
    """Whether the contact works in the person's area; unknown numbers belong to the whole country."""
    return user.area_id is None or user.area_id in contact.place_ids


def contacts_of(area_id: UUID | None) -> QuerySet[Contact]:
    contacts = Contact.objects.all()
    return contacts if area_id is None else contacts.filter(place_ids__contains=[area_id])


def conversations(area_id: UUID | None, *, waiting: bool) -> QuerySet[Contact]:
    """Contacts that wrote to us, the latest first, with `latest_text`; `waiting`: only unhandled ones."""
    heard = Message.objects.filter(contact_id=OuterRef("pk"), is_incoming=True)
    contacts = contacts_of(area_id).filter(last_message_at__isnull=False)
    contacts = contacts.filter(waiting_since__isnull=False) if waiting else contacts.filter(Exists(heard))
    latest = Subquery(heard.order_by("-id").values("text")[:1])
    return contacts.annotate(latest_text=latest).order_by("-last_message_at", "-id")


def conversation_of(contact: Contact) -> QuerySet[Message]:
    """What was said both ways, the latest first."""
    return Message.objects.filter(contact_id=contact.id).order_by("-id")


def steps_beside(contact: Contact, oldest: UUID | None, before: UUID | None) -> list[ContactEvent]:
    """What happened between the oldest message of a page and the page after it, the latest of it first.

    None for `oldest` goes back to the beginning, None for `before` goes on until now.
    """
    found = ContactEvent.objects.filter(contact_id=contact.id)
    if oldest is not None:
        found = found.filter(id__gte=lowest_id(time_of(oldest)))
    if before is not None:
        found = found.filter(id__lt=lowest_id(time_of(before)))
    return list(found.order_by("-id")[:MOST_STEPS])


def in_order(messages: Iterable[Message], steps: Iterable[ContactEvent]) -> list[Message | ContactEvent]:
    """Both as they followed one another: what was heard, what came of it, what was said to it."""
    return sorted([*messages, *steps], key=_place)


def _place(item: Message | ContactEvent) -> tuple[datetime, int, UUID]:
    if isinstance(item, ContactEvent):
        return time_of(item.id), 1, item.id
    return time_of(item.id), 0 if item.is_incoming else 2, item.id
