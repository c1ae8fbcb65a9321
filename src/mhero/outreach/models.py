"""Saved audiences, and sends that are being prepared."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from mhero.accounts.models import User
from mhero.platform.clock import now
from mhero.platform.ids import new_id


class Audience(models.Model):
    """A saved choice of people. It holds the filter, not the people: who fits is looked up at each use."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=100)
    #: The form of `outreach.audience.Filter`.
    filter = models.JSONField(default=dict)
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=now)
    #: Put away and out of the list, but not forgotten.
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                condition=models.Q(archived_at__isnull=True),
                name="outreach_one_audience_of_a_name",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Draft(models.Model):
    """A send that somebody is preparing: who, what, when. It becomes a broadcast once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    filter = models.JSONField(default=dict)
    #: What the team calls it; the people who are texted do not see it.
    name = models.CharField(_("name"), max_length=200, blank=True, default="")
    text = models.TextField(blank=True, default="")
    simplifies_accents = models.BooleanField(default=False)
    #: The broadcast that it became.
    broadcast_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(default=now)
