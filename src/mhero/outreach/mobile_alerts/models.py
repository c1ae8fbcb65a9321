"""What other systems asked to be said, to whom, and why some of them were not texted."""

from django.db import models

from mhero.messaging.models import Broadcast
from mhero.platform.clock import now
from mhero.platform.ids import new_id


class AlertRequest(models.Model):
    """A FHIR CommunicationRequest: at most one send, or with a schedule one send a turn, each a request."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    #: The client of the exchange that asked. No other one sees it.
    client_id = models.CharField(max_length=100)
    #: Its own `system|value` for the request; empty when it gave none. The same one is the same request.
    key = models.TextField(default="")
    #: Of what was asked, to tell a repetition from another request under the same identifier.
    digest = models.CharField(max_length=64)
    #: What several requests of one choice of people have in common; nobody is texted by two of them.
    tag = models.TextField(default="")
    #: The resource as R4 has it, without `id`, `meta`, `status` and `contained`.
    body = models.JSONField(default=dict)
    broadcast = models.OneToOneField(Broadcast, on_delete=models.PROTECT, null=True, related_name="+")
    #: Five fields of cron in the country's time; empty for what is said once.
    cron = models.TextField(default="")
    #: The next turn; None when there is none, or none any more.
    next_at = models.DateTimeField(null=True)
    #: The one whose turn it is.
    based_on = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="turns")
    #: Everyone it names, by what becomes of them: {chosen, will_send, no_number, unknown, …}.
    accounted = models.JSONField(default=dict)
    #: Whether iHRIS still lists it among what is under way.
    is_watched = models.BooleanField(default=True)
    made_at = models.DateTimeField(default=now)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client_id", "key"], condition=~models.Q(key=""), name="outreach_an_alert_once"
            )
        ]
        indexes = [
            models.Index(fields=["client_id", "id"], name="outreach_alerts_of_client"),
            models.Index(
                fields=["client_id", "tag"], condition=~models.Q(tag=""), name="outreach_alerts_of_tag"
            ),
            models.Index(
                fields=["next_at"], condition=models.Q(next_at__isnull=False), name="outreach_alerts_ahead"
            ),
        ]


class AlertRecipient(models.Model):
    """Somebody whom a request is for: a FHIR Communication, whose state is that of their message."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey(AlertRequest, on_delete=models.CASCADE, related_name="recipients")
    #: A FHIR Reference, as the request has it where it names the person.
    reference = models.JSONField(default=dict)
    person_id = models.UUIDField(null=True)
    contact_id = models.UUIDField(null=True)
    #: Why nothing is sent to them: a code of `addressing`; empty when it is.
    reason = models.CharField(max_length=20, default="")

    class Meta:
        indexes = [models.Index(fields=["request", "id"], name="outreach_alert_recipients")]
