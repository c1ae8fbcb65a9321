"""A send that asks questions: written, chosen, checked and sent; changed after it was sent."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from tests.integration.outreach.test_send_journey import sent, signed_in, words_of

TYPED = {
    "in": "eng",
    "name": "Gloves",
    "introduction": "Hello @contact.first_name, it is @contact.facility?",
    "thanks": "Thank you.",
    "not_understood": "Sorry.",
    "q": ["q1", "q2"],
    "q1-kind": "yes_no",
    "q1-text": "Do you have gloves?",
    "q2-kind": "number",
    "q2-text": "How many boxes?",
    "q2-least": "0",
    "q2-most": "50",
    "q2-if": ["q1:yes"],
    "repeats": "1",
    "waits_hours": "24",
}


def written(client: Any, flow: Any = None, query: str = "", **changes: Any) -> Any:
    """Saves the page; the flow that it made or changed."""
    from mhero.messaging.models import Flow

    address = f"/flows/{flow.id}/questions" if flow else "/flows/questions"
    revision = {"based_on": flow.latest_revision} if flow else {}
    answer = client.post(address + query, TYPED | revision | {"do": "save"} | changes)
    assert answer.status_code == 302, words_of(answer)
    return Flow.objects.get(id=flow.id) if flow else Flow.objects.latest("created_at")


def asked(client: Any, flow: Any) -> Any:
    """A draft to everyone of the country that asks this."""
    from mhero.outreach.models import Draft

    started = client.post("/send/start", {"flow": str(flow.id)})
    draft = Draft.objects.latest("created_at")
    assert started.url == f"/send/{draft.id}/check"
    return draft


def test_questions_are_sent_with_the_people_who_were_chosen_before(country: SimpleNamespace) -> None:
    from mhero.messaging.models import Broadcast
    from mhero.outreach.models import Draft

    client = signed_in(country.korto)
    client.post("/send/start", {"cadre": "Nurse"})
    draft = Draft.objects.latest("created_at")
    answer = client.post(f"/flows/questions?send={draft.id}", TYPED | {"do": "continue"})
    assert re.fullmatch(rf"/send/{draft.id}/ask\?flow=[0-9a-f-]+", answer.url)
    page = client.get(answer.url)
    assert re.search(r'type="radio"[^>]* checked', page.content.decode())
    flow_id = answer.url.partition("flow=")[2]
    assert client.post(f"/send/{draft.id}/ask", {"flow": flow_id}).url == f"/send/{draft.id}/check"
    check = words_of(client.get(f"/send/{draft.id}/check"))
    shown = int(re.search(r"(\d+) people will be asked", check)[1])  # type: ignore[index]
    assert f"Ask {shown} people" in check
    assert "2 questions" in check
    assert f"{shown} SMS if nobody answers, {3 * shown} if everybody answers everything." in check
    assert "waits 24 hours" in check
    answer = sent(client, draft, shown)
    broadcast = Broadcast.objects.get(flow_id=flow_id)
    assert answer.url == f"/messages/{broadcast.id}/"
    assert (broadcast.name, broadcast.text, broadcast.recipients.count()) == ("Gloves", "", shown)
    assert broadcast.flow.published_revision == broadcast.flow.latest_revision


def test_the_check_page_shows_the_first_words_as_a_person_gets_them(country: SimpleNamespace) -> None:
    client = signed_in(country.korto)
    draft = asked(client, written(client))
    page = words_of(client.get(f"/send/{draft.id}/check"))
    name, place = re.search(r"Hello (\w+), it is ([\w ]+)\? Do you have gloves\? 1 Yes 2 No", page).groups()  # type: ignore[union-attr]
    assert f"What {name}" in page
    assert place in ("Klay Clinic", "Phebe Hospital")


def test_nobody_is_asked_what_is_not_finished(country: SimpleNamespace) -> None:
    from mhero.messaging.errors import QuestionsUnfinished
    from mhero.messaging.models import Broadcast, Flow
    from mhero.messaging.services import ready_to_send

    client = signed_in(country.korto)
    page = client.post("/flows/questions", TYPED | {"do": "continue", "q2-text": ""})
    assert "Write question 2." in words_of(page)
    assert "Kept as a draft." in words_of(page)
    flow = Flow.objects.latest("created_at")
    with pytest.raises(QuestionsUnfinished):
        ready_to_send(flow.id, country.korto)
    draft = asked(client, flow)
    assert "The questions are not finished" in words_of(sent(client, draft, 4))
    assert not Broadcast.objects.exists()


def test_a_change_reaches_people_only_once_it_is_sent_again(country: SimpleNamespace) -> None:
    from mhero.messaging.queries.flows import published_definition
    from mhero.messaging.services import ready_to_send

    client = signed_in(country.korto)
    flow = ready_to_send(written(client).id, country.korto)
    first = published_definition(flow)
    flow = written(client, flow, **{"q1-text": "Are there gloves?"})
    assert published_definition(flow) == first
    assert (flow.published_revision, flow.latest_revision) == (2, 3)
    flow = ready_to_send(flow.id, country.korto)
    assert flow.published_revision == 3
    # The same node asks it, so nobody under way loses her place.
    nodes = {node["uuid"] for node in published_definition(flow)["nodes"]}  # type: ignore[index]
    assert nodes == {node["uuid"] for node in first["nodes"]}  # type: ignore[index]
    # Sending what has not changed makes no revision.
    assert ready_to_send(flow.id, country.korto).latest_revision == 3


def test_somebody_elses_newer_version_is_not_overwritten(country: SimpleNamespace) -> None:
    client = signed_in(country.korto)
    flow = written(client)
    stale = dict(TYPED, based_on=flow.latest_revision, do="save")
    written(client, flow, **{"q1-text": "Are there gloves?"})
    page = client.post(f"/flows/{flow.id}/questions", stale | {"q1-text": "Gloves or not?"})
    assert page.status_code == 200
    assert f"{country.korto.email} changed these questions meanwhile" in words_of(page)
    assert "Gloves or not?" in page.content.decode()
    flow.refresh_from_db()
    assert flow.questions["questions"][0]["text"] == {"eng": "Are there gloves?"}


def test_the_phone_beside_goes_on_and_keeps_nothing(country: SimpleNamespace) -> None:
    from mhero.messaging.models import Flow

    client = signed_in(country.korto)
    said = words_of(client.post("/flows/questions/look", TYPED | {"said": ["Yes pls"], "answer": "about 12"}))
    assert "How many boxes?" in said
    assert "Thank you. The conversation ends here." in said
    assert "1 SMS for a person who does not answer, at most 3 for one who answers everything" in said
    assert "Write the questions" in words_of(client.post("/flows/questions/look", TYPED | {"q1-text": ""}))
    assert not Flow.objects.exists()


def test_a_flow_of_the_editor_is_sent_to_its_own_page(country: SimpleNamespace) -> None:
    from mhero.messaging.services import create_flow

    client = signed_in(country.korto)
    flow = create_flow("From the editor", country.korto)
    assert client.get(f"/flows/{flow.id}/questions").url == f"/flows/{flow.id}/"
    page = words_of(client.get(f"/send/{asked(client, written(client)).id}/ask"))
    assert "Gloves" in page
    assert "From the editor" not in page
