"""Conversations under way and over: sessions, the flows run in them, and what was answered."""

from django.db import models
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from mhero.messaging.models.contacts import Contact
from mhero.messaging.models.flows import Flow
from mhero.platform.clock import now
from mhero.platform.ids import new_id


class ConversationStatus(models.TextChoices):
    """What became of a session or a run."""

    #: A question was asked and the answer has not come.
    WAITING = "waiting", _("Waiting for an answer")
    COMPLETED = "completed", _("Finished")
    EXPIRED = "expired", _("Expired")
    #: Another flow began, somebody stopped it, or the person opted out.
    INTERRUPTED = "interrupted", _("Stopped")
    FAILED = "failed", _("Failed")


class Session(models.Model):
    """One contact's way through a flow and the flows it enters. A contact has one that waits, or none."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="sessions")
    #: The flow that it began with.
    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="sessions")
    #: The send that began it; None when a trigger, a campaign or a person did.
    broadcast_id = models.UUIDField(null=True)
    #: Where its questions leave: the channel of the send, or the one that the trigger's message came by.
    sms_channel_id = models.UUIDField()
    status = models.CharField(max_length=12, choices=ConversationStatus.choices)
    #: Why it ended otherwise than by its last step: `opted_out`, `stopped`, `other_flow`, an engine's word.
    reason = models.CharField(max_length=40, default="")
    #: The engine's own state while it waits, as text that the database need not look into; empty after.
    state = models.TextField(default="")
    started_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True)
    #: When the wait gives up on an answer and goes another way; None when it does not.
    timeout_at = models.DateTimeField(null=True)
    #: When the whole session is over unless an answer comes.
    expires_at = models.DateTimeField(null=True)
    #: Of the first answer; None until there is one.
    answered_at = models.DateTimeField(null=True)
    #: Answers taken so far.
    answers = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contact"],
                condition=models.Q(status="waiting"),
                name="messaging_one_waiting_session",
            )
        ]
        indexes = [
            models.Index(fields=["contact", "-started_at"], name="messaging_session_contact"),
            models.Index(fields=["broadcast_id", "status"], name="messaging_session_broadcast"),
            models.Index(
                fields=["timeout_at"],
                condition=models.Q(timeout_at__isnull=False),
                name="messaging_session_timeout",
            ),
            models.Index(
                fields=["expires_at"],
                condition=models.Q(expires_at__isnull=False),
                name="messaging_session_expiry",
            ),
        ]


def _of_person(key: str) -> models.GeneratedField:
    """A value of `FlowRun.person` as a column, to count and to filter by; empty where it is not known."""
    return models.GeneratedField(
        expression=Coalesce(
            KeyTextTransform(key, "person"), models.Value("", output_field=models.TextField())
        ),
        output_field=models.TextField(),
        db_persist=True,
    )


class FlowRun(models.Model):
    """A flow run once in a session: what was answered in it and where it is or ended."""

    #: The engine's own id of the run.
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="runs")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="runs")
    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="runs")
    broadcast_id = models.UUIDField(null=True)
    status = models.CharField(max_length=12, choices=ConversationStatus.choices)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    #: Whether anything was answered in it.
    is_answered = models.BooleanField(default=False)
    #: The node where it waits, or ended.
    node_id = models.UUIDField(null=True)
    #: The engine's results by their keys: {"age": {"name", "value", "category", "node_uuid", "input",
    #: "created_on", …}}.
    results = models.JSONField(default=dict)
    #: As they were when it began, so that results can be compared: {"cadre", "county", "operator", "gender"}.
    person = models.JSONField(default=dict)
    cadre = _of_person("cadre")
    county = _of_person("county")
    operator = _of_person("operator")
    gender = _of_person("gender")

    class Meta:
        indexes = [
            models.Index(fields=["flow", "-started_at", "-id"], name="messaging_run_flow"),
            models.Index(fields=["broadcast_id", "-started_at", "-id"], name="messaging_run_send"),
            models.Index(fields=["session"], name="messaging_run_session"),
        ]


class SessionTask(models.Model):
    """Something that happens to a contact's conversation once another system has answered, or after that.

    What is of one contact is done in the order of the ids.
    """

    id = models.BigAutoField(primary_key=True)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    #: `start`, `message`, `wait_timeout`, `wait_expiration`; or what a step asked for others:
    #: `session_triggered`, `broadcast_created`.
    kind = models.CharField(max_length=20)
    data = models.JSONField()
    made_at = models.DateTimeField(default=now)
    #: Until then one worker has it; after that, whoever had it died.
    leased_until = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["contact", "id"], name="messaging_session_tasks")]


class StepCount(models.Model):
    """How many runs went from one node to the next, by flow and by send: the figures on the branches."""

    id = models.BigAutoField(primary_key=True)
    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="+")
    broadcast_id = models.UUIDField(null=True)
    exit_id = models.UUIDField()
    #: None where the conversation ends there.
    destination_id = models.UUIDField(null=True)
    count = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["flow", "exit_id"], name="messaging_step_counts")]


class ContactEventKind(models.TextChoices):
    """What a person's conversation shows beside the messages."""

    FLOW_STARTED = "flow_started", _("Conversation started")
    RESULT = "result", _("Answer understood")
    FLOW_ENDED = "flow_ended", _("Conversation ended")
    CHANGED = "changed", _("Something known about the person changed")
    WEBHOOK = "webhook", _("Another system was asked")
    EMAIL = "email", _("E-mail sent")
    ERROR = "error", _("A step did not work")


class ContactEvent(models.Model):
    """One step of a conversation that is no message. Partitioned by month."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contact_id = models.UUIDField()
    session_id = models.UUIDField(null=True)
    flow_id = models.UUIDField(null=True)
    kind = models.TextField(choices=ContactEventKind.choices)
    #: By kind: a result's {name, value, category}; a change's {what, from, to}; an error's {words}.
    data = models.JSONField(default=dict)

    class Meta:
        managed = False
        db_table = "messaging_contactevent"
