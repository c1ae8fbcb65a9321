"""Threshold rules, and what they raised."""

from django.db import models

from mhero.accounts.models import User
from mhero.outreach.alerts.models import Alert
from mhero.outreach.periods import PeriodType
from mhero.platform.clock import now
from mhero.platform.ids import new_id
from mhero.registry.models import Place


class ThresholdRule(models.Model):
    """A number of DHIS2 that, once a place has reached it in a period, is an alert to its officers."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=60)
    #: In whose name people are alerted; whose area the rule is for.
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    #: DHIS2's own ids, and what they are called there.
    data_set = models.CharField(max_length=20)
    data_element = models.CharField(max_length=20)
    element_name = models.TextField(default="")
    period_type = models.CharField(max_length=10, choices=PeriodType.choices)
    #: Raised from this number on.
    limit = models.FloatField()
    #: Told once more when the number is so many times what it was; None is never.
    again_factor = models.FloatField(null=True, default=2)
    #: The level of the tree whose places are added up: 3 is the districts of most countries.
    level = models.SmallIntegerField()
    #: Where it holds; None is the whole country.
    within = models.ForeignKey(
        Place, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    to_supervisors = models.BooleanField(default=True)
    to_team = models.BooleanField(default=True)
    #: With @place, @number, @limit and @period.
    text = models.TextField()
    translations = models.JSONField(default=dict)
    #: ISO 639-3, of `text`.
    language = models.CharField(max_length=8, default="eng")
    word = models.CharField(max_length=20, default="OK")
    repeat_minutes = models.IntegerField(default=60)
    repeat_times = models.SmallIntegerField(default=3)
    in_quiet_hours = models.BooleanField(default=False)
    quiet_reason = models.CharField(max_length=200, default="")
    is_on = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=now)
    archived_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Crossing(models.Model):
    """A place that reached a rule's number in a period. There is one of each, so it is told once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    rule = models.ForeignKey(ThresholdRule, on_delete=models.CASCADE, related_name="crossings")
    place = models.ForeignKey(Place, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    #: As DHIS2 writes it: `2026W9`.
    period = models.CharField(max_length=10)
    #: What it was when it was raised, and what it is now.
    number = models.FloatField()
    latest = models.FloatField()
    raised_at = models.DateTimeField()
    #: None when nobody could be told.
    alert = models.OneToOneField(Alert, null=True, on_delete=models.PROTECT, related_name="+")
    #: When it had risen so far that it was told once more.
    told_again_at = models.DateTimeField(null=True)
    second_alert = models.OneToOneField(Alert, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "place", "period"], name="outreach_a_crossing_once")
        ]
        indexes = [models.Index(fields=["-raised_at"], name="outreach_crossings_by_age")]
