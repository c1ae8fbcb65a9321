"""Referrals, from the first text to the outcome: by phones, in a browser, and over FHIR."""

import re
import time
from dataclasses import dataclass
from uuid import UUID

import httpx
from playwright.sync_api import Page, expect
from tests.browser.test_main_job import AXE
from tests.integration.cli.demonstration import Demonstrating

# Two facilities of a district, each with a name of its own: a worker of one, whoever leads the other.
PAIR = """
WITH facility AS (
    SELECT id, name, path[3] AS district, count(*) OVER (PARTITION BY split_part(name, ' ', 1)) AS namesakes
    FROM registry_place WHERE kind = 'facility' AND is_active
), worker AS (
    SELECT p.id, p.place_id, c.number, c.id AS contact_id, f.name, f.district
    FROM facility f JOIN registry_person p ON p.place_id = f.id AND p.is_active
    JOIN messaging_contact c ON c.person_id = p.id AND c.status = 'active' AND c.number = p.phone
    WHERE f.namesakes = 1 AND f.name ~ '^[A-Z][a-z]+ (Clinic|Health Center|Hospital)$'
), leader AS (
    SELECT worker.* FROM worker JOIN registry_role r ON r.person_id = worker.id
    WHERE r.job ILIKE '%in charge%' AND r.place_id = worker.place_id AND r.is_active
)
SELECT s.number, s.contact_id, s.name, r.number, r.name FROM worker s
JOIN leader r ON r.district = s.district AND r.place_id <> s.place_id
WHERE s.id NOT IN (SELECT id FROM leader) ORDER BY r.number, s.number LIMIT 1
"""
OVERDUE = "UPDATE outreach_referral SET due_at = now() WHERE code = %s"


@dataclass(frozen=True)
class Pair:
    sender: str
    contact_id: UUID
    sending: str
    receiver: str
    receiving: str


def pair_of(demonstration: Demonstrating) -> Pair:
    with demonstration.database() as connection:
        row = connection.execute(PAIR).fetchone()
    assert row, "no two facilities of a district"
    return Pair(*row)


def greet(demonstration: Demonstrating, page: Page, pair: Pair) -> None:
    """The officer writes to the sender, whose phone knows the number of mHero from then on."""
    page.goto(f"{demonstration.address}/inbox/{pair.contact_id}/")
    page.get_by_label("Your answer").fill("You can refer clients by text now: write REF.")
    page.get_by_role("button", name="Send this answer").click()
    hear(demonstration, pair.sender, "You can refer clients")


def test_a_client_is_referred_arrives_and_comes_back(demonstration: Demonstrating, page: Page) -> None:
    pair = pair_of(demonstration)
    demonstration.sign_in(page, "hawa@example.org")
    greet(demonstration, page, pair)
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
    expect(page.get_by_role("row").filter(has_text=code).get_by_text("Sent back")).to_be_visible()
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
    greet(demonstration, page, pair)
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
            page.evaluate(AXE.read_text())
            found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
            assert [one["id"] for one in found["violations"]] == [], path
        expect(page.get_by_role("heading", name="Comment les références sont suivies")).to_be_visible()
    finally:
        page.get_by_role("button", name="English").first.click()


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
