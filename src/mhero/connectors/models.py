"""The connections to foreign systems."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mhero.platform.clock import now
from mhero.platform.ids import new_id
from mhero.platform.secrets import EncryptedTextField


class System(models.TextChoices):
    IHRIS = "ihris", "iHRIS"
    DHIS2 = "dhis2", "DHIS2"


class Connection(models.Model):
    """Where a foreign system is and how to sign in to it. One of each system."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    system = models.CharField(max_length=20, choices=System.choices, unique=True)
    #: Such as `https://ihris.example.org/hapi/fhir` or `https://dhis2.example.org`.
    url = models.URLField(_("address"), max_length=500)
    username = models.CharField(_("user name"), max_length=100, blank=True)
    #: The password, or the personal access token where there is no user name.
    secret = EncryptedTextField(_("password or token"), blank=True, default="")
    #: Which code systems and levels mean what, where the defaults do not fit.
    options = models.JSONField(default=dict, blank=True)
    #: What the last *Try it* or sync found, in words, and when.
    last_finding = models.TextField(default="", blank=True)
    last_tried_at = models.DateTimeField(null=True, blank=True)
    works = models.BooleanField(null=True, blank=True)
    updated_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return self.get_system_display()
