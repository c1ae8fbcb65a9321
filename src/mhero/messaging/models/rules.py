"""How the workspace sends."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from mhero.messaging.stop import default_stop_words


class SendingRules(models.Model):
    """How the workspace sends: exactly one row."""

    ONLY = 1

    id = models.SmallIntegerField(primary_key=True, default=ONLY, editable=False)
    #: The visible hold before the first message of a send leaves.
    hold_seconds = models.IntegerField(_("Seconds to wait before a send starts"), default=60)
    #: A send to more people than this needs a second person.
    approval_above = models.IntegerField(
        _("A second person approves sends to more people than"), default=5000
    )
    quiet_from = models.TimeField(_("Quiet from"), default="20:00")
    quiet_until = models.TimeField(_("Quiet until"), default="07:00")
    #: A send expires this many hours after its start unless its sender says otherwise.
    expires_after_hours = models.IntegerField(_("Hours until an unsent message is dropped"), default=24)
    #: Price of one segment by operator, in the workspace's currency: {"Lonestar MTN": "0.012", "": "0.015"}.
    prices = models.JSONField(default=dict, blank=True)
    #: Compared without case, accents and punctuation with the whole text of a reply.
    stop_words = ArrayField(models.CharField(max_length=30), default=default_stop_words, blank=True)
    stop_confirmation = models.TextField(
        default="You will get no more messages. Send START to get them again."
    )
    #: An unreported message counts as not delivered after this many hours; a late report still counts.
    gives_up_after_hours = models.IntegerField(default=72)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="messaging_one_set_of_rules")]
