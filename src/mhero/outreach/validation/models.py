"""Rounds of asking, what was answered, and the corrections that officers decide about."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from mhero.accounts.models import User
from mhero.platform.clock import now
from mhero.platform.ids import new_id
from mhero.registry import editing


class RoundKind(models.TextChoices):
    PEOPLE = "people", _("Each person about themselves")
    IN_CHARGES = "in_charges", _("Each in-charge about the facility")


class Subject(models.TextChoices):
    """What is asked about, and what a proposal corrects. Most are parts of `registry.editing`."""

    NAME = editing.NAME, _("Name")
    JOB = editing.JOB, _("Post")
    PLACE = editing.PLACE, _("Facility")
    PHONE = editing.PHONE, _("Phone number")
    WORK = editing.WORK, _("Still works there")
    STATUS = editing.STATUS, _("Facility is open")
    PLACE_PHONE = editing.PLACE_PHONE, _("Facility’s phone number")
    SERVICES = editing.SERVICES, _("Services")
    #: Somebody whom an in-charge names and whom the registry does not know.
    NEWCOMER = "newcomer", _("New at the facility")


#: What each kind of round can ask.
ASKED_OF = {
    RoundKind.PEOPLE: (Subject.NAME, Subject.JOB, Subject.PLACE, Subject.PHONE),
    RoundKind.IN_CHARGES: (Subject.STATUS, Subject.WORK, Subject.SERVICES, Subject.PLACE_PHONE),
}


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


class AnswerOutcome(models.TextChoices):
    CONFIRMED = "confirmed", _("Everything is right")
    CORRECTED = "corrected", _("Something is wrong")
    NOT_ME = "not_me", _("Somebody else has the phone")
    #: Said that something is wrong and not what, or was not understood.
    UNFINISHED = "unfinished", _("Not finished")


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


class Sure(models.TextChoices):
    """How sure it is that the proposal says what is true."""

    CERTAIN = "certain", _("Sure")
    LIKELY = "likely", _("Likely")
    #: What was written could not be read as a value: an officer has to choose it.
    UNCLEAR = "unclear", _("Not clear")


class ProposalState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    #: Accepted, but iHRIS or DHIS2 says something newer: decide again.
    RETURNED = "returned", _("Decide again")
    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Refused")
    ASKED_AGAIN = "asked_again", _("Asked again")
    SUPERSEDED = "superseded", _("Answered anew")


#: The states in which an officer can decide.
OPEN_STATES = (ProposalState.WAITING, ProposalState.RETURNED)


class Proposal(models.Model):
    """A correction that somebody proposed: old, new, who said it, how sure."""

    #: Derived from the run and what it is about, so that a run proposes it once.
    id = models.UUIDField(primary_key=True, editable=False)
    round = models.ForeignKey(ValidationRound, null=True, on_delete=models.SET_NULL, related_name="proposals")
    subject = models.CharField(max_length=12, choices=Subject.choices)
    #: Whom or what it is about.
    person_id = models.UUIDField(null=True)
    place_id = models.UUIDField(null=True)
    #: The places above, whose officers decide.
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
