import django.db.models.deletion
from django.db import migrations, models

import mhero.platform.clock


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0004_lists"),
    ]

    operations = [
        migrations.CreateModel(
            name="SessionTask",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=20)),
                ("data", models.JSONField()),
                ("made_at", models.DateTimeField(default=mhero.platform.clock.now)),
                ("leased_until", models.DateTimeField(null=True)),
                ("attempts", models.IntegerField(default=0)),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="messaging.contact",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["contact", "id"], name="messaging_session_tasks")],
            },
        ),
    ]
