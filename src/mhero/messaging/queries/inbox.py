"""Conversations: who wrote, who waits for an answer, what was said."""

from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from mhero.accounts.models import User
from mhero.messaging.models import Contact, Message


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
