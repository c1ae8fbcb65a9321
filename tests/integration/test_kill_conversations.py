"""`kill -9` at random moments, of the database too, while a thousand people answer three questions each."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import httpx
import psutil
import psycopg
from tests.integration.cli.demonstration import three_ports_in_a_row
from tests.integration.cli.installation import Installation, Running
from tests.integration.messaging.flows import QUESTIONS, THANKS
from tests.integration.thousand_conversations import NUMBERS, PEOPLE

KILLS = 8
PATIENCE_SECONDS = 150
EVERYTHING = [*(text for text, _, _ in QUESTIONS), THANKS]


def test_killed_at_random_moments_each_question_is_asked_once_and_each_answer_kept_once(
    tmp_path: Path,
) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    draw = random.Random(seed)
    installation = Installation(tmp_path / "home")
    sandbox_port = three_ports_in_a_row()
    installation.environment |= {
        "MHERO_SANDBOX_PORT": str(sandbox_port),
        "MHERO_GATEWAY_URL": f"http://127.0.0.1:{installation.gateway}",
    }
    phones = f"http://127.0.0.1:{sandbox_port + 2}"
    sandbox = subprocess.Popen(
        [sys.executable, "-m", "mhero.cli", "sandbox"],
        env=installation.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with installation.up() as running:
            wait_for(f"{phones}/control/stats")
            control(phones, profile="fast")
            prepare(running, phones)
            talking = threading.Thread(target=talk, args=(phones, draw.randrange(10**6)))
            talking.start()
            for name in ["postgres", "worker", "gateway", *draws(draw, KILLS - 3)]:
                time.sleep(draw.uniform(0.5, 4))
                kill(running, name)
            talking.join()
            wait_until_settled(running)
            check(running, phones, seed)
    finally:
        sandbox.kill()
        sandbox.wait()


def draws(draw: random.Random, number: int) -> list[str]:
    return [draw.choice(["postgres", "worker", "worker", "gateway"]) for _ in range(number)]


def kill(running: Running, name: str) -> None:
    """Whoever is just being started again is spared."""
    if name == "postgres":
        mark = running.installation.home / "postgres" / "postmaster.pid"
        try:
            pid = int(mark.read_text().split()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return
    else:
        try:
            pid = running.parts().get(name, 0)
        except psutil.Error:
            return
    if pid:
        os.kill(pid, signal.SIGKILL)


def prepare(running: Running, phones: str) -> None:
    environment = running.installation.environment | {
        "DATABASE_URL": address(running),
        "DJANGO_SETTINGS_MODULE": "mhero.platform.settings",
    }
    subprocess.run(
        [sys.executable, "-m", "tests.integration.thousand_conversations", phones],
        env=environment,
        check=True,
        timeout=60,
    )


def address(running: Running) -> str:
    from mhero.platform.postgres import url_of_embedded

    return url_of_embedded(running.installation.home / "postgres")


def talk(phones: str, seed: int) -> None:
    """People answer, some time after their phone has the question, in bursts."""
    draw = random.Random(seed)
    said = dict.fromkeys(NUMBERS, 0)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and any(count < len(QUESTIONS) for count in said.values()):
        have = httpx.get(f"{phones}/control/phones", timeout=30).json()
        ready = [n for n in NUMBERS if said[n] < len(QUESTIONS) and have.get(n, 0) > said[n]]
        draw.shuffle(ready)
        words = []
        for number in ready[: draw.randrange(20, 200)]:
            words.append({"from": number, "text": answer(number, said[number])})
            said[number] += 1
        control(phones, say=words)
        time.sleep(draw.uniform(0.1, 0.5))


def answer(number: str, question: int) -> str:
    words = QUESTIONS[question][2]
    return f"{words[int(number[-1]) % 2]} {number[-4:]}"


def wait_until_settled(running: Running) -> None:
    wanted = (PEOPLE, 0, 0)
    found: object = None
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found = asked(
            running,
            """
            SELECT (SELECT count(*) FROM messaging_session WHERE status = 'completed'),
                (SELECT count(*) FROM messaging_received WHERE NOT is_taken),
                (SELECT count(*) FROM messaging_message WHERE NOT is_incoming AND status <> 'delivered')
            """,
        )
        if found == [wanted]:
            return
        time.sleep(0.5)
    raise AssertionError(f"not settled after {PATIENCE_SECONDS} seconds: {found}\n{running.words[-3000:]}")


def check(running: Running, phones: str, seed: int) -> None:
    at_the_network = Counter()
    for number in NUMBERS:
        messages = httpx.get(f"{phones}/control/phones/{number}", timeout=10).json()["messages"]
        texts = [message["text"] for message in messages if message["direction"] == "in"]
        at_the_network[texts == EVERYTHING] += 1
    assert at_the_network == {True: PEOPLE}, f"seed {seed}"
    kept = asked(
        running,
        """
        SELECT c.number, a.key, a.value
        FROM messaging_answer a JOIN messaging_contact c ON c.id = a.contact_id
        """,
    )
    said = {
        (number, key, answer(number, place).split()[0])
        for number in NUMBERS
        for place, (_, key, _) in enumerate(QUESTIONS)
    }
    assert len(kept) == len(said), f"seed {seed}"
    assert set(kept) == said, f"seed {seed}"
    heard = asked(running, "SELECT count(*) FROM messaging_message WHERE is_incoming")
    assert heard == [(len(said),)], f"seed {seed}"


def asked(running: Running, question: str) -> list[tuple[object, ...]]:
    for _ in range(60):
        try:
            with psycopg.connect(address(running)) as connection:
                return connection.execute(question).fetchall()  # type: ignore[call-overload]
        except psycopg.OperationalError:
            # It was just killed.
            time.sleep(0.5)
    raise AssertionError("the database does not come back")


def control(phones: str, **wish: object) -> None:
    httpx.post(f"{phones}/control", json=wish, timeout=30).raise_for_status()


def wait_for(url: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            httpx.get(url, timeout=2)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"nothing answers at {url}")
