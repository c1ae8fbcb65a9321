from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0011_urgent_sends")]

    operations = [
        migrations.CreateModel(
            name="CommandDialogue",
            fields=[
                ("contact_id", models.UUIDField(primary_key=True, serialize=False)),
                ("command", models.CharField(max_length=40)),
                ("until", models.DateTimeField()),
            ],
        ),
    ]
