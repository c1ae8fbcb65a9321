"""Stock, from the first product to DHIS2: set up in a browser, reported by phone, and read back."""

import re
import time

from dhis2 import Api
from playwright.sync_api import Page, expect
from tests.integration.cli.demonstration import Demonstrating

from mhero.sandbox.credentials import DHIS2_PASSWORD, DHIS2_USER

#: A cadre with few people, so that asking all of them is quick.
CADRE = "Radiographer"
REPORTER = """
SELECT p.phone, o.key, county.name FROM registry_person p
JOIN messaging_contact c ON c.person_id = p.id AND c.status = 'active' AND c.number = p.phone
JOIN registry_place f ON f.id = p.place_id AND f.kind = 'facility'
JOIN registry_origin o ON o.resource_id = f.id AND o.source = 'dhis2'
JOIN registry_place county ON county.id = f.path[2]
WHERE p.is_active AND p.cadres = ARRAY['Radiographer'] ORDER BY p.phone LIMIT 1
"""
# Reporters are asked within the minute.
ASK_NOW = """
UPDATE outreach_stockrules SET asked_on = NULL, ask_on = extract(day FROM now()),
    ask_at = date_trunc('minute', now())::time
"""
PRODUCTS = {"mal": "Artemether-lumefantrine", "amx": "Amoxicillin", "ors": "Oral rehydration salts"}


def test_stock_is_set_up_reported_and_found_in_dhis2(demonstration: Demonstrating, page: Page) -> None:
    demonstration.sign_in(page, "hawa@example.org")
    set_up(page, demonstration.address)

    with demonstration.database() as connection:
        connection.execute(ASK_NOW)
    number, _unit, county = reporter(demonstration)
    phone = page.context.new_page()
    phone.goto(f"{demonstration.installation.phones}/sandbox/phone/{number}")
    expect(phone.get_by_text("Send your stock: soh")).to_be_visible(timeout=60_000)
    say(demonstration, phone, "SOH mal 2O, amx 0")
    expect(
        phone.get_by_text(re.compile("Recorded for .*: mal 20, amx 0. Still missing: ors."))
    ).to_be_visible(timeout=60_000)
    say(demonstration, phone, "soh ors 7 xyz 3")
    expect(phone.get_by_text(re.compile("ors 7. No product is called xyz."))).to_be_visible(timeout=60_000)
    assert values_in_dhis2(demonstration, 3) == {"SOH_ACT": "20", "SOH_AMX": "0", "SOH_ORS": "7"}

    page.goto(f"{demonstration.address}/stock/")
    expect(page.get_by_role("heading", name="Stock", exact=True)).to_be_visible()
    expect(page.locator(".app-map .leaflet-interactive").first).to_be_visible()
    page.get_by_role("link", name=county).first.click()
    expect(page.get_by_role("link", name="Back to Liberia")).to_be_visible()
    row = page.get_by_role("row").filter(has=page.get_by_text("out", exact=True)).first
    row.get_by_role("link").click()
    page.get_by_role("row").filter(has=page.get_by_text("Out of stock")).first.get_by_role("link").click()
    expect(page.get_by_text("SOH mal 2O, amx 0")).to_be_visible()


def test_the_same_in_french(demonstration: Demonstrating, page: Page) -> None:
    demonstration.sign_in(page, "hawa@example.org")
    page.get_by_role("button", name="Français").first.click()
    try:
        page.goto(f"{demonstration.address}/stock/rules/")
        expect(page.get_by_role("heading", name="Qui rapporte, et quand")).to_be_visible()
        page.get_by_role("button", name="Enregistrer les règles").click()
        expect(page.get_by_text("Les règles ont été enregistrées.")).to_be_visible()
        phone = page.context.new_page()
        say(demonstration, phone, "sdu mal 15, amx rupture, ors 3 boîtes")
        expect(
            phone.get_by_text(re.compile("Noté pour .* : mal 15, amx 0. Combien de sachets de ors ?"))
        ).to_be_visible(timeout=60_000)
        assert values_in_dhis2(demonstration, 1, SOH_ACT="15")["SOH_AMX"] == "0"
        page.goto(f"{demonstration.address}/stock/")
        expect(page.get_by_text("établissements ont rapporté")).to_be_visible()
        with page.expect_download() as downloading:
            page.get_by_role("link", name="Télécharger").click()
        text = downloading.value.path().read_text("utf-8-sig")
        assert "Comté" in text.splitlines()[0]
        assert ",mal," in text
    finally:
        page.get_by_role("button", name="English").first.click()


