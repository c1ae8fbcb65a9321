"""Referrals, from the first text to the outcome: by phones, in a browser, and over FHIR."""

import re
import time
from dataclasses import dataclass

import httpx
from playwright.sync_api import Page, expect
from tests.browser.test_main_job import AXE
from tests.integration.cli.demonstration import Demonstrating

# Two facilities of a district, each with a name of its own; a worker of the one, the in-charge of the other.
PAIR = """
WITH facility AS (
    SELECT f.id, f.name, f.path[3] AS district FROM registry_place f
    WHERE f.kind = 'facility' AND f.is_active AND f.name ~ '^[A-Z][a-z]+ (Clinic|Health Center|Hospital)$'
      AND 1 = (SELECT count(*) FROM registry_place o
               WHERE o.is_active AND o.name ~ ('\\m' || split_part(f.name, ' ', 1) || '\\M'))
), worker AS (
    SELECT p.place_id, c.number, f.name, f.district, p.name AS person,
           EXISTS (
               SELECT FROM registry_role r WHERE r.person_id = p.id AND r.job ILIKE '%in charge%'
           ) AS leads
    FROM registry_person p JOIN facility f ON f.id = p.place_id
    JOIN messaging_contact c ON c.person_id = p.id AND c.status = 'active' AND c.number = p.phone
    WHERE p.is_active
)
SELECT s.number, s.name, r.number, r.name, r.place_id FROM worker s
JOIN worker r ON r.district = s.district AND r.place_id <> s.place_id AND r.leads
WHERE NOT s.leads ORDER BY r.number, s.number LIMIT 1
"""
OVERDUE = "UPDATE outreach_referral SET due_at = now() WHERE code = %s"
FLOMOS = """
SELECT r.id, EXISTS (
    SELECT FROM registry_place p JOIN accounts_user u ON p.path @> ARRAY[u.area_id]
    WHERE u.email = 'flomo@example.org' AND p.id IN (r.from_facility_id, r.to_facility_id)
)
FROM outreach_referral r WHERE r.code = %s ORDER BY r.made_at DESC LIMIT 1
"""


@dataclass(frozen=True)
class Pair:
    sender: str
    sending: str
    receiver: str
    receiving: str


def pair_of(demonstration: Demonstrating) -> Pair:
    with demonstration.database() as connection:
        row = connection.execute(PAIR).fetchone()
    assert row, "no two facilities of a district"
    return Pair(*row[:4])


def test_a_client_is_referred_arrives_and_comes_back(demonstration: Demonstrating, page: Page) -> None:
    pair = pair_of(demonstration)
    demonstration.sign_in(page, "hawa@example.org")
    page.goto(f"{demonstration.address}/referrals/")
    page.get_by_role("link", name="How referrals are followed").click()
    page.get_by_label("Hours until the client is to be there").fill("12")
    page.get_by_role("button", name="Save the rules").click()
    expect(page.get_by_text("The rules were saved.")).to_be_visible()

    # By conversation: what is missing is asked for.
    say(demonstration, pair.sender, "ref")
    hear(demonstration, pair.sender, "Who is referred?")
    say(demonstration, pair.sender, "Fatu Kamara")
    hear(demonstration, pair.sender, "To which facility?")
    say(demonstration, pair.sender, pair.receiving)
    hear(demonstration, pair.sender, "Why is the client referred?")
    say(demonstration, pair.sender, "bleeding after birth")
    code = hear(demonstration, pair.sender, rf"Referral (\w{{4}}): Fatu Kamara to {pair.receiving}")
    told = hear(demonstration, pair.receiver, rf"Referral ({code}): Fatu Kamara from {pair.sending}")
    assert told == code
    assert not any("bleeding" in text for text in texts_to(demonstration, pair.receiver))

    with demonstration.database() as connection:
        connection.execute(OVERDUE, [code])
    hear(demonstration, pair.receiver, rf"Has Fatu Kamara \({code}\) from .* arrived\?")
    page.goto(f"{demonstration.address}/referrals/")
    page.locator(".app-number", has_text="overdue").get_by_role("link").click()
    page.get_by_role("link", name=code).click()
    expect(page.get_by_text("bleeding after birth")).to_be_visible()
    expect(page.get_by_text("The facility was reminded")).to_be_visible()
    expect(page.get_by_text("Overdue")).to_be_visible()

    say(demonstration, pair.receiver, f"{code.lower()} arr")
    hear(demonstration, pair.sender, rf"Fatu Kamara \({code}\) has arrived at {pair.receiving}")
    read_over_fhir(demonstration, page, code, "in-progress")
    say(demonstration, pair.receiver, f"Back {code} treated, sent home")
    hear(
        demonstration,
        pair.sender,
        f"{code}: {pair.receiving} sends the client back. Outcome: treated, sent home.",
    )

    page.goto(f"{demonstration.address}/referrals/list/?code={code}")
    expect(page.get_by_text("Back, with an outcome")).to_be_visible()
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download as a file").click()
    assert f"{code},Fatu Kamara,{pair.sending},{pair.receiving}" in downloading.value.path().read_text(
        "utf-8-sig"
    )


