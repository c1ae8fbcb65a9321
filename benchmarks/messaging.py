"""Conversations on a whole system: replies through three questions, starts of a flow, answers beside bulk.

Everything runs on this machine: `mhero up` with its parts and PostgreSQL, the simulated network, and this
program, which makes people speak. How long somebody waits for the next question is counted from the moment at
which the gateway accepted the reply until the next question had left.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter, deque
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import psutil
from benchmarks.sending import processor_seconds, wait_for_contacts
from tests.integration.cli.demonstration import Demonstrating, Demonstration
from tests.integration.messaging.flows import QUESTIONS, survey

if TYPE_CHECKING:
    from mhero.messaging.models import Broadcast

PATIENCE_SECONDS = 240
#: How often people speak: so many times a second some of them do at once.
BEATS = 10

# From the reply's acceptance to the leaving of the next that was said in the same session.
WAITS = """
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds),
    percentile_cont(0.95) WITHIN GROUP (ORDER BY seconds),
    max(seconds), count(seconds), count(*)
FROM (
    SELECT extract(epoch FROM said.sent_at - r.received_at) AS seconds
    FROM messaging_received r
    JOIN messaging_message heard ON heard.is_incoming AND heard.external_id = r.payload->>'id'
    LEFT JOIN LATERAL (
        SELECT m.sent_at FROM messaging_message m
        WHERE m.contact_id = heard.contact_id AND m.session_id = heard.session_id AND NOT m.is_incoming
          AND m.sent_at >= r.received_at
        ORDER BY m.sent_at LIMIT 1
    ) AS said ON true
    WHERE r.kind = 'message' AND r.received_at BETWEEN %(begin)s AND %(end)s
) AS waits
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=int, default=60)
    arguments.add_argument("--replies", type=int, default=320, help="replies a second")
    arguments.add_argument("--starts", type=int, default=20_000)
    arguments.add_argument("--bulk", type=int, default=50_000)
    arguments.add_argument("--only", choices=["replies", "starts", "bulk"])
    wanted = arguments.parse_args()
    parts = {"replies": measure_replies, "starts": measure_starts, "bulk": measure_bulk}
    if wanted.only is None:
        # A process each: Django, and the key of its secrets, are of one installation.
        for name in parts:
            subprocess.run(
                [sys.executable, "-m", "benchmarks.messaging", *sys.argv[1:], "--only", name], check=True
            )
        return
    with tempfile.TemporaryDirectory() as folder, Demonstration(Path(folder) / "home").up() as running:
        running.wait_for_first_sync()
        wait_for_contacts(running, 6_000)
        running.installation.control_phones(profile="fast", answers=False)
        prepare(running)
        parts[wanted.only](running, wanted)


def prepare(running: Demonstrating) -> None:
    """This program stands on the system's own database, with quiet hours and the hold out of the way."""
    import django

    from mhero.platform.postgres import url_of_embedded

    os.environ["MHERO_HOME"] = str(running.installation.home)
    os.environ["DATABASE_URL"] = url_of_embedded(running.installation.home / "postgres")
    os.environ["DJANGO_SETTINGS_MODULE"] = "mhero.platform.settings"
    django.setup()
    from mhero.messaging.models import SendingRules

    SendingRules.objects.update_or_create(
        id=1, defaults={"hold_seconds": 3, "quiet_from": "00:00", "quiet_until": "00:00"}
    )
    time.sleep(2.5)


# Replies


def measure_replies(running: Demonstrating, wanted: argparse.Namespace) -> None:
    from mhero.platform.clock import now

    people = wanted.replies * wanted.seconds // len(QUESTIONS) + wanted.replies
    contacts = chosen(people)
    send = started(running, [key for key, _ in contacts])
    wait_until(lambda: delivered(send.id) == people, f"{people} have the first question")
    before, began, first = processor_seconds(running), time.monotonic(), now()
    said = speak(running, [number for _, number in contacts], wanted.replies, wanted.seconds)
    seconds, last = time.monotonic() - began, now()
    after = processor_seconds(running)
    wait_until(lambda: taken() == said, "all replies are taken in")
    median, most, longest, answered, heard = waits(first, last)
    print(f"{said:,} replies in {seconds:.1f} s, {heard:,} accepted in them, {answered:,} of those answered")
    show_processor(before, after, seconds, said)
    print(f"next question, median: {median:.2f} s; longest {longest:.2f} s")
    print(f"replies: {said / seconds:,.0f} /s")
    print(f"next question: {most:.2f} s")


def speak(running: Demonstrating, numbers: list[str], replies: int, seconds: int) -> int:
    """People answer at a steady rate, whether or not the system keeps up: each its three questions, in turns
    that are long enough for the next question to be there."""
    ready = deque((number, 0) for number in numbers)
    begun, said = time.monotonic(), 0
    with httpx.Client(base_url=running.installation.phones, timeout=30) as network:
        while (elapsed := time.monotonic() - begun) < seconds:
            due = int(elapsed * replies) - said
            words = []
            for _ in range(min(due, len(ready))):
                number, question = ready.popleft()
                words.append({"from": number, "text": QUESTIONS[question][2][0]})
                if question + 1 < len(QUESTIONS):
                    ready.append((number, question + 1))
            if words:
                network.post("/control", json={"say": words}).raise_for_status()
                said += len(words)
            time.sleep(1 / BEATS)
    return said


