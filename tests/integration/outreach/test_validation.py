"""Data checks: people are asked, what they correct waits for an officer, and goes where it belongs."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from mhero.messaging.questions.talk import talk
from mhero.outreach.validation.conversation import flow_of, key_of

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
PEOPLE = ["name", "job", "place", "phone"]
IN_CHARGES = ["status", "work", "services", "place_phone"]
IHRIS, DHIS2 = "ihris", "dhis2"


def location(key: str, name: str, parent: str, kind: str = "facility") -> Any:
    from mhero.registry.values import Incoming

    form, code = ("bu", "facility") if kind == "facility" else ("jdn", "jurisdiction")
    body: dict[str, Any] = {
        "status": "active",
        "name": name,
        "type": [{"coding": [{"code": code}]}],
        "physicalType": {"coding": [{"code": form}]},
    }
    if parent:
        body["partOf"] = {"reference": f"Location/{parent}"}
    return Incoming(key=f"Location/{key}", type="Location", body=body)


def worker(key: str, name: str, phone: str, at: str, job: str) -> list[Any]:
    from mhero.registry.values import Incoming

    given, family = name.split()
    person = {
        "active": True,
        "name": [{"use": "official", "text": name, "family": family, "given": [given]}],
        "telecom": [{"system": "phone", "use": "mobile", "value": phone}],
    }
    role = {
        "active": True,
        "practitioner": {"reference": f"Practitioner/{key}"},
        "location": [{"reference": f"Location/{at}"}],
        "code": [{"text": job, "coding": [{"system": "jobs", "code": job.lower(), "display": job}]}],
        "period": {"start": "2020-01-01"},
    }
    return [
        Incoming(key=f"Practitioner/{key}", type="Practitioner", body=person),
        Incoming(key=f"PractitionerRole/{key}", type="PractitionerRole", body=role),
    ]


@pytest.fixture
def country(db: None) -> SimpleNamespace:
    """Two counties with a facility each, their people as iHRIS has them, and officers."""
    from django.core.cache import cache

    from mhero.accounts.models import User
    from mhero.accounts.queries import workspace
    from mhero.messaging.models import Contact
    from mhero.messaging.services import create_sms_channel
    from mhero.platform.clock import now
    from mhero.registry import services
    from mhero.registry.models import Person, Place

    cache.clear()
    places = [
        location("LR", "Liberia", "", "jurisdiction"),
        location("BG", "Bong", "LR", "jurisdiction"),
        location("LF", "Lofa", "LR", "jurisdiction"),
        location("phebe", "Phebe Hospital", "BG"),
        location("foya", "Foya Clinic", "LF"),
    ]
    services.take_in(DHIS2, places)
    services.take_in(IHRIS, places)
    people = [
        *worker("musu", "Musu Kollie", "+231770000001", "phebe", "Nurse"),
        *worker("saah", "Saah Tamba", "+231770000002", "phebe", "Midwife"),
        *worker("garmai", "Garmai Sumo", "+231770000003", "phebe", "Officer in charge"),
        *worker("hawa", "Hawa Johnson", "+231770000004", "foya", "Nurse"),
    ]
    services.take_in(IHRIS, people)
    by_name = {person.name.split()[0].lower(): person for person in Person.objects.select_related("place")}
    for person in by_name.values():
        Contact.objects.create(
            person_id=person.id,
            number=person.phone,
            name=person.name,
            fields={"first_name": person.given_name, "job": "Nurse", "facility": person.place.name},
            place_ids=person.place_ids,
        )
    space = workspace()
    space.went_live_at = now()
    space.save()
    create_sms_channel(type="external", name="Lonestar", address="1234", send_url="http://127.0.0.1:1/send")
    place = {one.name: one for one in Place.objects.all()}
    create = User.objects.create_user
    return SimpleNamespace(
        **by_name,
        phebe=place["Phebe Hospital"],
        foya=place["Foya Clinic"],
        bong=place["Bong"],
        korto=create("korto@example.org", name="Korto", role="administrator"),
        flomo=create(
            "flomo@example.org", name="Flomo", role="communications_officer", area_id=place["Lofa"].id
        ),
        teah=create("teah@example.org", name="Teah", role="viewer"),
    )


def begin(country: SimpleNamespace, kind: str = "people", parts: list[str] = PEOPLE, **own: Any) -> Any:
    from mhero.outreach.validation import rounds
    from mhero.outreach.validation.models import ValidationRound

    user = own.pop("user", country.korto)
    made = rounds.prepare(ValidationRound(name="March", kind=kind, parts=parts, **own), user)
    rounds.ask(made.id, user, shown=len(rounds.chosen_by(made, user).asked))
    made.refresh_from_db()
    return made


def answer(round: Any, person: Any, *answers: str, at: datetime | None = None, is_taken: bool = True) -> UUID:
    """The person's conversation, as the engine holds it, with its end."""
    from mhero.messaging.models import Contact, FlowRun, Session, SMSChannel
    from mhero.messaging.simulator import contact_of

    contact = Contact.objects.get(person_id=person.id)
    definition = flow_of(round.kind, round.parts, round.flow_id, round.name)
    said = talk(definition, answers, at=AT, contact=contact_of(contact))
    at = at or datetime.now(UTC)
    session = Session.objects.create(
        contact=contact,
        flow_id=round.flow_id,
        sms_channel_id=SMSChannel.objects.get().id,
        status="completed",
        ended_at=at,
    )
    run = FlowRun.objects.create(
        id=uuid4(),
        session=session,
        contact=contact,
        flow_id=round.flow_id,
        status="completed",
        started_at=at,
        ended_at=at,
        changed_at=at,
        is_answered=True,
        results={
            key_of(name): {"name": name, "category": category, "value": value}
            for name, (category, value) in said.results.items()
        },
    )
    if is_taken:
        take()
    return run.id


