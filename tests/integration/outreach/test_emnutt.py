"""The dialect of emNutt, as iHRIS 5's messaging pages speak it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.integration.messaging.flows import ask as question
from tests.integration.messaging.flows import definition
from tests.integration.outreach.asking_machines import (
    Json,
    Machine,
    known_to_ihris,
    machine,
    request,
)
from tests.integration.outreach.test_send_journey import signed_in, words_of

#: The flow of the published examples.
FLOW = UUID("b7a4770c-d034-4055-9f21-b17632ef311e")
CRON = "http://mhero.org/fhir/StructureDefinition/sms-cron-expression-schedule"
#: A Monday.
MONDAY = datetime(2030, 5, 6, 8, 0, tzinfo=UTC)


@pytest.fixture
def known(country: SimpleNamespace) -> SimpleNamespace:
    known_to_ihris()
    return country


@pytest.fixture
def ihris(known: SimpleNamespace) -> Machine:
    return machine("ihris", "messaging-pages")


@pytest.fixture
def flow(known: SimpleNamespace) -> Any:
    """A published flow of one question."""
    from mhero.messaging.models import Flow, FlowRevision

    made = Flow.objects.create(id=FLOW, name="Ebola quiz", published_revision=1, latest_revision=1)
    saved = definition(1, question(1, 1, "Is the fridge cold?", "fridge", ("yes", "no"), to=None))
    FlowRevision.objects.create(flow=made, revision=1, definition=saved)
    return made


@pytest.fixture
def examples(conformance: Path) -> dict[str, Json]:
    """The published examples, by type and by what is special about each."""
    folder = conformance / "fhir" / "emnutt" / "ig-examples"
    read = [json.loads(file.read_text()) for file in sorted(folder.glob("*.json"))]
    return {f"{one['resourceType']} {shapes(one)}": one for one in read}


def shapes(resource: Json) -> str:
    return " ".join(one["url"].rpartition("/")[2] for one in resource["extension"])


def example(examples: dict[str, Json], extension: str) -> Json:
    return next(one for name, one in examples.items() if name.endswith(extension))


#: What a published example says of itself, or what only a server adds.
PLAIN = ("url", "text", "meta")


def outline(value: Any) -> Any:
    """What a document is made of: each element with those in it, and of extensions their names."""
    if isinstance(value, dict):
        name = f"{value['url'].rpartition('/')[2]}:" if "url" in value else ""
        return {f"{name}{key}": outline(inner) for key, inner in value.items() if key not in PLAIN}
    if isinstance(value, list):
        merged: dict[str, Any] = {}
        for one in value:
            merged |= outline(one) if isinstance(one, dict) else {}
        return [merged]
    return None


def made_from(ihris: Machine, published: Json) -> Json:
    """What mHero makes of a published request, sent to two people of the small country."""
    asked = {**published, "recipient": [{"reference": "Practitioner/P1"}, {"reference": "Practitioner/P2"}]}
    status, made = ihris.ask("POST", "CommunicationRequest", asked)
    assert status == 201
    return ihris.ask("GET", f"CommunicationRequest/{made['id']}")[1]


def test_the_published_request_for_a_text_is_taken_and_answered_alike(
    ihris: Machine, examples: dict[str, Json]
) -> None:
    from mhero.messaging.models import Broadcast

    published = example(examples, "mhero-comm-req-broadcast-starts")
    made = made_from(ihris, published)
    assert made["meta"]["profile"] == published["meta"]["profile"]
    assert outline(made["extension"]) == outline(published["extension"])
    assert made["payload"] == published["payload"]
    assert Broadcast.objects.get().text == "Hello World"


def test_the_published_request_for_a_flow_starts_it(
    ihris: Machine, flow: Any, examples: dict[str, Json]
) -> None:
    from mhero.messaging.models import Broadcast

    published = example(examples, "mhero-comm-req-flow-starts")
    made = made_from(ihris, published)
    assert outline(made["extension"]) == outline(published["extension"])
    send = Broadcast.objects.get()
    assert (send.flow_id, send.name, send.recipients.count()) == (FLOW, "Ebola quiz", 2)
    for finder in ("isflowstart=true", "isbroadcast=false", f"rpflowstarts={send.id}"):
        assert ihris.ask("GET", f"CommunicationRequest?{finder}")[1]["total"] == 1
    assert ihris.ask("GET", "CommunicationRequest?isbroadcast=true")[1]["total"] == 0


def test_flows_their_runs_and_what_was_said_look_as_published(
    ihris: Machine, flow: Any, examples: dict[str, Json]
) -> None:
    asked = request("Practitioner/P1", payload=[{"contentReference": {"reference": f"Basic/{FLOW}"}}])
    _, made = ihris.ask("POST", "CommunicationRequest", asked)
    told = say_in_flow(made["id"])
    _, workflow = ihris.ask("GET", f"Basic/{FLOW}")
    assert outline(workflow) == outline(example(examples, "mhero-workflows-details"))
    _, runs = ihris.ask("GET", "Basic?_profile=http://mHero.org/fhir/StructureDefinition/mhero-flow-run")
    (run,) = (entry["resource"] for entry in runs["entry"])
    assert outline(run) == outline(example(examples, "mhero-flow-run-details"))
    assert ihris.ask("GET", f"Basic/{run['id']}")[1] == run
    _, said = ihris.ask("GET", f"Communication/{told}")
    published = example(examples, "mhero-comm-flow-run")
    assert said["extension"] == [
        {"url": published["extension"][0]["url"], "valueReference": {"reference": f"Basic/{run['id']}"}}
    ]
    assert outline(published).keys() <= outline(said).keys()


def say_in_flow(request_id: str) -> str:
    """The flow's question was delivered and not answered in time; the id of the Communication."""
    from mhero.messaging.models import Contact, FlowRun, Message, Session, SMSChannel
    from mhero.outreach.models import AlertRequest
    from mhero.platform.clock import now
    from mhero.platform.ids import new_id

    asked = AlertRequest.objects.get(id=request_id)
    contact = Contact.objects.get(number="+231770000001")
    session = Session.objects.create(
        contact=contact,
        broadcast_id=asked.broadcast_id,
        flow_id=FLOW,
        sms_channel_id=SMSChannel.objects.get().id,
        status="expired",
        started_at=now(),
    )
    FlowRun.objects.create(
        session=session,
        contact=contact,
        flow_id=FLOW,
        broadcast_id=asked.broadcast_id,
        status="expired",
        started_at=now(),
        changed_at=now(),
        ended_at=now(),
    )
    common = {"contact_id": contact.id, "sms_channel_id": uuid4(), "number": contact.number}
    Message.objects.create(
        is_incoming=False,
        broadcast_id=asked.broadcast_id,
        session_id=session.id,
        text="Is the fridge cold?",
        status="delivered",
        sent_at=now(),
        final_at=now(),
        **common,
    )
    Message.objects.create(
        id=new_id(now() + timedelta(seconds=1)),
        is_incoming=True,
        session_id=session.id,
        text="what fridge",
        status="received",
        **common,
    )
    return str(asked.recipients.get().id)