def test_a_district_officer_sees_the_stock_of_her_district_alone(
    demonstration: Demonstrating, page: Page
) -> None:
    demonstration.sign_in(page, "flomo@example.org")
    page.goto(f"{demonstration.address}/stock/")
    expect(page.get_by_text(re.compile("^Suakoko.*, "))).to_be_visible()
    with demonstration.database() as connection:
        row = connection.execute("SELECT id FROM registry_place WHERE name = 'Lofa'").fetchone()
    assert row
    response = page.goto(f"{demonstration.address}/stock/?place={row[0]}")
    assert response
    assert response.status == 404
    page.goto(f"{demonstration.address}/stock/rules/")
    expect(page.get_by_text("These rules are the whole country’s")).to_be_visible()
    expect(page.get_by_role("button", name="Save the rules")).to_have_count(0)


def set_up(page: Page, address: str) -> None:
    page.goto(f"{address}/stock/rules/")
    page.get_by_label(CADRE).check()
    page.get_by_label("Data set in DHIS2").select_option(label="Monthly stock by SMS")
    # Whatever day the test runs on, reports are about this month.
    page.get_by_label("Days in which a report").fill("0")
    page.get_by_label("Day on which").fill("25")
    page.get_by_label("What they are sent").fill("Send your stock: soh mal 20 amx 5 ors 12")
    page.get_by_role("button", name="Save the rules").click()
    expect(page.get_by_text("The rules were saved.")).to_be_visible()
    for code, name in PRODUCTS.items():
        page.goto(f"{address}/stock/products/new")
        page.get_by_label("Name", exact=True).fill(name)
        page.get_by_label("Short code").fill(code)
        page.get_by_label("Counted in").select_option("sachet" if code == "ors" else "tablet")
        page.get_by_label("Data element in DHIS2").select_option(label=f"{name}, stock on hand")
        page.get_by_role("button", name="Save the product").click()
        expect(page.get_by_role("link", name=name)).to_be_visible()
    # The worker learns a new product when it is told of it.
    time.sleep(1)


def reporter(demonstration: Demonstrating) -> tuple[str, str, str]:
    """The number of somebody who reports, DHIS2's id of the facility, and the name of its county."""
    with demonstration.database() as connection:
        row = connection.execute(REPORTER).fetchone()
    assert row
    return row[0], row[1].removeprefix("Location/"), row[2]


def say(demonstration: Demonstrating, phone: Page, words: str) -> None:
    """The reporter writes on the phone."""
    number, _unit, _county = reporter(demonstration)
    phone.goto(f"{demonstration.installation.phones}/sandbox/phone/{number}")
    phone.locator("textarea").fill(words)
    phone.get_by_role("button", name="Send").click()


def values_in_dhis2(demonstration: Demonstrating, count: int, **wanted: str) -> dict[str, str]:
    """What the sandbox's DHIS2 holds, read with a client that is not ours, when there is as much of it."""
    api = Api(f"http://127.0.0.1:{demonstration.installation.sandbox + 1}", DHIS2_USER, DHIS2_PASSWORD)
    fields = "id,dataSetElements[dataElement[id,code]]"
    asked = {"filter": "code:eq:STOCK_M", "fields": fields}
    (form,) = api.get("dataSets", params=asked).json()["dataSets"]
    codes = {one["dataElement"]["id"]: one["dataElement"]["code"] for one in form["dataSetElements"]}
    _number, unit, _county = reporter(demonstration)
    deadline = time.monotonic() + 30
    while True:
        rows = api.get("dataValueSets", params={"dataSet": form["id"], "orgUnit": unit}).json()["dataValues"]
        values = {codes[row["dataElement"]]: row["value"] for row in rows}
        if (len(values) >= count and wanted.items() <= values.items()) or time.monotonic() > deadline:
            return values
        time.sleep(0.5)