def take() -> None:
    from mhero.outreach.validation.taking import take_ended

    assert take_ended() is False


def proposals(**wanted: Any) -> list[Any]:
    from mhero.outreach.models import Proposal

    return list(Proposal.objects.filter(**wanted).order_by("subject", "id"))


def one(**wanted: Any) -> Any:
    (found,) = proposals(**wanted)
    return found


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def audited(action: str) -> list[tuple[str, str]]:
    from mhero.accounts.models import AuditEvent

    return list(AuditEvent.objects.filter(action=action).order_by("id").values_list("actor", "object"))


def test_asking_is_one_send_however_often_the_button_is_pressed(country: SimpleNamespace) -> None:
    from mhero.messaging.models import Broadcast, Flow
    from mhero.outreach.models import ValidationAsk
    from mhero.outreach.validation import rounds

    made = begin(country)
    rounds.ask(made.id, country.korto, shown=4)
    broadcast = Broadcast.objects.get()
    assert (broadcast.id, broadcast.recipients.count(), ValidationAsk.objects.count()) == (
        made.broadcast_id,
        4,
        4,
    )
    flow = Flow.objects.get(id=made.flow_id)
    assert (flow.published_revision, flow.issues) == (1, [])
    assert audited("validation.asked") == [("korto@example.org", f"round {made.id}")]


def test_each_kind_of_correction_becomes_one_proposal_with_old_new_and_how_sure(
    country: SimpleNamespace,
) -> None:
    made = begin(country)
    run = answer(made, country.musu, "2", "1", "MUSU VARNEY KOLLIE", "3", "foya clinik")
    name, place = proposals()
    assert (name.subject, name.old, name.new, name.sure) == (
        "name",
        "Musu Kollie",
        "Musu Varney Kollie",
        "certain",
    )
    assert (place.subject, place.old, place.new, place.sure, place.why) == (
        "place",
        str(country.phebe.id),
        str(country.foya.id),
        "likely",
        "guessed",
    )
    assert (place.old_words, place.said, place.said_by) == (
        "Phebe Hospital, Bong",
        "foya clinik",
        country.musu.id,
    )
    answer(made, country.saah, "2", "2", "midwife please", "4", "0770 000 001")
    job, phone = proposals(person_id=country.saah.id)
    assert (job.subject, job.sure, job.value) == ("job", "unclear", {})
    assert (phone.new, phone.sure, phone.why) == ("+231770000001", "likely", "shared")
    # The worker that died before it was written down takes it again; nothing is doubled.
    take()
    from mhero.outreach.models import ValidationAnswer

    assert ValidationAnswer.objects.get(id=run).outcome == "corrected"
    assert len(proposals()) == 4


