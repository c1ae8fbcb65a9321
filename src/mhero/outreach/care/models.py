"""Clients, their visits, who was reminded of them, and the rules of reminding."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from mhero.accounts.models import User
from mhero.platform.clock import now
from mhero.platform.ids import new_id
from mhero.registry.models import Place


class VisitKind(models.Model):
    """What clients come for, in words that give nobody away."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    #: As texts to phones name it, in the three languages of texts.
    name_en = models.CharField(max_length=20)
    name_fr = models.CharField(max_length=20)
    name_sw = models.CharField(max_length=20)
    #: DHIS2's own ids of the programme and its stage whose events are such visits; empty for none.
    program = models.CharField(max_length=20, blank=True, default="")
    stage = models.CharField(max_length=20, blank=True, default="")
    created_at = models.DateTimeField(default=now)
    #: No new visit is of this kind.
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stage"],
                condition=models.Q(archived_at=None) & ~models.Q(stage=""),
                name="outreach_one_kind_of_a_stage",
            )
        ]

    def __str__(self) -> str:
        """In the language of the page."""
        return self.name((get_language() or "en")[:2])

    def name(self, language: str) -> str:
        names: dict[str, str] = {"en": self.name_en, "fr": self.name_fr, "sw": self.name_sw}
        return names.get(language, self.name_en)


def _days() -> list[int]:
    return [-1, 0, 2]


class CareRules(models.Model):
    """When people are reminded, and how long clients are kept: exactly one row."""

    ONLY = 1

    id = models.SmallIntegerField(primary_key=True, default=ONLY, editable=False)
    #: Days around the due day: -1 is the day before, 0 the day itself, 2 two days after.
    days = ArrayField(models.SmallIntegerField(), default=_days)
    remind_at = models.TimeField(default="08:00")
    #: Whether clients who agreed are texted too.
    tells_clients = models.BooleanField(default=True)
    #: Without any word so long after its day a visit is taken to be missed.
    missed_after_days = models.SmallIntegerField(default=14)
    #: Names and numbers are removed so long after the last visit ended.
    retention_days = models.SmallIntegerField(default=90)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="outreach_one_set_of_care_rules")
        ]


class ClientSource(models.TextChoices):
    """How a client became known."""

    PAGE = "page", _("Entered on a page")
    FILE = "file", _("A spreadsheet")
    TEXT = "text", _("A text message")
    FHIR = "fhir", _("Another system (FHIR)")
    DHIS2 = "dhis2", _("DHIS2")


