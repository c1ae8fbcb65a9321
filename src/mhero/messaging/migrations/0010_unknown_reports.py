from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0009_command_texts"),
    ]

    operations = [
        migrations.AddIndex(
            "received",
            models.Index(
                condition=models.Q(("error", ""), _negated=True),
                fields=["id"],
                name="messaging_received_errors",
            ),
        ),
    ]
