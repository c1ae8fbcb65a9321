from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outreach", "0003_schedule_draft")]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="flow_id",
            field=models.UUIDField(null=True),
        ),
    ]
