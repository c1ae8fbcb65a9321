"""Tables partitioned by month, so that forgetting old rows is a `DROP` and not a `DELETE`.

Their primary key is an identifier of `mhero.platform.ids`; a partition holds the identifiers of one month.
"""

from datetime import UTC, datetime
from itertools import pairwise

from django.db import connection
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.special import RunSQL
from psycopg import sql

from mhero.platform.clock import now
from mhero.platform.ids import lowest_id

#: How many months ahead partitions are made; rows beyond go to the default partition.
MONTHS_AHEAD = 3

PARTITIONED_TABLES = """
    SELECT relname FROM pg_class JOIN pg_partitioned_table ON partrelid = pg_class.oid ORDER BY relname
"""


def partitioned(table: str, columns: str) -> Operation:
    """The migration operation that creates a partitioned table with a default partition."""
    return RunSQL(
        sql=f"CREATE TABLE {table} ({columns}) PARTITION BY RANGE (id);"
        f"CREATE TABLE {table}_default PARTITION OF {table} DEFAULT;",
        reverse_sql=f"DROP TABLE {table};",
    )


def ensure_partitions(at: datetime | None = None) -> None:
    """Makes the partitions of this month and the next ones, for every partitioned table."""
    start = _month(at or now())
    months = [start]
    for _ in range(MONTHS_AHEAD + 1):
        months.append(_next_month(months[-1]))
    with connection.cursor() as cursor:
        for table in partitioned_tables():
            for lower, upper in pairwise(months):
                cursor.execute(
                    sql.SQL(
                        "CREATE TABLE IF NOT EXISTS {} PARTITION OF {} FOR VALUES FROM ({}) TO ({})"
                    ).format(
                        sql.Identifier(f"{table}_{lower:%Y_%m}"),
                        sql.Identifier(table),
                        sql.Literal(str(lowest_id(lower))),
                        sql.Literal(str(lowest_id(upper))),
                    )
                )


def drop_partitions_before(at: datetime) -> list[str]:
    """Drops whole months that ended before `at`; returns the names of the dropped tables."""
    dropped = []
    with connection.cursor() as cursor:
        for table in partitioned_tables():
            cursor.execute(
                "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", [table]
            )
            for (name,) in cursor.fetchall():
                suffix = name.removeprefix(f"{table}_")
                if suffix == "default":
                    continue
                month = datetime.strptime(suffix, "%Y_%m").replace(tzinfo=UTC)
                if _next_month(month) <= at:
                    cursor.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(name)))
                    dropped.append(name)
    return dropped


def partitioned_tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(PARTITIONED_TABLES)
        return [name for (name,) in cursor.fetchall()]


def _month(at: datetime) -> datetime:
    return datetime(at.year, at.month, 1, tzinfo=UTC)


def _next_month(month: datetime) -> datetime:
    return datetime(month.year + month.month // 12, month.month % 12 + 1, 1, tzinfo=UTC)
