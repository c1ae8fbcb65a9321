import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

import mhero.messaging.stop
import mhero.platform.clock
import mhero.platform.ids
import mhero.platform.secrets
from mhero.platform.partitions import partitioned


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("platform", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=mhero.platform.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("is_incoming", models.BooleanField()),
                ("contact_id", models.UUIDField()),
                ("broadcast_id", models.UUIDField(null=True)),
                ("sms_channel_id", models.UUIDField()),
                ("number", models.TextField()),
                ("text", models.TextField()),
                (
                    "status",
                    models.TextField(
                        choices=[
                            ("queued", "Waiting to be sent"),
                            ("wired", "Being sent"),
                            ("sent", "Sent, waiting for the network"),
                            ("delivered", "Delivered"),
                            ("failed", "Not delivered"),
                            ("cancelled", "Not sent"),
                            ("received", "Received"),
                        ]
                    ),
                ),
                ("priority", models.SmallIntegerField(default=1)),
                ("segments", models.SmallIntegerField(default=1)),
                ("external_id", models.TextField(default="")),
                ("reason", models.TextField(default="")),
                ("provider_words", models.TextField(default="")),
                ("attempts", models.SmallIntegerField(default=0)),
                ("next_attempt_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("final_at", models.DateTimeField(null=True)),
                ("answers_id", models.UUIDField(null=True)),
                ("is_handled", models.BooleanField(default=False)),
                ("author", models.TextField(default="")),
                ("is_confirmation", models.BooleanField(default=False)),
                ("operator", models.TextField(default="")),
                ("cadre", models.TextField(default="")),
                ("county", models.TextField(default="")),
            ],
            options={
                "db_table": "messaging_message",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=mhero.platform.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("person_id", models.UUIDField(null=True, unique=True)),
                ("number", models.CharField(max_length=20, null=True, unique=True)),
                ("name", models.TextField(default="")),
                ("language", models.CharField(default="", max_length=8)),
                (
                    "status",
                    models.CharField(
                        choices=[("active", "Can be texted"), ("stopped", "Opted out"), ("left", "Left")],
                        default="active",
                        max_length=10,
                    ),
                ),
                ("fields", models.JSONField(default=dict)),
                ("stopped_at", models.DateTimeField(null=True)),
                ("stopped_by", models.TextField(default="")),
                ("created_at", models.DateTimeField(default=mhero.platform.clock.now)),
                (
                    "place_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), default=list, size=None
                    ),
                ),
                ("followed_change", models.BigIntegerField(default=0)),
                ("last_message_at", models.DateTimeField(null=True)),
                ("waiting_since", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["place_ids"], name="messaging_contact_places"
                    ),
                    models.Index(
                        condition=models.Q(("last_message_at__isnull", False)),
                        fields=["-last_message_at", "-id"],
                        name="messaging_contact_inbox",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OptOut",
            fields=[
                ("number", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("at", models.DateTimeField(default=mhero.platform.clock.now)),
                ("by", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="SMSChannel",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=mhero.platform.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "type",
                    models.CharField(
                        choices=[("external", "Any provider with an HTTP address"), ("kannel", "Kannel")],
                        max_length=20,
                        verbose_name="Kind",
                    ),
                ),
                ("name", models.CharField(max_length=100, unique=True, verbose_name="Name")),
                ("address", models.CharField(max_length=20, verbose_name="Short code or number")),
                ("send_url", models.URLField(max_length=500, verbose_name="Address of the provider")),
                ("settings", models.JSONField(blank=True, default=dict)),
                (
                    "secret",
                    mhero.platform.secrets.EncryptedTextField(
                        blank=True, default="", verbose_name="Password or token"
                    ),
                ),
                ("callback_secret", mhero.platform.secrets.EncryptedTextField(default="")),
                ("is_enabled", models.BooleanField(default=True, verbose_name="On")),
                ("rate", models.FloatField(default=10, verbose_name="Text messages a second")),
                ("concurrency", models.IntegerField(default=16)),
                ("created_at", models.DateTimeField(default=mhero.platform.clock.now)),
            ],
        ),
        migrations.CreateModel(
            name="Group",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=mhero.platform.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.TextField(unique=True)),
                ("contacts", models.ManyToManyField(related_name="groups", to="messaging.contact")),
            ],
        ),
        migrations.CreateModel(
            name="Received",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("sms_channel_id", models.UUIDField()),
                ("kind", models.CharField(max_length=10)),
                ("key", models.CharField(max_length=64)),
                ("payload", models.JSONField()),
                ("received_at", models.DateTimeField(default=mhero.platform.clock.now)),
                ("is_taken", models.BooleanField(default=False)),
                ("error", models.TextField(default="")),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_taken", False)),
                        fields=["id"],
                        name="messaging_received_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("sms_channel_id", "kind", "key"), name="messaging_received_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SendingRules",
            fields=[
                (
                    "id",
                    models.SmallIntegerField(default=1, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "hold_seconds",
                    models.IntegerField(default=60, verbose_name="Seconds to wait before a send starts"),
                ),
                (
                    "approval_above",
                    models.IntegerField(
                        default=5000, verbose_name="A second person approves sends to more people than"
                    ),
                ),
                ("quiet_from", models.TimeField(default="20:00", verbose_name="Quiet from")),
                ("quiet_until", models.TimeField(default="07:00", verbose_name="Quiet until")),
                (
                    "expires_after_hours",
                    models.IntegerField(default=24, verbose_name="Hours until an unsent message is dropped"),
                ),
                ("prices", models.JSONField(blank=True, default=dict)),
                (
                    "stop_words",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30),
                        blank=True,
                        default=mhero.messaging.stop.default_stop_words,
                        size=None,
                    ),
                ),
                (
                    "stop_confirmation",
                    models.TextField(default="You will get no more messages. Send START to get them again."),
                ),
                ("gives_up_after_hours", models.IntegerField(default=72)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="messaging_one_set_of_rules")
                ],
            },
        ),
        migrations.CreateModel(
            name="Broadcast",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=mhero.platform.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("text", models.TextField()),
                ("simplifies_accents", models.BooleanField(default=False)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting_for_approval", "Waiting for approval"),
                            ("scheduled", "Scheduled"),
                            ("held", "Starting soon"),
                            ("sending", "Sending"),
                            ("sent", "Sent"),
                            ("stopped", "Stopped"),
                            ("expired", "Expired"),
                        ],
                        default="held",
                        max_length=20,
                    ),
                ),
                ("audience", models.JSONField(default=dict)),
                ("audience_description", models.TextField(default="")),
                ("created_by_id", models.UUIDField(null=True)),
                ("created_by", models.TextField(default="")),
                ("approved_by", models.TextField(default="")),
                ("created_at", models.DateTimeField(default=mhero.platform.clock.now)),
                ("starts_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("accounted", models.JSONField(default=dict)),
                ("expanded", models.IntegerField(default=0)),
                (
                    "sms_channel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="messaging.smschannel",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Recipient",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("is_expanded", models.BooleanField(default=False)),
                (
                    "broadcast",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recipients",
                        to="messaging.broadcast",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="messaging.contact"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_expanded", False)),
                        fields=["broadcast", "id"],
                        name="messaging_recipient_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("broadcast", "contact"), name="messaging_a_recipient_once"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="broadcast",
            index=models.Index(fields=["-created_at"], name="messaging_b_created_d72e4f_idx"),
        ),
        migrations.AddIndex(
            model_name="broadcast",
            index=models.Index(fields=["status", "starts_at"], name="messaging_b_status_cfcfb2_idx"),
        ),
        partitioned(
            "messaging_message",
            """
            id uuid PRIMARY KEY,
            is_incoming boolean NOT NULL,
            contact_id uuid NOT NULL,
            broadcast_id uuid,
            sms_channel_id uuid NOT NULL,
            number text NOT NULL,
            text text NOT NULL,
            status text NOT NULL,
            priority smallint NOT NULL,
            segments smallint NOT NULL,
            external_id text NOT NULL,
            reason text NOT NULL,
            provider_words text NOT NULL,
            attempts smallint NOT NULL,
            next_attempt_at timestamptz,
            expires_at timestamptz,
            sent_at timestamptz,
            final_at timestamptz,
            answers_id uuid,
            is_handled boolean NOT NULL,
            author text NOT NULL,
            is_confirmation boolean NOT NULL,
            operator text NOT NULL,
            cadre text NOT NULL,
            county text NOT NULL
            """,
        ),
        migrations.RunSQL(
            "CREATE INDEX messaging_message_contact ON messaging_message (contact_id, id DESC)",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "CREATE INDEX messaging_message_broadcast ON messaging_message (broadcast_id, status, id) WHERE broadcast_id IS NOT NULL",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "CREATE INDEX messaging_message_waiting ON messaging_message (sms_channel_id, priority, id) WHERE status = 'queued'",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "CREATE INDEX messaging_message_wired ON messaging_message (sms_channel_id, id) WHERE status = 'wired'",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            # What waits for the network's report, for the sweep of those that never come.
            "CREATE INDEX messaging_message_unreported ON messaging_message (id) WHERE status = 'sent'",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "CREATE INDEX messaging_message_external ON messaging_message (external_id) WHERE external_id <> ''",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "CREATE INDEX messaging_message_unhandled ON messaging_message (id DESC) WHERE is_incoming AND NOT is_handled",
            migrations.RunSQL.noop,
        ),
    ]
