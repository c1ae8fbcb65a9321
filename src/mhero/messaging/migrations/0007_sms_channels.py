import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import mhero.platform.clock
import mhero.platform.ids
import mhero.platform.secrets


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0006_flowfile"),
    ]

    operations = [
        migrations.AddField(
            "smschannel",
            "signing_secret",
            mhero.platform.secrets.EncryptedTextField(blank=True, default=""),
        ),
        migrations.AddField(
            "smschannel",
            "prefixes",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=16), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField("smschannel", "weight", models.IntegerField(default=50, verbose_name="Weight")),
        migrations.AddField("smschannel", "share", models.FloatField(default=50)),
        migrations.AddField("smschannel", "share_moved_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "smschannel",
            "share_reason",
            models.CharField(
                blank=True,
                choices=[
                    ("errors", "Requests failed"),
                    ("slow", "Delivery reports came late"),
                    ("helping", "Another channel had trouble"),
                    ("returning", "Returning to its weight"),
                ],
                default="",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            "smschannel", "address", models.CharField(max_length=40, verbose_name="Short code or number")
        ),
        migrations.AlterField(
            "smschannel",
            "type",
            models.CharField(
                choices=[
                    ("external", "Any provider with an HTTP address"),
                    ("kannel", "Kannel"),
                    ("jasmin", "Jasmin"),
                    ("africastalking", "Africa’s Talking"),
                    ("twilio", "Twilio"),
                    ("infobip", "Infobip"),
                    ("clickatell", "Clickatell"),
                    ("vonage", "Vonage"),
                    ("android", "An Android phone"),
                    ("telegram", "Telegram"),
                    ("whatsapp", "WhatsApp"),
                ],
                max_length=20,
                verbose_name="Kind",
            ),
        ),
        migrations.AlterField(
            "broadcast",
            "sms_channel",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="messaging.smschannel",
            ),
        ),
        migrations.CreateModel(
            name="ChannelLogEntry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=mhero.platform.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("sms_channel_id", models.UUIDField()),
                ("kind", models.TextField()),
                ("outcome", models.TextField()),
                ("address", models.TextField()),
                ("status", models.SmallIntegerField(null=True)),
                ("milliseconds", models.IntegerField()),
                ("words", models.TextField(default="")),
                ("message_id", models.UUIDField(null=True)),
                ("alike", models.IntegerField(default=1)),
            ],
            options={
                "indexes": [models.Index(fields=["sms_channel_id", "id"], name="messaging_channel_log")]
            },
        ),
        migrations.CreateModel(
            name="ContactAddress",
            fields=[
                ("address", models.CharField(max_length=40, primary_key=True, serialize=False)),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="addresses",
                        to="messaging.contact",
                    ),
                ),
                ("linked_at", models.DateTimeField(default=mhero.platform.clock.now)),
            ],
        ),
        # What failed once and waits: another channel may take it.
        migrations.RunSQL(
            "CREATE INDEX messaging_message_again ON messaging_message (sms_channel_id, next_attempt_at) "
            "WHERE status = 'queued' AND next_attempt_at IS NOT NULL",
            migrations.RunSQL.noop,
        ),
    ]
