"""Pictures of the demonstration's pages, wide and narrow, English and French, as a person would see them.

Starts a demonstration of its own on free ports, waits for its first sync, and writes PNG files.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from tests.browser.chromium import launched
from tests.integration.cli.demonstration import Demonstration

ROOT = Path(__file__).resolve().parent.parent
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
PAGES = {
    "home": "/",
    "people": "/people/",
    "facilities": "/facilities/",
    "phone-problems": "/people/phone-problems/",
    "send": "/send/",
    "messages": "/messages/",
    "inbox": "/inbox/",
    "audiences": "/audiences/",
    "lists": "/lists/",
    "flows": "/flows/",
    "reminders": "/reminders/",
    "results": "/results/",
    "reach": "/reach/",
    "stock": "/stock/",
    "assessments": "/assessments/",
    "data-checks": "/validation/",
    "client-visits": "/care/",
    "referrals": "/referrals/",
    "alerts": "/alerts/",
    "thresholds": "/alerts/rules/",
    "transactions": "/operations/transactions/",
    "channels": "/operations/channels/",
    "clients": "/operations/clients/",
    "syncs": "/operations/syncs/",
    "connections": "/operations/connections/",
    "sms-channels": "/operations/sms-channels/",
    "first-steps": "/first-steps/",
    "team": "/settings/team/",
    "usage": "/settings/usage/",
    "sending-rules": "/settings/sending-rules/",
    "audit": "/settings/audit/",
}


@contextmanager
def demonstration() -> Iterator[Demonstration]:
    with tempfile.TemporaryDirectory() as folder, Demonstration(Path(folder) / "home").up() as running:
        running.wait_for_first_sync()
        yield running


def take(page: Page, folder: Path, address: str) -> None:
    for language in ("en", "fr"):
        for name, path in PAGES.items():
            for width, viewport in (("wide", WIDE), ("narrow", NARROW)):
                page.set_viewport_size(viewport)
                answer = page.goto(f"{address}{path}")
                page.wait_for_timeout(400)
                file = folder / f"{name}-{language}-{width}.png"
                page.screenshot(path=file, full_page=True)
                print(file, answer.status if answer else "")
        page.goto(address)
        page.get_by_role("button", name="Français").first.click()


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "var" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    with demonstration() as running, sync_playwright() as playwright, launched(playwright) as browser:
        page = browser.new_page()
        running.sign_in(page)
        take(page, folder, running.address)


if __name__ == "__main__":
    main()
