"""iHRIS 5 points at mHero: its messaging pages, call by call, and what phones and officers see of it."""

import json
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from tests.integration.cli.demonstration import Demonstrating
from tests.integration.messaging.flows import ask as question
from tests.integration.messaging.flows import definition
from tests.integration.outreach.asking_machines import validate

Json = dict[str, Any]

PATIENCE = 90
CRON = "http://mhero.org/fhir/StructureDefinition/sms-cron-expression-schedule"
PROFILES = "http://mHero.org/fhir/StructureDefinition"
#: People whom iHRIS knows and whom no other browser test texts.
PEOPLE = """
SELECT o.key, p.phone FROM registry_person p
JOIN registry_origin o ON o.resource_id = p.id AND o.source = 'ihris' AND o.key LIKE 'Practitioner/%'
JOIN messaging_contact c ON c.person_id = p.id AND c.status = 'active' AND c.number = p.phone
WHERE p.is_active AND p.cadres = ARRAY['Pharmacist'] AND p.on_leave_until IS NULL
  AND NOT EXISTS (SELECT FROM messaging_optout out WHERE out.number = p.phone)
ORDER BY p.phone LIMIT 3
"""
TURN_NOW = "UPDATE outreach_alertrequest SET next_at = now() WHERE next_at IS NOT NULL"


class IHRIS:
    """What iHRIS 5's back end asks, and nothing more."""

    def __init__(self, demonstration: Demonstrating, password: str) -> None:
        self.demonstration = demonstration
        address = f"http://127.0.0.1:{demonstration.installation.gateway}"
        self.http = httpx.Client(base_url=address, auth=("ihris5", password), timeout=30)
        with demonstration.database() as connection:
            rows = connection.execute(PEOPLE).fetchall()
        self.people: list[str] = [key for key, _ in rows]
        self.phones: dict[str, str] = dict(rows)

    def ask(self, method: str, path: str, body: Json | None = None, expected: int = 200) -> Json:
        response = self.http.request(method, path, json=body)
        assert response.status_code == expected, response.text
        answer: Json = response.json()
        validate(answer)
        return answer

    def send(self, people: list[str], **elements: Any) -> Json:
        asked = {
            "resourceType": "CommunicationRequest",
            "meta": {"profile": [f"{PROFILES}/mhero-communication-request"]},
            "status": "active",
            "recipient": [{"reference": one} for one in people],
            **elements,
        }
        return self.ask("POST", "/emNutt/fhir/CommunicationRequest", asked, 201)

    def say(self, text: str, people: list[str], **elements: Any) -> Json:
        return self.send(people, payload=[{"contentString": text}], **elements)

    def progress(self, made: Json) -> Json:
        return self.ask("GET", f"/emNutt/fhir/getProgress?reqID={made['reqID']}")

    def done(self, made: Json) -> Json:
        return wait_for(lambda: self.progress(made), lambda progress: progress["status"] == "done")

    def resources(self, query: str) -> list[Json]:
        found = self.ask("GET", f"/emNutt/fhir/{query}")
        return [entry["resource"] for entry in found.get("entry", [])]

    def texts_on(self, person: str) -> list[str]:
        messages = self.demonstration.installation.messages_on(self.phones[person])
        return [message["text"] for message in messages]


def wait_for(look: Callable[[], Any], is_so: Callable[[Any], bool]) -> Any:
    deadline = time.monotonic() + PATIENCE
    while not is_so(seen := look()):
        assert time.monotonic() < deadline, seen
        time.sleep(0.3)
    return seen


@pytest.fixture(scope="module")
def ihris(demonstration: Demonstrating, browser: Browser) -> Iterator[IHRIS]:
    """Korto adds iHRIS 5 as a client and hands its password on."""
    # Whatever another test made of it: every message arrives, and people answer when they are told to.
    demonstration.installation.control_phones(profile="fast")
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    page = context.new_page()
    demonstration.sign_in(page)
    page.goto(f"{demonstration.address}/operations/clients/new/")
    page.get_by_label("Name", exact=True).fill("iHRIS 5")
    page.get_by_label("Client id").fill("ihris5")
    page.get_by_label(re.compile("messaging-pages: The messaging pages of iHRIS 5")).check()
    page.get_by_role("button", name="Add the client").click()
    page.get_by_role("button", name="Make a new password").click()
    password = page.locator("dd code").nth(1).inner_text()
    context.close()
    made = IHRIS(demonstration, password)
    wait_for(lambda: made.http.get("/site-up").status_code, lambda status: status == 200)
    yield made
    made.http.close()


