"""The demonstration country, up on free ports, for tests and pictures that need all of it."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import psycopg
from tests.integration.cli.installation import Installation, Running, free_ports

if TYPE_CHECKING:
    from playwright.sync_api import Page

SYNC_SECONDS = 240
# Contacts follow in batches: until the last of them, the number of people that a send counts still grows.
FIRST_SYNC_DONE = """
    SELECT count(DISTINCT mediator) FILTER (WHERE mediator IN ('ihris', 'dhis2') AND status LIKE 'done%') = 2
       AND count(*) FILTER (WHERE status IN ('waiting', 'running')) = 0
       AND max(finished_at) FILTER (WHERE mediator = 'contacts')
           > max(finished_at) FILTER (WHERE mediator = 'ihris')
    FROM exchange_run JOIN exchange_channel c ON c.id = channel_id
"""


class Demonstration(Installation):
    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.sandbox = three_ports_in_a_row()
        self.environment |= {
            "MHERO_SANDBOX_PORT": str(self.sandbox),
            "MHERO_PUBLIC_URL": f"http://localhost:{self.web}",
            "MHERO_GATEWAY_URL": f"http://127.0.0.1:{self.gateway}",
        }

    @property
    def address(self) -> str:
        return f"http://localhost:{self.web}"

    @property
    def phones(self) -> str:
        return f"http://127.0.0.1:{self.sandbox + 2}"

    def control_phones(self, **wish: object) -> dict[str, object]:
        """Changes how the phone network behaves, and returns its counts."""
        answer = httpx.post(f"{self.phones}/control", json=wish, timeout=10)
        answer.raise_for_status()
        counts: dict[str, object] = answer.json()
        return counts

    def messages_on(self, number: str) -> list[dict[str, str]]:
        answer = httpx.get(f"{self.phones}/control/phones/{number}", timeout=10)
        messages: list[dict[str, str]] = answer.json()["messages"]
        return messages

    @contextmanager
    def up(self, *arguments: str, **environment: str) -> Iterator["Demonstrating"]:
        running = Demonstrating(self, ("--demo", *arguments), environment)
        try:
            running.wait_until_ready()
            yield running
        finally:
            running.stop()


class Demonstrating(Running):
    installation: Demonstration

    @property
    def password(self) -> str:
        match = re.search(r"password\s+(\S+)\s+as", self.words)
        if match is None:
            raise AssertionError(f"no password among the words:\n{self.words}")
        return match[1]

    @property
    def address(self) -> str:
        return self.installation.address

    def database(self) -> "psycopg.Connection":
        from mhero.platform.postgres import url_of_embedded

        return psycopg.connect(url_of_embedded(self.installation.home / "postgres"), autocommit=True)

    def wait_for_first_sync(self) -> None:
        self.wait_for_sql(FIRST_SYNC_DONE, SYNC_SECONDS)

    def wait_for_sql(self, question: str, seconds: float) -> None:
        """Until the database answers the question with true."""
        deadline = time.monotonic() + seconds
        with self.database() as connection:
            while (row := connection.execute(question).fetchone()) is None or not row[0]:
                if time.monotonic() > deadline:
                    raise AssertionError(f"not true after {seconds} seconds:\n{question}\n{self.words}")
                time.sleep(0.2)

    def sign_in(self, page: "Page", email: str = "korto@example.org") -> None:
        page.goto(self.address)
        page.locator("input[name=login]").fill(email)
        page.locator("input[type=password]").fill(self.password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{self.address}/")


def three_ports_in_a_row() -> int:
    for _ in range(50):
        (port,) = free_ports(1)
        if port < 65000 and _all_free(port):
            return port
    raise AssertionError("no three free ports in a row")


def _all_free(first: int) -> bool:
    from mhero.cli.ports import is_free

    return all(is_free("127.0.0.1", port) for port in range(first, first + 3))
