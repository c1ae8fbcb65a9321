import django.db.models.deletion
from django.conf import settings
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
            name="AuditEvent",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=mhero.platform.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("user_id", models.UUIDField(null=True)),
                ("actor", models.TextField()),
                ("action", models.TextField()),
                ("object", models.TextField()),
                ("people", models.IntegerField(default=0)),
                ("detail", models.JSONField(default=dict)),
                ("ip", models.GenericIPAddressField(null=True)),
            ],
            options={
                "db_table": "accounts_auditevent",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "id",
                    models.UUIDField(
                        default=mhero.platform.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("email", models.EmailField(max_length=254, unique=True, verbose_name="email address")),
                ("name", models.CharField(blank=True, max_length=150, verbose_name="name")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("administrator", "Administrator"),
                            ("exchange_operator", "Exchange operator"),
                            ("communications_officer", "Communications officer"),
                            ("viewer", "Viewer"),
                        ],
                        default="viewer",
                        max_length=30,
                        verbose_name="role",
                    ),
                ),
                ("area_id", models.UUIDField(blank=True, null=True)),
                ("phone", models.CharField(blank=True, max_length=20, verbose_name="mobile phone")),
                ("locale", models.CharField(default="en", max_length=8, verbose_name="language")),
                ("is_active", models.BooleanField(default=True)),
                ("must_change_password", models.BooleanField(default=False)),
                ("date_joined", models.DateTimeField(default=mhero.platform.clock.now)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=mhero.platform.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="email address")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("administrator", "Administrator"),
                            ("exchange_operator", "Exchange operator"),
                            ("communications_officer", "Communications officer"),
                            ("viewer", "Viewer"),
                        ],
                        default="viewer",
                        max_length=30,
                        verbose_name="role",
                    ),
                ),
                ("area_id", models.UUIDField(blank=True, null=True)),
                ("secret_digest", models.CharField(max_length=64, unique=True)),
                ("expires_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "invited_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Workspace",
            fields=[
                (
                    "id",
                    models.SmallIntegerField(default=1, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(default="mHero", max_length=100, verbose_name="name")),
                ("country_code", models.CharField(default="LR", max_length=2, verbose_name="country")),
                (
                    "time_zone",
                    models.CharField(default="Africa/Monrovia", max_length=50, verbose_name="time zone"),
                ),
                ("currency", models.CharField(default="USD", max_length=3, verbose_name="currency")),
                ("went_live_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="accounts_one_workspace")
                ],
            },
        ),
        partitioned(
            "accounts_auditevent",
            """
            id uuid PRIMARY KEY,
            user_id uuid,
            actor text NOT NULL,
            action text NOT NULL,
            object text NOT NULL,
            people integer NOT NULL,
            detail jsonb NOT NULL,
            ip inet
            """,
        ),
    ]
