"""`kill -9` at random moments: nothing is lost, nothing is doubled."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import httpx
from tests.integration.cli.demonstration import three_ports_in_a_row
from tests.integration.cli.installation import free_ports

RECIPIENTS = 2_000
REPLIES = 500
KILLS = 8
PATIENCE_SECONDS = 150


class Processes:
    """The worker, the gateway and the sandbox, each of which can be killed and started again."""

    def __init__(self, database_url: str) -> None:
        self.sandbox_port = three_ports_in_a_row()
        self.gateway_port, tls_port = free_ports(2)
        self.environment = {
            **os.environ,
            "DATABASE_URL": database_url,
            "MHERO_GATEWAY_PORT": str(self.gateway_port),
            "MHERO_GATEWAY_TLS_PORT": str(tls_port),
            "MHERO_SANDBOX_PORT": str(self.sandbox_port),
            "MHERO_GATEWAY_URL": f"http://127.0.0.1:{self.gateway_port}",
        }
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def phones(self) -> str:
        return f"http://127.0.0.1:{self.sandbox_port + 2}"

    def start(self, name: str) -> None:
        self.running[name] = subprocess.Popen(
            [sys.executable, "-m", "mhero.cli", name],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self, name: str) -> None:
        self.running[name].send_signal(signal.SIGKILL)
        self.running[name].wait()

    def stop(self) -> None:
        for process in self.running.values():
            process.kill()
            process.wait()

    def wait_for(self, address: str) -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                httpx.get(address, timeout=2)
                return
            except httpx.TransportError:
                time.sleep(0.1)
        raise AssertionError(f"nothing answers at {address}")


@contextmanager
def processes(database_url: str) -> Iterator[Processes]:
    these = Processes(database_url)
    try:
        these.start("sandbox")
        these.wait_for(f"{these.phones}/control/stats")
        yield these
    finally:
        these.stop()


def test_killed_at_random_moments_each_message_is_sent_once_and_each_reply_is_kept_once(
    live_db: str,
) -> None:
    from mhero.messaging.models import Message

    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    draw = random.Random(seed)
    numbers = [f"+23177{index:07d}" for index in range(RECIPIENTS)]
    with processes(live_db) as these:
        httpx.post(f"{these.phones}/control", json={"profile": "fast"}, timeout=5).raise_for_status()
        broadcast = prepare_broadcast(these, numbers)
        for name in ("gateway", "worker"):
            these.start(name)
        talking = threading.Thread(target=say, args=(these, numbers[:REPLIES], draw.randrange(10**6)))
        talking.start()
        for _ in range(KILLS):
            time.sleep(draw.uniform(0.3, 2.5))
            name = draw.choice(["worker", "gateway"])
            these.kill(name)
            time.sleep(draw.uniform(0, 0.5))
            these.start(name)
        talking.join()
        wait_until_settled(these, broadcast)
        at_the_network = Counter(httpx.get(f"{these.phones}/control/phones", timeout=30).json())
    assert {number: at_the_network[number] for number in numbers} == dict.fromkeys(numbers, 1), f"seed {seed}"
    replies = Counter(Message.objects.filter(is_incoming=True).values_list("number", "text"))
    expected = Counter((number, f"Yes, {number[-4:]}") for number in numbers[:REPLIES])
    assert replies == expected, f"seed {seed}"
    statuses = Counter(Message.objects.filter(broadcast_id=broadcast).values_list("status", flat=True))
    assert statuses == {"delivered": RECIPIENTS}, f"seed {seed}"


def prepare_broadcast(these: Processes, numbers: list[str]) -> UUID:
    from mhero.accounts.models import User, Workspace
    from mhero.exchange.services import ensure_seeds
    from mhero.messaging.models import Broadcast, Contact, SendingRules
    from mhero.messaging.services import (
        BroadcastOrder,
        ContactState,
        create_sms_channel,
        follow_contacts,
        make_broadcast,
    )
    from mhero.platform.clock import now

    ensure_seeds()
    Workspace.objects.update_or_create(id=1, defaults={"went_live_at": now()})
    SendingRules.objects.update_or_create(
        id=1, defaults={"hold_seconds": 0, "quiet_from": "00:00", "quiet_until": "00:00"}
    )
    channel = create_sms_channel(
        type="external", name="Sandbox", address="1234", send_url=f"{these.phones}/send", rate=400
    )
    follow_contacts(
        [
            ContactState(person_id=uuid4(), number=number, name=f"Nurse {number[-4:]}", change=1)
            for number in numbers
        ]
    )
    korto = User.objects.create_user("korto@example.org", name="Korto", role="administrator")
    order = BroadcastOrder(
        name="Vaccine",
        text="Is the vaccine there? @contact.first_name",
        contact_ids=list(Contact.objects.values_list("id", flat=True)),
        created_by=korto,
        sms_channel_id=channel.id,
    )
    broadcast = make_broadcast(order)
    Broadcast.objects.filter(id=broadcast.id).update(starts_at=now())
    return broadcast.id


def say(these: Processes, numbers: list[str], seed: int) -> None:
    """People answer, as soon as their phone has the question, in bursts."""
    draw = random.Random(seed)
    waiting = list(numbers)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while waiting and time.monotonic() < deadline:
        have_it = httpx.get(f"{these.phones}/control/phones", timeout=30).json()
        ready = [number for number in waiting if number in have_it][: draw.randrange(1, 60)]
        words = [{"from": number, "text": f"Yes, {number[-4:]}"} for number in ready]
        httpx.post(f"{these.phones}/control", json={"say": words}, timeout=30).raise_for_status()
        waiting = [number for number in waiting if number not in set(ready)]
        time.sleep(draw.uniform(0, 0.4))


def wait_until_settled(these: Processes, broadcast: UUID) -> None:
    from mhero.messaging.models import Message, MessageStatus, Received

    deadline = time.monotonic() + PATIENCE_SECONDS
    counts: dict[str, object] = {}
    while time.monotonic() < deadline:
        stats = httpx.get(f"{these.phones}/control/stats", timeout=30).json()
        final = Message.objects.filter(broadcast_id=broadcast, status=MessageStatus.DELIVERED).count()
        waiting = Received.objects.filter(is_taken=False).count()
        counts = {"delivered": final, "waiting": waiting, "callbacks": stats["callbacks_pending"]}
        if counts == {"delivered": RECIPIENTS, "waiting": 0, "callbacks": 0}:
            return
        time.sleep(0.3)
    raise AssertionError(f"not settled after {PATIENCE_SECONDS} seconds: {counts}")
