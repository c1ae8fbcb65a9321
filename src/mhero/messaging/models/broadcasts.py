"""Sends: what goes to many people."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mhero.messaging.models.channels import SMSChannel
from mhero.messaging.models.contacts import Contact
from mhero.platform.clock import now
from mhero.platform.ids import new_id


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
    """One message, or a flow, to many people: a send."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=200)
    #: What the officer wrote, with @contact.first_name and the like; empty when it starts a flow.
    text = models.TextField()
    #: Further languages of the text, {"fra": …}; whoever speaks none of them gets `text`.
    translations = models.JSONField(default=dict)
    #: The flow that it starts with each person; None for a message.
    flow = models.ForeignKey("messaging.Flow", on_delete=models.PROTECT, null=True, related_name="sends")
    #: Whether accents are simplified so that more text fits in one SMS.
    simplifies_accents = models.BooleanField(default=False)
    #: Whether it goes before other sends, and in quiet hours too.
    is_urgent = models.BooleanField(default=False, db_default=False)
    #: None when each message goes by the channel that suits its number.
    sms_channel = models.ForeignKey(SMSChannel, on_delete=models.PROTECT, null=True, related_name="+")
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
    #: The send of which this one asks those again who did not answer: at most one of each.
    reask_of = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reask")
    #: When those who did not answer are to be asked once more; None is never.
    reask_at = models.DateTimeField(null=True)
    #: The point of a campaign that made it.
    campaign_point = models.ForeignKey(
        "messaging.CampaignPoint", on_delete=models.PROTECT, null=True, related_name="sends"
    )

    class Meta:
        indexes = [
            models.Index(fields=["-created_at"]),
            models.Index(fields=["status", "starts_at"]),
            models.Index(
                fields=["reask_at"],
                condition=models.Q(reask_at__isnull=False),
                name="messaging_sends_to_ask_again",
            ),
        ]


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
