"""Delivery reports: which message each is about, and what it changes."""

from uuid import UUID

import psycopg

from mhero.messaging.taking.received import Received
from mhero.messaging.taking.statements import IDS_OF_EXTERNAL, KNOWN_IDS, TAKE_REPORTS


async def take_reports(connection: psycopg.AsyncConnection, reports: list[Received]) -> dict[int, str]:
    """Returns an error for each report about a message that is not ours."""
    if not reports:
        return {}
    ids = await _message_ids(connection, reports)
    latest: dict[UUID, Received] = {}
    for report in reports:
        message_id = ids.get(report.id)
        if message_id is not None and _is_news(report, latest.get(message_id)):
            latest[message_id] = report
    news = list(latest.items())
    await connection.execute(
        TAKE_REPORTS,
        {
            "ids": [message_id for message_id, _ in news],
            "statuses": [report.payload["status"] for _, report in news],
            "ats": [report.received_at for _, report in news],
            "words": [report.payload.get("words", "")[:300] for _, report in news],
        },
    )
    return {report.id: "There is no such message." for report in reports if report.id not in ids}


def _is_news(report: Received, before: Received | None) -> bool:
    """Whether a report counts beside an earlier one of the same batch, by the rule of `TAKE_REPORTS`."""
    if before is None:
        return True
    order = ("sent", "failed", "delivered")
    return order.index(report.payload["status"]) > order.index(before.payload["status"])


async def _message_ids(connection: psycopg.AsyncConnection, reports: list[Received]) -> dict[int, UUID]:
    """Our message of each report: by our own id, or by the one that the provider gave."""
    ours = {report.id: found for report in reports if (found := _uuid(report.payload["id"]))}
    cursor = await connection.execute(KNOWN_IDS, {"ids": list(set(ours.values()))})
    known = {row[0] for row in await cursor.fetchall()}
    ids = {key: message_id for key, message_id in ours.items() if message_id in known}
    theirs = {report.id: report.payload["id"] for report in reports if report.id not in ids}
    if theirs:
        cursor = await connection.execute(IDS_OF_EXTERNAL, {"externals": list(set(theirs.values()))})
        by_external: dict[str, UUID] = dict(await cursor.fetchall())
        ids |= {key: by_external[external] for key, external in theirs.items() if external in by_external}
    return ids


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
