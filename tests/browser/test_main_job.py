"""A ministry's first morning, in a browser: from the health workers of two counties to their answers."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.integration.cli.demonstration import Demonstrating

MUSU = "+231773000001"
AXE = Path(__file__).resolve().parents[2] / "frontend/node_modules/axe-core/axe.min.js"
QUESTION = "Hello @contact.first_name, is the measles vaccine in your facility? Answer 1 for yes."


def test_the_nurses_of_two_counties_are_texted_and_their_answers_read(
    demonstration: Demonstrating, page: Page
) -> None:
    demonstration.sign_in(page, "hawa@example.org")
    choose_nurses_of(page, "Bong", "Lofa")
    write(page, QUESTION)
    people = send(page)
    expect(page.get_by_role("button", name=re.compile("Stop"))).to_be_visible()
    expect_all_final(page, people)

    musu = page.context.new_page()
    answer_as_musu(demonstration, musu, "Yes pls")
    open_conversation_with_musu(page)
    expect(page.get_by_text("Yes pls", exact=True)).to_be_visible()
    page.get_by_label("Your answer").fill("Thank you, Musu.")
    page.get_by_role("button", name="Send this answer").click()
    expect(page.get_by_text("Thank you, Musu.", exact=True)).to_be_visible()
    musu.bring_to_front()
    expect(musu.get_by_text("Thank you, Musu.")).to_be_visible(timeout=60_000)


def test_who_texts_stop_gets_one_confirmation_and_then_nothing(
    demonstration: Demonstrating, page: Page
) -> None:
    demonstration.sign_in(page, "hawa@example.org")
    musu = page.context.new_page()
    answer_as_musu(demonstration, musu, "Stop.")
    expect(musu.get_by_text("no more messages")).to_be_visible(timeout=60_000)
    before = len(demonstration.installation.messages_on(MUSU))
    choose_nurses_of(page, "Bong")
    expect(page.get_by_text(re.compile("1 (has )?opted out"))).to_be_visible()
    write(page, "This must not reach Musu.")
    people = send(page)
    expect_all_final(page, people)
    assert len(demonstration.installation.messages_on(MUSU)) == before


def test_a_send_that_is_stopped_in_its_hold_reaches_nobody(demonstration: Demonstrating, page: Page) -> None:
    demonstration.sign_in(page, "hawa@example.org")
    with demonstration.database() as connection:
        connection.execute("UPDATE messaging_sendingrules SET hold_seconds = 60")
    try:
        accepted = demonstration.installation.control_phones()["accepted"]
        choose_nurses_of(page, "Bomi")
        write(page, "A message that its author thinks better of.")
        send(page)
        page.get_by_role("button", name=re.compile("Stop")).click()
        expect(page.get_by_text("Stopped").first).to_be_visible()
        page.wait_for_timeout(3_000)
        assert demonstration.installation.control_phones()["accepted"] == accepted
    finally:
        with demonstration.database() as connection:
            connection.execute("UPDATE messaging_sendingrules SET hold_seconds = 3")


def test_a_district_officer_sees_and_texts_her_district_alone(
    demonstration: Demonstrating, page: Page
) -> None:
    demonstration.sign_in(page, "flomo@example.org")
    page.goto(f"{demonstration.address}/send/")
    expect(page.get_by_label(re.compile("^Lofa"))).to_have_count(0)
    with demonstration.database() as connection:
        row = connection.execute(
            "SELECT count(*) FROM registry_person p JOIN registry_place s ON s.id = ANY (p.place_ids)"
            " WHERE s.name LIKE 'Suakoko%' AND s.level = 3 AND p.is_active"
        ).fetchone()
    assert row
    page.goto(f"{demonstration.address}/people/")
    expect(page.get_by_text(re.compile(rf"^{row[0]:,} people"))).to_be_visible()


def test_a_sync_is_asked_for_and_watched_as_a_transaction(demonstration: Demonstrating, page: Page) -> None:
    demonstration.sign_in(page, "joseph@example.org")
    page.goto(f"{demonstration.address}/operations/syncs/")
    page.get_by_role("button", name="Load now").first.click()
    expect(page.get_by_text("Done").first).to_be_visible(timeout=60_000)
    page.goto(f"{demonstration.address}/operations/transactions/")
    page.locator("main tbody").get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("_lastUpdated").first).to_be_visible()


@pytest.mark.parametrize(
    "path", ["/", "/people/", "/people/phone-problems/", "/send/", "/messages/", "/inbox/"]
)
@pytest.mark.parametrize("language", ["English", "Français"])
def test_a_page_has_no_fault_that_axe_finds(
    demonstration: Demonstrating, page: Page, path: str, language: str
) -> None:
    demonstration.sign_in(page, "hawa@example.org")
    page.get_by_role("button", name=language).first.click()
    page.goto(f"{demonstration.address}{path}")
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    faults = [(fault["id"], fault["nodes"][0]["html"]) for fault in found["violations"]]
    page.get_by_role("button", name="English").first.click()
    assert faults == []


def choose_nurses_of(page: Page, *counties: str) -> None:
    page.goto(re.sub(r"(https?://[^/]+).*", r"\1/send/", page.url))
    page.get_by_label(re.compile(r"^Nurse \(")).check()
    for county in counties:
        page.get_by_label(re.compile(rf"^{county} \(")).check()
    name = re.compile(r"^Continue with \d")
    expect(page.get_by_text("Nurse in " + " and ".join(counties)).first).to_be_visible()
    expect(page.get_by_role("button", name=name)).to_be_visible()


def write(page: Page, text: str) -> None:
    page.get_by_role("button", name=re.compile("^Continue with")).click()
    page.get_by_label("Message", exact=True).fill(text)
    expect(page.get_by_text(re.compile("1 SMS each"))).to_be_visible()
    page.get_by_role("button", name="Continue to check").click()


def send(page: Page) -> int:
    """Presses the button, and returns the count that it carried."""
    button = page.get_by_role("button", name=re.compile(r"^Send [\d,]+ text messages?$"))
    count = int(re.sub(r"\D", "", button.inner_text()))
    button.click()
    page.wait_for_url(re.compile("/messages/"))
    return count


def expect_all_final(page: Page, people: int) -> None:
    words = page.locator(".app-progress__words")
    expect(words).to_contain_text(f"{people:,} of {people:,}", timeout=60_000)


def answer_as_musu(demonstration: Demonstrating, musu: Page, text: str) -> None:
    musu.goto(f"{demonstration.installation.phones}/sandbox/phone/{MUSU}")
    musu.locator("textarea").fill(text)
    musu.get_by_role("button", name="Send").click()


def open_conversation_with_musu(page: Page) -> None:
    inbox = re.sub(r"(https?://[^/]+).*", r"\1/inbox/", page.url)
    for _ in range(40):
        page.goto(inbox)
        link = page.locator("main").get_by_role("link", name=re.compile("^Musu")).first
        if link.count():
            link.click()
            return
        page.wait_for_timeout(500)
    raise AssertionError("Musu's reply did not come into the inbox")