def test_what_is_so_already_is_no_proposal_and_a_newer_answer_takes_the_older_s_place(
    country: SimpleNamespace,
) -> None:
    made = begin(country)
    answer(made, country.musu, "2", "1", "Musu Kollie", "5")
    answer(made, country.saah, "1")
    assert proposals() == []
    answer(made, country.saah, "2", "1", "Saah Varney", "5")
    answer(made, country.saah, "2", "1", "Saah Momolu", "5", at=datetime.now(UTC) + timedelta(minutes=1))
    assert [(each.new, each.state) for each in proposals()] == [
        ("Saah Varney", "superseded"),
        ("Saah Momolu", "waiting"),
    ]


def test_an_in_charge_tells_who_left_who_is_new_and_what_else_is_true(country: SimpleNamespace) -> None:
    from mhero.messaging.models import Contact
    from mhero.outreach.models import ValidationAsk

    made = begin(country, "in_charges", IN_CHARGES)
    ask = ValidationAsk.objects.get()
    assert (ask.person_id, ask.place_id) == (country.garmai.id, country.phebe.id)
    contact = Contact.objects.get(person_id=country.garmai.id)
    assert contact.own_fields["staff_list"] == "1 Musu Kollie, 2 Saah Tamba"
    answer(made, country.garmai, "3")
    closed = one()
    assert (closed.subject, closed.old, closed.new, closed.place_id) == (
        "status",
        "active",
        "inactive",
        country.phebe.id,
    )
    answer(made, country.garmai, "1", "2", "Korto Weah", "Births", "0880 123 456")
    left = one(subject="work")
    assert (left.person_id, left.new, left.why, left.said_by) == (
        country.saah.id,
        "left",
        "by_others",
        country.garmai.id,
    )
    assert one(subject="newcomer").new_words == "Korto Weah"
    assert one(subject="services").new == "Births"
    assert one(subject="place_phone").new == "+231880123456"


def test_accepting_is_in_the_registry_at_once_and_asked_of_ihris_and_dhis2(country: SimpleNamespace) -> None:
    from mhero.connectors.models import SourceChange
    from mhero.outreach.validation import deciding
    from mhero.registry.models import Person, Place, Resource

    made = begin(country)
    answer(made, country.musu, "2", "1", "Musu Varney", "4", "0770 999 111")
    for each in proposals():
        deciding.accept(each.id, country.korto)
    musu = Person.objects.get(id=country.musu.id)
    assert (musu.name, musu.phone) == ("Musu Varney", "+231770999111")
    changes = SourceChange.objects.order_by("part")
    assert [(each.system, each.part, each.old, each.new) for each in changes] == [
        ("ihris", "name", "Musu Kollie", "Musu Varney"),
        ("ihris", "phone", "+231770000001", "+231770999111"),
    ]
    round_of_in_charges = begin(country, "in_charges", IN_CHARGES)
    answer(round_of_in_charges, country.garmai, "2", "1", "Hawa Johnson", "Births", "0")
    # Hawa is in another county, so this is nobody whom we know.
    for each in proposals(state="waiting"):
        deciding.accept(each.id, country.korto)
    phebe = Place.objects.get(id=country.phebe.id)
    assert not phebe.is_active
    assert "Births" in str(Resource.objects.get(id=phebe.id).body["extension"])
    assert not Person.objects.get(id=country.musu.id).is_active
    assert SourceChange.objects.get(part="status").system == "dhis2"
    assert SourceChange.objects.get(part="work").system == "ihris"
    assert len(audited("proposal.accepted")) == 6


