import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import mhero.platform.clock
import mhero.platform.ids
from mhero.platform.partitions import partitioned


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("platform", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Orchestration",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=mhero.platform.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("transaction_id", models.UUIDField()),
                ("name", models.TextField()),
                ("method", models.TextField()),
                ("url", models.TextField()),
                ("request_body", models.BinaryField()),
                ("status", models.SmallIntegerField(null=True)),
                ("seconds", models.FloatField()),
                ("bytes", models.BigIntegerField()),
                ("response_body", models.BinaryField()),
                ("error", models.TextField()),
            ],
            options={
                "db_table": "exchange_orchestration",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Transaction",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=mhero.platform.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("channel_id", models.UUIDField(null=True)),
                ("client_id", models.TextField()),
                ("client_ip", models.TextField()),
                (
                    "status",
                    models.TextField(
                        choices=[
                            ("Processing", "Processing"),
                            ("Successful", "Successful"),
                            ("Completed", "Completed"),
                            ("Completed with error(s)", "Completed with errors"),
                            ("Failed", "Failed"),
                        ]
                    ),
                ),
                ("method", models.TextField()),
                ("path", models.TextField()),
                ("querystring", models.TextField()),
                ("request_headers", models.JSONField(default=dict)),
                ("request_body", models.BinaryField()),
                ("response_status", models.SmallIntegerField(null=True)),
                ("response_headers", models.JSONField(default=dict)),
                ("response_body", models.BinaryField()),
                ("error", models.TextField()),
                ("seconds", models.FloatField(null=True)),
                ("properties", models.JSONField(default=dict)),
            ],
            options={
                "db_table": "exchange_transaction",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Channel",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=mhero.platform.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=200, unique=True, verbose_name="name")),
                ("description", models.TextField(blank=True, verbose_name="description")),
                (
                    "type",
                    models.CharField(
                        choices=[("http", "Requests from other systems"), ("polling", "On a schedule")],
                        default="http",
                        max_length=10,
                    ),
                ),
                ("priority", models.IntegerField(blank=True, null=True, verbose_name="priority")),
                ("is_enabled", models.BooleanField(default=True, verbose_name="on")),
                ("url_pattern", models.CharField(blank=True, max_length=500, verbose_name="URL pattern")),
                (
                    "methods",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10), blank=True, default=list, size=None
                    ),
                ),
                ("is_public", models.BooleanField(default=False, verbose_name="public")),
                (
                    "allow",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100), blank=True, default=list, size=None
                    ),
                ),
                (
                    "whitelist",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.GenericIPAddressField(), blank=True, default=list, size=None
                    ),
                ),
                ("routes", models.JSONField(blank=True, default=list)),
                ("timeout_seconds", models.FloatField(default=60)),
                ("keeps_request_body", models.BooleanField(default=True)),
                ("keeps_response_body", models.BooleanField(default=True)),
                ("polling_schedule", models.CharField(blank=True, max_length=100, verbose_name="schedule")),
                ("mediator", models.CharField(blank=True, max_length=50)),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("high_water", models.JSONField(blank=True, null=True)),
                ("is_seeded", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=mhero.platform.clock.now)),
            ],
        ),
        migrations.CreateModel(
            name="Client",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=mhero.platform.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("client_id", models.CharField(max_length=100, unique=True, verbose_name="client id")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100), blank=True, default=list, size=None
                    ),
                ),
                ("password_hash", models.CharField(blank=True, max_length=200)),
                ("certificate_fingerprint", models.CharField(blank=True, db_index=True, max_length=64)),
                ("certificate", models.TextField(blank=True)),
                ("organization", models.CharField(blank=True, max_length=200, verbose_name="organisation")),
                ("contact", models.CharField(blank=True, max_length=200, verbose_name="contact person")),
                ("is_enabled", models.BooleanField(default=True, verbose_name="on")),
                ("created_at", models.DateTimeField(default=mhero.platform.clock.now)),
            ],
        ),
        migrations.CreateModel(
            name="RefusedRecord",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=mhero.platform.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.CharField(max_length=200)),
                ("reason", models.TextField()),
                ("raw", models.JSONField(default=dict)),
                ("first_refused_at", models.DateTimeField(default=mhero.platform.clock.now)),
                ("last_refused_at", models.DateTimeField(default=mhero.platform.clock.now)),
                (
                    "channel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="refused",
                        to="exchange.channel",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("channel", "key"), name="exchange_one_refusal_of_a_record"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=mhero.platform.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("transaction_id", models.UUIDField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("done_with_problems", "Done, with problems"),
                            ("failed", "Failed"),
                            ("interrupted", "Interrupted"),
                        ],
                        default="waiting",
                        max_length=20,
                    ),
                ),
                ("requested_by", models.CharField(max_length=254)),
                ("is_full", models.BooleanField(default=False)),
                ("requested_at", models.DateTimeField(default=mhero.platform.clock.now)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("counts", models.JSONField(default=dict)),
                ("step", models.TextField(default="")),
                ("error", models.TextField(default="")),
                (
                    "channel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="runs",
                        to="exchange.channel",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["channel", "-requested_at"], name="exchange_ru_channel_f3933d_idx")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["waiting", "running"])),
                        fields=("channel",),
                        name="exchange_one_run_of_a_channel",
                    )
                ],
            },
        ),
        partitioned(
            "exchange_transaction",
            """
            id uuid PRIMARY KEY,
            channel_id uuid,
            client_id text NOT NULL,
            client_ip text NOT NULL,
            status text NOT NULL,
            method text NOT NULL,
            path text NOT NULL,
            querystring text NOT NULL,
            request_headers jsonb NOT NULL,
            request_body bytea NOT NULL,
            response_status smallint,
            response_headers jsonb NOT NULL,
            response_body bytea NOT NULL,
            error text NOT NULL,
            seconds double precision,
            properties jsonb NOT NULL
            """,
        ),
        migrations.RunSQL(
            "CREATE INDEX exchange_transaction_channel ON exchange_transaction (channel_id, id DESC)",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "CREATE INDEX exchange_transaction_client ON exchange_transaction (client_id, id DESC)",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "CREATE INDEX exchange_transaction_unfinished ON exchange_transaction (id) WHERE status = 'Processing'",
            migrations.RunSQL.noop,
        ),
        partitioned(
            "exchange_orchestration",
            """
            id uuid PRIMARY KEY,
            transaction_id uuid NOT NULL,
            name text NOT NULL,
            method text NOT NULL,
            url text NOT NULL,
            request_body bytea NOT NULL,
            status smallint,
            seconds double precision NOT NULL,
            bytes bigint NOT NULL,
            response_body bytea NOT NULL,
            error text NOT NULL
            """,
        ),
        migrations.RunSQL(
            "CREATE INDEX exchange_orchestration_transaction ON exchange_orchestration (transaction_id, id)",
            migrations.RunSQL.noop,
        ),
    ]
