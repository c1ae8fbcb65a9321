"""An assessment from its questions to DHIS2: set up in a browser, answered by phone, and read back."""

import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from dhis2 import Api
from playwright.sync_api import Page, expect
from tests.integration.cli.demonstration import Demonstrating

from mhero.sandbox.credentials import DHIS2_PASSWORD, DHIS2_USER

AXE = Path(__file__).resolve().parents[2] / "frontend/node_modules/axe-core/axe.min.js"
PATIENCE = 60_000
# A district whose officer can be texted, with two facilities or few more whose in-charges can.
DISTRICT = """
WITH leader AS (
    SELECT role.place_id, role.job, contact.number, contact.name
    FROM registry_role role
    JOIN registry_person person ON person.id = role.person_id AND person.is_active
    JOIN messaging_contact contact ON contact.person_id = person.id AND contact.number = person.phone
    WHERE role.is_active AND contact.status = 'active' AND person.on_leave_until IS NULL
), district AS (
    SELECT place.id, place.name, leader.number FROM registry_place place
    JOIN leader ON leader.place_id = place.id AND leader.job = 'District Health Officer'
), facility AS (
    SELECT place.id, place.name, place.path, leader.number, origin.key
    FROM registry_place place
    JOIN leader ON leader.place_id = place.id AND leader.job = 'Officer in Charge'
    JOIN registry_origin origin ON origin.resource_id = place.id AND origin.source = 'dhis2'
    WHERE place.kind = 'facility' AND place.is_active
)
SELECT district.id, district.name, district.number, (array_agg(facility.name ORDER BY facility.id))[1:2],
    (array_agg(facility.number ORDER BY facility.id))[1:2], (array_agg(facility.key ORDER BY facility.id))[1]
FROM district JOIN facility ON facility.path @> ARRAY[district.id]
GROUP BY 1, 2, 3 HAVING count(*) >= 2 ORDER BY count(*), district.id LIMIT 1
"""
# As if the due day had been ten days earlier, with all that follows it.
TEN_DAYS_LATER = """
WITH late AS (
    UPDATE outreach_assessmentround SET due_on = due_on - 10, due_at = due_at - interval '10 days',
        steps = (SELECT jsonb_agg(jsonb_set(step, '{at}',
            to_jsonb((step->>'at')::timestamptz - interval '10 days'))) FROM jsonb_array_elements(steps) step)
    RETURNING id
)
UPDATE outreach_respondent SET next_at = next_at - interval '10 days'
FROM late WHERE round_id = late.id AND next_at IS NOT NULL
"""


@dataclass(frozen=True, kw_only=True)
class District:
    id: str
    name: str
    officer: str
    #: Two facilities, and the numbers of who is in charge of them.
    facilities: list[str]
    numbers: list[str]
    #: DHIS2's id of the first.
    unit: str


@pytest.fixture(scope="module")
def district(demonstration: Demonstrating) -> District:
    with demonstration.database() as connection:
        row = connection.execute(DISTRICT).fetchone()
    assert row
    return District(
        id=str(row[0]),
        name=row[1].strip(),
        officer=row[2],
        facilities=[name.strip() for name in row[3]],
        numbers=row[4],
        unit=row[5].removeprefix("Location/"),
    )