def test_a_reply_is_a_communication_in_response(ihris: Machine, flow: Any) -> None:
    asked = request("Practitioner/P1", payload=[{"contentAttachment": {"url": str(FLOW)}}])
    _, made = ihris.ask("POST", "CommunicationRequest", asked)
    told = say_in_flow(made["id"])
    _, found = ihris.ask("GET", f"Communication?based-on=CommunicationRequest/{made['id']}")
    said, reply = (entry["resource"] for entry in found["entry"])
    assert (found["total"], found["entry"][1]["search"]["mode"]) == (1, "include")
    assert (said["id"], said["status"], said["payload"][0]["contentString"]) == (
        told,
        "completed",
        "Is the fridge cold?",
    )
    assert reply["inResponseTo"] == [{"reference": f"Communication/{told}"}]
    assert (reply["sender"]["reference"], reply["payload"]) == (
        "Practitioner/P1",
        [{"contentString": "what fridge"}],
    )
    assert ihris.ask("GET", f"Communication/{reply['id']}")[1] == reply


@pytest.mark.parametrize(
    ("state", "reason", "status"),
    [
        ("queued", "", "preparation"),
        ("wired", "", "in-progress"),
        ("sent", "", "in-progress"),
        ("delivered", "", "completed"),
        ("failed", "no_report", "unknown"),
        ("failed", "rejected", "not-done"),
        ("cancelled", "stopped", "not-done"),
    ],
)
def test_the_state_of_a_message_is_that_of_its_communication(
    ihris: Machine, state: str, reason: str, status: str
) -> None:
    from mhero.messaging.models import Message
    from mhero.outreach.models import AlertRequest
    from mhero.platform.clock import now

    _, made = ihris.ask("POST", "CommunicationRequest", request("Practitioner/P1"))
    asked = AlertRequest.objects.get()
    Message.objects.create(
        is_incoming=False,
        contact_id=asked.recipients.get().contact_id,
        broadcast_id=asked.broadcast_id,
        sms_channel_id=uuid4(),
        number="+231770000001",
        text="Clinic closed today.",
        status=state,
        reason=reason,
        sent_at=None if state == "queued" else now(),
        final_at=None if state in ("queued", "wired", "sent") else now(),
    )
    (entry,) = ihris.ask("GET", f"Communication?based-on={made['id']}&status={status}")[1]["entry"]
    said = entry["resource"]
    assert ("received" in said, "sent" in said) == (state == "delivered", state != "queued")
    assert bool(said.get("statusReason", {}).get("text")) == bool(reason)


