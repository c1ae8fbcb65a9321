"""Reminders of clients' visits: set up on pages, ended by phone, with DHIS2's tracker at the other end."""

import re
import time
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import httpx
from openpyxl import Workbook
from playwright.sync_api import Page, expect
from tests.browser.test_main_job import AXE
from tests.integration.cli.demonstration import Demonstrating

from mhero.sandbox.credentials import DHIS2_PASSWORD, DHIS2_USER

PATIENCE = 90
# Somebody who works at a facility whose name is no part of another's.
WORKER = """
WITH alone AS MATERIALIZED (
    SELECT f.id, f.name FROM registry_place f
    WHERE f.kind = 'facility' AND f.is_active AND NOT EXISTS (
        SELECT FROM registry_place o
        WHERE o.kind = 'facility' AND o.id <> f.id AND o.name ILIKE '%' || trim(f.name) || '%'
    )
)
SELECT c.number, f.name FROM alone f JOIN registry_person p ON p.place_id = f.id AND p.is_active
JOIN messaging_contact c ON c.person_id = p.id AND c.status = 'active' AND c.number = p.phone
WHERE (SELECT count(*) FROM registry_person o WHERE o.phone = p.phone) = 1
ORDER BY c.number LIMIT 1
"""
# It is the hour of reminders, and the visit was registered before it.
REMIND_NOW = """
UPDATE outreach_carerules
SET days = '{-1}', remind_at = date_trunc('hour', now() AT TIME ZONE 'Africa/Monrovia')::time
"""
# Whoever else has visits is left alone, for the sake of other tests.
REMIND_NOBODY = "UPDATE outreach_carerules SET days = '{}'"
DUE_TOMORROW = """
UPDATE outreach_visit
SET due_on = (now() AT TIME ZONE 'Africa/Monrovia')::date + 1, set_at = now() - interval '2 days'
FROM outreach_careclient c WHERE c.id = client_id AND c.name = %s
"""
FROM_DHIS2 = """
SELECT v.id, v.source_key FROM outreach_visit v WHERE v.source = 'dhis2' AND v.state = 'due'
ORDER BY v.due_on DESC, v.id LIMIT 1
"""


def worker(demonstration: Demonstrating) -> tuple[str, str]:
    with demonstration.database() as connection:
        row = connection.execute(WORKER).fetchone()
    assert row
    return row[0], row[1].strip()


def test_visits_are_reminded_of_and_outcomes_reach_dhis2(demonstration: Demonstrating, page: Page) -> None:
    number, facility = worker(demonstration)
    address = demonstration.address
    demonstration.sign_in(page, "hawa@example.org")
    page.goto(f"{address}/care/rules/")
    page.get_by_role("link", name="Add a kind of visit").click()
    page.get_by_label("In English").fill("HIV check")
    page.get_by_label("In French").fill("contrôle")
    page.get_by_label("In Swahili").fill("uchunguzi")
    page.get_by_label("Programme stage in DHIS2").select_option(label="Follow-up of clients: Check-up")
    page.get_by_role("button", name="Save the kind of visit").click()
    expect(page.get_by_text("tells what the client has or is tested for").first).to_be_visible()
    page.get_by_label("In English").fill("check-up")
    page.get_by_role("button", name="Save the kind of visit").click()
    expect(page.get_by_text("The kind of visit was saved.")).to_be_visible()
    page.get_by_label("Days after").fill("3")
    page.get_by_role("button", name="Save the rules").click()
    expect(page.get_by_text("The rules were saved.")).to_be_visible()

    add_client(page, address, "Garmai Sumo", facility, number)
    code = reminded(demonstration, number, "Garmai Sumo", r"check-up Garmai Sumo (\w{4})\. Reply DONE")
    say(demonstration, number, f"{code.lower()} done thanks")
    hear(demonstration, number, rf"Garmai Sumo \({code}\): done on")
    page.goto(f"{address}/care/clients/?name=garmai")
    row = page.get_by_role("row").filter(has_text="Garmai Sumo")
    expect(row.get_by_text("Done", exact=True)).to_be_visible()
    row.get_by_role("link").click()
    expect(page.get_by_text("Reminded", exact=True)).to_be_visible()

    say(demonstration, number, "visit Fatu and Sia tomorrow")
    hear(demonstration, number, "One text for each client")
    say(demonstration, number, "VISIT Fatu Kamara tomorrow 0880 700 701")
    hear(demonstration, number, r"Noted: Fatu Kamara, visit on .* Code \w{4}: .* The client is texted too")

    outcome_reaches_dhis2(demonstration, page)


