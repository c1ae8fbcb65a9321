from datetime import timedelta

from mhero.platform.clock import now


def test_the_tables_are_there_and_partitioned(db: None) -> None:
    from mhero.platform.partitions import partitioned_tables

    assert partitioned_tables() == [
        "accounts_auditevent",
        "exchange_orchestration",
        "exchange_transaction",
        "messaging_contactevent",
        "messaging_message",
    ]


def test_old_months_are_dropped_whole_and_later_ones_stay(live_db: str) -> None:
    from mhero.accounts.models import AuditEvent
    from mhero.platform.ids import new_id
    from mhero.platform.partitions import drop_partitions_before, ensure_partitions

    long_ago = now() - timedelta(days=400)
    ensure_partitions(long_ago)
    for at in (long_ago, now()):
        AuditEvent.objects.create(id=new_id(at), actor="korto@example.org", action="test", object="x")
    dropped = drop_partitions_before(now() - timedelta(days=200))
    assert f"accounts_auditevent_{long_ago:%Y_%m}" in dropped
    assert AuditEvent.objects.count() == 1


def test_a_job_is_there_if_and_only_if_its_transaction_commits(live_db: str) -> None:
    from django.db import connection, transaction

    from mhero.platform.jobs import enqueue

    def queued() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pgqueuer")
            return int(cursor.fetchone()[0])

    with transaction.atomic():
        enqueue("some.job", people=3)
        transaction.set_rollback(True)
    assert queued() == 0
    with transaction.atomic():
        enqueue("some.job", once="k", people=3)
        enqueue("some.job", once="k", people=3)
    assert queued() == 1
