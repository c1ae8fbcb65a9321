"""What a step of one contact's conversation asks for other contacts: a flow of their own, or a message."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from mhero.messaging.circumstances import Circumstances
from mhero.messaging.conversations import statements
from mhero.messaging.conversations.occasions import Start, by_flow
from mhero.messaging.conversations.writing import dumped, storable
from mhero.messaging.segments import count
from mhero.platform.ids import derived_id
from mhero.platform.phones import operator_of

Json = dict[str, Any]
EXPIRES_AFTER = timedelta(days=1)


async def begin_with_others(connection: psycopg.AsyncConnection, data: Json, at: datetime) -> None:
    """Leaves a start to the lane for each contact that the event names. `data` has event and channel."""
    event = data["event"]
    trigger = by_flow(event, at)
    exclusions = event.get("exclusions") or {}
    starts = []
    for contact_id, number, _, _, status, is_in_a_flow in await _recipients(connection, event):
        if not number or status != "active" or (is_in_a_flow and exclusions.get("in_a_flow")):
            continue
        start = Start(
            session_id=derived_id(at, event["uuid"], contact_id),
            flow_id=UUID(event["flow"]["uuid"]),
            sms_channel_id=UUID(data["channel"]),
            trigger=trigger,
        )
        starts.append((contact_id, "start", dumped(start.kept())))
    if starts:
        contacts, kinds, datas = (list(column) for column in zip(*starts, strict=True))
        own = {"now": at, "contacts": contacts, "kinds": kinds, "datas": datas}
        await connection.execute(statements.ADD_TASKS, own)
        await connection.execute("SELECT pg_notify('messaging_sessiontasks', '')")


async def write_to_others(
    connection: psycopg.AsyncConnection, data: Json, allowed: Circumstances, at: datetime
) -> None:
    """Queues a message for each contact that the event names, in the language of each."""
    event = data["event"]
    translations, base = event["translations"], event["base_language"]
    rows = []
    for contact_id, number, language, fields, status, _ in await _recipients(connection, event):
        text = storable((translations.get(language) or translations[base])["text"])
        reason = allowed.why_not(number, text, status)
        rows.append(
            {
                "ids": derived_id(at, event["uuid"], contact_id),
                "contacts": contact_id,
                "broadcasts": None,
                "sessions": None,
                "channels": data["channel"],
                "numbers": number,
                "texts": text,
                "statuses": "cancelled" if reason else "queued",
                # It is no answer to anything: it waits for its turn, and for the end of quiet hours.
                "priorities": 1,
                "segments": min(count(text).segments, 255),
                "reasons": reason,
                "not_befores": None,
                "expires_ats": at + EXPIRES_AFTER,
                "operators": operator_of(number),
                "cadres": fields.get("cadre") or "",
                "counties": fields.get("county") or "",
            }
        )
    if rows:
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        await connection.execute(statements.ADD_MESSAGES, {"now": at, **columns})
        await connection.execute("SELECT pg_notify('messaging_queued', '')")


async def _recipients(connection: psycopg.AsyncConnection, event: Json) -> list[tuple[Any, ...]]:
    numbers = [urn.partition(":")[2].partition("?")[0] for urn in event.get("urns") or []]
    cursor = await connection.execute(
        statements.RECIPIENTS,
        {
            "contacts": [item["uuid"] for item in event.get("contacts") or []],
            "groups": [item["uuid"] for item in event.get("groups") or []],
            "numbers": numbers,
        },
    )
    return await cursor.fetchall()
