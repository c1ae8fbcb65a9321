"""Flows built in the editor, by mouse and by keyboard, tried on its phone, and published."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.integration.cli.demonstration import Demonstrating

Json = dict[str, Any]

AXE = Path(__file__).resolve().parents[2] / "frontend/node_modules/axe-core/axe.min.js"


@pytest.fixture
def officer(demonstration: Demonstrating, page: Page) -> Iterator[Page]:
    demonstration.sign_in(page, "hawa@example.org")
    yield page
    # What was not saved yet would ask whether one really wants to leave.
    expect(page.locator(".fe-saved, h1").first).not_to_have_text("Saving…")


def test_a_flow_is_built_by_mouse_tried_and_published(demonstration: Demonstrating, officer: Page) -> None:
    flow_id = new_flow(demonstration, officer, "Vaccine stock")
    officer.get_by_role("button", name="Write the first message").click()
    panel = officer.locator(".fe-panel")
    panel.get_by_label("Message", exact=True).fill("Hello @contact.first_name, is BCG in stock?")
    officer.get_by_text("Add a step").click()
    officer.get_by_role("button", name="Wait for an answer").click()
    panel.get_by_role("button", name="Add an answer").click()
    panel.get_by_label("Category", exact=True).fill("Yes")
    panel.get_by_label("What", exact=True).fill("yes oui 1")
    panel.get_by_label("Keep the result as").fill("BCG")
    panel.get_by_role("button", name="Close").click()
    # A way that is dropped on the ground leads to a new message.
    drag(officer, ways(officer, "Answer: BCG").nth(0), 40, 150)
    panel.get_by_label("Message", exact=True).fill("Good.")
    panel.get_by_role("button", name="Close").click()
    drag(officer, ways(officer, "Answer: BCG").nth(1), 330, 150)
    panel.get_by_label("Message", exact=True).fill("We send some.")
    panel.get_by_role("button", name="Close").click()
    # And one that is dropped on a step leads there.
    drag_to(officer, ways(officer, "Good.").first, step(officer, "We send some."))
    expect(officer.locator(".react-flow__edge")).to_have_count(4)

    officer.get_by_role("button", name="Try it").click()
    panel.get_by_role("button", name="Start", exact=True).click()
    expect(panel.get_by_text("Hello Musu, is BCG in stock?")).to_be_visible()
    expect(officer.locator(".fe-step--now")).to_contain_text("Answer: BCG")
    panel.get_by_label("Your answer").fill("Oui.")
    panel.get_by_label("Your answer").press("Enter")
    expect(panel.get_by_text("BCG: Oui, understood as Yes.")).to_be_visible()
    expect(panel.get_by_text("We send some.")).to_be_visible()
    expect(panel.get_by_text("The conversation is over.")).to_be_visible()

    officer.get_by_role("button", name="Publish").click()
    expect(officer.locator(".fe-saved")).to_have_text("Saved and in use")
    with demonstration.database() as connection:
        row = connection.execute(
            "SELECT f.published_revision = f.latest_revision, r.definition FROM messaging_flow f"
            " JOIN messaging_flowrevision r ON r.flow_id = f.id AND r.revision = f.latest_revision"
            " WHERE f.id = %s",
            [flow_id],
        ).fetchone()
    assert row
    assert row[0]
    texts = [action["text"] for node in row[1]["nodes"] for action in node["actions"]]
    assert texts == ["Hello @contact.first_name, is BCG in stock?", "Good.", "We send some."]


def test_a_flow_is_built_by_keyboard_alone(demonstration: Demonstrating, officer: Page) -> None:
    new_flow(demonstration, officer, "By keyboard")
    officer.get_by_role("button", name="Write the first message").focus()
    officer.keyboard.press("Enter")
    panel = officer.locator(".fe-panel")
    expect(panel.get_by_role("heading", name="Message")).to_be_focused()
    officer.keyboard.press("Tab")
    officer.keyboard.press("Tab")
    officer.keyboard.type("Hello @contact.fi")
    officer.keyboard.press("Enter")
    officer.keyboard.type(", are you well?")
    expect(panel.get_by_label("Message", exact=True)).to_have_value(
        "Hello @contact.first_name, are you well?"
    )
    panel.get_by_text("New step").focus()
    officer.keyboard.press("Enter")
    officer.keyboard.press("Tab")
    officer.keyboard.press("Tab")
    expect(panel.get_by_role("button", name="Wait for an answer")).to_be_focused()
    officer.keyboard.press("Enter")
    expect(panel.get_by_role("heading", name=re.compile("^Answer"))).to_be_focused()
    officer.keyboard.press("Escape")
    expect(step(officer, "Answer").locator("xpath=..")).to_be_focused()
    officer.keyboard.press("Shift+Tab")
    expect(step(officer, "are you well").locator("xpath=..")).to_be_focused()
    officer.keyboard.press("Enter")
    expect(panel.get_by_role("heading", name="Message")).to_be_focused()
    officer.keyboard.press("Escape")
    expect(step(officer, "are you well").locator("xpath=..")).to_be_focused()
    officer.keyboard.press("Delete")
    expect(officer.locator(".fe-step")).to_have_count(1)
    officer.keyboard.press("Control+z")
    expect(officer.locator(".fe-step")).to_have_count(2)
    expect(officer.locator(".react-flow__edge")).to_have_count(1)
    officer.keyboard.press("Control+y")
    expect(officer.locator(".fe-step")).to_have_count(1)
    officer.keyboard.press("Control+z")
    officer.keyboard.press("/")
    officer.keyboard.type("well")
    officer.keyboard.press("Enter")
    expect(panel.get_by_label("Message", exact=True)).to_have_value(
        "Hello @contact.first_name, are you well?"
    )
    expect(officer.locator(".fe-saved")).to_have_text("Draft saved")


def test_what_the_editor_does_not_know_it_keeps(demonstration: Demonstrating, officer: Page) -> None:
    before = odd_definition()
    load(demonstration, officer, before)
    officer.get_by_role("link", name="Open the editor").click()
    step(officer, "One").click()
    officer.locator(".fe-panel").get_by_label("Message", exact=True).fill("Two")
    expect(officer.locator(".fe-saved")).to_have_text("Draft saved")
    with demonstration.database() as connection:
        row = connection.execute(
            "SELECT definition FROM messaging_flowrevision WHERE flow_id = %s ORDER BY revision DESC LIMIT 1",
            [before["uuid"]],
        ).fetchone()
    assert row
    after = json.loads(json.dumps(row[0]).replace('"Two"', '"One"'))
    assert {**after, "revision": 0} == {**before, "revision": 0}


def test_two_who_write_at_once_hear_of_it(demonstration: Demonstrating, officer: Page) -> None:
    new_flow(demonstration, officer, "Two at once")
    officer.get_by_role("button", name="Write the first message").click()
    panel = officer.locator(".fe-panel")
    panel.get_by_label("Message", exact=True).fill("From the first window")
    expect(officer.locator(".fe-saved")).to_have_text("Draft saved")
    other = officer.context.new_page()
    other.goto(officer.url)
    step(other, "From the first").click()
    other.locator(".fe-panel").get_by_label("Message", exact=True).fill("From the other window")
    expect(other.locator(".fe-saved")).to_have_text("Draft saved")
    panel.get_by_label("Message", exact=True).fill("Too late")
    expect(officer.get_by_role("alert")).to_contain_text("hawa@example.org changed this flow meanwhile.")
    officer.get_by_role("button", name="Take theirs").click()
    expect(step(officer, "From the other window")).to_be_visible()
    expect(officer.locator(".fe-saved")).to_have_text("Draft saved")


def test_texts_are_translated_side_by_side_and_tried(demonstration: Demonstrating, officer: Page) -> None:
    new_flow(demonstration, officer, "In two languages")
    officer.get_by_role("button", name="Write the first message").click()
    officer.locator(".fe-panel").get_by_label("Message", exact=True).fill("Good morning")
    officer.get_by_role("button", name="Translations").click()
    officer.get_by_label("Translate to").select_option("fra")
    expect(officer.get_by_text("Without a translation: 1 of 1")).to_be_visible()
    officer.get_by_label("“Good morning” in French").fill("Bonjour")
    expect(officer.get_by_text("Without a translation: 0 of 1")).to_be_visible()
    expect(officer.locator(".fe-saved")).to_have_text("Draft saved")


def test_faults_stand_at_their_step(demonstration: Demonstrating, officer: Page) -> None:
    new_flow(demonstration, officer, "Faulty")
    officer.get_by_role("button", name="Write the first message").click()
    expect(officer.locator(".fe-step__issue")).to_contain_text("text")
    officer.get_by_role("button", name="Publish").click()
    expect(officer.get_by_role("alert")).to_be_visible()
    officer.locator(".fe-panel").get_by_label("Message", exact=True).fill("@fields.shoe_size")
    expect(officer.locator(".fe-step__issue")).to_have_text("There is no field “shoe_size” here.")


def test_the_pages_of_flows_have_no_fault_that_axe_finds(demonstration: Demonstrating, officer: Page) -> None:
    load(demonstration, officer, odd_definition())
    address = officer.url
    for path in ("", "try", "edit"):
        officer.goto(f"{address}{path}")
        assert faults(officer) == [], path
    officer.locator(".fe-step").first.click()
    assert faults(officer) == [], "a step"
    for view in (1, 2):
        officer.locator("[role=group] .fe-tool").nth(view).click()
        assert faults(officer) == [], view
    for path in ("/flows/", "/flows/import"):
        officer.goto(f"{demonstration.address}{path}")
        assert faults(officer) == [], path


def new_flow(demonstration: Demonstrating, page: Page, name: str) -> UUID:
    page.goto(f"{demonstration.address}/flows/new")
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("button", name="Write the first message")).to_be_visible()
    return UUID(page.url.split("/")[-2])


def load(demonstration: Demonstrating, page: Page, definition: Json) -> None:
    page.goto(f"{demonstration.address}/flows/import")
    file = {"name": "flow.json", "mimeType": "application/json", "buffer": json.dumps(definition).encode()}
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Look into the file").click()
    page.get_by_role("button", name="Import 1 flow").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(definition["name"])


def odd_definition() -> Json:
    """Of the newest version, with things in it that the editor has no form for."""
    exits = [{"uuid": str(uuid4()), "destination_uuid": None, "colour": "red"} for _ in range(2)]
    nodes: list[Json] = [
        {
            "uuid": str(uuid4()),
            "actions": [
                {
                    "uuid": str(uuid4()),
                    "type": "send_msg",
                    "text": "One",
                    "topic": "event",
                    "odd": [1.5, None],
                },
                {"uuid": str(uuid4()), "type": "transfer_airtime", "amounts": {"LRD": 5}},
            ],
            "exits": [exits[0]],
            "remark": {"by": "Korto"},
        },
        {"uuid": str(uuid4()), "actions": [], "exits": [exits[1]]},
    ]
    exits[0]["destination_uuid"] = nodes[1]["uuid"]
    places = [{"position": {"left": 100, "top": 100 + 300 * index}, "odd": 1} for index in range(2)]
    return {
        "uuid": str(uuid4()),
        "name": f"Odd {uuid4().hex[:6]}",
        "spec_version": "14.4.2",
        "language": "eng",
        "type": "messaging",
        "revision": 1,
        "expire_after_minutes": 720,
        "localization": {"fra": {nodes[0]["actions"][0]["uuid"]: {"text": ["Un"], "_ui": {"auto": True}}}},
        "nodes": nodes,
        "_ui": {
            "nodes": {node["uuid"]: place for node, place in zip(nodes, places, strict=True)},
            "stickies": {"note": {"title": "Mind this", "position": {"left": 0, "top": 0}}},
        },
        "odd": {"kept": True},
    }


def step(page: Page, words: str) -> Locator:
    return page.locator(".fe-step").filter(has_text=words)


def ways(page: Page, words: str) -> Locator:
    return step(page, words).locator(".fe-handle--out")


def drag(page: Page, handle: Locator, right: float, down: float) -> None:
    """Pulls a way out to the ground, so far from its beginning."""
    x, y = middle(handle)
    pull(page, (x, y), (x + right, y + down))


def drag_to(page: Page, handle: Locator, target: Locator) -> None:
    begin = middle(handle)
    box = target.bounding_box()
    assert box
    pull(page, begin, (box["x"] + box["width"] / 2, box["y"] + 2))


def pull(page: Page, begin: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*begin)
    page.mouse.down()
    page.mouse.move(*end, steps=8)
    page.mouse.up()


def middle(place: Locator) -> tuple[float, float]:
    # The drawing may still be moving to where it was asked to show something.
    place.page.wait_for_timeout(400)
    box = place.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def faults(page: Page) -> list[tuple[str, str]]:
    page.locator("main").wait_for()
    if page.locator("#flow-editor").count():
        page.locator(".fe-bar").wait_for()
        page.wait_for_timeout(500)
    page.evaluate(AXE.read_text())
    # The way back stands before the main part, as it does on all pages: who skips to that part skips it.
    found = page.evaluate("axe.run({exclude: ['.govuk-back-link']}, {resultTypes: ['violations']})")
    return [(fault["id"], fault["nodes"][0]["html"]) for fault in found["violations"]]
