"""Campaigns: messages and flows around a date that each person has."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from mhero.messaging.models.contacts import Contact, Group
from mhero.messaging.models.flows import Flow
from mhero.platform.clock import now
from mhero.platform.ids import new_id


class Campaign(models.Model):
    """Reminders around a date, for the people of one list."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("Name"), max_length=64)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="campaigns")
    is_archived = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now)
    #: Whose permission and area its sends stand on.
    created_by_id = models.UUIDField()
    created_by = models.TextField(default="")

    def __str__(self) -> str:
        return self.name


class OffsetUnit(models.TextChoices):
    MINUTES = "M", _("minutes")
    HOURS = "H", _("hours")
    DAYS = "D", _("days")
    WEEKS = "W", _("weeks")


class StartMode(models.TextChoices):
    """What becomes of somebody who is in a conversation when a point is due."""

    SKIP = "S", _("Leave them out")
    INTERRUPT = "I", _("Send it all the same; a flow ends their conversation")


class CampaignPoint(models.Model):
    """One moment before or after the date, with what is sent then: RapidPro's campaign event."""

    #: Keep the time of day of the date itself.
    NO_HOUR = -1

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="points")
    #: The key of a field of type date, or `created_on` or `last_seen_on`.
    relative_to = models.CharField(max_length=36)
    #: Negative is before the date.
    offset = models.IntegerField()
    unit = models.CharField(max_length=1, choices=OffsetUnit.choices, default=OffsetUnit.DAYS)
    #: 0 to 23 in the country's zone, or `NO_HOUR`.
    delivery_hour = models.SmallIntegerField(default=NO_HOUR)
    flow = models.ForeignKey(Flow, on_delete=models.PROTECT, null=True, related_name="campaign_points")
    #: Without a flow: what is sent, by language (ISO 639-3).
    texts = models.JSONField(default=dict)
    base_language = models.CharField(max_length=3, default="eng")
    start_mode = models.CharField(max_length=1, choices=StartMode.choices, default=StartMode.SKIP)
    #: The people up to whom its firings are computed, while it is new or has changed.
    computed_until = models.UUIDField(null=True)
    is_computed = models.BooleanField(default=False)
    is_archived = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now)

    class Meta:
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(is_computed=False, is_archived=False),
                name="messaging_points_to_compute",
            )
        ]


class FiringState(models.TextChoices):
    WAITING = "waiting", _("Planned")
    SENT = "sent", _("Sent")
    #: They were in a conversation.
    BUSY = "busy", _("Left out: in a conversation")
    #: Nothing could be sent until long after.
    LATE = "late", _("Left out: too late")
    #: They could not be texted.
    UNREACHABLE = "unreachable", _("Left out: could not be texted")
    #: Who made the campaign may not send any more, or not to them.
    NOT_ALLOWED = "not_allowed", _("Left out: its author may not text them")


class Firing(models.Model):
    """A point that is due for one contact. Once it is anything but waiting it stays for ever.

    One for each contact, point and date: whatever changes or dies, the same date never fires twice.
    """

    id = models.BigAutoField(primary_key=True)
    point = models.ForeignKey(CampaignPoint, on_delete=models.DO_NOTHING, related_name="firings")
    contact = models.ForeignKey(Contact, on_delete=models.DO_NOTHING, related_name="+")
    #: The date that it is about, as the contact had it.
    about = models.DateTimeField()
    fires_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=FiringState.choices, default=FiringState.WAITING)
    #: The send that it became part of.
    broadcast_id = models.UUIDField(null=True)

    class Meta:
        managed = False
        db_table = "messaging_firing"


class Searched(models.Model):
    """A contact as queries look for it: without case, and every field's value as the field's type has it."""

    contact = models.OneToOneField(
        Contact, on_delete=models.DO_NOTHING, primary_key=True, related_name="searched"
    )
    number = models.TextField()
    name = models.TextField()
    #: The words of the name that can be looked for, each with a space before it.
    words = models.TextField()
    status = models.TextField()
    language = models.TextField()
    #: {"cadre": ["nurse"]}: of a place its name and its path.
    texts = models.JSONField(default=dict)
    #: {"age": 41}
    numbers = models.JSONField(default=dict)
    #: {"graduated_on": 1767225600000000}: microseconds since 1970.
    moments = models.JSONField(default=dict)
    place_ids = ArrayField(models.UUIDField(), default=list)

    class Meta:
        managed = False
        db_table = "messaging_searched"
