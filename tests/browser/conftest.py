"""The demonstration country, up for all browser tests of a run, and a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from tests.browser.chromium import launched
from tests.integration.cli.demonstration import Demonstrating, Demonstration

#: For a machine that is busy with other things, in milliseconds.
expect.set_options(timeout=30_000)
#: So that a test does not have to wait for the minute that a person has to think again.
SHORT_HOLD = "UPDATE messaging_sendingrules SET hold_seconds = 3"


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstrating]:
    home: Path = tmp_path_factory.mktemp("demonstration") / "home"
    with Demonstration(home).up() as running:
        running.wait_for_first_sync()
        running.installation.control_phones(profile="fast")
        with running.database() as connection:
            connection.execute(SHORT_HOLD)
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright, launched(playwright) as launched_browser:
        yield launched_browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A new browser window of its own; a fault in a page's script fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    window = context.new_page()
    faults: list[str] = []
    window.on("pageerror", lambda error: faults.append(str(error)))
    window.on(
        "console", lambda message: faults.append(message.text) if "Content Security" in message.text else None
    )
    yield window
    context.close()
    assert faults == []
