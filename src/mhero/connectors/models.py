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


class ValueSet(models.Model):
    """What DHIS2 is to hold of one place, data set and period; one request brings all of it that waits."""

    id = models.BigAutoField(primary_key=True)
    #: DHIS2's own id of the data set.
    data_set = models.CharField(max_length=20)
    #: As DHIS2 writes it: `202603`, `2026W9`.
    period = models.CharField(max_length=20)
    #: The registry's place; which organisation unit it is, is looked up when it is sent.
    place_id = models.UUIDField()
    #: The day on which all was told that is due; None until then.
    completed_on = models.DateField(null=True)
    #: Grows with every change, so that what changes while it is on its way is sent again.
    version = models.IntegerField(default=0)
    #: Since when something waits to be sent; None when nothing does.
    waiting_since = models.DateTimeField(null=True)
    pushed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["data_set", "period", "place_id"], name="connectors_one_set_of_values"
            )
        ]
        indexes = [
            models.Index(
                fields=["waiting_since"],
                condition=models.Q(waiting_since__isnull=False),
                name="connectors_values_waiting",
            )
        ]


class DataValue(models.Model):
    """One value of a set: on its way to DHIS2, there, or refused."""

    id = models.BigAutoField(primary_key=True)
    value_set = models.ForeignKey(ValueSet, on_delete=models.CASCADE, related_name="values")
    #: DHIS2's own id of the data element.
    data_element = models.CharField(max_length=20)
    value = models.CharField(max_length=100)
    #: That of the set when it changed.
    version = models.IntegerField()
    is_waiting = models.BooleanField(default=True)
    #: Why DHIS2 does not have it: a kind of `dhis2.summary`; empty when nothing is wrong.
    refusal = models.CharField(max_length=20, default="")
    #: What DHIS2 said, word for word.
    words = models.TextField(default="")
    #: Whether whoever told the value has yet to hear that it was refused.
    refusal_is_news = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["value_set", "data_element"], name="connectors_one_value_of_an_element"
            )
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(refusal_is_news=True), name="connectors_refusal_news"
            )
        ]


class ChangeState(models.TextChoices):
    WAITING = "waiting", _("On its way")
    DONE = "done", _("Arrived")
    #: The source says something else by now: a person has to look again.
    CONFLICT = "conflict", _("Changed there meanwhile")
    REFUSED = "refused", _("Refused")


class SourceChange(models.Model):
    """A part of a record that is to be put right in the system it came from."""

    id = models.BigAutoField(primary_key=True)
    #: The decision that asked for it: each asks a system once.
    ref = models.UUIDField()
    system = models.CharField(max_length=20, choices=System.choices)
    #: The registry's resource; which record of the system it is, is looked up when it is sent.
    resource_id = models.UUIDField()
    #: A part of `registry.editing`.
    part = models.CharField(max_length=20)
    #: What the part says before and after, as `registry.editing` reads it.
    old = models.TextField(default="")
    new = models.TextField()
    #: What is written, as `registry.editing` has it.
    value = models.JSONField()
    state = models.CharField(max_length=10, choices=ChangeState.choices, default=ChangeState.WAITING)
    #: Why it was refused, for people.
    words = models.TextField(default="")
    #: What the system says in its place.
    newer = models.TextField(default="")
    made_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True)
    #: Whether whoever asked for it has yet to hear what became of it.
    is_news = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ref", "system"], name="connectors_one_change_of_a_decision")
        ]
        indexes = [
            models.Index(
                fields=["system", "id"],
                condition=models.Q(state="waiting"),
                name="connectors_changes_waiting",
            ),
            models.Index(fields=["id"], condition=models.Q(is_news=True), name="connectors_changes_news"),
        ]
