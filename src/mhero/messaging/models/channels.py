"""The ways to and from a phone network."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from mhero.messaging.models.contacts import Contact
from mhero.platform.clock import now
from mhero.platform.ids import new_id, time_of
from mhero.platform.secrets import EncryptedTextField


class SMSChannelType(models.TextChoices):
    EXTERNAL = "external", _("Any provider with an HTTP address")
    KANNEL = "kannel", "Kannel"
    JASMIN = "jasmin", "Jasmin"
    AFRICAS_TALKING = "africastalking", "Africa’s Talking"
    TWILIO = "twilio", "Twilio"
    INFOBIP = "infobip", "Infobip"
    CLICKATELL = "clickatell", "Clickatell"
    VONAGE = "vonage", "Vonage"
    ANDROID = "android", _("An Android phone")
    TELEGRAM = "telegram", "Telegram"
    WHATSAPP = "whatsapp", "WhatsApp"


class ShareReason(models.TextChoices):
    """Why fewer or more messages leave by a channel than its weight says."""

    ERRORS = "errors", _("Requests failed")
    SLOW = "slow", _("Delivery reports came late")
    #: It took over from another channel.
    HELPING = "helping", _("Another channel had trouble")
    RETURNING = "returning", _("Returning to its weight")


class SMSChannel(models.Model):
    """A way to and from a phone network."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    type = models.CharField(_("Kind"), max_length=20, choices=SMSChannelType.choices)
    name = models.CharField(_("Name"), max_length=100, unique=True)
    #: The short code or number that health workers see.
    address = models.CharField(_("Short code or number"), max_length=40)
    #: Where messages are sent to.
    send_url = models.URLField(_("Address of the provider"), max_length=500)
    #: The type's own fields, such as `username`.
    settings = models.JSONField(default=dict, blank=True)
    #: The password or token of the type.
    secret = EncryptedTextField(_("Password or token"), blank=True, default="")
    #: What the provider signs its callbacks with, where that is something else.
    signing_secret = EncryptedTextField(blank=True, default="")
    #: In the callback URL, so that nobody else can report deliveries or invent replies.
    callback_secret = EncryptedTextField(default="")
    is_enabled = models.BooleanField(_("On"), default=True)
    #: Segments a second that the provider takes.
    rate = models.FloatField(_("Text messages a second"), default=10)
    #: Requests open at one time.
    concurrency = models.IntegerField(default=16)
    #: Of the numbers that it is for, such as +23177; empty for any number.
    prefixes = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    #: How large a part it takes of the messages that several channels could send.
    weight = models.IntegerField(_("Weight"), default=50)
    #: The weight at this moment: trouble moves it away, and it returns slowly.
    share = models.FloatField(default=50)
    share_moved_at = models.DateTimeField(null=True)
    share_reason = models.CharField(max_length=10, choices=ShareReason.choices, default="", blank=True)
    created_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return self.name


class ChannelLogEntry(models.Model):
    """One request to a provider or one callback from it, without secrets, numbers and texts; kept some days.

    Of requests that end alike within one second only the first has an entry.
    """

    #: Sorts by time.
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sms_channel_id = models.UUIDField()
    #: `request` or `callback`.
    kind = models.TextField()
    #: Of a request sent, failed or retry; of a callback accepted or refused.
    outcome = models.TextField()
    #: The method, and the address without its query; of a callback its action.
    address = models.TextField()
    #: The status of HTTP; None when no answer came.
    status = models.SmallIntegerField(null=True)
    milliseconds = models.IntegerField()
    words = models.TextField(default="")
    message_id = models.UUIDField(null=True)
    #: How many ended alike in that second, this one among them.
    alike = models.IntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["sms_channel_id", "id"], name="messaging_channel_log")]

    @property
    def at(self) -> datetime:
        return time_of(self.id)


class ContactAddress(models.Model):
    """Where a contact is reached other than by their number: `tg:` and a chat of Telegram."""

    address = models.CharField(max_length=40, primary_key=True)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="addresses")
    linked_at = models.DateTimeField(default=now)
