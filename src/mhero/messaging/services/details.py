"""Fields of contacts, shared values, and labels of messages."""

from collections.abc import Mapping
from uuid import UUID

from django.db import connection, transaction

from mhero.accounts.models import User
from mhero.accounts.services import record_audit
from mhero.messaging.errors import FieldInUse, NotAllowedNow
from mhero.messaging.models import ContactField, Global, Label, LabelledMessage, Message
from mhero.platform.notify import notify

# Whoever has a value of the field is looked at again: what the value means may have changed.
LOOK_AGAIN = """
INSERT INTO messaging_contactchange (contact_id)
SELECT id FROM messaging_contact WHERE own_fields ? %(key)s OR fields ? %(key)s ORDER BY id
"""
SET_VALUES = """
UPDATE messaging_contact c SET own_fields = c.own_fields || jsonb_build_object(%(key)s::text, t.value)
FROM unnest(%(contacts)s::uuid[], %(values)s::text[]) AS t(id, value)
WHERE c.id = t.id
"""
USES = """
SELECT EXISTS (SELECT FROM messaging_campaignpoint WHERE relative_to = %(key)s AND NOT is_archived)
    OR EXISTS (SELECT FROM messaging_group WHERE NOT is_archived AND query ~ %(in_query)s)
    OR EXISTS (
        SELECT FROM messaging_flow f
        JOIN messaging_flowrevision r ON r.flow_id = f.id AND r.revision = f.published_revision
        WHERE NOT f.is_archived AND r.definition::text ~* %(in_flow)s)
"""


def save_field(field: ContactField, user: User) -> None:
    """Makes or changes one. A list or reminders that use it keep their meaning, so its kind then stays."""
    if field.follows_registry:
        raise NotAllowedNow
    with transaction.atomic():
        before = ContactField.objects.filter(pk=field.pk).first()
        if before and before.type != field.type and is_used(field.key):
            raise FieldInUse
        field.save()
        with connection.cursor() as cursor:
            cursor.execute(LOOK_AGAIN, {"key": field.key})
        record_audit("field.saved", f"detail {field.key}", user=user)
        notify("messaging_flows")


def set_values(field: ContactField, values: Mapping[UUID, str], user: User) -> None:
    """Gives contacts a value of a field of our own, which is made at its first use."""
    if not ContactField.objects.filter(pk=field.pk).exists():
        save_field(field, user)
    with connection.cursor() as cursor:
        cursor.execute(
            SET_VALUES, {"key": field.key, "contacts": list(values), "values": list(values.values())}
        )


def remove_field(field: ContactField, user: User) -> None:
    """Forgets the field and its values. Raises `FieldInUse`."""
    if field.follows_registry:
        raise NotAllowedNow
    with transaction.atomic():
        if is_used(field.key):
            raise FieldInUse
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE messaging_contact SET own_fields = own_fields - %(key)s WHERE own_fields ? %(key)s",
                {"key": field.key},
            )
            people = cursor.rowcount
        ContactField.objects.filter(pk=field.pk).delete()
        record_audit("field.removed", f"detail {field.key}", user=user, people=people)
        notify("messaging_flows")


def is_used(key: str) -> bool:
    """Whether a list, reminders or a published flow use the field."""
    with connection.cursor() as cursor:
        # A query is kept as the engine writes it: `fields.age > 30`. A flow names it in texts and in actions.
        names = {"key": key, "in_query": rf"\mfields\.{key}\M", "in_flow": rf'fields\.{key}\M|"key": "{key}"'}
        cursor.execute(USES, names)
        return bool(cursor.fetchone()[0])


def save_global(value: Global, user: User) -> None:
    with transaction.atomic():
        value.save()
        record_audit("global.saved", f"shared value {value.key}", user=user)
        notify("messaging_flows")


def remove_global(value: Global, user: User) -> None:
    with transaction.atomic():
        Global.objects.filter(key=value.key).delete()
        record_audit("global.removed", f"shared value {value.key}", user=user)
        notify("messaging_flows")


def create_label(name: str, user: User) -> Label:
    with transaction.atomic():
        label = Label.objects.create(name=name)
        record_audit("label.made", f"label {label.id}", user=user)
        notify("messaging_flows")
    return label


def remove_label(label: Label, user: User) -> None:
    with transaction.atomic():
        messages = label.messages.count()
        record_audit("label.removed", f"label {label.id}", user=user, messages=messages)
        label.delete()
        notify("messaging_flows")


def label_message(message: Message, label_ids: list[UUID], user: User) -> None:
    """The message has exactly these labels."""
    with transaction.atomic():
        labels = Label.objects.filter(id__in=label_ids)
        LabelledMessage.objects.filter(message_id=message.id).exclude(label__in=labels).delete()
        LabelledMessage.objects.bulk_create(
            [LabelledMessage(label=label, message_id=message.id) for label in labels], ignore_conflicts=True
        )
        record_audit("message.labelled", f"message {message.id}", user=user, people=1)
