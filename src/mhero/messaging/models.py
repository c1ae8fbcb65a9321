"""Contacts, messages, broadcasts and the SMS channels they leave by, in RapidPro's words."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from mhero.messaging.stop import default_stop_words
from mhero.platform.clock import now
from mhero.platform.ids import new_id, time_of
from mhero.platform.secrets import EncryptedTextField


class SMSChannelType(models.TextChoices):
    EXTERNAL = "external", _("Any provider with an HTTP address")
    KANNEL = "kannel", _("Kannel")


class SMSChannel(models.Model):
    """A way to and from a phone network."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    type = models.CharField(_("Kind"), max_length=20, choices=SMSChannelType.choices)
    name = models.CharField(_("Name"), max_length=100, unique=True)
    #: The short code or number that health workers see.
    address = models.CharField(_("Short code or number"), max_length=20)
    #: Where messages are sent to.
    send_url = models.URLField(_("Address of the provider"), max_length=500)
    #: The type's own fields, such as `username`.
    settings = models.JSONField(default=dict, blank=True)
    #: The password or token of the type.
    secret = EncryptedTextField(_("Password or token"), blank=True, default="")
    #: In the callback URL, so that nobody else can report deliveries or invent replies.
    callback_secret = EncryptedTextField(default="")
    is_enabled = models.BooleanField(_("On"), default=True)
    #: Segments a second that the provider takes.
    rate = models.FloatField(_("Text messages a second"), default=10)
    #: Requests open at one time.
    concurrency = models.IntegerField(default=16)
    created_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return self.name


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
    """Contacts by place or cadre, kept in step with the registry."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.TextField(unique=True)
    contacts = models.ManyToManyField(Contact, related_name="groups")


class OptOut(models.Model):
    """A number that must not be texted. It holds even when its contact goes and comes back."""

    number = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField(default=now)
    by = models.TextField()


class BroadcastStatus(models.TextChoices):
    """The life of a send: each state names what it waits for."""

    WAITING_FOR_APPROVAL = "waiting_for_approval", _("Waiting for approval")
    SCHEDULED = "scheduled", _("Scheduled")
    #: The visible hold before the first message leaves.
    HELD = "held", _("Starting soon")
    SENDING = "sending", _("Sending")
    SENT = "sent", _("Sent")
    STOPPED = "stopped", _("Stopped")
    EXPIRED = "expired", _("Expired")


class Broadcast(models.Model):
    """One message to many people: a send."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=200)
    #: What the officer wrote, with @contact.first_name and the like.
    text = models.TextField()
    #: Whether accents are simplified so that more text fits in one SMS.
    simplifies_accents = models.BooleanField(default=False)
    sms_channel = models.ForeignKey(SMSChannel, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=20, choices=BroadcastStatus.choices, default=BroadcastStatus.HELD)
    #: Whom it was meant for, in words and as the filter that chose them.
    audience = models.JSONField(default=dict)
    audience_description = models.TextField(default="")
    created_by_id = models.UUIDField(null=True)
    created_by = models.TextField(default="")
    approved_by = models.TextField(default="")
    created_at = models.DateTimeField(default=now)
    #: When the first message may leave: the end of the hold, or the chosen time.
    starts_at = models.DateTimeField()
    #: After this moment no message of it leaves any more.
    expires_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    #: Everyone accounted for when it was made: {chosen, will_send, opted_out, no_number, …}.
    accounted = models.JSONField(default=dict)
    #: How many of the recipients have become messages.
    expanded = models.IntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["-created_at"]), models.Index(fields=["status", "starts_at"])]


class Recipient(models.Model):
    """One contact of a broadcast, as chosen when it was made. Becomes one message."""

    id = models.BigAutoField(primary_key=True)
    broadcast = models.ForeignKey(Broadcast, on_delete=models.CASCADE, related_name="recipients")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    is_expanded = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["broadcast", "contact"], name="messaging_a_recipient_once")
        ]
        indexes = [
            models.Index(
                fields=["broadcast", "id"],
                condition=models.Q(is_expanded=False),
                name="messaging_recipient_waiting",
            )
        ]


