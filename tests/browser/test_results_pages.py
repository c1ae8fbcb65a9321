"""The pages of what was answered, with the answers of some hundred people, in a browser."""

import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.integration.cli.demonstration import Demonstrating

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "frontend/node_modules/axe-core/axe.min.js"
#: Run beside the demonstration, against its database.
ASK = """
import django; django.setup()
from mhero.messaging.models import Contact, Session, SMSChannel
from tests.integration.messaging.answering import ask, make_flow, make_send
flow = make_flow("BCG on the shelf")
send = make_send(flow, SMSChannel.objects.first(), name="BCG, November")
# Nobody is in two conversations at once, and other tests ask people too.
busy = Session.objects.filter(status="waiting").values("contact_id")
free = Contact.objects.exclude(id__in=busy)
people = free.filter(number__isnull=False, fields__has_keys=["cadre", "county"])
ask(flow, send, list(people[:300]))
print(flow.id, send.id)
"""


@pytest.fixture(scope="module")
def asked(demonstration: Demonstrating) -> dict[str, str]:
    """The addresses of the pages, by name."""
    environment = os.environ | {
        "MHERO_HOME": str(demonstration.installation.home),
        "DJANGO_SETTINGS_MODULE": "mhero.platform.settings",
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
    }
    environment.pop("DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    flow, send = done.stdout.split()
    results = f"{demonstration.address}/results"
    return {
        "list": f"{results}/",
        "charts": f"{results}/{flow}/?send={send}",
        "way": f"{results}/{flow}/way",
        "table": f"{results}/{flow}/people",
        "choice": f"{results}/{flow}/questions/bcg",
        "number": f"{results}/{flow}/questions/doses?by=cadre",
        "text": f"{results}/{flow}/questions/why",
        "send": f"{demonstration.address}/messages/{send}/",
        "people": f"{demonstration.address}/messages/{send}/conversations?state=finished",
    }


def test_an_officer_goes_from_the_send_to_its_answers_and_takes_them_away(
    demonstration: Demonstrating, page: Page, asked: dict[str, str]
) -> None:
    from openpyxl import load_workbook

    demonstration.sign_in(page, "hawa@example.org")
    page.goto(asked["send"])
    expect(page.get_by_text("300 people were chosen, 300 have been asked.")).to_be_visible()
    page.get_by_role("link", name="See the answers as charts").click()
    expect(page.get_by_role("heading", name="Is there BCG on your shelf?")).to_be_visible()
    page.get_by_label("County").select_option("Bong")
    page.get_by_role("button", name="Apply filters").click()
    expect(page.get_by_role("link", name="Remove this filter: Bong")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download all answers (Excel)").click()
    # The browser gives what it downloads a name without an ending.
    sheet = load_workbook(BytesIO(download.value.path().read_bytes())).active
    assert sheet is not None
    heading, *rows = sheet.iter_rows(values_only=True)
    assert rows
    assert {row[heading.index("County")] for row in rows} == {"Bong"}
    page.get_by_role("link", name="Compare the answers about BCG").click()
    page.get_by_role("link", name="Remove this filter: Bong").click()
    expect(page.locator(".app-map .leaflet-interactive").first).to_be_visible()
    page.get_by_role("link", name="Table").click()
    expect(page.get_by_role("columnheader", name="Doses")).to_be_visible()


@pytest.mark.parametrize(
    "name", ["list", "charts", "way", "table", "choice", "number", "text", "send", "people"]
)
def test_a_page_of_results_has_no_fault_that_axe_finds(
    demonstration: Demonstrating, page: Page, asked: dict[str, str], name: str
) -> None:
    demonstration.sign_in(page, "hawa@example.org")
    page.goto(asked[name])
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found["violations"]] == []


@pytest.mark.parametrize("name", ["list", "charts", "way", "table", "choice", "send"])
def test_a_page_of_results_fits_a_small_phone(
    demonstration: Demonstrating, page: Page, asked: dict[str, str], name: str
) -> None:
    demonstration.sign_in(page, "hawa@example.org")
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(asked[name])
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