def taken() -> int:
    from mhero.messaging.models import Message

    return Message.objects.filter(is_incoming=True, session_id__isnull=False).count()


# Starts


def measure_starts(running: Demonstrating, wanted: argparse.Namespace) -> None:
    from mhero.messaging.models import Session

    contacts = chosen(wanted.starts)
    before = processor_seconds(running)
    send = started(running, [key for key, _ in contacts])
    began = time.monotonic()
    mine = Session.objects.filter(broadcast_id=send.id)
    wait_until(lambda: mine.count() == wanted.starts, "all sessions are there", every=0.1)
    seconds = time.monotonic() - began
    after = processor_seconds(running)
    show_processor(before, after, seconds, wanted.starts)
    wait_until(lambda: delivered(send.id) == wanted.starts, "all have the first question")
    left = time.monotonic() - began
    print(f"{wanted.starts:,} started in {seconds:.1f} s; all first questions delivered after {left:.1f} s")
    print(f"first questions: {wanted.starts / left:,.0f} /s")
    print(f"starts: {wanted.starts / seconds:,.0f} /s")


# Answers beside bulk


def measure_bulk(running: Demonstrating, wanted: argparse.Namespace) -> None:
    from mhero.messaging.models import Message
    from mhero.platform.clock import now

    contacts = chosen(wanted.bulk)
    few = contacts[:100]
    send = started(running, [key for key, _ in few])
    wait_until(lambda: delivered(send.id) == len(few), "a hundred have the first question")
    bulk = started(running, [key for key, _ in contacts], text="The clinic opens at eight tomorrow.")
    mine = Message.objects.filter(broadcast_id=bulk.id)
    wait_until(lambda: mine.filter(status="queued").count() > wanted.bulk * 0.6, "bulk is waiting", every=0.1)
    first = now()
    said = speak(running, [number for _, number in few], 15, 20)
    waiting = mine.filter(status="queued").count()
    wait_until(lambda: taken() == said, "all replies are taken in")
    median, most, longest, answered, _ = waits(first, now())
    print(f"{answered} of {said} replies answered, while {waiting:,} messages still wait")
    print(f"median {median:.2f} s, longest {longest:.2f} s")
    print(f"answer while bulk waits: {most:.2f} s")


# What they share


def chosen(people: int) -> list[tuple[Any, str]]:
    """So many contacts with their numbers; those that the country has no numbers for are made up."""
    from uuid import uuid4

    from mhero.messaging.models import Contact
    from mhero.messaging.services import ContactState, follow_contacts

    missing = people - Contact.objects.filter(status="active").exclude(number=None).count()
    follow_contacts(
        [
            ContactState(person_id=uuid4(), number=f"+23188{index:07d}", name="Nurse", change=1)
            for index in range(max(0, missing))
        ]
    )
    active = Contact.objects.filter(status="active").exclude(number=None)
    return list(active.order_by("id").values_list("id", "number")[:people])


def started(running: Demonstrating, contact_ids: list[Any], text: str = "") -> "Broadcast":
    """A send of the three questions, or of a text, that begins at once."""
    from uuid import UUID

    from mhero.accounts.models import User
    from mhero.messaging.models import Broadcast, Flow, SMSChannel
    from mhero.messaging.services import BroadcastOrder, make_broadcast
    from mhero.messaging.services.flows import create_flow, publish_flow
    from mhero.platform.clock import now
    from mhero.platform.notify import notify

    del running
    hawa = User.objects.get(email="hawa@example.org")
    flow_id = None
    if not text:
        flow_id = UUID(survey()["uuid"])
        if not Flow.objects.filter(id=flow_id).exists():
            create_flow("Three questions", hawa, definition=survey(timeout=3600), flow_id=flow_id)
            publish_flow(flow_id, hawa)
    send = make_broadcast(
        BroadcastOrder(
            name="Benchmark",
            text=text,
            flow_id=flow_id,
            contact_ids=contact_ids,
            created_by=hawa,
            sms_channel_id=SMSChannel.objects.get().id,
        )
    )
    Broadcast.objects.filter(id=send.id).update(starts_at=now())
    notify("messaging_broadcasts")
    return send


def delivered(broadcast_id: Any) -> int:
    from mhero.messaging.models import Message

    return Message.objects.filter(broadcast_id=broadcast_id, status="delivered").count()


def waits(begin: Any, end: Any) -> tuple[float, float, float, int, int]:
    """Median, 95th percentile and longest wait, how many replies were answered, and how many there were."""
    from django.db import connection

    time.sleep(2)
    with connection.cursor() as cursor:
        cursor.execute(WAITS, {"begin": begin, "end": end})
        median, most, longest, answered, heard = cursor.fetchone()
    return float(median), float(most), float(longest), answered, heard


def wait_until(asked: Any, what: str, every: float = 0.5) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not asked():
        if time.monotonic() > deadline:
            raise SystemExit(f"after {PATIENCE_SECONDS} seconds still not: {what}")
        time.sleep(every)


def show_processor(before: dict[str, float], after: dict[str, float], seconds: float, each: int) -> None:
    print("processor: seconds, share of all cores' time, and milliseconds for each:")
    for name, used in sorted((Counter(after) - Counter(before)).items(), key=lambda item: -item[1]):
        share = used / seconds / (psutil.cpu_count() or 1)
        print(f"  {name:10} {used:6.1f} s  {share:6.1%}  {1000 * used / each:5.2f} ms")


if __name__ == "__main__":
    main()