def test_a_value_that_changed_meanwhile_is_shown_before_anything_is_written(country: SimpleNamespace) -> None:
    from mhero.outreach.validation import deciding
    from mhero.registry import services
    from mhero.registry.models import Person

    made = begin(country)
    answer(made, country.musu, "2", "1", "Musu Varney", "5")
    services.take_in(IHRIS, worker("musu", "Musu Toe", "+231770000001", "phebe", "Nurse")[:1])
    proposal = one()
    assert deciding.accept(proposal.id, country.korto) == "returned"
    proposal.refresh_from_db()
    assert (proposal.state, proposal.old) == ("returned", "Musu Toe")
    assert Person.objects.get(id=country.musu.id).name == "Musu Toe"
    assert deciding.accept(proposal.id, country.korto) == "accepted"
    assert Person.objects.get(id=country.musu.id).name == "Musu Varney"


def test_a_conflict_in_ihris_comes_back_to_the_officer_once(country: SimpleNamespace) -> None:
    from mhero.connectors.models import SourceChange
    from mhero.outreach.validation import deciding

    made = begin(country)
    answer(made, country.musu, "2", "1", "Musu Varney", "5")
    proposal = one()
    deciding.accept(proposal.id, country.korto)
    SourceChange.objects.update(state="conflict", newer="Musu Toe", is_news=True)
    deciding.hear_of_changes()
    deciding.hear_of_changes()
    proposal.refresh_from_db()
    assert (proposal.state, proposal.old) == ("returned", "Musu Toe")
    assert [each.what for each in proposal.events.order_by("id")] == ["proposed", "accepted", "conflict"]
    deciding.accept(proposal.id, country.korto)
    change = SourceChange.objects.get()
    assert (change.state, change.old, change.new) == ("waiting", "Musu Toe", "Musu Varney")
    SourceChange.objects.update(state="done", is_news=True)
    deciding.hear_of_changes()
    assert proposal.events.order_by("id").last().what == "arrived"


def test_who_left_a_facility_keeps_the_post_that_they_have_elsewhere_by_now(
    country: SimpleNamespace,
) -> None:
    from mhero.outreach.validation import deciding
    from mhero.registry.errors import NotInRegistry
    from mhero.registry.models import Person

    made = begin(country, "in_charges", IN_CHARGES)
    answer(made, country.garmai, "1", "2", "0", "0", "0")
    of_saah = begin(country)
    answer(of_saah, country.saah, "2", "3", "Foya Clinic", "5")
    deciding.accept(one(subject="place").id, country.korto)
    with pytest.raises(NotInRegistry):
        deciding.accept(one(subject="work").id, country.korto)
    saah = Person.objects.get(id=country.saah.id)
    assert (saah.is_active, saah.place_id) == (True, country.foya.id)


def test_the_second_decision_about_the_same_changes_nothing(country: SimpleNamespace) -> None:
    from mhero.outreach.errors import DecidedAlready
    from mhero.outreach.validation import deciding

    made = begin(country)
    answer(made, country.musu, "2", "1", "Musu Varney", "5")
    proposal = one()
    deciding.refuse(proposal.id, country.korto, "She is called Kollie.")
    with pytest.raises(DecidedAlready):
        deciding.accept(proposal.id, country.korto)
    country.musu.refresh_from_db()
    assert country.musu.name == "Musu Kollie"
    assert audited("proposal.refused") == [("korto@example.org", f"proposal {proposal.id}")]


def test_asking_again_starts_the_conversation_with_whoever_said_it(country: SimpleNamespace) -> None:
    from mhero.messaging.models import Contact
    from mhero.messaging.models.conversations import SessionTask
    from mhero.outreach.validation import deciding

    made = begin(country)
    answer(made, country.saah, "2", "2", "boss", "5")
    proposal = one()
    deciding.ask_again(proposal.id, country.korto)
    task = SessionTask.objects.get()
    assert task.contact_id == Contact.objects.get(person_id=country.saah.id).id
    proposal.refresh_from_db()
    assert proposal.state == "asked_again"