def every_day_at_nine(frequency: str = "recurring", cron: str = "0 9 * * *") -> list[Json]:
    return [
        {
            "url": CRON,
            "extension": [
                {"url": "frequency", "valueString": frequency},
                {"url": "cronExpression", "valueString": cron},
            ],
        }
    ]


def run_until(at: datetime) -> None:
    from mhero.outreach.mobile_alerts.services import run_due

    while run_due(lambda: at):
        pass


def planned(**changes: Any) -> Any:
    """A schedule that was made on the Monday."""
    from zoneinfo import ZoneInfo

    from mhero.outreach.mobile_alerts.reading import read_alert
    from mhero.outreach.mobile_alerts.services import take

    asked = {**request("Practitioner/P1", extension=every_day_at_nine()), "status": "on-hold", **changes}
    alert = read_alert(asked, at=MONDAY, zone=ZoneInfo("Africa/Monrovia"), is_dialect=True)
    return take(alert, "ihris", {"messaging-pages"}, is_dialect=True, clock=lambda: MONDAY)[0]


def turns() -> list[str]:
    from mhero.messaging.models import Broadcast

    return [f"{one.created_at:%d %H:%M} {one.recipients.count()}" for one in Broadcast.objects.order_by("id")]


def test_a_schedule_sends_at_each_turn_until_it_is_cancelled(ihris: Machine) -> None:
    schedule = planned()
    run_until(MONDAY + timedelta(minutes=59))
    assert turns() == []
    for _ in range(2):
        run_until(MONDAY + timedelta(hours=1))
    run_until(MONDAY + timedelta(days=1, hours=1))
    assert turns() == ["06 09:00 1", "07 09:00 1"]
    _, shown = ihris.ask("GET", "CommunicationRequest?scheduletime:missing=false")
    assert [one["resource"]["status"] for one in shown["entry"]] == ["on-hold"]
    _, children = ihris.ask("GET", f"CommunicationRequest?based-on={schedule.id}")
    assert children["total"] == 2
    status, _ = ihris.ask("POST", "cancelMessageSchedule", {"id": str(schedule.id)})
    assert status == 200
    run_until(MONDAY + timedelta(days=3))
    assert len(turns()) == 2
    assert ihris.ask("GET", f"CommunicationRequest/{schedule.id}")[1]["status"] == "revoked"
    assert ihris.ask("POST", "cancelMessageSchedule", {"id": str(uuid4())})[0] == 404
    assert ihris.ask("POST", "cancelMessageSchedule", {})[0] == 404


def test_the_team_sees_what_ihris_repeats_and_stops_it(known: SimpleNamespace, ihris: Machine) -> None:
    schedule = planned()
    planned(extension=every_day_at_nine("once"), payload=[{"contentString": "Only once"}])
    planned(extension=every_day_at_nine(cron="0 9 1-7 * 1"), payload=[{"contentString": "First Mondays"}])
    page = signed_in(known.korto)
    listed = words_of(page.get("/messages/"))
    for words in ("Clinic closed today.", "Every day, at 9 a.m.", "Only once", "First Mondays", "Ihris"):
        assert words in listed
    shown = words_of(page.get(f"/messages/asked/{schedule.id}/"))
    assert "Ihris has this sent through mHero" in shown
    # Her area is Bong, and what iHRIS asks can be for anybody.
    district = signed_in(known.flomo)
    assert "Clinic closed today." not in words_of(district.get("/messages/"))
    for path in ("", "stop"):
        assert district.post(f"/messages/asked/{schedule.id}/{path}").status_code in (404, 405)
    assert district.get(f"/messages/asked/{schedule.id}/").status_code == 404
    for _ in range(2):
        page.post(f"/messages/asked/{schedule.id}/stop")
    assert "Stopped" in words_of(page.get(f"/messages/asked/{schedule.id}/"))
    assert ihris.ask("GET", f"CommunicationRequest/{schedule.id}")[1]["status"] == "revoked"


