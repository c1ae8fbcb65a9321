"""A flow is tried on a phone in the page: nothing is stored, nothing leaves, an area stays closed."""

import json
from typing import Any
from uuid import uuid4

import pytest
from tests.integration.console.world import World, fill

Json = dict[str, Any]


@pytest.fixture
def country(db: None) -> World:
    return fill()


def asking() -> Json:
    """Greets, asks another system, waits an hour for a yes, and says at what time it did what."""
    ids = [str(uuid4()) for _ in range(12)]
    greet, wait, end, silent = ids[:4]
    categories = [
        {"uuid": ids[4], "name": "Yes", "exit_uuid": ids[5]},
        {"uuid": ids[6], "name": "Other", "exit_uuid": ids[5]},
        {"uuid": ids[7], "name": "No Response", "exit_uuid": ids[8]},
    ]

    def says(uuid: str, text: str, way: str | None = None, *before: Json) -> Json:
        action = {"uuid": str(uuid4()), "type": "send_msg", "text": text}
        exits = [{"uuid": str(uuid4()), "destination_uuid": way}]
        return {"uuid": uuid, "actions": [*before, action], "exits": exits}

    call: Json = {"uuid": ids[9], "type": "call_webhook", "method": "GET", "url": "http://10.0.0.1/stock"}
    router = {
        "type": "switch",
        "operand": "@input.text",
        "result_name": "Stock",
        "wait": {"type": "msg", "timeout": {"seconds": 3600, "category_uuid": ids[7]}},
        "cases": [
            {"uuid": ids[10], "type": "has_any_word", "arguments": ["yes"], "category_uuid": ids[4]},
        ],
        "categories": categories,
        "default_category_uuid": ids[6],
    }
    exits = [{"uuid": ids[5], "destination_uuid": end}, {"uuid": ids[8], "destination_uuid": silent}]
    return {
        "uuid": str(uuid4()),
        "name": "Asking",
        "spec_version": "14.4.2",
        "language": "eng",
        "type": "messaging",
        "nodes": [
            says(greet, "Hello @contact.first_name, @webhook.json.drug left?", wait, call),
            {"uuid": wait, "actions": [], "router": router, "exits": exits},
            says(end, 'Thanks at @(format_datetime(now(), "YYYY")): @results.stock.category'),
            says(silent, "You are silent."),
        ],
    }


def simulate(country: World, who: str, **asked: Any) -> Any:
    from django.test import Client

    client = Client()
    client.force_login(country.visitors[who])
    address = f"/flows/{country.samples['flow_id']}/simulate"
    return client.post(address, json.dumps(asked), content_type="application/json")


def texts(answer: Json) -> list[str]:
    return [each["text"] for each in answer["said"] if each["kind"] in ("ours", "theirs")]


def test_a_draft_is_tried_at_any_time_and_nothing_is_kept_of_it(country: World) -> None:
    from mhero.messaging.models import Contact, FlowRun, Message, Session

    before = [model.objects.count() for model in (Contact, FlowRun, Message, Session)]
    asked = {"definition": asking(), "web_body": '{"drug": "BCG"}', "at": "2031-01-01T09:00"}
    begun = simulate(country, "communications_officer", **asked).json()
    assert texts(begun) == ["Hello Musu, BCG left?"]
    assert (begun["is_waiting"], begun["can_time_out"]) == (True, True)
    ended = simulate(country, "communications_officer", **asked, state=begun["state"], text="Yes pls").json()
    assert texts(ended) == ["Hello Musu, BCG left?", "Yes pls", "Thanks at 2031: Yes"]
    assert ended["results"] == [{"name": "Stock", "value": "Yes", "category": "Yes"}]
    silent = simulate(country, "communications_officer", **asked, state=begun["state"], silent=True).json()
    assert texts(silent)[-1] == "You are silent."
    assert [model.objects.count() for model in (Contact, FlowRun, Message, Session)] == before


def test_somebody_of_ones_area_can_be_chosen_and_that_is_written_down(country: World) -> None:
    from mhero.accounts.models import AuditEvent
    from mhero.messaging.models import Contact

    musu = country.samples["contact_id"]
    Contact.objects.filter(id=musu).update(name="Finda Kollie")
    answer = simulate(country, "Flomo, a district officer", definition=asking(), contact=str(musu)).json()
    assert "Hello Finda," in texts(answer)[0]
    assert AuditEvent.objects.filter(action="flow.tried", people=1).count() == 1
    Contact.objects.filter(id=musu).update(place_ids=[])
    refused = simulate(country, "Flomo, a district officer", definition=asking(), contact=str(musu))
    assert refused.status_code == 404


def test_a_conversation_goes_on_with_who_began_it_alone(country: World) -> None:
    begun = simulate(country, "administrator", definition=asking()).json()
    other = simulate(country, "communications_officer", state=begun["state"], text="yes")
    forged = simulate(country, "administrator", state=begun["state"][:-2] + "xx", text="yes")
    assert (other.status_code, forged.status_code) == (404, 404)


@pytest.mark.parametrize("body", ["", "[]", "{", '{"definition": []}', '{"definition": {"nodes": 5}}'])
def test_what_cannot_be_run_is_said(country: World, body: str) -> None:
    from django.test import Client

    client = Client()
    client.force_login(country.visitors["administrator"])
    address = f"/flows/{country.samples['flow_id']}/simulate"
    response = client.post(address, body, content_type="application/json")
    if body == '{"definition": []}':
        assert response.status_code == 200
    else:
        assert response.status_code in (400, 422)
        assert response.json()["error"]


def test_it_is_tried_without_scripts_too(country: World) -> None:
    from django.test import Client

    client = Client()
    client.force_login(country.visitors["viewer"])
    address = f"/flows/{country.samples['flow_id']}/try"
    page = client.get(address).content.decode()
    assert "Is there BCG on your shelf, Musu?" in page
    assert "The conversation is over." in page


def test_people_are_found_within_ones_area_alone(country: World) -> None:
    from django.test import Client

    from mhero.messaging.models import Contact

    client = Client()
    client.force_login(country.visitors["Flomo, a district officer"])
    found = client.get("/flows/people?name=musu").json()["people"]
    assert [each["name"] for each in found] == ["Musu Kollie"]
    Contact.objects.update(place_ids=[])
    assert client.get("/flows/people?name=musu").json()["people"] == []
