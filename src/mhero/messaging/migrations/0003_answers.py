import django.db.models.deletion
import django.db.models.fields.json
import django.db.models.functions.comparison
from django.db import migrations, models

ANSWERS = """
CREATE TABLE messaging_answer (
    run_id uuid NOT NULL REFERENCES messaging_flowrun (id) ON DELETE CASCADE,
    key text NOT NULL,
    contact_id uuid NOT NULL,
    flow_id uuid NOT NULL,
    broadcast_id uuid,
    node_id uuid,
    started_at timestamptz NOT NULL,
    cadre text NOT NULL,
    county text NOT NULL,
    operator text NOT NULL,
    gender text NOT NULL,
    category text NOT NULL,
    value text NOT NULL,
    number double precision,
    answered_at timestamptz NOT NULL,
    PRIMARY KEY (run_id, key)
);
CREATE INDEX messaging_answer_flow ON messaging_answer (flow_id, key, started_at);
CREATE INDEX messaging_answer_send ON messaging_answer (broadcast_id, key) WHERE broadcast_id IS NOT NULL;
"""
# What a run holds that its answers do not hold yet is taken over. A value that a partner's flow made may be
# anything, and must not keep the run from being written: what is no identifier or number is none.
KEEP_ANSWERS = r"""
CREATE FUNCTION messaging_keep_answers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO messaging_answer (
        run_id, key, contact_id, flow_id, broadcast_id, node_id, started_at, cadre, county, operator, gender,
        category, value, number, answered_at
    )
    SELECT run.id, result.key, run.contact_id, run.flow_id, run.broadcast_id,
           CASE WHEN result.value->>'node_uuid' ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$'
                THEN (result.value->>'node_uuid')::uuid END,
           run.started_at, run.cadre, run.county, run.operator, run.gender,
           coalesce(result.value->>'category', ''), coalesce(result.value->>'value', ''),
           CASE WHEN result.value->>'value' ~ '^-?[0-9]{1,15}([.][0-9]{1,15})?$'
                THEN (result.value->>'value')::double precision END,
           CASE WHEN result.value->>'created_on' ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9:]+)$'
                THEN (result.value->>'created_on')::timestamptz ELSE run.changed_at END
    FROM changed run CROSS JOIN LATERAL jsonb_each(run.results) AS result
    WHERE run.results <> '{}'
    ON CONFLICT (run_id, key) DO UPDATE SET
        node_id = excluded.node_id, category = excluded.category, value = excluded.value,
        number = excluded.number, answered_at = excluded.answered_at
    WHERE (messaging_answer.answered_at, messaging_answer.category, messaging_answer.value)
        IS DISTINCT FROM (excluded.answered_at, excluded.category, excluded.value);
    RETURN NULL;
END
$$;
CREATE TRIGGER messaging_keep_new_answers AFTER INSERT ON messaging_flowrun
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION messaging_keep_answers();
CREATE TRIGGER messaging_keep_changed_answers AFTER UPDATE ON messaging_flowrun
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION messaging_keep_answers();
"""
FORGET_ANSWERS = """
DROP TRIGGER messaging_keep_changed_answers ON messaging_flowrun;
DROP TRIGGER messaging_keep_new_answers ON messaging_flowrun;
DROP FUNCTION messaging_keep_answers;
"""


def _of_person(key):
    return migrations.AddField(
        model_name="flowrun",
        name=key,
        field=models.GeneratedField(
            db_persist=True,
            expression=django.db.models.functions.comparison.Coalesce(
                django.db.models.fields.json.KeyTextTransform(key, "person"),
                models.Value("", output_field=models.TextField()),
            ),
            output_field=models.TextField(),
        ),
    )


def _to(model, related_name="+"):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.DO_NOTHING, related_name=related_name, to=f"messaging.{model}"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0002_conversations"),
    ]

    operations = [
        _of_person("cadre"),
        _of_person("county"),
        _of_person("operator"),
        _of_person("gender"),
        migrations.RemoveIndex(model_name="flowrun", name="messaging_run_broadcast"),
        migrations.AddIndex(
            model_name="flowrun",
            index=models.Index(fields=["broadcast_id", "-started_at", "-id"], name="messaging_run_send"),
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "run_id", "key", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("run", _to("flowrun", "answers")),
                ("key", models.TextField()),
                ("contact", _to("contact")),
                ("flow", _to("flow")),
                ("broadcast_id", models.UUIDField(null=True)),
                ("node_id", models.UUIDField(null=True)),
                ("started_at", models.DateTimeField()),
                ("cadre", models.TextField()),
                ("county", models.TextField()),
                ("operator", models.TextField()),
                ("gender", models.TextField()),
                ("category", models.TextField()),
                ("value", models.TextField()),
                ("number", models.FloatField(null=True)),
                ("answered_at", models.DateTimeField()),
            ],
            options={"db_table": "messaging_answer", "managed": False},
        ),
        migrations.RunSQL(ANSWERS, "DROP TABLE messaging_answer"),
        migrations.RunSQL(KEEP_ANSWERS, FORGET_ANSWERS),
    ]