def test_of_turns_that_were_missed_the_last_is_still_had_when_it_is_not_too_late(ihris: Machine) -> None:
    planned()
    run_until(MONDAY + timedelta(days=3, hours=6))
    assert turns() == ["09 14:00 1"]
    run_until(MONDAY + timedelta(days=4, hours=8))
    assert len(turns()) == 1


def test_once_means_the_first_turn_alone(ihris: Machine) -> None:
    planned(extension=every_day_at_nine("once"))
    missed = planned(extension=every_day_at_nine("once", cron="0 10 * * *"))
    run_until(MONDAY + timedelta(hours=1))
    run_until(MONDAY + timedelta(days=1, hours=1))
    assert turns() == ["06 09:00 1"]
    # mHero was not running all day: a message of yesterday is not sent, and nobody is told that it was.
    assert ihris.ask("GET", f"CommunicationRequest/{missed.id}")[1]["status"] == "revoked"


def test_a_schedule_ends_with_its_period_its_flow_or_its_client(ihris: Machine, flow: Any) -> None:
    from mhero.exchange.models import Client
    from mhero.outreach.models import AlertRequest

    planned(occurrencePeriod={"end": "2030-05-07"})
    of_flow = planned(payload=[{"contentReference": {"reference": f"Basic/{FLOW}"}}])
    for day in range(3):
        run_until(MONDAY + timedelta(days=day, hours=2))
    assert len(turns()) == 2 + 3
    flow.is_archived = True
    flow.save()
    run_until(MONDAY + timedelta(days=3, hours=2))
    of_flow.refresh_from_db()
    assert of_flow.next_at is None
    planned()
    Client.objects.update(roles=[])
    run_until(MONDAY + timedelta(hours=2))
    assert len(turns()) == 2 + 3
    assert not AlertRequest.objects.filter(next_at__isnull=False).exists()


def test_a_number_that_was_contained_is_still_known_at_the_next_turn(ihris: Machine) -> None:
    contained = [
        {"resourceType": "Person", "id": "one", "telecom": [{"system": "phone", "value": "0770000002"}]}
    ]
    planned(contained=contained, recipient=[{"reference": "#one"}])
    run_until(MONDAY + timedelta(days=1, hours=2))
    assert turns() == ["07 10:00 1"]


@pytest.mark.parametrize("cron", ["*/5 * * * *", "soon", "0 9 31 2 *", "0 9", "* * * * * *"])
def test_a_schedule_that_cannot_be_meant_is_refused(ihris: Machine, cron: str) -> None:
    status, refused = ihris.ask(
        "POST", "CommunicationRequest", request("Practitioner/P1", extension=every_day_at_nine(cron=cron))
    )
    assert (status, refused["issue"][0]["expression"]) == (422, ["CommunicationRequest.extension"])


def test_a_long_list_in_several_requests_texts_nobody_twice(ihris: Machine) -> None:
    """iHRIS splits beyond 10,000; the halves overlap, and one is sent again after a time-out."""
    from mhero.messaging.models import Broadcast

    meta = {"tag": [{"system": "http://mhero.org/parentReqId", "code": "list-1"}]}
    people = (["P1", "P2"], ["P2", "P3"], ["P2", "P3"])
    for some in people:
        asked = request(*(f"Practitioner/{one}" for one in some), meta=meta)
        assert ihris.ask("POST", "CommunicationRequest", asked)[0] == 201
    reached = Broadcast.objects.values_list("recipients__contact_id", flat=True)
    assert (len(reached), len(set(reached))) == (3, 3)