def test_an_assessment_is_set_up_answered_reminded_of_and_found_in_dhis2(
    demonstration: Demonstrating, page: Page, district: District
) -> None:
    demonstration.sign_in(page, "hawa@example.org")
    page.goto(f"{demonstration.address}/assessments/")
    page.get_by_role("link", name="Set up an assessment").click()
    page.get_by_role("link", name="Write new questions").click()
    write_questions(page)
    set_up(page, district)

    first, second = district.numbers
    phone = page.context.new_page()
    hears(demonstration, phone, second, "Is your facility open?")
    hears(demonstration, phone, first, "Is your facility open?")
    say(phone, "yes")
    expect(phone.get_by_text("How many staff are present?")).to_be_visible(timeout=PATIENCE)
    say(phone, "7")
    expect(phone.get_by_text("Thank you", exact=False).first).to_be_visible(timeout=PATIENCE)
    assert values_in_dhis2(demonstration, district) == {"FAC_OPEN": "true", "STAFF_PRESENT": "7"}

    with demonstration.database() as connection:
        connection.execute(TEN_DAYS_LATER)
    hears(demonstration, phone, second, re.compile('"Facility check" was due on .*Answer now:'))
    told = re.compile(f'"Facility check" was due on .*No report from .*{re.escape(district.facilities[1])}')
    hears(demonstration, phone, district.officer, told)
    hears(demonstration, phone, second, "Is your facility open?")
    say(phone, "no")
    expect(phone.get_by_text("How many staff are present?").last).to_be_visible(timeout=PATIENCE)
    say(phone, "0")

    page.goto(f"{demonstration.address}/assessments/")
    page.get_by_role("link", name="Facility check").click()
    board = page.url
    wait_until_reported(page, "reported late", 1)
    expect(page.get_by_text("7 on average, 1 answer").or_(page.get_by_text("3.5 on average"))).to_be_visible()
    for heading in (county_of(demonstration, district), district.name):
        page.get_by_role("link", name=heading, exact=True).first.click()
    page.get_by_role("link", name=district.facilities[1]).click()
    expect(page.get_by_text("Reported late")).to_be_visible()
    page.goto(board)
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download as a file").click()
    text = downloading.value.path().read_text("utf-8-sig")
    assert any(district.facilities[0] in line and line.endswith("Yes,7") for line in text.splitlines())


def test_its_pages_in_french_and_without_a_fault_that_axe_finds(
    demonstration: Demonstrating, page: Page, district: District
) -> None:
    demonstration.sign_in(page, "hawa@example.org")
    page.get_by_role("button", name="Français").first.click()
    try:
        page.goto(f"{demonstration.address}/assessments/")
        expect(page.get_by_role("heading", name="Évaluations")).to_be_visible()
        assert faults(page) == []
        page.get_by_role("link", name="Facility check").click()
        expect(page.get_by_role("heading", name="Qui a rapporté")).to_be_visible()
        assert faults(page) == []
        page.get_by_role("link", name="Comment elle est préparée").click()
        expect(page.get_by_text("Le responsable de chaque établissement")).to_be_visible()
        assert faults(page) == []
        for step in ("who", "when", "what", "dhis2"):
            page.goto(f"{page.url.rsplit('/', 1)[0]}/{step}")
            assert faults(page) == [], step
        page.goto(f"{page.url.rsplit('/', 1)[0]}/check")
        page.get_by_role("button", name="Arrêter").click()
        expect(page.get_by_text("Plus personne n'est interrogé. Les réponses restent.")).to_be_visible()
    finally:
        page.get_by_role("button", name="English").first.click()


def test_a_district_officer_sees_her_district_alone_and_changes_nothing_of_the_country(
    demonstration: Demonstrating, page: Page
) -> None:
    demonstration.sign_in(page, "flomo@example.org")
    page.goto(f"{demonstration.address}/assessments/")
    page.get_by_role("link", name="Facility check").click()
    expect(page.get_by_text(re.compile("^Suakoko.*, "))).to_be_visible()
    expect(page.get_by_role("link", name="How it is set up")).to_have_count(0)
    for address in (f"{page.url}check", f"{page.url}?place={place_named(demonstration, 'Lofa')}"):
        response = page.goto(address)
        assert response
        assert response.status == 404
        page.go_back()


def write_questions(page: Page) -> None:
    page.get_by_label("Name", exact=True).fill("Facility check")
    page.get_by_label("Words of question 1").fill("Is your facility open?")
    page.get_by_role("button", name="A number", exact=True).click()
    page.get_by_label("Words of question 2").fill("How many staff are present?")
    page.get_by_role("button", name="Save and continue").click()


