def test_the_short_way_knows_every_migration(live_db: str) -> None:
    from django.db import connection

    from mhero.cli.prepare import is_prepared, migrations

    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        applied = set(cursor.fetchall())
    assert set(migrations()) == applied
    assert not is_prepared(live_db, demo=False), "nobody can sign in yet"


def test_after_the_first_start_there_is_nothing_to_prepare(live_db: str) -> None:
    from mhero.accounts.services import create_first_administrator
    from mhero.cli.prepare import is_prepared
    from mhero.exchange.services import ensure_seeds

    ensure_seeds()
    create_first_administrator()
    assert is_prepared(live_db, demo=False)
    assert not is_prepared(live_db, demo=True), "the demonstration is not connected yet"
