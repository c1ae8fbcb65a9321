"""The queue of jobs, and the table of the cache."""

from django.db import migrations
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment


def install_queue(apps, schema_editor):
    # PgQueuer's SQL contains percent signs, so it must not be read as having parameters.
    with schema_editor.connection.cursor() as cursor:
        cursor.cursor.execute(QueryBuilderEnvironment().build_install_query().encode(), prepare=False)


def uninstall_queue(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.cursor.execute(QueryBuilderEnvironment().build_uninstall_query().encode(), prepare=False)


class Migration(migrations.Migration):
    initial = True

    operations = [
        migrations.RunPython(install_queue, uninstall_queue),
        migrations.RunSQL(
            """
            CREATE TABLE platform_cache (
                cache_key varchar(255) PRIMARY KEY,
                value text NOT NULL,
                expires timestamptz NOT NULL
            );
            CREATE INDEX platform_cache_expires ON platform_cache (expires);
            """,
            "DROP TABLE platform_cache;",
        ),
    ]