class CareClient(models.Model):
    """Somebody who is to come to a facility."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    #: Empty when it has been removed.
    name = models.CharField(max_length=100, blank=True)
    #: The facility's own number of the client.
    number = models.CharField(max_length=40, blank=True, default="")
    #: E.164.
    phone = models.CharField(max_length=20, blank=True, default="")
    #: Whether the client agreed to get texts.
    agreed = models.BooleanField(default=False)
    #: The language of texts to the client: en, fr or sw.
    language = models.CharField(max_length=2, default="en")
    facility = models.ForeignKey(
        Place, on_delete=models.DO_NOTHING, db_constraint=False, related_name="care_clients"
    )
    #: The health worker who is named as responsible.
    worker_id = models.UUIDField(null=True)
    #: The health worker who registered the client, by text.
    registered_by_id = models.UUIDField(null=True)
    source = models.CharField(max_length=10, choices=ClientSource.choices)
    #: The source's own key, such as a tracked entity; with it a client who is told of again is the same one.
    source_key = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(default=now)
    #: When name and numbers were removed.
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_key"],
                condition=~models.Q(source_key=""),
                name="outreach_one_client_of_a_source",
            )
        ]
        indexes = [
            models.Index(fields=["facility", "name"], name="outreach_care_clients"),
            models.Index(
                fields=["created_at"], condition=models.Q(forgotten_at=None), name="outreach_care_kept"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def shown(self) -> str:
        """The name, or what stands for one that was removed."""
        return self.name or self.number or str(_("Removed"))


class VisitState(models.TextChoices):
    DUE = "due", _("Due")
    DONE = "done", _("Done")
    MISSED = "missed", _("Missed")
    CANCELLED = "cancelled", _("Cancelled")


class Visit(models.Model):
    """One time that a client is to come."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    client = models.ForeignKey(CareClient, on_delete=models.CASCADE, related_name="visits")
    #: That of the client, for codes that are one facility's own and for counting.
    facility = models.ForeignKey(
        Place, on_delete=models.DO_NOTHING, db_constraint=False, related_name="care_visits"
    )
    kind = models.ForeignKey(VisitKind, on_delete=models.PROTECT, related_name="visits")
    due_on = models.DateField()
    #: When this day was set: what would have reminded of it earlier reminds nobody.
    set_at = models.DateTimeField(default=now)
    #: What is written with its outcome, such as 4F7K; empty when the client was forgotten.
    code = models.CharField(max_length=4, blank=True)
    state = models.CharField(max_length=10, choices=VisitState.choices, default=VisitState.DUE)
    #: The day it was done on, or was found to be missed.
    ended_on = models.DateField(null=True)
    #: Whether somebody said so; False where it is taken to be missed.
    is_told = models.BooleanField(default=False)
    source = models.CharField(max_length=10, choices=ClientSource.choices)
    #: The source's own key: an event of DHIS2, an Appointment's identifier.
    source_key = models.CharField(max_length=200, blank=True, default="")
    #: What the source needs to hear of the outcome again, such as the enrolment.
    source_data = models.JSONField(default=dict)
    #: Since when the outcome waits to be told to the source; None when there is nothing to tell.
    waiting_since = models.DateTimeField(null=True)
    #: Why the source did not take the outcome; empty when it did.
    refusal = models.TextField(blank=True, default="")
    changed_at = models.DateTimeField(default=now)
    #: FHIR's version of the Appointment.
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["facility", "code"], condition=~models.Q(code=""), name="outreach_one_visit_of_a_code"
            ),
            models.UniqueConstraint(
                fields=["source", "source_key"],
                condition=~models.Q(source_key=""),
                name="outreach_one_visit_of_a_source",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on", "facility"], name="outreach_care_days"),
            models.Index(fields=["state", "due_on"], name="outreach_care_states"),
            models.Index(fields=["code"], name="outreach_care_codes"),
            models.Index(
                fields=["waiting_since"],
                condition=models.Q(waiting_since__isnull=False),
                name="outreach_care_waiting",
            ),
        ]


class Audience(models.TextChoices):
    WORKER = "worker", _("Health worker")
    CLIENT = "client", _("Client")


class CareReminder(models.Model):
    """Somebody was reminded of a visit, or would have been. One row for each day, and each side, at most."""

    id = models.BigAutoField(primary_key=True)
    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="reminders")
    #: The day that the visit was due on then.
    due_on = models.DateField()
    #: One of the rules' days.
    days = models.SmallIntegerField()
    audience = models.CharField(max_length=6, choices=Audience.choices)
    contact_id = models.UUIDField(null=True)
    #: None when nobody was texted.
    message_id = models.UUIDField(null=True)
    #: Why nobody was texted: a code of `messaging.reasons`, or `nobody`.
    reason = models.CharField(max_length=20, blank=True, default="")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "due_on", "days", "audience"], name="outreach_reminded_once"
            )
        ]
        indexes = [models.Index(fields=["message_id"], name="outreach_reminder_message")]


class VisitEvent(models.Model):
    """What happened to a visit, and who said so."""

    class What(models.TextChoices):
        REGISTERED = "registered", _("Registered")
        DONE = "done", _("Done")
        MISSED = "missed", _("Missed")
        MOVED = "moved", _("Moved to another day")
        CANCELLED = "cancelled", _("Cancelled")

    id = models.BigAutoField(primary_key=True)
    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="events")
    what = models.CharField(max_length=10, choices=What.choices)
    #: The day that is meant.
    day = models.DateField(null=True)
    #: An officer's address, a health worker's name, or a system; empty for mHero itself.
    by = models.TextField(blank=True, default="")
    #: The text that said so.
    message_id = models.UUIDField(null=True)
    at = models.DateTimeField()


class ClientFile(models.Model):
    """A spreadsheet of clients that somebody is bringing in. Its rows go when that is done, or in a day."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    #: The first row is the headings; cells are text, and days are written as ISO has them.
    rows = models.JSONField(default=list)
    #: Which column holds what: field to column, from 0.
    columns = models.JSONField(default=dict)
    #: Where the clients go whose row names no facility.
    facility_id = models.UUIDField(null=True)
    added = models.IntegerField(null=True)
    created_at = models.DateTimeField(default=now)
