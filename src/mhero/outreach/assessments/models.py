"""Assessments, the rounds in which they are asked, and who is expected to report in each."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from mhero.accounts.models import User
from mhero.messaging.models import Flow
from mhero.outreach.periods import PeriodType
from mhero.platform.clock import now
from mhero.platform.ids import new_id
from mhero.registry.models import Place


class Who(models.TextChoices):
    IN_CHARGE = "in_charge", _("The person in charge of each facility")
    PEOPLE = "people", _("Everyone who fits the choice below")


#: Once, or every period.
REPEATS = [("", _("Once")), *PeriodType.choices]


class Assessment(models.Model):
    """Questions, whom they are for, and when they are asked. Until it is started it is being set up."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=60)
    flow = models.ForeignKey(Flow, on_delete=models.PROTECT, related_name="+")
    #: Whose area and permission each round stands on.
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    #: The owner's area when it was made; None is the whole country.
    area_id = models.UUIDField(null=True)
    who = models.CharField(max_length=10, choices=Who.choices, default=Who.IN_CHARGE)
    #: The form of `outreach.audience.Filter`. Of those in charge, only places and kinds of facility count.
    filter = models.JSONField(default=dict)
    repeats = models.CharField(max_length=10, choices=REPEATS, blank=True, default=PeriodType.MONTHLY)
    #: The day on which it is asked once, or the first that counts.
    starts_on = models.DateField(null=True)
    #: The day of the period on which it is asked, from 1.
    ask_on = models.SmallIntegerField(default=1)
    ask_at = models.TimeField(default="09:00")
    #: Whether the answers are about the period that has just ended, and not the one in which it is asked.
    is_about_before = models.BooleanField(default=True)
    #: The due day is so many days after the day of asking.
    due_after_days = models.SmallIntegerField(default=5)
    #: Days before the due day, and after it, on which those are reminded who have not reported.
    remind_before = ArrayField(models.SmallIntegerField(), default=list, blank=True)
    remind_after = ArrayField(models.SmallIntegerField(), default=list, blank=True)
    #: So many days after the due day the supervisors hear who has not reported; None is never.
    escalate_after = models.SmallIntegerField(null=True, blank=True)
    #: DHIS2's own id of the data set; empty when nothing goes to DHIS2.
    data_set = models.CharField(max_length=20, blank=True, default="")
    #: By key of a result: {"id", "type"} of DHIS2's data element.
    elements = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=now)
    #: None while it is being set up.
    started_at = models.DateTimeField(null=True)
    #: When the next round is asked; None when it is over, was stopped or has not been started.
    next_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    stopped_by = models.TextField(default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=models.Q(next_at__isnull=False),
                name="outreach_assessments_ahead",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Outcome(models.TextChoices):
    """What became of a round when it was due."""

    ASKED = "asked", _("Asked")
    NOBODY = "nobody", _("Nobody could be texted")
    LATE = "late", _("Left out: mHero was not running at the time")
    NOT_ALLOWED = "not_allowed", _("Left out: its author may no longer send")
    NO_CHANNEL = "no_channel", _("Left out: no SMS channel was on")
    NO_FLOW = "no_flow", _("Left out: the questions were put away")


class AssessmentRound(models.Model):
    """One time that an assessment is asked: that of a period, or the only one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="rounds")
    #: As DHIS2 writes the period that it is about: `202603`; empty when it is asked once.
    period = models.CharField(max_length=10)
    #: The period's first day, or the day of asking.
    period_start = models.DateField()
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    #: The end of the due day, from which an answer is late.
    due_at = models.DateTimeField()
    #: A conversation that begins later is of another round, or of none.
    closes_at = models.DateTimeField()
    #: Reminders and the word to supervisors, as planned when it was asked: a list of {"at", "kind"}.
    steps = models.JSONField(default=list)
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    broadcast_id = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "period"], name="outreach_a_round_of_a_period")
        ]
        indexes = [models.Index(fields=["assessment", "-period_start"], name="outreach_rounds_of")]


class State(models.TextChoices):
    ASKED = "asked", _("Not yet reported")
    ANSWERED = "answered", _("Reported in time")
    LATE = "late", _("Reported late")
    SILENT = "silent", _("Not reported")
    #: Nobody could be asked: `reason` says why.
    UNREACHED = "unreached", _("Could not be asked")


#: The states in which an answer may still come.
WAITING = (State.ASKED, State.SILENT)


class Respondent(models.Model):
    """Somebody, or a facility, of whom a report is expected in a round."""

    id = models.BigAutoField(primary_key=True)
    round = models.ForeignKey(AssessmentRound, on_delete=models.CASCADE, related_name="respondents")
    #: Where the person works; of those in charge always a facility.
    place = models.ForeignKey(
        Place, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    #: The places above it and itself as they were when it was asked, the country first.
    path = ArrayField(models.UUIDField(), default=list)
    person_id = models.UUIDField(null=True)
    contact_id = models.UUIDField(null=True)
    #: Why it could not be asked: a value of `outreach.reach.Reason`, or `nobody`.
    reason = models.CharField(max_length=12, default="")
    state = models.CharField(max_length=10, choices=State.choices)
    answered_at = models.DateTimeField(null=True)
    #: The run of the flow that holds the answers.
    run_id = models.UUIDField(null=True)
    #: How many of the round's steps are behind it, and when the next is due.
    step = models.SmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["round", "contact_id"],
                condition=models.Q(contact_id__isnull=False),
                name="outreach_a_respondent_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["round", "id"],
                condition=models.Q(state__in=["asked", "silent"]),
                name="outreach_respondents_waiting",
            ),
            models.Index(
                fields=["next_at"],
                condition=models.Q(next_at__isnull=False),
                name="outreach_respondents_ahead",
            ),
            models.Index(fields=["place", "round"], name="outreach_respondents_of_place"),
        ]