def test_recipients_are_chosen_texted_and_followed(ihris: IHRIS) -> None:
    first, second, third = ihris.people
    assert ihris.ask("PUT", "/emNutt/optout", {"recipients": [third]}) == {"changed": 1, "unknown": 0}
    made = ihris.say("Stock count on Friday.", [*ihris.people, "Practitioner/nobody"])
    progress = ihris.done(made)
    assert (progress["total"], progress["sent"], progress["ignored"]) == (4, 2, 2)
    for person in (first, second):
        assert ihris.texts_on(person).count("Stock count on Friday.") == 1
    assert "Stock count on Friday." not in ihris.texts_on(third)
    query = f"Communication?based-on=CommunicationRequest/{made['id']}&recipient={first}"
    told = wait_for(lambda: ihris.resources(query)[0], lambda one: one["status"] == "completed")
    assert told["payload"] == [{"contentString": "Stock count on Friday."}]
    say = [{"from": ihris.phones[first], "text": "We are ready"}]
    ihris.demonstration.installation.control_phones(say=say)
    replies = wait_for(
        lambda: [one for one in ihris.resources(query) if "inResponseTo" in one],
        lambda found: any(one["payload"] == [{"contentString": "We are ready"}] for one in found),
    )
    assert replies[0]["inResponseTo"] == [{"reference": f"Communication/{told['id']}"}]
    assert replies[0]["sender"]["reference"] == first
    assert ihris.ask("PUT", "/emNutt/undoOptout", {"recipients": [third]})["changed"] == 1
    assert ihris.ask("GET", "/emNutt/fhir/clearProgress")["cleared"] >= 1
    assert ihris.ask("GET", "/emNutt/fhir/getProgress") == {"progress": []}


def test_a_message_is_planned_repeated_and_cancelled(ihris: IHRIS) -> None:
    first = ihris.people[0]
    frequency = {"url": "frequency", "valueString": "recurring"}
    cron = {"url": "cronExpression", "valueString": "0 9 * * 1"}
    extension = [{"url": CRON, "extension": [frequency, cron]}]
    made = ihris.say("Send your weekly report.", [first], status="on-hold", extension=extension)
    (listed,) = ihris.resources("CommunicationRequest?status=on-hold&scheduletime:missing=false")
    assert listed["id"] == made["id"]
    with ihris.demonstration.database() as connection:
        connection.execute(TURN_NOW)
    wait_for(lambda: ihris.texts_on(first), lambda texts: texts.count("Send your weekly report.") == 1)
    ihris.ask("POST", "/emNutt/fhir/cancelMessageSchedule", {"reqID": made["id"]})
    assert ihris.resources(f"CommunicationRequest?_id={made['id']}")[0]["status"] == "revoked"
    assert ihris.resources("CommunicationRequest?status=on-hold&scheduletime:missing=false") == []


def test_a_list_is_made_and_texted(ihris: IHRIS) -> None:
    group = {"resourceType": "Group", "type": "practitioner", "actual": True, "name": "Pharmacy trainers"}
    made = ihris.ask("POST", "/emNutt/fhir/Group", group, 201)
    joining = {"groups": [made["id"]], "contacts": ihris.people[:2]}
    assert ihris.ask("POST", "/emNutt/fhir/subscribe-contact-groups", joining)["people"] == 2
    leaving = {"groups": [made["id"]], "contacts": ihris.people[:1]}
    ihris.ask("POST", "/emNutt/fhir/unsubscribe-contact-groups", leaving)
    (found,) = ihris.resources("Group?name=Pharmacy trainers")
    assert found["quantity"] == 1
    ihris.done(ihris.say("Training on Monday.", [f"Group/{made['id']}"]))
    assert "Training on Monday." in ihris.texts_on(ihris.people[1])
    assert "Training on Monday." not in ihris.texts_on(ihris.people[0])