def test_many_are_decided_at_once_and_those_that_cannot_be_are_told(country: SimpleNamespace) -> None:
    made = begin(country)
    answer(made, country.musu, "2", "1", "Musu Varney", "5")
    answer(made, country.saah, "2", "2", "boss", "5")
    page = browser(country.korto)
    shown = page.get("/validation/proposals/").content.decode()
    assert "Musu Varney" in shown
    assert "boss" in shown
    ids = [str(each.id) for each in proposals()]
    said = page.post("/validation/proposals/decide", {"proposal": ids, "decision": "accept"}, follow=True)
    text = said.content.decode()
    assert "1 proposal was accepted." in text
    assert "1 was left as it is" in text
    assert sorted(each.state for each in proposals()) == ["accepted", "waiting"]


def test_an_officer_chooses_a_value_that_could_not_be_read(country: SimpleNamespace) -> None:
    from mhero.registry.models import Role

    made = begin(country)
    answer(made, country.saah, "2", "2", "boss", "5")
    proposal, page = one(), browser(country.korto)
    address = f"/validation/proposals/{proposal.id}/"
    shown = page.get(address).content.decode()
    assert "Nothing of that name is known here" in shown
    assert "Accept it" not in shown
    wrong = page.post(address, {"decision": "choose", "value": ""})
    assert wrong.status_code == 200
    assert page.post(address, {"decision": "choose", "value": "Nurse"}).status_code == 302
    assert Role.objects.get(person=country.saah).job == "Nurse"
    assert one().state == "accepted"


def test_a_district_officer_sees_and_decides_her_area_alone(country: SimpleNamespace) -> None:
    made = begin(country)
    answer(made, country.musu, "2", "1", "Musu Varney", "5")
    answer(made, country.hawa, "2", "1", "Hawa Varney", "5")
    of_bong, of_lofa = one(person_id=country.musu.id), one(person_id=country.hawa.id)
    flomo = browser(country.flomo)
    listed = flomo.get("/validation/proposals/?state=all").content.decode()
    assert "Hawa Varney" in listed
    assert "Musu" not in listed
    assert "Musu" not in flomo.get("/validation/people/").content.decode()
    assert flomo.get(f"/validation/proposals/{of_bong.id}/").status_code == 404
    assert flomo.post(f"/validation/proposals/{of_bong.id}/", {"decision": "accept"}).status_code == 404
    # The round is the country's, and not of her area.
    assert flomo.get(f"/validation/rounds/{made.id}/").status_code == 404
    both = {"proposal": [str(of_bong.id), str(of_lofa.id)], "decision": "accept"}
    flomo.post("/validation/proposals/decide", both)
    of_bong.refresh_from_db()
    of_lofa.refresh_from_db()
    assert (of_bong.state, of_lofa.state) == ("waiting", "accepted")
    assert browser(country.teah).get("/validation/proposals/").status_code == 403


def test_an_officer_of_an_area_asks_the_people_of_her_area(country: SimpleNamespace) -> None:
    from mhero.outreach.models import ValidationAsk, ValidationRound

    flomo = browser(country.flomo)
    form = {"name": "Lofa", "kind": "people", "people_parts": ["name", "phone"], "when": "now"}
    wrong = flomo.post("/validation/new", form | {"people_parts": []})
    assert "Tick at least one." in wrong.content.decode()
    flomo.post("/validation/new", form)
    made = ValidationRound.objects.get()
    page = flomo.get(f"/validation/rounds/{made.id}/check").content.decode()
    assert "are you Hawa Johnson" in page
    assert "Ask 1 person" in page
    flomo.post(f"/validation/rounds/{made.id}/check", {"shown": "7"})
    assert not ValidationAsk.objects.exists()
    flomo.post(f"/validation/rounds/{made.id}/check", {"shown": "1"})
    assert [ask.person_id for ask in ValidationAsk.objects.all()] == [country.hawa.id]
    assert "Lofa" in flomo.get("/validation/").content.decode()


