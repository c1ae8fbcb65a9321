from django.db import migrations, models

import mhero.platform.clock
import mhero.platform.ids


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0005_sessiontask"),
    ]

    operations = [
        migrations.CreateModel(
            name="FlowFile",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=mhero.platform.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.TextField()),
                ("content", models.BinaryField()),
                ("uploaded_at", models.DateTimeField(default=mhero.platform.clock.now)),
                ("uploaded_by_id", models.UUIDField()),
            ],
        ),
        migrations.AddField("flowrevision", "published_at", models.DateTimeField(null=True)),
        migrations.AddField("flowrevision", "published_by", models.TextField(default="")),
    ]
