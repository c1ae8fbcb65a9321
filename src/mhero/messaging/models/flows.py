"""Flows: the conversations that can be held, with every revision of each."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from mhero.messaging.models.channels import SMSChannel
from mhero.messaging.models.contacts import Group
from mhero.platform.clock import now
from mhero.platform.ids import new_id


class Flow(models.Model):
    """A conversation that can be held with many people. Its id is the one in its definition."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("Name"), max_length=128)
    #: ISO 639-3; the language that the definition is written in.
    language = models.CharField(max_length=3, default="eng")
    #: What an officer wrote on the questions page, from which the definition is made; None for a flow that
    #: was imported, or changed in the editor, which can say more than the page.
    questions = models.JSONField(null=True)
    #: The revision that people meet; None while it is a draft.
    published_revision = models.IntegerField(null=True)
    #: The newest revision, published or not.
    latest_revision = models.IntegerField(default=0)
    #: Whether a step of the published revision waits for another system: such conversations have a lane of
    #: their own, so that nobody else waits with them.
    calls_out = models.BooleanField(default=False)
    #: What is wrong with the latest revision, as the engine's `inspect` says it.
    issues = models.JSONField(default=list)
    is_archived = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now)
    created_by = models.TextField(default="")
    changed_at = models.DateTimeField(default=now)

    class Meta:
        indexes = [models.Index(fields=["is_archived", "-changed_at"], name="messaging_flow_listed")]

    def __str__(self) -> str:
        return self.name


class FlowRevision(models.Model):
    """A flow as it was saved once. Never changed; what conversations under way came from stays readable."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="revisions")
    revision = models.IntegerField()
    #: RapidPro's definition, of the engine's newest version.
    definition = models.JSONField()
    saved_at = models.DateTimeField(default=now)
    saved_by = models.TextField(default="")
    #: When people met it first; None for one that was never published.
    published_at = models.DateTimeField(null=True)
    published_by = models.TextField(default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["flow", "revision"], name="messaging_a_revision_once")]


class FlowFile(models.Model):
    """An export file that somebody looks through before its flows come in. Gone then, or a day later."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.TextField()
    content = models.BinaryField()
    uploaded_at = models.DateTimeField(default=now)
    #: Nobody else sees it.
    uploaded_by_id = models.UUIDField()


class TriggerType(models.TextChoices):
    KEYWORD = "keyword", _("A word")
    CATCH_ALL = "catch_all", _("Any other message")
    NEW_CONVERSATION = "new_conversation", _("The first message of a number")


class Trigger(models.Model):
    """What makes a flow start when somebody writes to us."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    type = models.CharField(max_length=20, choices=TriggerType.choices)
    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="triggers")
    #: Without case and accents.
    keywords = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    #: Whether the word must be the whole message (`only`), or its beginning (`first`).
    match = models.CharField(max_length=5, default="first")
    sms_channel = models.ForeignKey(SMSChannel, on_delete=models.CASCADE, null=True, related_name="+")
    #: Nobody chosen means everybody.
    groups = models.ManyToManyField(Group, related_name="+", blank=True)
    excluded_groups = models.ManyToManyField(Group, related_name="+", blank=True)
    priority = models.IntegerField(default=0)
    is_archived = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now)
    created_by = models.TextField(default="")


class Global(models.Model):
    """A value that all flows can use: `@globals.hotline`."""

    key = models.CharField(primary_key=True, max_length=36)
    name = models.CharField(max_length=36)
    value = models.TextField()


class FieldType(models.TextChoices):
    TEXT = "text", _("Text")
    NUMBER = "number", _("Number")
    DATETIME = "datetime", _("Date")
    STATE = "state", _("County")
    DISTRICT = "district", _("District")
    WARD = "ward", _("Place below the district")


class ContactField(models.Model):
    """A kind of fact about contacts that flows, queries and campaigns use."""

    key = models.CharField(primary_key=True, max_length=36)
    id = models.UUIDField(unique=True, default=new_id, editable=False)
    name = models.CharField(max_length=36, unique=True)
    type = models.CharField(max_length=10, choices=FieldType.choices, default=FieldType.TEXT)
    #: Kept in step with the registry; nobody else changes it.
    follows_registry = models.BooleanField(default=False)


class Label(models.Model):
    """A mark on messages, to find them again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=64, unique=True)


class LabelledMessage(models.Model):
    id = models.BigAutoField(primary_key=True)
    label = models.ForeignKey(Label, on_delete=models.CASCADE, related_name="messages")
    message_id = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["label", "message_id"], name="messaging_a_label_once")]
        indexes = [models.Index(fields=["message_id"], name="messaging_labels_of_message")]
