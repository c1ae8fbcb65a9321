"""Data checks, from asking to iHRIS and DHIS2: set up in a browser, answered by phone, and read back."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Page, expect
from tests.integration.cli.demonstration import Demonstrating

from mhero.sandbox.credentials import DHIS2_PASSWORD, DHIS2_USER, IHRIS_PASSWORD, IHRIS_USER

AXE = Path(__file__).resolve().parents[2] / "frontend/node_modules/axe-core/axe.min.js"
#: A cadre with few people, so that asking all of them is quick; and one of them, who speaks English.
CADRE = "Mental Health Clinician"
SOMEBODY = """
SELECT p.name, p.phone, o.key FROM registry_person p
JOIN messaging_contact c ON c.person_id = p.id AND c.status = 'active' AND c.number = p.phone
JOIN registry_place f ON f.id = p.place_id AND f.kind = 'facility'
JOIN registry_origin o ON o.resource_id = p.id AND o.source = 'ihris'
WHERE p.is_active AND p.cadres = ARRAY['Mental Health Clinician'] AND c.language IN ('', 'eng')
  AND (p.on_leave_until IS NULL OR p.on_leave_until < current_date)
ORDER BY p.phone LIMIT 1
"""
#: The county with the fewest facilities, and an in-charge of one of them who speaks English.
IN_CHARGE = """
SELECT county.name, f.name, p.phone, o.key FROM registry_role r
JOIN registry_person p ON p.id = r.person_id AND p.is_active
JOIN messaging_contact c ON c.person_id = p.id AND c.status = 'active' AND c.number = p.phone
JOIN registry_place f ON f.id = r.place_id AND f.kind = 'facility' AND f.is_active
JOIN registry_place county ON county.id = f.path[2]
JOIN registry_origin o ON o.resource_id = f.id AND o.source = 'dhis2'
WHERE r.is_active AND r."end" IS NULL AND r.job ILIKE '%in charge%' AND c.language IN ('', 'eng')
  AND p.place_id = f.id
