"""The ways to and from a phone network."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mhero.platform.clock import now
from mhero.platform.ids import new_id
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