def test_progress_says_how_far_and_is_cleared(ihris: Machine) -> None:
    asked = request("Practitioner/P1", "Practitioner/P2", "Practitioner/P4", "Practitioner/nobody")
    _, made = ihris.ask("POST", "CommunicationRequest", asked)
    assert made["reqID"] == made["id"]
    for path in (f"getProgress?reqID={made['reqID']}", f"getProgress/{made['reqID']}"):
        _, progress = ihris.ask("GET", path)
        assert (progress["status"], progress["percent"]) == ("in-progress", 0)
        assert (progress["total"], progress["ignored"], progress["sent"]) == (4, 2, 0)
    assert len(ihris.ask("GET", "getProgress")[1]["progress"]) == 1
    assert ihris.ask("GET", f"clearProgress?reqID={made['id']}")[1] == {"cleared": 1}
    assert ihris.ask("GET", "getProgress")[1]["progress"] == []
    assert ihris.ask("GET", f"getProgress?reqID={uuid4()}")[0] == 404
    other = machine("other", "messaging-pages")
    assert other.ask("GET", f"getProgress?reqID={made['id']}")[0] == 404


@pytest.mark.parametrize(
    "body",
    [
        {"resource": [{"reference": "Practitioner/P1"}]},
        {"ids": ["P1"]},
        {"contacts": [{"id": "P1"}]},
        ["Practitioner/P1"],
    ],
)
def test_somebody_is_opted_out_and_in_again(ihris: Machine, body: Any) -> None:
    from mhero.accounts.models import AuditEvent
    from mhero.messaging.models import Broadcast

    if isinstance(body, list):
        body = {"people": body}
    assert ihris.ask("PUT", "/emNutt/optout", body)[1] == {"changed": 1, "unknown": 0}
    _, made = ihris.ask("POST", "CommunicationRequest", request("Practitioner/P1"))
    assert (made["status"], Broadcast.objects.count()) == ("completed", 0)
    assert ihris.ask("PUT", "/emNutt/undoOptout", body)[1] == {"changed": 1, "unknown": 0}
    ihris.ask("POST", "CommunicationRequest", request("Practitioner/P1"))
    assert Broadcast.objects.count() == 1
    trail = AuditEvent.objects.filter(actor="ihris", action__startswith="contact.")
    assert [one.action for one in trail.order_by("id")] == ["contact.opted_out", "contact.opted_in"]
    assert ihris.ask("PUT", "/emNutt/optout", {})[0] == 422


def test_lists_are_made_filled_and_sent_to(ihris: Machine) -> None:
    from mhero.messaging.models import Broadcast, Contact, Group

    named = [{"entity": {"reference": f"Practitioner/{one}"}} for one in ("P1", "P2", "nobody")]
    group = {"resourceType": "Group", "type": "practitioner", "actual": True, "name": "Trainers"}
    status, made = ihris.ask("POST", "Group", {**group, "member": named})
    assert status == 201
    references = [one["entity"]["reference"] for one in made["member"]]
    assert (sorted(references), made["quantity"]) == (["Practitioner/P1", "Practitioner/P2"], 2)
    assert ihris.ask("POST", "Group", group)[0] == 409
    assert ihris.ask("POST", "Group", {**group, "name": ""})[0] == 422
    joining = {"groups": [made["id"]], "practitioners": ["Practitioner/P3"]}
    assert ihris.ask("POST", "subscribe-contact-groups", joining)[1] == {"groups": 1, "people": 1}
    assert ihris.ask("GET", "Group?name=trainers")[1]["entry"][0]["resource"]["quantity"] == 3
    leaving = {"group": f"Group/{made['id']}", "contacts": [{"reference": "Practitioner/P1"}]}
    assert ihris.ask("POST", "unsubscribe-contact-groups", leaving)[1] == {"groups": 1, "people": 1}
    assert ihris.ask("GET", f"Group/{made['id']}")[1]["quantity"] == 2
    ihris.ask("POST", "CommunicationRequest", request(f"Group/{made['id']}"))
    assert Broadcast.objects.get().recipients.count() == 2
    _, changed = ihris.ask("PUT", f"Group/{made['id']}", {**group, "member": named[:1]})
    assert [one["entity"]["reference"] for one in changed["member"]] == ["Practitioner/P1"]
    # What follows the registry is not for others to fill.
    kept = Group.objects.create(name="Everyone", follows_registry=True)
    kept.contacts.add(Contact.objects.get(number="+231770000001"))
    assert ihris.ask("PUT", f"Group/{kept.id}", group)[0] == 409
    assert ihris.ask("POST", "subscribe-contact-groups", {"groups": [made["id"]]})[0] == 422


