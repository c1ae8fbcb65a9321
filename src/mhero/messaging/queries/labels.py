"""Labels, and the messages that have them."""

from uuid import UUID

from django.db.models import QuerySet

from mhero.messaging.models import Label, LabelledMessage, Message
from mhero.messaging.queries.inbox import contacts_of


def messages_with(label: Label, area_id: UUID | None) -> QuerySet[Message]:
    """Those that people of the area wrote."""
    marked = LabelledMessage.objects.filter(label=label).values("message_id")
    found = Message.objects.filter(id__in=marked, is_incoming=True)
    return found if area_id is None else found.filter(contact_id__in=contacts_of(area_id).values("id"))


def labels_with_counts(area_id: UUID | None) -> list[tuple[Label, int]]:
    """A few dozen at most, by name."""
    return [(label, messages_with(label, area_id).count()) for label in Label.objects.order_by("name")]


def labels_of(message: Message) -> set[UUID]:
    return set(LabelledMessage.objects.filter(message_id=message.id).values_list("label_id", flat=True))
