from django.db import migrations, models

# What the registry says of everybody is a field like any other, which nobody changes by hand.
REGISTRY_FIELDS = """
INSERT INTO messaging_contactfield (key, id, name, type, follows_registry)
SELECT key, gen_random_uuid(), name, 'text', true
FROM (VALUES ('first_name', 'First Name'), ('cadre', 'Cadre'), ('job', 'Job'), ('facility', 'Facility'),
             ('district', 'District'), ('county', 'County')) AS registry(key, name)
WHERE NOT EXISTS (SELECT FROM messaging_contactfield f WHERE lower(f.name) = lower(registry.name))
ON CONFLICT (key) DO UPDATE SET follows_registry = true
"""
# Who was heard of lately changes with each message: it is noted only while somebody asks for it.
NOTE_SEEN = """
CREATE FUNCTION messaging_note_seen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM messaging_group WHERE query ILIKE '%last_seen_on%' AND NOT is_archived)
        OR EXISTS (SELECT FROM messaging_campaignpoint WHERE relative_to = 'last_seen_on' AND NOT is_archived)
    THEN
        INSERT INTO messaging_contactchange (contact_id) VALUES (new.id);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER messaging_note_seen_contact AFTER UPDATE OF last_message_at ON messaging_contact
    FOR EACH ROW WHEN (old.last_message_at IS DISTINCT FROM new.last_message_at)
    EXECUTE FUNCTION messaging_note_seen();
INSERT INTO messaging_contactchange (contact_id) SELECT id FROM messaging_contact ORDER BY id;
"""
FORGET_SEEN = """
DROP TRIGGER messaging_note_seen_contact ON messaging_contact;
DROP FUNCTION messaging_note_seen;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0007_sms_channels"),
    ]

    operations = [
        migrations.RunSQL(REGISTRY_FIELDS, migrations.RunSQL.noop),
        migrations.RunSQL(NOTE_SEEN, FORGET_SEEN),
        migrations.AlterField(
            model_name="firing",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "Planned"),
                    ("sent", "Sent"),
                    ("busy", "Left out: in a conversation"),
                    ("late", "Left out: too late"),
                    ("unreachable", "Left out: could not be texted"),
                    ("not_allowed", "Left out: its author may not text them"),
                ],
                default="waiting",
                max_length=12,
            ),
        ),
    ]
