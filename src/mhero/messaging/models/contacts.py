"""Contacts, their groups, and who must not be texted."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from mhero.platform.clock import now
from mhero.platform.ids import new_id


class ContactStatus(models.TextChoices):
    ACTIVE = "active", _("Can be texted")
    #: Sent STOP, or was marked so by an officer.
    STOPPED = "stopped", _("Opted out")
    #: Left the service, or has no role that is open: quiet until the registry says otherwise.
    LEFT = "left", _("Left")


class Contact(models.Model):
    """Somebody who can be texted: a health worker of the registry, or an unknown number that texted us."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    #: The registry's person; None for an unknown number.
    person_id = models.UUIDField(null=True, unique=True)
    #: E.164; the number that is texted, of one contact alone. None while the person has none of their own.
    number = models.CharField(max_length=20, unique=True, null=True)
    name = models.TextField(default="")
    #: ISO 639-3, as RapidPro has it.
    language = models.CharField(max_length=8, default="")
    status = models.CharField(max_length=10, choices=ContactStatus.choices, default=ContactStatus.ACTIVE)
    #: Values that messages can be personalised with: first_name, cadre, facility, county, district.
    fields = models.JSONField(default=dict)
    #: Values that conversations and officers set, {key: text}; they stay when the registry changes `fields`.
    own_fields = models.JSONField(default=dict)
    stopped_at = models.DateTimeField(null=True)
    #: `STOP` in a message, or the officer's address.
    stopped_by = models.TextField(default="")
    created_at = models.DateTimeField(default=now)
    #: All places the person works in, with everything above them: who may see this contact.
    place_ids = ArrayField(models.UUIDField(), default=list)
    #: The registry change that it reflects.
    followed_change = models.BigIntegerField(default=0)
    #: Of the latest reply, or answer to one: the inbox is in this order.
    last_message_at = models.DateTimeField(null=True)
    #: When the first reply came that nobody has dealt with yet.
    waiting_since = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            GinIndex(fields=["place_ids"], name="messaging_contact_places"),
            models.Index(
                fields=["-last_message_at", "-id"],
                condition=models.Q(last_message_at__isnull=False),
                name="messaging_contact_inbox",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.number or ""


class Group(models.Model):
    """Contacts under one name: by place or cadre as the registry has it, named one by one, or by a query."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.TextField(unique=True)
    #: A contact query; empty for a group whose members are named.
    query = models.TextField(default="")
    #: Kept in step with the registry; nobody else changes its members.
    follows_registry = models.BooleanField(default=False)
    #: Of a query that is new: how many contacts were asked of how many, and the last of them.
    evaluated = models.IntegerField(default=0, db_default=0)
    to_evaluate = models.IntegerField(default=0, db_default=0)
    evaluated_until = models.UUIDField(null=True)
    #: False while the members of a new query are still being found.
    is_ready = models.BooleanField(default=True, db_default=True)
    is_archived = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(default=now, db_default=Now())
    created_by = models.TextField(default="", db_default="")
    contacts = models.ManyToManyField(Contact, related_name="groups")

    def __str__(self) -> str:
        return self.name


class OptOut(models.Model):
    """A number that must not be texted. It holds even when its contact goes and comes back."""

    number = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField(default=now)
    by = models.TextField()
