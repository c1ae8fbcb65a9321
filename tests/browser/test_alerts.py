"""Alerts: prepared and sent in a browser, confirmed by phone, and raised by a number in DHIS2."""

import re
import time
from pathlib import Path

import pytest
from dhis2 import Api
from playwright.sync_api import Page, expect
from tests.integration.cli.demonstration import Demonstrating

from mhero.sandbox.credentials import DHIS2_PASSWORD, DHIS2_USER
from mhero.sandbox.dhis2.surveillance import CASES

AXE = Path(__file__).resolve().parents[2] / "frontend/node_modules/axe-core/axe.min.js"
PATIENCE = 90_000
#: A facility two of whose people a text reaches.
FACILITY = """
SELECT f.id, min(c.number), max(c.number)
FROM registry_place f
JOIN registry_place district ON district.id = f.parent_id AND district.name NOT LIKE 'Suakoko%'
JOIN registry_person p ON p.place_ids @> ARRAY[f.id] AND p.is_active
LEFT JOIN messaging_contact c ON c.number = p.phone AND p.phone <> ''
WHERE f.kind = 'facility' AND f.is_active AND f.latitude IS NOT NULL
GROUP BY f.id
HAVING count(DISTINCT c.id) = 2 AND bool_and(c.status = 'active') AND bool_and(p.on_leave_until IS NULL)
ORDER BY f.id LIMIT 1
"""
DUE = "UPDATE outreach_alert SET next_at = now() WHERE next_at IS NOT NULL AND name = 'Cholera nearby'"
TOLD = """
SELECT c.number FROM outreach_crossing x JOIN outreach_alertperson p ON p.alert_id = x.alert_id
JOIN messaging_contact c ON c.id = p.contact_id JOIN registry_person person ON person.id = c.person_id
WHERE x.number = %(cases)s ORDER BY c.number LIMIT 1
"""