def test_a_workflow_is_started_and_its_runs_are_read(ihris: IHRIS, page: Page) -> None:
    demonstration, person = ihris.demonstration, ihris.people[1]
    quiz = definition(
        77, question(77, 1, "Is the pharmacy open?", "open", ("yes", "no"), to=None), name="Open?"
    )
    demonstration.sign_in(page)
    page.goto(f"{demonstration.address}/flows/import")
    content = json.dumps({"version": "13", "site": "https://rapidpro.example.org", "flows": [quiz]})
    file = {"name": "open.json", "mimeType": "application/json", "buffer": content.encode()}
    page.locator("input[type=file]").set_input_files(files=[file])  # type: ignore[list-item]
    page.get_by_role("button", name="Look into the file").click()
    page.get_by_role("button", name="Import 1 flow").click()
    workflows = ihris.resources(f"Basic?_profile={PROFILES}/mhero-workflows&_count=500")
    assert quiz["uuid"] in [one["id"] for one in workflows]
    asked = ihris.send([person], payload=[{"contentReference": {"reference": f"Basic/{quiz['uuid']}"}}])
    wait_for(lambda: ihris.texts_on(person), lambda texts: "Is the pharmacy open?" in texts)
    demonstration.installation.control_phones(say=[{"from": ihris.phones[person], "text": "yes"}])

    def runs() -> list[Json]:
        found = ihris.resources(f"Basic?_profile={PROFILES}/mhero-flow-run&_count=500")
        return [
            {part["url"]: part.get("valueBoolean", part.get("valueString")) for part in details(one)}
            for one in found
            if {"reference": f"CommunicationRequest/{asked['id']}"}
            in [part.get("valueReference") for part in details(one)]
        ]

    (run,) = wait_for(runs, lambda seen: bool(seen) and seen[0].get("exit_type") == "completed")
    assert run["responded"] is True


def details(run: Json) -> list[Json]:
    parts: list[Json] = run["extension"][0]["extension"]
    return parts


def test_officers_see_who_asked(ihris: IHRIS, page: Page) -> None:
    """The send among their own, in two languages; the request as a transaction without its text."""
    demonstration = ihris.demonstration
    made = ihris.say("The office is closed.", ihris.people[:1])
    ihris.done(made)
    demonstration.sign_in(page)
    page.goto(f"{demonstration.address}/messages/")
    row = page.get_by_role("row").filter(has_text="The office is closed.")
    expect(row).to_contain_text("Asked by iHRIS 5")
    row.get_by_role("link").first.click()
    expect(page.get_by_text(re.compile("^iHRIS 5, "))).to_be_visible()
    page.goto(f"{demonstration.address}/operations/transactions/?client=ihris5")
    page.get_by_role("link", name="POST /emNutt/fhir/CommunicationRequest").first.click()
    expect(page.get_by_text("Messaging pages of iHRIS 5").first).to_be_visible()
    expect(page.get_by_text("The office is closed.")).to_have_count(0)
    page.get_by_role("button", name="Français").first.click()
    try:
        page.goto(f"{demonstration.address}/operations/clients/")
        page.get_by_role("link", name="iHRIS 5", exact=True).click()
        expect(page.get_by_label(re.compile("messaging-pages ?: Les pages de messages"))).to_be_checked()
        page.goto(f"{demonstration.address}/messages/")
        expect(page.get_by_role("row").filter(has_text="The office is closed.")).to_contain_text(
            "Demandé par iHRIS 5"
        )
    finally:
        page.get_by_role("button", name="English").first.click()


def test_others_are_let_in_to_nothing(ihris: IHRIS) -> None:
    address = str(ihris.http.base_url)
    for path in ("/emNutt/getConfig", "/emNutt/fhir/Group", "/sync/syncContacts", "/fhir/Communication"):
        assert httpx.get(f"{address}{path}").status_code == 401
    # The pages' role does not open the door of the standard.
    assert ihris.http.get("/fhir/Communication").status_code == 403
    assert ihris.http.post("/fhir", json={"resourceType": "Bundle", "type": "batch"}).status_code == 403


def test_a_client_that_is_given_the_role_asks_by_the_standard_and_once(ihris: IHRIS, page: Page) -> None:
    """Eight that ask the same at one time, as a client does that hears nothing, make one send."""
    person = ihris.people[2]
    ihris.demonstration.sign_in(page)
    page.goto(f"{ihris.demonstration.address}/operations/clients/")
    page.get_by_role("link", name="iHRIS 5", exact=True).click()
    page.get_by_label(re.compile("^mobile-alerts: ")).check()
    page.get_by_role("button", name="Save the client").click()
    expect(page.get_by_text("The client was saved.")).to_be_visible()
    wait_for(lambda: ihris.http.get("/fhir/Communication").status_code, lambda status: status == 200)
    asked = {
        "resourceType": "CommunicationRequest",
        "status": "active",
        "identifier": [{"system": "urn:ministry:alerts", "value": "2026-17"}],
        "payload": [{"contentString": "Cholera in Bong."}],
        "recipient": [{"reference": person}],
    }
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: ihris.http.post("/fhir/CommunicationRequest", json=asked), range(8))
        )
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    (id,) = {answer.json()["id"] for answer in answers}

    def status() -> str:
        found = ihris.ask("GET", f"/fhir/Communication?based-on={id}")
        return str(found["entry"][0]["resource"]["status"])

    wait_for(status, lambda said: said == "completed")
    assert ihris.texts_on(person).count("Cholera in Bong.") == 1