def test_flows_can_be_found(ihris: Machine, flow: Any) -> None:
    for query in ("", "?_profile=http://mHero.org/fhir/StructureDefinition/mhero-workflows", "?name=quiz"):
        _, found = ihris.ask("GET", f"Basic{query}")
        assert [one["resource"]["id"] for one in found["entry"]] == [str(FLOW)]
    assert ihris.ask("GET", "Basic?name=nothing")[1]["total"] == 0
    assert ihris.ask("GET", "Basic?_profile=other")[0] == 400
    assert ihris.ask("GET", f"Basic/{uuid4()}")[0] == 404


def test_what_a_server_is_asked_about_itself(ihris: Machine) -> None:
    from mhero.exchange.models import Run
    from mhero.exchange.services import ensure_seeds

    ensure_seeds()
    assert ihris.ask("GET", "/site-up")[1] == {"status": "up"}
    _, configuration = ihris.ask("GET", "/emNutt/getConfig")
    assert configuration["fhir"] == "http://mhero.example.org/emNutt/fhir"
    assert configuration.keys() == {"app", "version", "fhir"}
    for path in ("/sync/syncWorkflows", "/emNutt/sync/checkCommunicationRequest"):
        assert ihris.ask("GET", path)[1]["status"] == "done"
    status, started = ihris.ask("GET", "/sync/syncContacts")
    assert (status, str(Run.objects.get().id)) == (202, started["run"])
    for path in ("/sync/everything", "/emNutt/nothing", "/emNutt/fhir/Patient"):
        assert ihris.ask("GET", path)[0] == 404
    # Which of these stand below which is not the same in every version of emNutt.
    for path in ("/emNutt/fhir/getConfig", "/emNutt/getProgress", "/emNutt/CommunicationRequest"):
        assert ihris.ask("GET", path)[0] == 200
    assert machine("nobody").ask("GET", "CommunicationRequest")[0] == 403


def test_a_bundle_of_requests_without_addresses_is_taken(ihris: Machine) -> None:
    entries = [{"resource": request(f"Practitioner/{one}")} for one in ("P1", "P2")]
    status, answered = ihris.ask("POST", "", {"resourceType": "Bundle", "type": "batch", "entry": entries})
    assert status == 200
    assert [one["response"]["status"] for one in answered["entry"]] == ["201 Created", "201 Created"]


@contextmanager
def killed_while_recipients_are_written() -> Iterator[None]:
    """What a process that dies there leaves: nothing of its transaction."""
    from django.db import connection, transaction

    statements = (
        "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'killed'; END $$",
        "CREATE TRIGGER die BEFORE INSERT ON outreach_alertrecipient FOR EACH ROW EXECUTE FUNCTION die()",
    )
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    with pytest.raises(Exception, match="killed"), transaction.atomic():
        yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER die ON outreach_alertrecipient")


def test_a_request_that_dies_leaves_nothing_and_the_next_try_sends_once(ihris: Machine) -> None:
    from mhero.accounts.models import AuditEvent
    from mhero.messaging.models import Broadcast
    from mhero.outreach.models import AlertRequest

    asked = request("Practitioner/P1", "Practitioner/P2", identifier=[{"system": "urn:x", "value": "1"}])
    with killed_while_recipients_are_written():
        ihris.ask("POST", "CommunicationRequest", asked)
    assert not Broadcast.objects.exists()
    assert not AlertRequest.objects.exists()
    assert not AuditEvent.objects.filter(actor="ihris").exists()
    assert [ihris.ask("POST", "CommunicationRequest", asked)[0] for _ in range(2)] == [201, 200]
    assert Broadcast.objects.get().recipients.count() == 2


def test_a_turn_that_dies_is_had_once_by_the_next_worker(ihris: Machine) -> None:
    planned()
    with killed_while_recipients_are_written():
        run_until(MONDAY + timedelta(hours=1))
    assert turns() == []
    for _ in range(2):
        run_until(MONDAY + timedelta(hours=1))
    assert turns() == ["06 09:00 1"]
