"""10,000 people texted through the simulated network, while somebody uses the console.

Everything runs on this machine: `mhero up` with its parts and PostgreSQL, the simulated network, and this
program, which opens pages. Measured from the moment the first message may leave until every message has its
final status from its delivery report.
"""

import argparse
import os
import tempfile
import threading
import time
from collections import Counter, defaultdict
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING

import httpx
import psutil
from tests.integration.cli.demonstration import Demonstrating, Demonstration

if TYPE_CHECKING:
    from mhero.messaging.models import Broadcast

PATIENCE_SECONDS = 120
PAGES = ["/", "/people/", "/messages/", "/inbox/", "/send/", "/operations/transactions/"]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--people", type=int, default=10_000)
    wanted = arguments.parse_args().people
    with tempfile.TemporaryDirectory() as folder, Demonstration(Path(folder) / "home").up() as running:
        running.wait_for_first_sync()
        wait_for_contacts(running, wanted)
        running.installation.control_phones(profile="fast", answers=False)
        measure(running, wanted)


def wait_for_contacts(running: Demonstrating, wanted: int) -> None:
    # Of 12,000 in the country, some have no number: what is missing is made up below.
    running.wait_for_sql(f"SELECT count(*) > {min(wanted, 6_000)} FROM messaging_contact", 120)  # noqa: S608
    time.sleep(3)


def measure(running: Demonstrating, wanted: int) -> None:
    broadcast = order(running, wanted)
    before, began = processor_seconds(running), time.monotonic()
    done = threading.Event()
    page_seconds: list[float] = []
    visitor = threading.Thread(target=visit, args=(running, done, page_seconds))
    visitor.start()
    finals = wait_until_final(broadcast, wanted)
    seconds = time.monotonic() - began
    done.set()
    visitor.join()
    after = processor_seconds(running)
    stats = running.installation.control_phones()
    print(f"{wanted:,} messages: {dict(finals)}")
    print(f"at the network: {stats['accepted']:,} accepted, {stats['duplicates_refused']} doubles")
    print("processor seconds, and share of the two cores' time:")
    for name, used in sorted((Counter(after) - Counter(before)).items(), key=lambda item: -item[1]):
        print(f"  {name:10} {used:6.1f} s  {used / seconds / psutil.cpu_count():6.1%}")
    print(f"pages opened meanwhile: {len(page_seconds)}")
    print(f"pages, 95th percentile: {quantiles(page_seconds, n=20)[-1] * 1000:.0f} ms")
    print(f"messages: {wanted / seconds:,.0f} /s")


def order(running: Demonstrating, wanted: int) -> "Broadcast":
    """The broadcast, to start at once; contacts that the country has no numbers for are added."""
    from uuid import uuid4

    import django

    from mhero.platform.postgres import url_of_embedded

    os.environ["MHERO_HOME"] = str(running.installation.home)
    os.environ["DATABASE_URL"] = url_of_embedded(running.installation.home / "postgres")
    os.environ["DJANGO_SETTINGS_MODULE"] = "mhero.platform.settings"
    django.setup()
    from mhero.accounts.models import User
    from mhero.messaging.models import Broadcast, Contact, SendingRules, SMSChannel
    from mhero.messaging.services import BroadcastOrder, ContactState, follow_contacts, make_broadcast
    from mhero.platform.clock import now

    missing = wanted - Contact.objects.filter(status="active").count()
    follow_contacts(
        [
            ContactState(person_id=uuid4(), number=f"+23188{index:07d}", name="Nurse", change=1)
            for index in range(max(0, missing))
        ]
    )
    SendingRules.objects.update_or_create(
        id=1, defaults={"hold_seconds": 3, "quiet_from": "00:00", "quiet_until": "00:00"}
    )
    time.sleep(1.5)
    broadcast = make_broadcast(
        BroadcastOrder(
            name="Benchmark",
            text="Hello @contact.first_name, is the measles vaccine in your facility? Answer 1 for yes.",
            contact_ids=Contact.objects.filter(status="active").values_list("id", flat=True)[:wanted],
            created_by=User.objects.get(email="hawa@example.org"),
            sms_channel_id=SMSChannel.objects.get().id,
        )
    )
    Broadcast.objects.filter(id=broadcast.id).update(starts_at=now())
    return broadcast


def wait_until_final(broadcast: "Broadcast", wanted: int) -> Counter[str]:
    from mhero.messaging.models import Message

    deadline = time.monotonic() + PATIENCE_SECONDS
    statuses: Counter[str] = Counter()
    while time.monotonic() < deadline:
        time.sleep(0.25)
        found = Message.objects.filter(broadcast_id=broadcast.id).values_list("status", flat=True)
        statuses = Counter(found)
        if sum(statuses[status] for status in ("delivered", "failed", "cancelled")) == wanted:
            return statuses
    raise SystemExit(f"not final after {PATIENCE_SECONDS} seconds: {dict(statuses)}")


def visit(running: Demonstrating, done: threading.Event, seconds: list[float]) -> None:
    """An officer who opens a page, reads for a moment, and opens the next."""
    with httpx.Client(base_url=running.address, follow_redirects=True, timeout=30) as client:
        page = client.get("/")
        token = page.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        form = {"csrfmiddlewaretoken": token, "login": "hawa@example.org", "password": running.password}
        client.post(str(page.url), data=form, headers={"Referer": str(page.url)})
        while not done.is_set():
            for path in PAGES:
                began = time.monotonic()
                answer = client.get(path)
                seconds.append(time.monotonic() - began)
                if answer.status_code not in {200, 403}:
                    raise SystemExit(f"{path} answered {answer.status_code}")
                done.wait(0.1)


def processor_seconds(running: Demonstrating) -> dict[str, float]:
    """By part: PostgreSQL with all its processes, and each part with its children."""
    used: dict[str, float] = defaultdict(float)
    for name, pid in running.parts().items():
        used[name] += tree_seconds(psutil.Process(pid))
    database = int((running.installation.home / "postgres" / "postmaster.pid").read_text().split()[0])
    used["postgres"] += tree_seconds(psutil.Process(database))
    used["benchmark"] += sum(psutil.Process().cpu_times()[:2])
    return used


def tree_seconds(process: psutil.Process) -> float:
    # What ended meanwhile counts with its parent.
    total = sum(process.cpu_times()[:4])
    for child in process.children(recursive=True):
        try:
            total += sum(child.cpu_times()[:2])
        except psutil.NoSuchProcess:
            continue
    return total


if __name__ == "__main__":
    main()