def test_an_alert_is_prepared_sent_repeated_and_confirmed(demonstration: Demonstrating, page: Page) -> None:
    with demonstration.database() as connection:
        row = connection.execute(FACILITY).fetchone()
    assert row
    place, first, second = row
    demonstration.sign_in(page, "hawa@example.org")
    page.goto(f"{demonstration.address}/alerts/who?place={place}")
    page.get_by_role("button", name="Continue with 2 people").click()
    page.get_by_label("Name of this alert").fill("Cholera nearby")
    page.get_by_label("Message", exact=True).fill("Cholera nearby. Treat water, report each case.")
    page.get_by_role("button", name="Continue to check").click()
    expect(page.get_by_text("Reply OK to confirm.").first).to_be_visible()
    assert faults(page) == []
    page.get_by_label("Type how many people get it").fill("3")
    page.get_by_role("button", name="Send alert to 2 people").click()
    expect(page.get_by_text("This is not the number of people above.").first).to_be_visible()
    page.get_by_label("Type how many people get it").fill("2")
    page.get_by_role("button", name="Send alert to 2 people").click()
    expect(page.get_by_role("heading", name="Cholera nearby")).to_be_visible()
    expect(page.locator(".app-map .leaflet-interactive").first).to_be_visible()
    assert faults(page) == []

    phone = page.context.new_page()
    phone.goto(f"{demonstration.installation.phones}/sandbox/phone/{first}")
    expect(phone.get_by_text("Cholera nearby. Treat water").first).to_be_visible(timeout=PATIENCE)
    phone.locator("textarea").fill("Ok pls 👍")
    phone.get_by_role("button", name="Send").click()
    expect(phone.get_by_text("Thank you, your confirmation is recorded.").first).to_be_visible(
        timeout=PATIENCE
    )
    # The page follows by itself.
    expect(page.get_by_text("1 of 2 people have confirmed.").first).to_be_attached(timeout=PATIENCE)

    with demonstration.database() as connection:
        connection.execute(DUE)
    until_texts(demonstration, second, 2)
    # Who confirmed is not texted again.
    until_texts(demonstration, first, 1)
    page.get_by_role("link", name=re.compile("have not confirmed")).click()
    expect(page.get_by_role("heading", name="Who has not confirmed")).to_be_visible()
    assert faults(page) == []
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download as a file").click()
    lines = downloading.value.path().read_text("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert second in lines[1]
    page.get_by_role("link", name="Back to the alert").click()
    page.get_by_role("button", name="Send the second wave now").click()
    expect(page.get_by_text("The second wave is on its way.")).to_be_visible()
    until_texts(demonstration, second, 3)
    page.get_by_role("link", name=re.compile("have not confirmed")).click()
    page.get_by_role("button", name="Count as confirmed").click()
    expect(page.get_by_role("heading", name="Everybody has confirmed")).to_be_visible()
    page.goto(f"{demonstration.address}/alerts/")
    row_of = page.get_by_role("row").filter(has_text="Cholera nearby")
    expect(row_of.get_by_text("2 of 2")).to_be_visible()


def test_a_number_in_dhis2_alerts_the_officers_of_the_place(demonstration: Demonstrating, page: Page) -> None:
    demonstration.sign_in(page, "hawa@example.org")
    page.goto(f"{demonstration.address}/alerts/rules/new")
    page.get_by_label("Name", exact=True).fill("Cholera")
    page.get_by_label("Number in DHIS2").select_option(
        label="Cholera, new cases (Weekly disease surveillance, every week)"
    )
    page.get_by_label("Alert from this number on").fill("10")
    page.get_by_label("Add up by").select_option(label="District")
    page.get_by_role("button", name="Try it on the last period").click()
    expect(page.get_by_role("row").filter(has_text="Suakoko").get_by_text(str(CASES))).to_be_visible()
    expect(page.get_by_text("Nobody was told, and nothing is saved yet.")).to_be_visible()
    page.get_by_role("button", name="Save the rule").click()
    expect(page.get_by_text("The rule was saved.")).to_be_visible()
    number = officer_told(demonstration)
    until_texts(demonstration, number, 1, f"Suakoko: {CASES} in week")
    page.goto(f"{demonstration.address}/alerts/rules/")
    row = page.get_by_role("row").filter(has_text="Suakoko")
    expect(row.get_by_text(str(CASES), exact=True)).to_be_visible()
    row.get_by_role("link", name=re.compile("confirmed")).click()
    expect(page.get_by_role("heading", name=re.compile("Cholera: Suakoko"))).to_be_visible()
    assert cases_in_dhis2(demonstration) == CASES


@pytest.mark.parametrize("path", ["/alerts/", "/alerts/who", "/alerts/rules/", "/alerts/rules/new"])
def test_the_pages_speak_french_and_have_no_fault_that_axe_finds(
    demonstration: Demonstrating, page: Page, path: str
) -> None:
    headings = {
        "/alerts/": "Alertes",
        "/alerts/who": "Choisir à qui s'adresse l'alerte",
        "/alerts/rules/": "Alertes de DHIS2",
        "/alerts/rules/new": "Ajouter une règle",
    }
    demonstration.sign_in(page, "hawa@example.org")
    page.get_by_role("button", name="Français").first.click()
    try:
        page.goto(f"{demonstration.address}{path}")
        expect(page.get_by_role("heading", name=headings[path], exact=True, level=1)).to_be_visible()
        assert faults(page) == []
    finally:
        page.get_by_role("button", name="English").first.click()


def faults(page: Page) -> list[tuple[str, str]]:
    """What axe finds on the page."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [(fault["id"], fault["nodes"][0]["html"]) for fault in found["violations"]]


def texts_on(demonstration: Demonstrating, number: str) -> list[str]:
    """What a phone got."""
    messages = demonstration.installation.messages_on(number)
    return [message["text"] for message in messages if message["direction"] == "in"]


def until_texts(demonstration: Demonstrating, number: str, count: int, words: str = "Cholera nearby") -> None:
    """Waits until a phone got so many texts with these words."""
    deadline = time.monotonic() + PATIENCE / 1000
    while (got := sum(words in text for text in texts_on(demonstration, number))) < count:
        assert time.monotonic() < deadline, f"{got} texts of {count}"
        time.sleep(0.3)
    assert got == count


def officer_told(demonstration: Demonstrating) -> str:
    deadline = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < deadline:
        with demonstration.database() as connection:
            row = connection.execute(TOLD, {"cases": CASES}).fetchone()
        if row:
            number: str = row[0]
            return number
        time.sleep(0.3)
    raise AssertionError("nobody was told")


def cases_in_dhis2(demonstration: Demonstrating) -> int:
    """The cholera cases of Suakoko in the last week, read with a client that is not ours."""
    from datetime import UTC, datetime, timedelta

    api = Api(f"http://127.0.0.1:{demonstration.installation.sandbox + 1}", DHIS2_USER, DHIS2_PASSWORD)
    fields = "id,dataSetElements[dataElement[id,code]]"
    asked = {"filter": "code:eq:IDSR_W", "fields": fields}
    (form,) = api.get("dataSets", params=asked).json()["dataSets"]
    elements = {one["dataElement"]["code"]: one["dataElement"]["id"] for one in form["dataSetElements"]}
    asked = {"filter": "name:eq:Suakoko District", "fields": "id"}
    (unit,) = api.get("organisationUnits", params=asked).json()["organisationUnits"]
    year, week, _ = (datetime.now(UTC) - timedelta(weeks=1)).isocalendar()
    asked = {"dataSet": form["id"], "period": f"{year}W{week}", "orgUnit": unit["id"], "children": "true"}
    rows = api.get("dataValueSets", params=asked).json()["dataValues"]
    return sum(int(row["value"]) for row in rows if row["dataElement"] == elements["CASES_CHOLERA"])