ORDER BY (SELECT count(*) FROM registry_place o WHERE o.path @> ARRAY[county.id]), p.phone LIMIT 1
"""


def test_a_correction_is_asked_for_accepted_and_found_in_ihris(
    demonstration: Demonstrating, page: Page
) -> None:
    with demonstration.database() as connection:
        row = connection.execute(SOMEBODY).fetchone()
    assert row
    name, number, key = row
    right = f"{name.split()[0]} Browser Kollie"
    demonstration.sign_in(page, "hawa@example.org")
    page.goto(f"{demonstration.address}/validation/")
    page.get_by_role("link", name=re.compile("^Ask people")).first.click()
    page.get_by_label("Name of this round").fill("Clinicians")
    page.get_by_label("Each person about themselves").check()
    page.get_by_text("Only some cadres").click()
    page.get_by_label(re.compile(CADRE)).check()
    page.get_by_role("button", name="Go on, and check").click()
    expect(page.get_by_text("Ministry of Health: are you").first).to_be_visible()
    page.get_by_role("button", name=re.compile("^Ask .* (person|people)$")).click()
    expect(page.get_by_role("heading", name="Clinicians")).to_be_visible()

    phone = page.context.new_page()
    told = f"Ministry of Health: are you {name}"
    for asked, answer in (
        (told, "2"),
        ("What is wrong?", "1"),
        ("Write your full name.", right),
        ("Is something else wrong?", "no"),
    ):
        hear_and_say(demonstration, phone, number, asked, answer)
    expect(phone.get_by_text("The ministry will look at it.")).to_be_visible(timeout=60_000)

    appears(page, f"{demonstration.address}/validation/proposals/", right)
    row_of = page.get_by_role("row").filter(has_text=right)
    expect(row_of).to_contain_text(name)
    expect(row_of).to_contain_text("Sure")
    row_of.get_by_role("checkbox").check()
    page.get_by_role("button", name="Accept those ticked").click()
    expect(page.get_by_text("1 proposal was accepted.")).to_be_visible()

    stored = found(lambda: in_ihris(demonstration, key), lambda one: "Browser" in str(one["name"]))
    assert stored["name"][0]["text"] == right
    assert stored["meta"]["versionId"] == "2"
    page.goto(f"{demonstration.address}/validation/proposals/?state=accepted")
    page.get_by_role("row").filter(has_text=right).get_by_role("link").first.click()
    page.reload()
    appears(page, page.url, "Arrived in the system it came from")
    assert faults(page) == []
    page.get_by_role("link", name=right).click()
    expect(page.get_by_role("heading", name=right)).to_be_visible()
    for path in ("", "new", "proposals/?state=all", "people/"):
        page.goto(f"{demonstration.address}/validation/{path}")
        assert faults(page) == [], path


def test_an_in_charge_s_word_goes_to_dhis2_and_the_pages_speak_french(
    demonstration: Demonstrating, page: Page
) -> None:
    with demonstration.database() as connection:
        row = connection.execute(IN_CHARGE).fetchone()
    assert row
    county, facility, number, key = row
    demonstration.sign_in(page, "hawa@example.org")
    page.get_by_role("button", name="Français").first.click()
    try:
        page.goto(f"{demonstration.address}/validation/new")
        page.get_by_label("Nom de ce tour").fill("Établissements")
        page.get_by_label("Chaque responsable sur l’établissement").check()
        page.get_by_label(re.compile(f"^{re.escape(county)} ")).check()
        page.get_by_role("button", name="Continuer et vérifier").click()
        page.get_by_role("button", name=re.compile("^Interroger .* responsables?$")).click()
        expect(page.get_by_role("heading", name="Établissements")).to_be_visible()

        phone = page.context.new_page()
        for asked, answer in (
            (f"is {facility.strip()} open?", "1"),
            ("Who has left?", "0"),
            ("Write the full names", "nobody"),
            ("Which services", "0"),
            ("What is the facility's phone number?", "0880 123 456"),
        ):
            hear_and_say(demonstration, phone, number, asked, answer)
        expect(phone.get_by_text("The ministry will look at it.")).to_be_visible(timeout=60_000)

        appears(page, f"{demonstration.address}/validation/proposals/", "+231880123456")
        page.get_by_role("row").filter(has_text="+231880123456").get_by_role("link").click()
        expect(page.get_by_text("Téléphone de l’établissement").first).to_be_visible()
        page.get_by_role("button", name="Accepter", exact=True).click()
        expect(page.get_by_text("Votre décision est enregistrée.")).to_be_visible()
        unit = found(lambda: in_dhis2(demonstration, key), lambda one: "phoneNumber" in one)
        assert unit["phoneNumber"] == "+231880123456"

        page.goto(f"{demonstration.address}/validation/people/")
        expect(page.get_by_role("heading", name="Personnes à rechercher")).to_be_visible()
        page.goto(f"{demonstration.address}/validation/")
        expect(page.get_by_role("heading", name="Tours")).to_be_visible()
    finally:
        page.get_by_role("button", name="English").first.click()


def hear_and_say(demonstration: Demonstrating, phone: Page, number: str, asked: str, answer: str) -> None:
    """Waits until the phone was asked, and answers."""
    address = f"{demonstration.installation.phones}/sandbox/phone/{number}"
    appears(phone, address, asked)
    phone.locator("textarea").fill(answer)
    phone.get_by_role("button", name="Send").click()


def appears(page: Page, address: str, words: str) -> None:
    """Opens the page again and again until it says so."""
    deadline = time.monotonic() + 90
    page.goto(address)
    while not page.get_by_text(words).count() and time.monotonic() < deadline:
        page.wait_for_timeout(500)
        page.goto(address)
    expect(page.get_by_text(words).first).to_be_visible()


def faults(page: Page) -> list[tuple[str, str]]:
    """What axe finds wrong with the page."""
    page.evaluate(AXE.read_text())
    said = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [(fault["id"], fault["nodes"][0]["html"]) for fault in said["violations"]]


def found(look: Callable[[], Any], is_it: Callable[[Any], bool]) -> Any:
    """What the other system holds, once it is so."""
    deadline = time.monotonic() + 60
    while not is_it(one := look()) and time.monotonic() < deadline:
        time.sleep(0.5)
    return one


def in_ihris(demonstration: Demonstrating, key: str) -> Any:
    port = demonstration.installation.sandbox
    return httpx.get(f"http://127.0.0.1:{port}/fhir/{key}", auth=(IHRIS_USER, IHRIS_PASSWORD)).json()


def in_dhis2(demonstration: Demonstrating, key: str) -> Any:
    port, unit = demonstration.installation.sandbox + 1, key.removeprefix("Location/")
    address = f"http://127.0.0.1:{port}/api/organisationUnits/{unit}"
    return httpx.get(address, auth=(DHIS2_USER, DHIS2_PASSWORD)).json()