class MessageStatus(models.TextChoices):
    """A message's states, in the order it passes through them. A final one is in `FINAL`."""

    QUEUED = "queued", _("Waiting to be sent")
    #: Handed to a sender; after a crash it is handed out again, with the same id.
    WIRED = "wired", _("Being sent")
    SENT = "sent", _("Sent, waiting for the network")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Not delivered")
    CANCELLED = "cancelled", _("Not sent")
    RECEIVED = "received", _("Received")


#: States that only a late delivery report changes.
FINAL = frozenset({MessageStatus.DELIVERED, MessageStatus.FAILED, MessageStatus.CANCELLED})


class Message(models.Model):
    """One text message, in or out. Partitioned by month.

    The id of a broadcast's message is derived from the broadcast and the contact, so that making it again
    makes nothing.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    is_incoming = models.BooleanField()
    contact_id = models.UUIDField()
    broadcast_id = models.UUIDField(null=True)
    sms_channel_id = models.UUIDField()
    #: E.164, as it was when the message was made.
    number = models.TextField()
    text = models.TextField()
    status = models.TextField(choices=MessageStatus.choices)
    #: Replies before bulk: 0 is sent before 1.
    priority = models.SmallIntegerField(default=1)
    segments = models.SmallIntegerField(default=1)
    #: The provider's own id.
    external_id = models.TextField(default="")
    #: A code of `messaging.reasons`; empty when nothing went wrong.
    reason = models.TextField(default="")
    #: What the provider said, word for word.
    provider_words = models.TextField(default="")
    attempts = models.SmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    final_at = models.DateTimeField(null=True)
    #: For a reply: the message it answers, as far as can be told.
    answers_id = models.UUIDField(null=True)
    #: For an incoming message: whether somebody has dealt with it.
    is_handled = models.BooleanField(default=False)
    #: Who wrote it by hand, if a person did.
    author = models.TextField(default="")
    #: The answer to STOP, the one message that somebody who opted out still gets.
    is_confirmation = models.BooleanField(default=False)
    #: The operator, cadre and county as they were when the message was made, for the figures of a send.
    operator = models.TextField(default="")
    cadre = models.TextField(default="")
    county = models.TextField(default="")

    class Meta:
        managed = False
        db_table = "messaging_message"

    @property
    def made_at(self) -> datetime:
        """When it was written or received: the identifier knows."""
        return time_of(self.id)


class Received(models.Model):
    """What a phone network handed us, durable before it was thanked; taken in by the worker.

    The key makes the same call twice one row: the network repeats what it was not thanked for.
    """

    id = models.BigAutoField(primary_key=True)
    sms_channel_id = models.UUIDField()
    #: `message`, `status` or `stopped`.
    kind = models.CharField(max_length=10)
    key = models.CharField(max_length=64)
    payload = models.JSONField()
    received_at = models.DateTimeField(default=now)
    is_taken = models.BooleanField(default=False)
    #: Why it could not be taken in, if so.
    error = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sms_channel_id", "kind", "key"], name="messaging_received_once")
        ]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(is_taken=False), name="messaging_received_waiting")
        ]


class SendingRules(models.Model):
    """How the workspace sends: exactly one row."""

    ONLY = 1

    id = models.SmallIntegerField(primary_key=True, default=ONLY, editable=False)
    #: The visible hold before the first message of a send leaves.
    hold_seconds = models.IntegerField(_("Seconds to wait before a send starts"), default=60)
    #: A send to more people than this needs a second person.
    approval_above = models.IntegerField(
        _("A second person approves sends to more people than"), default=5000
    )
    quiet_from = models.TimeField(_("Quiet from"), default="20:00")
    quiet_until = models.TimeField(_("Quiet until"), default="07:00")
    #: A send expires this many hours after its start unless its sender says otherwise.
    expires_after_hours = models.IntegerField(_("Hours until an unsent message is dropped"), default=24)
    #: Price of one segment by operator, in the workspace's currency: {"Lonestar MTN": "0.012", "": "0.015"}.
    prices = models.JSONField(default=dict, blank=True)
    #: Compared without case, accents and punctuation with the whole text of a reply.
    stop_words = ArrayField(models.CharField(max_length=30), default=default_stop_words, blank=True)
    stop_confirmation = models.TextField(
        default="You will get no more messages. Send START to get them again."
    )
    #: An unreported message counts as not delivered after this many hours; a late report still counts.
    gives_up_after_hours = models.IntegerField(default=72)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="messaging_one_set_of_rules")]
