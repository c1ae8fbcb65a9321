"""Rounds of asking, what was answered, and the corrections that officers decide about."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from mhero.accounts.models import User
from mhero.outreach.validation.kinds import AnswerOutcome, ProposalState, RoundKind, Subject, Sure
from mhero.platform.clock import now
from mhero.platform.ids import new_id


class ValidationRound(models.Model):
    """People who are asked together. It is a draft until it has a send."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=64)
    kind = models.CharField(max_length=12, choices=RoundKind.choices)
    #: Whom: the form of `outreach.audience.Filter`.
    filter = models.JSONField(default=dict)
    #: What is asked, of `ASKED_OF`.
    parts = ArrayField(models.CharField(max_length=12), default=list)
    #: A chosen time; None is at once.
    starts_at = models.DateTimeField(null=True)
    #: The area of whoever made it; None is the whole country.
    area_id = models.UUIDField(null=True)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    flow_id = models.UUIDField(null=True, unique=True)
    broadcast_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return self.name


class ValidationAsk(models.Model):
    """One person who is asked in a round."""

    id = models.BigAutoField(primary_key=True)
    round = models.ForeignKey(ValidationRound, on_delete=models.CASCADE, related_name="asks")
    contact_id = models.UUIDField()
    person_id = models.UUIDField()
    #: The facility that an in-charge is asked about.
    place_id = models.UUIDField(null=True)
    #: The people of the facility in the order of the numbers that the in-charge was shown.
    staff = ArrayField(models.UUIDField(), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "contact_id"], name="outreach_asked_once_a_round")
        ]
        indexes = [models.Index(fields=["person_id", "-id"], name="outreach_asks_of_person")]


class ValidationAnswer(models.Model):
    """A conversation of a round that has ended, read once."""

    #: That of the flow's run.
    id = models.UUIDField(primary_key=True, editable=False)
    round = models.ForeignKey(ValidationRound, on_delete=models.CASCADE, related_name="answers")
    contact_id = models.UUIDField()
    #: None for a phone that is nobody's in the registry.
    person_id = models.UUIDField(null=True)
    place_id = models.UUIDField(null=True)
    outcome = models.CharField(max_length=12, choices=AnswerOutcome.choices)
    #: Of the facility's people: whom the in-charge knows to be there, and whom to have left.
    kept = ArrayField(models.UUIDField(), default=list)
    left = ArrayField(models.UUIDField(), default=list)
    answered_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["person_id", "-answered_at"], name="outreach_answers_of_person"),
            models.Index(fields=["place_id", "-answered_at"], name="outreach_answers_of_place"),
        ]


class Proposal(models.Model):
    """A correction that somebody proposed: old, new, who said it, how sure."""

    #: Derived from the run and what it is about, so that a run proposes it once.
    id = models.UUIDField(primary_key=True, editable=False)
    round = models.ForeignKey(ValidationRound, null=True, on_delete=models.SET_NULL, related_name="proposals")
    subject = models.CharField(max_length=12, choices=Subject.choices)
    #: Whom or what it is about.
    person_id = models.UUIDField(null=True)
    place_id = models.UUIDField(null=True)
    #: The places above, whose officers decide: first the path, so that the second is the county.
    place_ids = ArrayField(models.UUIDField(), default=list)
    #: What the registry says, as `registry.editing` reads it, and in words.
    old = models.TextField(default="")
    old_words = models.TextField(default="")
    new = models.TextField(default="")
    new_words = models.TextField(default="")
    #: What is written, as `registry.editing` has it; empty while nobody knows it.
    value = models.JSONField(default=dict)
    #: What was written in the text message.
    said = models.TextField(default="")
    #: The registry's person who said it.
    said_by = models.UUIDField(null=True)
    contact_id = models.UUIDField(null=True)
    sure = models.CharField(max_length=8, choices=Sure.choices)
    #: Why it is not surer: a code of `words.WHY`.
    why = models.CharField(max_length=20, default="")
    state = models.CharField(max_length=12, choices=ProposalState.choices, default=ProposalState.WAITING)
    decided_by = models.TextField(default="")
    decided_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(default=now)

    class Meta:
        indexes = [
            models.Index(fields=["state", "-made_at", "-id"], name="outreach_proposals_listed"),
            models.Index(fields=["person_id", "subject"], name="outreach_proposals_of_person"),
            GinIndex(fields=["place_ids"], name="outreach_proposals_of_area"),
        ]


class ProposalEvent(models.Model):
    """What happened to a proposal."""

    class What(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Refused")
        ASKED_AGAIN = "asked_again", _("Asked again")
        SUPERSEDED = "superseded", _("Answered anew")
        CHANGED = "changed", _("The registry says something else by now")
        ARRIVED = "arrived", _("Arrived in the system it came from")
        CONFLICT = "conflict", _("The system it came from says something newer")
        NOT_TAKEN = "not_taken", _("The system it came from refused it")

    id = models.BigAutoField(primary_key=True)
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="events")
    what = models.CharField(max_length=12, choices=What.choices)
    at = models.DateTimeField(default=now)
    #: The officer's address; empty for what happened by itself.
    by = models.TextField(default="")
    #: A note of the officer, a newer value, or why it was refused.
    words = models.TextField(default="")