def test_whom_texts_did_not_settle_is_listed_with_the_reason_and_the_suspicion(
    country: SimpleNamespace,
) -> None:
    from mhero.messaging.models import Broadcast
    from mhero.outreach.validation import queries, worklist
    from mhero.outreach.validation.ghosts import points

    rounds_made = [begin(country) for _ in range(3)]
    answer(rounds_made[-1], country.musu, "1")
    answer(rounds_made[-1], country.hawa, "3")
    # Nobody is late before the three days are over.
    assert [line.name for line in worklist.lines(None)] == ["Hawa Johnson"]
    Broadcast.objects.update(status="sent", started_at=datetime.now(UTC) - timedelta(days=4))
    in_charges = begin(country, "in_charges", IN_CHARGES)
    answer(in_charges, country.garmai, "1", "2", "0", "0", "0")
    found = {line.name: line for line in worklist.lines(None)}
    assert {name: line.reason for name, line in found.items()} == {
        "Saah Tamba": "said_left",
        "Hawa Johnson": "not_me",
    }
    saah = found["Saah Tamba"].signs
    assert (saah.silent_rounds, saah.is_said_left, saah.is_not_named, points(saah)) == (3, True, True, 85)
    assert worklist.counted(None)[country.bong.id] == {"said_left": 1}
    assert queries.open_by_county(None) == {country.bong.id: 1}
    page = browser(country.korto).get("/validation/people/").content.decode()
    assert "Strong suspicion" in page
    assert "No answer in the last 3 rounds (+30)" in page
    file = browser(country.korto).get("/validation/people/file.csv?reason=said_left")
    text = b"".join(file.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert text.splitlines()[1].startswith("Saah Tamba,")
    assert len(text.splitlines()) == 2
    assert audited("worklist.exported")
    # A later word of the in-charge, that she is there after all, takes it back.
    answer(in_charges, country.garmai, "1", "0", "0", "0", "0", at=datetime.now(UTC) + timedelta(minutes=5))
    assert {line.name: line.reason for line in worklist.lines(None)}["Saah Tamba"] == "silent"


def test_whoever_was_dealt_with_leaves_the_list(country: SimpleNamespace) -> None:
    from mhero.outreach.validation import deciding, worklist
    from mhero.registry.services import correct_number

    made, in_charges = begin(country), begin(country, "in_charges", IN_CHARGES)
    answer(made, country.hawa, "3", at=datetime.now(UTC) - timedelta(hours=1))
    answer(in_charges, country.garmai, "1", "2", "0", "0", "0", at=datetime.now(UTC) - timedelta(hours=1))
    reasons = {line.name: line.reason for line in worklist.lines(None)}
    assert reasons == {"Hawa Johnson": "not_me", "Saah Tamba": "said_left"}
    correct_number(country.hawa.id, "0770 999 222", country.korto)
    deciding.refuse(one(subject="work").id, country.korto, "He is on the night shift.")
    assert list(worklist.lines(None)) == []


def test_a_worker_that_dies_while_it_takes_an_answer_leaves_nothing_and_does_it_again(
    country: SimpleNamespace,
) -> None:
    from django.db import transaction

    from mhero.messaging.models import FlowRun
    from mhero.outreach.models import ValidationAnswer
    from mhero.outreach.validation.taking import Taking

    made = begin(country)
    run = answer(made, country.musu, "2", "1", "Musu Varney", "4", "0770 999 111", is_taken=False)
    with transaction.atomic():
        Taking(FlowRun.objects.get(id=run), made).take()
        kept = [each.id for each in proposals()]
        transaction.set_rollback(True)
    assert (proposals(), ValidationAnswer.objects.count()) == ([], 0)
    take()
    take()
    assert [each.id for each in proposals()] == kept
    assert (len(kept), ValidationAnswer.objects.get().id) == (2, run)


def test_numbers_that_never_deliver_are_listed(country: SimpleNamespace) -> None:
    from mhero.messaging.models import Contact, Message, SMSChannel
    from mhero.outreach.validation import worklist

    made = begin(country)
    answer(made, country.saah, "1")
    contact = Contact.objects.get(person_id=country.saah.id)
    for status in ("failed", "failed"):
        Message.objects.create(
            is_incoming=False,
            contact_id=contact.id,
            sms_channel_id=SMSChannel.objects.get().id,
            number=contact.number,
            text="Hello",
            status=status,
        )
    (line,) = worklist.lines(None)
    assert (line.name, line.reason, line.signs.failed_texts) == ("Saah Tamba", "undelivered", 2)