def test_the_same_in_french_with_another_facility_and_a_closing(
    demonstration: Demonstrating, page: Page
) -> None:
    pair = pair_of(demonstration)
    demonstration.sign_in(page, "hawa@example.org")
    page.get_by_role("button", name="Français").first.click()
    try:
        say(demonstration, pair.sender, f"référer Alphonse vers {pair.receiving} pour fièvre")
        code = hear(demonstration, pair.sender, rf"Référence (\w{{4}}) : Alphonse vers {pair.receiving}")
        page.goto(f"{demonstration.address}/referrals/list/?code={code}")
        page.get_by_role("link", name=code).click()
        expect(page.get_by_text("Le client a été référé")).to_be_visible()
        page.get_by_role("link", name="Choisir un autre établissement").click()
        page.get_by_label("Nom de l'établissement").fill("a")
        page.get_by_role("button", name="Chercher l'établissement").click()
        others = page.get_by_role("radio")
        others.nth(0).check()
        page.get_by_role("button", name="Y envoyer le client").click()
        expect(page.get_by_text("Un autre établissement a été choisi")).to_be_visible()
        hear(demonstration, pair.sender, rf"Alphonse \({code}\) doit maintenant aller")
        page.get_by_role("button", name="Clore la référence").click()
        expect(page.get_by_text("La référence a été close.")).to_be_visible()
        for path in ("referrals/", "referrals/list/", "referrals/rules/"):
            page.goto(f"{demonstration.address}/{path}")
            page.add_script_tag(path=AXE)
            found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
            assert [one["id"] for one in found["violations"]] == [], path
        expect(page.get_by_role("heading", name="Comment les références sont suivies")).to_be_visible()
    finally:
        page.get_by_role("button", name="English").first.click()


def test_a_district_officer_sees_the_referrals_of_her_district_alone(
    demonstration: Demonstrating, page: Page
) -> None:
    pair = pair_of(demonstration)
    say(demonstration, pair.sender, f"REF Saye to {pair.receiving} for cough")
    code = hear(demonstration, pair.sender, r"Referral (\w{4}): Saye to")
    with demonstration.database() as connection:
        row = connection.execute(FLOMOS, [code]).fetchone()
    assert row
    demonstration.sign_in(page, "flomo@example.org")
    response = page.goto(f"{demonstration.address}/referrals/{row[0]}/")
    assert response
    assert response.status == (200 if row[1] else 404)
    page.goto(f"{demonstration.address}/referrals/rules/")
    expect(page.get_by_text("These rules are the whole country’s")).to_be_visible()


def say(demonstration: Demonstrating, number: str, words: str) -> None:
    """Somebody writes on the phone."""
    answer = httpx.post(
        f"{demonstration.installation.phones}/sandbox/phone/{number}", data={"text": words}, timeout=10
    )
    assert answer.status_code < 400, answer.text


def texts_to(demonstration: Demonstrating, number: str) -> list[str]:
    messages = demonstration.installation.messages_on(number)
    return [one["text"] for one in messages if one.get("direction", "in") != "out"]


def hear(demonstration: Demonstrating, number: str, pattern: str) -> str:
    """The first group of a text that the phone gets, or all of what fits; waits for it."""
    deadline = time.monotonic() + 90
    while True:
        for text in reversed(texts_to(demonstration, number)):
            if found := re.search(pattern, text):
                return found[1] if found.groups() else found[0]
        if time.monotonic() > deadline:
            raise AssertionError(f"no text like {pattern!r} among {texts_to(demonstration, number)}")
        time.sleep(0.3)


def read_over_fhir(demonstration: Demonstrating, page: Page, code: str, status: str) -> None:
    """The records of the hospital, a client with the role, read the task at the gateway."""
    office = page.context.browser
    assert office
    context = office.new_context()
    operator = context.new_page()
    demonstration.sign_in(operator)
    operator.goto(f"{demonstration.address}/operations/clients/new/")
    operator.get_by_label("Name", exact=True).fill("Records of the hospital")
    operator.get_by_label("Client id").fill("hospital-records")
    operator.get_by_label(re.compile("^referrals:")).check()
    operator.get_by_role("button", name="Add the client").click()
    operator.get_by_role("button", name=re.compile("password")).first.click()
    secret = operator.locator("dd code").nth(1).inner_text()
    context.close()
    at = f"http://127.0.0.1:{demonstration.installation.gateway}/fhir"
    who = ("hospital-records", secret)
    deadline = time.monotonic() + 30
    while (found := httpx.get(f"{at}/Task?identifier={code}", auth=who, timeout=10)).status_code == 401:
        # The gateway learns of a new client when it is told of it.
        assert time.monotonic() < deadline
        time.sleep(0.3)
    (task,) = [entry["resource"] for entry in found.json()["entry"]]
    assert (task["status"], task["for"]["display"]) == (status, "Fatu Kamara")
    request = httpx.get(f"{at}/{task['focus']['reference']}", auth=who, timeout=10).json()
    assert request["reasonCode"] == [{"text": "bleeding after birth"}]
    assert httpx.get(f"{at}/Task", timeout=10).status_code == 401
