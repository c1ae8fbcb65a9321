"""Saved audiences, sends that are being prepared, and sends that are made again and again."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from mhero.accounts.models import User
from mhero.outreach.alerts.models import Alert as Alert
from mhero.outreach.alerts.models import AlertPerson as AlertPerson
from mhero.outreach.alerts.models import AlertWave as AlertWave
from mhero.outreach.alerts.thresholds.models import Crossing as Crossing
from mhero.outreach.alerts.thresholds.models import ThresholdRule as ThresholdRule
from mhero.outreach.assessments.models import Assessment as Assessment
from mhero.outreach.assessments.models import AssessmentRound as AssessmentRound
from mhero.outreach.assessments.models import Respondent as Respondent
from mhero.outreach.care.models import CareClient as CareClient
from mhero.outreach.care.models import CareReminder as CareReminder
from mhero.outreach.care.models import CareRules as CareRules
from mhero.outreach.care.models import ClientFile as ClientFile
from mhero.outreach.care.models import Visit as Visit
from mhero.outreach.care.models import VisitEvent as VisitEvent
from mhero.outreach.care.models import VisitKind as VisitKind
from mhero.outreach.mobile_alerts.models import AlertRecipient as AlertRecipient
from mhero.outreach.mobile_alerts.models import AlertRequest as AlertRequest
from mhero.outreach.reaching.models import ReachAsk as ReachAsk
from mhero.outreach.reaching.models import ReachPart as ReachPart
from mhero.outreach.reaching.models import ReachRound as ReachRound
from mhero.outreach.reaching.models import ReachSend as ReachSend
from mhero.outreach.referrals.models import Referral as Referral
from mhero.outreach.referrals.models import ReferralDraft as ReferralDraft
from mhero.outreach.referrals.models import ReferralEvent as ReferralEvent
from mhero.outreach.referrals.models import ReferralRules as ReferralRules
from mhero.outreach.stock.models import StockLevel as StockLevel
from mhero.outreach.stock.models import StockProduct as StockProduct
from mhero.outreach.stock.models import StockQuestion as StockQuestion
from mhero.outreach.stock.models import StockReport as StockReport
from mhero.outreach.stock.models import StockRules as StockRules
from mhero.outreach.validation.models import Proposal as Proposal
from mhero.outreach.validation.models import ProposalEvent as ProposalEvent
from mhero.outreach.validation.models import ValidationAnswer as ValidationAnswer
from mhero.outreach.validation.models import ValidationAsk as ValidationAsk
from mhero.outreach.validation.models import ValidationRound as ValidationRound
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
    #: The flow that it starts with each person; None for a message.
    flow_id = models.UUIDField(null=True)
    simplifies_accents = models.BooleanField(default=False)
    #: What is done so that more people answer, in the form of `outreach.reaching.levers.Levers`.
    levers = models.JSONField(default=dict, db_default={})
    #: The broadcast that it became; the first that asks, of several.
    broadcast_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(default=now)


class Repeat(models.TextChoices):
    DAILY = "daily", _("Every day")
    WEEKLY = "weekly", _("Every week")
    MONTHLY = "monthly", _("Every month")


class Schedule(models.Model):
    """A send that is made again and again. Each time the people who fit then get it."""

    #: Stands for the last day of each month.
    LAST_DAY = 31

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    #: Whose area and permission each send stands on.
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=200)
    #: The form of `outreach.audience.Filter`.
    filter = models.JSONField(default=dict)
    text = models.TextField(blank=True, default="")
    #: The flow that it starts; None for a message.
    flow_id = models.UUIDField(null=True)
    simplifies_accents = models.BooleanField(default=False)
    #: None takes the oldest channel that is on.
    sms_channel_id = models.UUIDField(null=True)
    expires_after_hours = models.IntegerField(default=24)
    repeats = models.CharField(max_length=10, choices=Repeat.choices)
    #: For a weekly one: 0 is Monday.
    weekdays = ArrayField(models.SmallIntegerField(), default=list)
    #: For a monthly one: 1 to 31; a shorter month takes its last day.
    month_day = models.SmallIntegerField(null=True)
    #: In the country's zone.
    at = models.TimeField()
    #: The first day that counts.
    starts_on = models.DateField(null=True)
    #: The last day on which it is sent; None is until it is stopped.
    ends_on = models.DateField(null=True)
    #: None when it is over or was stopped.
    next_at = models.DateTimeField(null=True)
    stopped_by = models.TextField(default="")
    #: The draft that it was made of: a button that is pressed twice makes one.
    draft_id = models.UUIDField(null=True, unique=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=models.Q(next_at__isnull=False),
                name="outreach_schedules_ahead",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Outcome(models.TextChoices):
    """What became of a schedule's turn."""

    SENT = "sent", _("Sent")
    NOBODY = "nobody", _("Nobody could be texted")
    LATE = "late", _("Left out: mHero was not running at the time")
    NOT_ALLOWED = "not_allowed", _("Left out: its author may no longer send")
    NO_CHANNEL = "no_channel", _("Left out: no SMS channel was on")
    NO_FLOW = "no_flow", _("Left out: the questions were put away")


class Turn(models.Model):
    """One time that a schedule was due, and what became of it."""

    id = models.BigAutoField(primary_key=True)
    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="turns")
    due_at = models.DateTimeField()
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    broadcast_id = models.UUIDField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["schedule", "due_at"], name="outreach_a_turn_once")]
