"""Referrals, what happened to each, the rules by which they are followed, and those half said."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from mhero.accounts.models import User
from mhero.outreach.referrals.steps import State, Step
from mhero.platform.ids import new_id
from mhero.registry.models import Place


class ReferralRules(models.Model):
    """How referrals are followed: exactly one row."""

    ONLY = 1

    id = models.SmallIntegerField(primary_key=True, default=ONLY, editable=False)
    #: The client is to arrive so soon.
    hours_to_arrive = models.SmallIntegerField(default=24)
    #: The outcome is to be told so long after the arrival.
    hours_to_return = models.SmallIntegerField(default=72)
    #: Between the reminder and the supervisor.
    hours_to_escalate = models.SmallIntegerField(default=12)
    #: What nobody said anything about for so long is closed.
    days_to_close = models.SmallIntegerField(default=30)
    #: Names, reasons and outcomes are kept so long after the end.
    days_kept = models.SmallIntegerField(default=90)
    changed_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="outreach_one_set_of_referral_rules")
        ]


class Overdue(models.IntegerChoices):
    """How far the reminding of the present state has come."""

    NOT_YET = 0, _("In time")
    REMINDED = 1, _("Reminded")
    ESCALATED = 2, _("Told to the supervisor")


class Referral(models.Model):
    """A client on the way from one facility to another."""

    #: Of a text, its message's, so that a text is one referral however often it is taken.
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    #: What people text: see `outreach.texts.codes`. One open referral has it.
    code = models.CharField(max_length=4)
    state = models.CharField(max_length=10, choices=State.choices, default=State.SENT)
    #: Name or code, as the sender wrote it; empty once it is forgotten, as are the two after it.
    client = models.CharField(max_length=60)
    #: Shown on its page alone, and never texted.
    reason = models.CharField(max_length=300, blank=True, default="")
    outcome = models.CharField(max_length=300, blank=True, default="")
    from_facility = models.ForeignKey(
        Place, on_delete=models.DO_NOTHING, db_constraint=False, related_name="referrals_out"
    )
    to_facility = models.ForeignKey(
        Place, on_delete=models.DO_NOTHING, db_constraint=False, related_name="referrals_in"
    )
    #: Who hears back; None where another system referred in nobody's name.
    contact_id = models.UUIDField(null=True)
    person_id = models.UUIDField(null=True)
    #: The language of the sender.
    language = models.CharField(max_length=2, default="en")
    #: The system that made it; empty for a text.
    client_id = models.CharField(max_length=100, blank=True, default="")
    #: That system's own `system|value`.
    identifier = models.CharField(max_length=300, blank=True, default="")
    made_at = models.DateTimeField()
    #: Of the last change that FHIR shows, and how many there were.
    changed_at = models.DateTimeField()
    version = models.IntegerField(default=1)
    arrived_at = models.DateTimeField(null=True)
    #: When it ended: from then on its days are counted.
    ended_at = models.DateTimeField(null=True)
    #: What ended it, where the state alone does not say so: `refused`, `expired`.
    ending = models.CharField(max_length=10, blank=True, default="")
    #: When the next reminder or escalation is due; None when there is none to come.
    due_at = models.DateTimeField(null=True)
    overdue = models.SmallIntegerField(choices=Overdue.choices, default=Overdue.NOT_YET)
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code"],
                condition=models.Q(ended_at__isnull=True),
                name="outreach_one_open_referral_of_a_code",
            ),
            models.UniqueConstraint(
                fields=["client_id", "identifier"],
                condition=~models.Q(identifier=""),
                name="outreach_one_referral_of_an_identifier",
            ),
        ]
        indexes = [
            models.Index(fields=["from_facility", "state"], name="outreach_referrals_out"),
            models.Index(fields=["to_facility", "state"], name="outreach_referrals_in"),
            models.Index(fields=["code"], name="outreach_referral_code"),
            models.Index(fields=["changed_at", "id"], name="outreach_referrals_changed"),
            models.Index(
                fields=["due_at"], condition=models.Q(due_at__isnull=False), name="outreach_referrals_due"
            ),
            models.Index(
                fields=["ended_at"],
                condition=models.Q(ended_at__isnull=False, forgotten_at__isnull=True),
                name="outreach_referrals_kept",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_open(self) -> bool:
        return self.ended_at is None


class ReferralEvent(models.Model):
    """One thing that happened to a referral."""

    id = models.BigAutoField(primary_key=True)
    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="events")
    step = models.CharField(max_length=12, choices=Step.choices)
    at = models.DateTimeField()
    #: The health worker who texted it.
    person_id = models.UUIDField(null=True)
    #: The officer's address, or the name of a system; empty for a health worker and the clock.
    by = models.TextField(blank=True, default="")
    #: How many people were texted of it.
    told = models.SmallIntegerField(default=0)
    #: The facility that the client was to go to before.
    before = models.ForeignKey(
        Place, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    #: Texts, in and out, that name the client; their words go when the client's do.
    message_ids = ArrayField(models.UUIDField(), default=list)


class ReferralDraft(models.Model):
    """What somebody has said of a referral so far, while they are asked for the rest."""

    contact_id = models.UUIDField(primary_key=True)
    #: In which it is said.
    language = models.CharField(max_length=2)
    #: Empty where it is still to be asked.
    client = models.CharField(max_length=60, blank=True, default="")
    facility_id = models.UUIDField(null=True)
    reason = models.CharField(max_length=300, blank=True, default="")
    #: What was asked last: `client`, `facility` or `reason`.
    asked = models.CharField(max_length=10)
    #: The facilities that were offered by number.
    offered = ArrayField(models.UUIDField(), default=list)
    #: The texts that it was said in, and our questions.
    message_ids = ArrayField(models.UUIDField(), default=list)
    until = models.DateTimeField()
