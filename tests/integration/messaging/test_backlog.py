"""A large send that waits costs neither the answers their turn nor the claims their speed."""

from typing import Any
from uuid import UUID

import pytest

from mhero.platform.clock import now
from mhero.platform.ids import new_id

BACKLOG = 50_000
#: Pages of 8 kB that one claim may touch, whatever waits behind.
MOST_PAGES = 2_000

ADD = """
INSERT INTO messaging_message (
    id, is_incoming, contact_id, broadcast_id, sms_channel_id, number, text, status, priority, segments,
    external_id, reason, provider_words, attempts, next_attempt_at, is_handled, author, is_confirmation,
    operator, cadre, county
)
SELECT overlay(gen_random_uuid()::text placing '7' from 15 for 1)::uuid, false, gen_random_uuid(), %(send)s,
    %(channel)s, '+23177' || lpad(n::text, 7, '0'), 'Hello', 'queued', 1, 1, '', '', '', 0,
    CASE WHEN n %% 10 = 0 THEN %(now)s::timestamptz + interval '5 minutes' END, false, '', false, '', '', ''
FROM generate_series(1, %(backlog)s) AS n
"""


@pytest.fixture
def channel(db: None) -> Any:
    from django.db import connection

    from mhero.messaging.models import Broadcast, Message
    from mhero.messaging.services import create_sms_channel

    made = create_sms_channel(
        type="external", name="Lonestar", address="1234", send_url="http://127.0.0.1:9/"
    )
    at = now()
    send = Broadcast.objects.create(
        name="All", text="Hello", sms_channel=made, status="sending", starts_at=at, expires_at=at
    )
    with connection.cursor() as cursor:
        cursor.execute(ADD, {"send": send.id, "channel": made.id, "now": at, "backlog": BACKLOG})
    Message.objects.create(
        is_incoming=False, contact_id=new_id(), sms_channel_id=made.id, number="+231770000000",
        text="Thank you", status="queued", priority=0,
    )  # fmt: skip
    return made


def claimed(channel_id: UUID, most: int, how: str = "") -> list[Any]:
    from django.db import connection

    from mhero.messaging.sending.statements import CLAIM

    wanted = {"channel": channel_id, "now": now(), "most": most, "segments": 1000, "last_priority": 9}
    wanted |= {"is_live": True, "team_phones": []}
    with connection.cursor() as cursor:
        # As the pumps' own connections have it.
        for setting in ("seqscan", "hashjoin", "mergejoin"):
            cursor.execute(f"SET LOCAL enable_{setting} = off")
        cursor.execute(how + CLAIM, wanted)
        return list(cursor.fetchall())


def test_an_answer_leaves_before_a_backlog_of_fifty_thousand(channel: Any) -> None:
    assert [row[2] for row in claimed(channel.id, 1)] == ["Thank you"]
    assert {row[2] for row in claimed(channel.id, 32)} == {"Hello"}


def test_a_claim_touches_few_pages_whatever_waits(channel: Any) -> None:
    plan = claimed(channel.id, 32, "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ")[0][0][0]
    pages = plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"]
    assert pages < MOST_PAGES, plan
