"""Alerts, the people they are for, and the waves in which they are texted."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from mhero.accounts.models import User
from mhero.messaging.models import Broadcast, Contact
from mhero.outreach.alerts.plan import WaveKind
from mhero.platform.clock import now
from mhero.platform.ids import new_id
from mhero.registry.models import Place


class AlertState(models.TextChoices):
    PREPARED = "prepared", _("Prepared")
    RUNNING = "running", _("Running")
    #: Everybody confirmed, or nobody is waited for any longer.
    OVER = "over", _("Over")
    STOPPED = "stopped", _("Stopped")


class Alert(models.Model):
    """An urgent text to many, with what is done about those who do not confirm it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=60)
    #: Whose area and permission it stands on.
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    #: The form of `outreach.audience.Filter`.
    filter = models.JSONField(default=dict)
    text = models.TextField(default="")
    #: Further languages of the text, {"fra": …}; whoever speaks none of them gets `text`.
    translations = models.JSONField(default=dict)
    #: ISO 639-3, of `text`.
    language = models.CharField(max_length=8, default="eng")
    #: What the text asks people to answer.
    word = models.CharField(max_length=20, default="OK")
    #: Who has not confirmed is texted again after so many minutes, so many times.
    repeat_minutes = models.IntegerField(default=30)
    repeat_times = models.SmallIntegerField(default=3)
    #: Whom the second wave is for, and how many minutes after the last text it goes by itself; None is never.
    second_to_people = models.BooleanField(default=True)
    second_to_supervisors = models.BooleanField(default=True)
    second_after_minutes = models.IntegerField(null=True)
    in_quiet_hours = models.BooleanField(default=False)
    #: Why people may be woken.
    quiet_reason = models.CharField(max_length=200, default="")
    state = models.CharField(max_length=10, choices=AlertState.choices, default=AlertState.PREPARED)
    #: Everyone accounted for when it was sent: {chosen, will_send, opted_out, …}.
    accounted = models.JSONField(default=dict)
    audience_description = models.TextField(default="")
    created_at = models.DateTimeField(default=now)
    started_at = models.DateTimeField(null=True)
    #: When the next wave is due, or the end; None when there is nothing more to do.
    next_at = models.DateTimeField(null=True)
    #: Until when a reply confirms, though nothing is sent any more.
    open_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    stopped_by = models.TextField(default="")
    #: Put away before it was ever sent.
    archived_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=models.Q(next_at__isnull=False),
                name="outreach_alert_waves_ahead",
            ),
            models.Index(fields=["-created_at"], name="outreach_alerts_by_age"),
        ]

    def __str__(self) -> str:
        return self.name


class AlertPerson(models.Model):
    """Somebody an alert is for, as chosen when it was sent."""

    id = models.BigAutoField(primary_key=True)
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="people")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    #: Where they work, and everything above it, the country first.
    place = models.ForeignKey(
        Place, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    path = ArrayField(models.UUIDField(), default=list)
    confirmed_at = models.DateTimeField(null=True)
    #: The address of the officer who was told otherwise than by text; empty for a reply.
    confirmed_by = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["alert", "contact"], name="outreach_an_alert_for_a_person_once")
        ]
        indexes = [
            models.Index(fields=["contact"], name="outreach_alerts_of_a_person"),
            models.Index(
                fields=["alert"],
                condition=models.Q(confirmed_at__isnull=True),
                name="outreach_alert_people_silent",
            ),
        ]


class AlertWave(models.Model):
    """One time that an alert was sent. The row is made with its send, so a wave is sent once."""

    id = models.BigAutoField(primary_key=True)
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="waves")
    #: Counted from 0.
    number = models.SmallIntegerField()
    kind = models.CharField(max_length=10, choices=WaveKind.choices)
    made_at = models.DateTimeField()
    #: None when only supervisors were written to.
    broadcast = models.OneToOneField(Broadcast, null=True, on_delete=models.PROTECT, related_name="+")
    people = models.IntegerField(default=0)
    supervisors = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["alert", "number"], name="outreach_an_alert_wave_once")
        ]
