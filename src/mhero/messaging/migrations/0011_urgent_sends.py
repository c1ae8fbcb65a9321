from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0010_unknown_reports"),
    ]

    operations = [
        migrations.AddField(
            "broadcast",
            "is_urgent",
            models.BooleanField(db_default=False, default=False),
        ),
    ]
