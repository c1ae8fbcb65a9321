"""What came of each question that was sent, as figures need it, and sends that belong together."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from mhero.accounts.models import User
from mhero.messaging.models import Broadcast
from mhero.platform.clock import now
from mhero.platform.ids import new_id


class ReachAsk(models.Model):
    """One person who was asked the questions of one send: what her answering may depend on, in columns.

    No name and no number. Filled by `facts`, and right when its send is settled.
    """

    #: The conversation's.
    session_id = models.UUIDField(primary_key=True)
    broadcast_id = models.UUIDField()
    #: When the first question left.
    asked_at = models.DateTimeField()
    #: In the country's zone; 0 is Monday.
    hour = models.SmallIntegerField()
    weekday = models.SmallIntegerField()
    operator = models.TextField()
    county = models.TextField()
    cadre = models.TextField()
    #: The person's own, ISO 639-3; empty where nobody knows it.
    language = models.TextField()
    #: SMS of the first question.
    parts = models.SmallIntegerField()
    #: On the way that asks most.
    questions = models.SmallIntegerField()
    was_announced = models.BooleanField()
    is_reask = models.BooleanField()
    answered_first = models.BooleanField()
    answered_all = models.BooleanField()
    #: Who may see it counted.
    place_ids = ArrayField(models.UUIDField())

    class Meta:
        indexes = [
            models.Index(fields=["broadcast_id"], name="outreach_asks_of_send"),
            models.Index(fields=["asked_at"], name="outreach_asks_lately"),
        ]


class ReachSend(models.Model):
    """A send of questions whose asks are kept, and looked at until its last conversation is over."""

    broadcast = models.OneToOneField(Broadcast, primary_key=True, on_delete=models.CASCADE, related_name="+")
    questions = models.SmallIntegerField(default=0)
    is_settled = models.BooleanField(default=False)
    looked_at = models.DateTimeField(default=now)


class ReachRound(models.Model):
    """One asking that is several sends: an announcement, and the questions at each county's hour."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=200)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    #: What it was made of: a button that is pressed twice makes one.
    draft_id = models.UUIDField(unique=True)
    #: The form of `outreach.reaching.levers.Levers`.
    levers = models.JSONField(default=dict)
    made_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return self.name


class ReachPart(models.Model):
    """One of the sends of a round."""

    broadcast = models.OneToOneField(Broadcast, primary_key=True, on_delete=models.PROTECT, related_name="+")
    round = models.ForeignKey(ReachRound, on_delete=models.CASCADE, related_name="parts")
    is_announcement = models.BooleanField(default=False)
    #: Whose people it asks, by name; empty for all.
    counties = ArrayField(models.TextField(), default=list)
