"""An officer writes four questions, tries them, sends them to 500 people and reads their answers."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from tests.integration.cli.demonstration import Demonstrating

#: What officers never have to learn. The pages of Operations may say it.
FORBIDDEN = re.compile(
    r"\b(broadcasts?|urns?|contact groups?|nodes?|payloads?|sessions?|webhooks?|flow engine|segments? of)\b",
    re.IGNORECASE,
)
MINUTES = 5


@pytest.fixture
def answering(demonstration: Demonstrating) -> Iterator[Demonstrating]:
    """The country's people answer, within seconds."""
    demonstration.installation.control_phones(answers=True, hurry=2000, longest_seconds=4)
    yield demonstration
    demonstration.installation.control_phones(profile="fast")


def test_four_questions_are_written_tried_sent_and_answered_within_five_minutes(
    answering: Demonstrating, page: Page
) -> None:
    seen: list[str] = []
    page.on("load", lambda window: seen.append(window.inner_text("main")))
    answering.sign_in(page, "hawa@example.org")
    begun = time.monotonic()

    choose_people(page, answering)
    page.get_by_role("link", name="Ask questions").click()
    page.get_by_role("link", name="Write new questions").click()
    write_four_questions(page)
    try_them(page)
    page.get_by_role("button", name="Save and continue").click()

    expect(page.get_by_role("radio", name="Gloves and tests")).to_be_checked()
    page.get_by_role("button", name="Continue to check").click()
    expect(page.get_by_text("Hello", exact=False).first).to_be_visible()
    expect(page.get_by_text("4 questions")).to_be_visible()
    expect(page.get_by_text(re.compile("if everybody answers everything"))).to_be_visible()
    people = ask(page)
    assert people >= 500

    page.wait_for_url(re.compile("/messages/"))
    answers_come_in(answering, people)
    page.goto(f"{answering.address}/results/")
    page.get_by_role("link", name="Gloves and tests").first.click()
    expect(page.get_by_text(re.compile(rf"of {people:,}")).first).to_be_visible()
    expect(page.get_by_role("heading", name="Do you have gloves").first).to_be_visible()
    took = time.monotonic() - begun

    assert took < MINUTES * 60, f"it took {took:.0f} seconds"
    assert len(seen) > 8
    found = {word.group(0) for text in seen for word in FORBIDDEN.finditer(text)}
    assert found == set()


def test_questions_are_written_without_javascript(
    demonstration: Demonstrating, page: Page, browser: object
) -> None:
    """Each button keeps what was typed, and comes back to its card."""
    context = page.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr]
    plain = context.new_page()
    demonstration.sign_in(plain, "hawa@example.org")
    plain.goto(f"{demonstration.address}/flows/questions")
    plain.get_by_label("Name", exact=True).fill("By hand")
    plain.get_by_label("Words of question 1").fill("Is there light?")
    plain.get_by_role("button", name="A number").click()
    expect(plain.get_by_label("Words of question 1")).to_have_value("Is there light?")
    plain.get_by_label("Words of question 2").fill("How many hours?")
    plain.get_by_role("button", name="Move up question 2").click()
    expect(plain.get_by_label("Words of question 1")).to_have_value("How many hours?")
    plain.get_by_role("button", name="Delete question 1").click()
    plain.get_by_role("button", name="Bring it back").click()
    plain.get_by_role("button", name="Save as a draft").click()
    expect(plain.get_by_text("Nobody is asked until you send")).to_be_visible()
    expect(plain.get_by_label("Words of question 1")).to_have_value("How many hours?")
    context.close()


def test_what_is_missing_is_said_and_what_was_typed_is_kept(demonstration: Demonstrating, page: Page) -> None:
    demonstration.sign_in(page, "hawa@example.org")
    page.goto(f"{demonstration.address}/flows/questions")
    page.get_by_label("Introduction").fill("Hello @contact.shoe_size")
    page.get_by_role("button", name="Save and choose who to ask").click()
    summary = page.locator(".govuk-error-summary")
    expect(summary).to_contain_text("Give the questions a name.")
    expect(summary).to_contain_text("@contact.shoe_size cannot be filled in.")
    expect(summary).to_contain_text("Write question 1.")
    expect(page.get_by_label("Introduction")).to_have_value("Hello @contact.shoe_size")
    summary.get_by_role("link", name="Write question 1.").click()
    expect(page.get_by_label("Words of question 1")).to_be_focused()


def choose_people(page: Page, answering: Demonstrating) -> None:
    page.goto(f"{answering.address}/send/")
    page.get_by_label(re.compile(r"^Nurse \(")).check()
    page.get_by_label(re.compile(r"^Montserrado \(")).check()
    expect(page.get_by_text("Nurse in Montserrado").first).to_be_visible()
    page.get_by_role("button", name=re.compile("^Continue with")).click()


def write_four_questions(page: Page) -> None:
    page.get_by_label("Name", exact=True).fill("Gloves and tests")
    page.get_by_label("Introduction").fill("Hello @contact.first_name, the Ministry of Health asks.")
    page.get_by_label("Words of question 1").fill("Do you have gloves?")
    add(page, "One of several answers", 2, "How is your stock of malaria tests?")
    for digit, words in enumerate(("Enough", "Running low", "Out of stock"), 1):
        page.get_by_label(f"Answer {digit} of question 2").fill(words)
    add(page, "A number", 3, "How many nurses are on duty today?")
    page.get_by_label("Largest").fill("200")
    add(page, "Free text", 4, "What do you need most?")


def add(page: Page, kind: str, number: int, words: str) -> None:
    page.get_by_role("button", name=kind, exact=True).click()
    page.get_by_label(f"Words of question {number}").fill(words)


def try_them(page: Page) -> None:
    phone = page.get_by_role("log")
    for answer, follows in (
        ("Yes pls", "How is your stock"),
        ("out of stock", "How many nurses"),
        ("banana", "Answer with a number from 0 to 200."),
        ("about 12", "What do you need most?"),
        ("Chlorine", "Thank you for your answers."),
    ):
        page.get_by_label("Your answer").fill(answer)
        page.get_by_label("Your answer").press("Enter")
        expect(phone).to_contain_text(follows)
        if follows != "Thank you for your answers.":
            expect(page.get_by_label("Your answer")).to_have_value("")
            expect(page.get_by_label("Your answer")).to_be_focused()
    expect(phone).to_contain_text("The conversation ends here.")


def ask(page: Page) -> int:
    button = page.get_by_role("button", name=re.compile(r"^Ask [\d,]+ people$"))
    count = int(re.sub(r"\D", "", button.inner_text()))
    button.click()
    return count


def answers_come_in(answering: Demonstrating, people: int) -> None:
    """Until everybody was asked and a good share has answered everything."""
    asked = (
        "FROM messaging_session WHERE broadcast_id = (SELECT max(id::text)::uuid FROM messaging_broadcast)"
    )
    answering.wait_for_sql(f"SELECT count(*) = {people} {asked}", 60)
    answering.wait_for_sql(
        f"SELECT count(*) FILTER (WHERE status = 'completed') > {people // 10} {asked}",
        60,
    )