def set_up(page: Page, district: District) -> None:
    """Every week from today on, about the week before: so it is asked at once."""
    expect(page.get_by_label("Name of the assessment")).to_have_value("Facility check")
    page.get_by_role("button", name="Continue").click()

    page.get_by_label("The person in charge of each facility").check()
    place = page.locator(f"#place-{district.id}")
    page.locator("details", has=place).last.locator("summary").click()
    place.check()
    page.get_by_role("button", name="Continue").click()

    page.get_by_label("Every week").check()
    page.get_by_label("On which day of the period").fill(str(datetime.now(UTC).isoweekday()))
    page.get_by_label("Time of day").fill("00:00")
    page.get_by_label("Days to answer").fill("6")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Choose 5 days or fewer").first).to_be_visible()
    page.get_by_label("Days to answer").fill("3")
    page.get_by_label("Tell supervisors").fill("3")
    page.get_by_role("button", name="Continue").click()

    expect(page.get_by_text(re.compile(r"people are asked"))).to_be_visible()
    page.get_by_role("link", name="Change (DHIS2)").click()
    page.get_by_label("Data set in DHIS2").select_option(label="Weekly facility status")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Is your facility open?").select_option(label="Facility is open")
    page.get_by_label("How many staff are present?").select_option(label="Staff present")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("2 questions go there.")).to_be_visible()
    page.get_by_role("button", name="Start the assessment").click()
    expect(page.get_by_text("The assessment has started.")).to_be_visible()


def hears(demonstration: Demonstrating, phone: Page, number: str, words: "str | re.Pattern[str]") -> None:
    phone.goto(f"{demonstration.installation.phones}/sandbox/phone/{number}")
    expect(phone.get_by_text(words).last).to_be_visible(timeout=PATIENCE)


def say(phone: Page, words: str) -> None:
    phone.locator("textarea").fill(words)
    phone.get_by_role("button", name="Send").click()


def wait_until_reported(page: Page, label: str, number: int) -> None:
    """The board has no script that follows: it is loaded again until it says so."""
    deadline = time.monotonic() + PATIENCE / 1000
    figure = page.locator(".app-number", has_text=label)
    while figure.get_by_text(str(number), exact=True).count() == 0:
        assert time.monotonic() < deadline, page.locator(".app-numbers").inner_text()
        page.wait_for_timeout(500)
        page.reload()


def values_in_dhis2(demonstration: Demonstrating, district: District) -> dict[str, str]:
    """What the sandbox's DHIS2 holds, read with a client that is not ours, when it is all there."""
    api = Api(f"http://127.0.0.1:{demonstration.installation.sandbox + 1}", DHIS2_USER, DHIS2_PASSWORD)
    fields = "id,dataSetElements[dataElement[id,code]]"
    asked = {"filter": "code:eq:STATUS_W", "fields": fields}
    (form,) = api.get("dataSets", params=asked).json()["dataSets"]
    codes = {one["dataElement"]["id"]: one["dataElement"]["code"] for one in form["dataSetElements"]}
    deadline = time.monotonic() + PATIENCE / 1000
    while True:
        answer = api.get("dataValueSets", params={"dataSet": form["id"], "orgUnit": district.unit}).json()
        values = {codes[row["dataElement"]]: row["value"] for row in answer["dataValues"]}
        if len(values) == 2 or time.monotonic() > deadline:
            return values
        time.sleep(0.5)


def county_of(demonstration: Demonstrating, district: District) -> str:
    query = """
        SELECT county.name FROM registry_place district
        JOIN registry_place county ON county.id = district.parent_id WHERE district.id = %s
    """
    with demonstration.database() as connection:
        row = connection.execute(query, [district.id]).fetchone()
    assert row
    return str(row[0])


def place_named(demonstration: Demonstrating, name: str) -> str:
    with demonstration.database() as connection:
        row = connection.execute("SELECT id FROM registry_place WHERE name = %s", [name]).fetchone()
    assert row
    return str(row[0])


def faults(page: Page) -> list[tuple[str, str]]:
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [(fault["id"], fault["nodes"][0]["html"]) for fault in found["violations"]]
