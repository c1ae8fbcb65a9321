"""Channels, clients, transactions and runs of the interoperability layer, in OpenHIM's words."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from mhero.platform.clock import now
from mhero.platform.ids import new_id


class ChannelType(models.TextChoices):
    HTTP = "http", _("Requests from other systems")
    POLLING = "polling", _("On a schedule")


class Channel(models.Model):
    """A way through the exchange: what it matches, who may use it, and where it leads."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=200, unique=True)
    description = models.TextField(_("description"), blank=True)
    type = models.CharField(max_length=10, choices=ChannelType.choices, default=ChannelType.HTTP)
    #: Lower is tried first; None is tried last.
    priority = models.IntegerField(_("priority"), null=True, blank=True)
    is_enabled = models.BooleanField(_("on"), default=True)
    #: A regular expression, searched in the raw percent-encoded path without the query.
    url_pattern = models.CharField(_("URL pattern"), max_length=500, blank=True)
    methods = ArrayField(models.CharField(max_length=10), default=list, blank=True)
    #: A public channel asks for no client; it still writes a transaction.
    is_public = models.BooleanField(_("public"), default=False)
    #: Roles and client ids that may use a private channel.
    allow = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    #: Client addresses that may use the channel; empty is any.
    whitelist = ArrayField(models.GenericIPAddressField(), default=list, blank=True)
    #: List of {name, host, port, secured, path, primary, username, password (encrypted), service}.
    #: `service` names a handler inside mHero (such as `registry.fhir`) in place of host and port.
    routes = models.JSONField(default=list, blank=True)
    timeout_seconds = models.FloatField(default=60)
    keeps_request_body = models.BooleanField(default=True)
    keeps_response_body = models.BooleanField(default=True)
    #: For a polling channel: cron or "10 minutes", and the built-in mediator that it starts.
    polling_schedule = models.CharField(_("schedule"), max_length=100, blank=True)
    mediator = models.CharField(max_length=50, blank=True)
    #: When a polling channel is due next; None is never.
    due_at = models.DateTimeField(null=True, blank=True)
    #: The high-water mark: what the last successful run had seen. Moves only after success.
    high_water = models.JSONField(null=True, blank=True)
    #: Who made it: `seed` channels come with mHero and cannot be deleted.
    is_seeded = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return self.name


class Client(models.Model):
    """A system that may ask the exchange for something."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    #: The user name of Basic authentication, and the common name expected in its certificate.
    client_id = models.CharField(_("client id"), max_length=100, unique=True)
    name = models.CharField(_("name"), max_length=200)
    roles = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    #: Django's encoded hash; empty means that Basic authentication is off.
    password_hash = models.CharField(max_length=200, blank=True)
    #: SHA-256 of the client's certificate, lower-case hexadecimal; empty means no mutual TLS.
    certificate_fingerprint = models.CharField(max_length=64, blank=True, db_index=True)
    #: The certificate itself, PEM, so that the gateway trusts it. No secret: its key is not kept.
    certificate = models.TextField(blank=True)
    organization = models.CharField(_("organisation"), max_length=200, blank=True)
    contact = models.CharField(_("contact person"), max_length=200, blank=True)
    is_enabled = models.BooleanField(_("on"), default=True)
    created_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return self.name


class TransactionStatus(models.TextChoices):
    PROCESSING = "Processing", _("Processing")
    SUCCESSFUL = "Successful", _("Successful")
    COMPLETED = "Completed", _("Completed")
    COMPLETED_WITH_ERRORS = "Completed with error(s)", _("Completed with errors")
    FAILED = "Failed", _("Failed")


class Transaction(models.Model):
    """One exchange between systems, refused ones too. Partitioned by month."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    channel_id = models.UUIDField(null=True)
    #: The client's `client_id`, also when it was refused; empty when it gave none.
    client_id = models.TextField()
    client_ip = models.TextField()
    status = models.TextField(choices=TransactionStatus.choices)
    method = models.TextField()
    path = models.TextField()
    querystring = models.TextField()
    request_headers = models.JSONField(default=dict)
    request_body = models.BinaryField()
    #: None while processing, or when there was no answer.
    response_status = models.SmallIntegerField(null=True)
    response_headers = models.JSONField(default=dict)
    response_body = models.BinaryField()
    #: What went wrong, in words.
    error = models.TextField()
    #: How long it took; None while processing.
    seconds = models.FloatField(null=True)
    #: Numbers and names that the mediator adds, such as the counts of a sync.
    properties = models.JSONField(default=dict)

    class Meta:
        managed = False
        db_table = "exchange_transaction"


class Orchestration(models.Model):
    """One call that was made in the course of a transaction. Partitioned by month."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    transaction_id = models.UUIDField()
    name = models.TextField()
    method = models.TextField()
    #: Without its secrets.
    url = models.TextField()
    request_body = models.BinaryField()
    #: None when there was no answer.
    status = models.SmallIntegerField(null=True)
    seconds = models.FloatField()
    #: Of the answer's body.
    bytes = models.BigIntegerField()
    response_body = models.BinaryField()
    error = models.TextField()

    class Meta:
        managed = False
        db_table = "exchange_orchestration"


class RunStatus(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    DONE_WITH_PROBLEMS = "done_with_problems", _("Done, with problems")
    FAILED = "failed", _("Failed")
    INTERRUPTED = "interrupted", _("Interrupted")


class Run(models.Model):
    """One run of a polling channel's mediator. At most one of a channel is waiting or running."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="runs")
    transaction_id = models.UUIDField()
    status = models.CharField(max_length=20, choices=RunStatus.choices, default=RunStatus.WAITING)
    #: An email address, or `schedule`.
    requested_by = models.CharField(max_length=254)
    #: Whether it reads everything and not only what changed.
    is_full = models.BooleanField(default=False)
    requested_at = models.DateTimeField(default=now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    #: {read, new, changed, unchanged, deactivated, refused}, and `expected` when the source tells.
    counts = models.JSONField(default=dict)
    #: What it is doing now, in words for the run page.
    step = models.TextField(default="")
    error = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel"],
                condition=models.Q(status__in=["waiting", "running"]),
                name="exchange_one_run_of_a_channel",
            )
        ]
        indexes = [models.Index(fields=["channel", "-requested_at"])]


class RefusedRecord(models.Model):
    """A record of a source that could not be taken in. Tried again at each run until it can."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="refused")
    #: The source's own key, such as `Practitioner/123`.
    key = models.CharField(max_length=200)
    #: Why, in words that its owner can act on.
    reason = models.TextField()
    raw = models.JSONField(default=dict)
    first_refused_at = models.DateTimeField(default=now)
    last_refused_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "key"], name="exchange_one_refusal_of_a_record")
        ]
