"""Single text messages, in and out, and what networks handed us."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from mhero.platform.clock import now
from mhero.platform.ids import new_id, time_of


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
    #: The send it belongs to: its text, or the first words of its flow. Later questions are no part of the
    #: send, so that they leave as answers do.
    broadcast_id = models.UUIDField(null=True)
    #: The conversation that it was said in.
    session_id = models.UUIDField(null=True)
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
    #: `message`, `status`, `stopped` or `linked`.
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
            models.Index(
                fields=["id"], condition=models.Q(is_taken=False), name="messaging_received_waiting"
            ),
            models.Index(fields=["id"], condition=~models.Q(error=""), name="messaging_received_errors"),
        ]
