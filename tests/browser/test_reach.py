"""Asking so that more answer: planned by an officer, announced, asked, asked again, and measured."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.integration.cli.demonstration import Demonstrating

AXE = Path(__file__).resolve().parents[2] / "frontend/node_modules/axe-core/axe.min.js"
# Days pass: what is planned next is due now.
NEXT_DAY = """
UPDATE messaging_broadcast SET starts_at = now(), expires_at = now() + interval '1 day'
WHERE status = 'scheduled' AND (flow_id IS NOT NULL) = %(asks)s
"""
ASK_AGAIN_NOW = "UPDATE messaging_broadcast SET reask_at = now() WHERE reask_at IS NOT NULL"
LOOK_NOW = "UPDATE outreach_reachsend SET looked_at = 'epoch', is_settled = false"
PARTS = "FROM messaging_broadcast b JOIN outreach_reachpart p ON p.broadcast_id = b.id"


@pytest.fixture
def answering(demonstration: Demonstrating) -> Iterator[Demonstrating]:
    """The country's people answer, within seconds."""
    demonstration.installation.control_phones(answers=True, hurry=2000, longest_seconds=4)
    yield demonstration
    demonstration.installation.control_phones(profile="fast")


def test_questions_are_announced_asked_twice_and_counted(answering: Demonstrating, page: Page) -> None:
    answering.sign_in(page, "hawa@example.org")
    plan(page, answering)
    with answering.database() as connection:
        connection.execute(NEXT_DAY, {"asks": False})
    answering.wait_for_sql(f"SELECT bool_and(b.status = 'sent') {PARTS} WHERE p.is_announcement", 90)
    with answering.database() as connection:
        connection.execute(NEXT_DAY, {"asks": True})
    answering.wait_for_sql(
        f"SELECT count(*) > 0 AND bool_and(b.status = 'sent') {PARTS} WHERE NOT p.is_announcement", 90
    )
    answering.wait_for_sql(
        "SELECT count(*) > 0 FROM messaging_session s JOIN outreach_reachpart p "
        "ON p.broadcast_id = s.broadcast_id WHERE s.status = 'completed'",
        120,
    )
    with answering.database() as connection:
        connection.execute(ASK_AGAIN_NOW)
    answering.wait_for_sql(
        "SELECT count(*) > 0 AND bool_and(status = 'sent') FROM messaging_broadcast "
        "WHERE reask_of_id IS NOT NULL",
        90,
    )
    # Each look is a minute after the one before.
    with answering.database() as connection:
        connection.execute(LOOK_NOW)
    answering.wait_for_sql(
        "SELECT count(*) FILTER (WHERE is_reask) > 0 AND count(*) FILTER (WHERE answered_all) > 0 "
        "FROM outreach_reachask WHERE was_announced",
        150,
    )
    page.reload()
    expect(page.get_by_text(re.compile("Answered all: .*% of"))).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("^Once more to those"))).not_to_have_count(0)
    page.goto(f"{answering.address}/reach/")
    expect(page.get_by_role("row", name=re.compile("^Announced before"))).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("^Asked again"))).to_be_visible()
    without_fault(page)


def test_the_same_in_french(demonstration: Demonstrating, page: Page) -> None:
    demonstration.sign_in(page, "hawa@example.org")
    page.get_by_role("button", name="Français").first.click()
    try:
        page.goto(f"{demonstration.address}/reach/")
        expect(page.get_by_role("heading", name="Que faire")).to_be_visible()
        expect(page.get_by_role("row", name=re.compile("^Seconde demande"))).to_be_visible()
        without_fault(page)
    finally:
        page.get_by_role("button", name="English").first.click()


def plan(page: Page, answering: Demonstrating) -> None:
    """Three questions to the surveillance officers, with all that makes more of them answer."""
    address = answering.address
    page.goto(f"{address}/send/")
    page.get_by_label(re.compile(r"^Surveillance Officer \(")).check()
    expect(page.get_by_text("Surveillance Officer").first).to_be_visible()
    page.get_by_role("button", name=re.compile("^Continue with")).click()
    page.get_by_role("link", name="Ask questions").click()
    page.get_by_role("link", name="Write new questions").click()
    page.get_by_label("Name", exact=True).fill("Film and power")
    page.get_by_label("Words of question 1").fill("Ministry of Health: do you have film?")
    page.get_by_role("button", name="A number", exact=True).click()
    page.get_by_label("Words of question 2").fill("How many hours of power a day?")
    page.get_by_role("button", name="Save and continue").click()
    page.get_by_role("button", name="Continue to check").click()
    page.get_by_role("link", name="Announce it, and ask at the best hour").click()
    expect(page.get_by_label("Announce it on the day before")).to_be_checked()
    expect(page.get_by_label("What the announcement says")).to_have_value(
        re.compile("tomorrow we will ask you 2 short questions")
    )
    without_fault(page)
    page.get_by_role("button", name="Continue to check").click()
    expect(page.get_by_text(re.compile(r": the first question to [\d,]+ people")).first).to_be_visible()
    page.get_by_role("button", name=re.compile(r"^Ask [\d,]+ people$")).click()
    expect(page.get_by_role("heading", name="What happens when")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("^Announcement"))).to_be_visible()
    without_fault(page)


def without_fault(page: Page) -> None:
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(each["id"], [node["target"] for node in each["nodes"]]) for each in found["violations"]] == []