def outcome_reaches_dhis2(demonstration: Demonstrating, page: Page) -> None:
    """What DHIS2 plans is there; what an officer says of it is completed there."""
    with demonstration.database() as connection:
        visit, event = until(lambda: connection.execute(FROM_DHIS2).fetchone())
    page.goto(f"{demonstration.address}/care/visits/{visit}/")
    page.get_by_label("The client came").check()
    page.get_by_role("button", name="Save what became of it").click()
    expect(page.get_by_text("What became of the visit was noted.")).to_be_visible()
    at = f"http://127.0.0.1:{demonstration.installation.sandbox + 1}/api/tracker/events/{event}"

    def completed() -> Any:
        found = httpx.get(at, auth=(DHIS2_USER, DHIS2_PASSWORD), timeout=10).json()
        return found if found["status"] == "COMPLETED" else None

    assert until(completed)["occurredAt"]


def test_the_same_in_french_with_a_spreadsheet(demonstration: Demonstrating, page: Page) -> None:
    number, facility = worker(demonstration)
    address = demonstration.address
    demonstration.sign_in(page, "hawa@example.org")
    page.get_by_role("button", name="Français").first.click()
    try:
        made = sheet(facility, number)
        page.goto(f"{address}/care/upload/")
        page.get_by_label("Fichier de tableur").set_input_files(
            {
                "name": "clients.xlsx",
                "mimeType": "application/vnd.ms-excel",
                "buffer": made,
            }
        )
        page.get_by_role("button", name="Envoyer et continuer").click()
        page.get_by_role("button", name="Vérifier les lignes").click()
        expect(
            page.get_by_text("Aucun établissement de votre zone ne s'appelle « Nulle part ».")
        ).to_be_visible()
        page.get_by_role("button", name="Ajouter 1 visite").click()
        expect(page.get_by_text("1 visite a été ajoutée.")).to_be_visible()
        with page.expect_download() as downloading:
            page.get_by_role("link", name=re.compile("Télécharger la ligne")).click()
        assert "Nulle part" in downloading.value.path().read_text("utf-8-sig")
        # The language of a reminder is that of its person; the answer's is that of the text.
        code = reminded(demonstration, number, "Yassah Dolo", r"Yassah Dolo (\w{4})")
        say(demonstration, number, f"manqué {code}")
        hear(demonstration, number, rf"Noté\. Yassah Dolo \({code}\) n'est pas venu")
        page.goto(f"{address}/care/missed/")
        expect(page.get_by_role("row").filter(has_text="Yassah Dolo").get_by_text("Manquée")).to_be_visible()
        for path in (
            "care/",
            "care/clients/",
            "care/clients/new",
            "care/missed/",
            "care/rules/",
            "care/upload/",
        ):
            page.goto(f"{address}/{path}")
            page.evaluate(AXE.read_text())
            found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
            assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == [], path
    finally:
        page.get_by_role("button", name="English").first.click()


def reminded(demonstration: Demonstrating, number: str, client: str, pattern: str) -> str:
    """The code in the text that reminds of a client's visit tomorrow."""
    with demonstration.database() as connection:
        connection.execute(DUE_TOMORROW, [client])
        connection.execute(REMIND_NOW)
        code = hear(demonstration, number, pattern)
        connection.execute(REMIND_NOBODY)
    return code


def add_client(page: Page, address: str, name: str, facility: str, number: str) -> None:
    page.goto(f"{address}/care/clients/new")
    page.locator("[name=name]").fill(name)
    page.locator("[name=facility]").fill(facility)
    page.get_by_label("What the client comes for").select_option(label="check-up")
    page.get_by_label("Day of the visit").fill((date.today() + timedelta(days=20)).isoformat())  # noqa: DTZ011
    page.get_by_label("Health worker responsible").fill(number)
    page.get_by_role("button", name="Save the client").click()
    expect(page.get_by_text("The client was added.")).to_be_visible()


def sheet(facility: str, number: str) -> bytes:
    book = Workbook()
    rows = book.active
    assert rows is not None
    day = date.today() + timedelta(days=20)  # noqa: DTZ011
    rows.append(["Nom du client", "Établissement", "Jour", "Agent de santé"])
    rows.append(["Yassah Dolo", facility, day, number])
    rows.append(["Kou Paye", "Nulle part", f"{day:%d/%m/%Y}", ""])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def say(demonstration: Demonstrating, number: str, words: str) -> None:
    """The health worker writes on the phone."""
    address = f"{demonstration.installation.phones}/sandbox/phone/{number}"
    answer = httpx.post(address, data={"text": words}, timeout=10)
    assert answer.status_code < 400, answer.text


def hear(demonstration: Demonstrating, number: str, pattern: str) -> str:
    """The first group of a text that the phone gets, or all of what fits; waits for it."""

    def heard() -> str | None:
        texts = [
            one["text"]
            for one in demonstration.installation.messages_on(number)
            if one.get("direction", "in") != "out"
        ]
        found = [match for text in texts if (match := re.search(pattern, text))]
        return (found[-1][1] if found[-1].groups() else found[-1][0]) if found else None

    text: str = until(heard, about=pattern)
    return text


def until(what: Any, about: str = "") -> Any:
    """Waits for something that is there."""
    deadline = time.monotonic() + PATIENCE
    while not (found := what()):
        assert time.monotonic() < deadline, f"not so after {PATIENCE} seconds: {about}"
        time.sleep(0.3)
    return found
