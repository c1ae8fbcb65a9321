"""One of everything, around the named cast, for tests that visit pages.

Korto runs the registry, Flomo is a district officer, Musu is a nurse with a feature phone, Teah must see
nothing.
Call `fill` inside a test that has a database.
"""

import json
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any
from uuid import UUID

from mhero.platform.clock import now
from mhero.platform.ids import new_id

SECRET_OF_INVITATION = "an-invitation-that-only-tests-know"


@dataclass(frozen=True, kw_only=True)
class World:
    #: The people who visit pages, by the name that a failure shows.
    visitors: dict[str, Any]
    #: For each parameter of an address, an object that there is.
    samples: dict[str, Any]
    #: The same for a page whose parameter is named like another room's: a channel of messaging.
    of_page: dict[str, dict[str, Any]]


def fill() -> World:
    places = _places()
    musu = _musu(places)
    users = _users(places)
    _versions_of(musu)
    sms_channel, of_messaging = _messaging(musu, places)
    samples = {"person_id": musu.id, "place_id": places["Phebe Hospital"].id}
    samples |= _accounts(users) | _exchange() | of_messaging | _outreach(users["administrator"])
    samples |= _stock(musu, places["Phebe Hospital"])
    samples |= _referral(musu, places)
    alerts, of_alerts = _alerts(users["administrator"], places)
    samples |= alerts
    samples |= _care(musu, places["Phebe Hospital"], users["administrator"])
    samples |= _assessment(musu, places["Phebe Hospital"], users["administrator"])
    samples |= _lists(users["administrator"], samples["flow_id"])
    of_sms_channel = {"channel_id": sms_channel}
    of_answers = _answers(sms_channel)
    made, of_reach = _reach(users["administrator"], of_answers["broadcast_conversations"]["broadcast_id"])
    samples |= made
    proposal, of_validation = _validation(users["administrator"], musu, samples)
    samples |= proposal
    return World(
        visitors=users,
        samples=samples,
        of_page=dict.fromkeys(("sms_channel", "sms_channel_test", "sms_channel_log"), of_sms_channel)
        | of_answers
        | {"broadcast_reask": of_answers["broadcast_conversations"], "send_reach": of_reach}
        | of_alerts
        | of_validation
        | dict.fromkeys(("questions_edit", "questions_look"), _questions(users["administrator"])),
    )


def _places() -> dict[str, Any]:
    from mhero.registry.models import Level, Place

    for level, name in enumerate(["Country", "County", "District", "Facility"], start=1):
        Level.objects.update_or_create(level=level, defaults={"name": name})
    made: dict[str, Any] = {}
    path: list[UUID] = []
    for level, name in enumerate(["Liberia", "Bong", "Gbarnga", "Phebe Hospital"], start=1):
        place_id = new_id()
        path = [*path, place_id]
        made[name] = Place.objects.create(
            id=place_id,
            kind="facility" if level == 4 else "jurisdiction",
            name=name,
            level=level,
            parent_id=path[-2] if level > 1 else None,
            path=path,
            facility_type="Hospital" if level == 4 else "",
            latitude=7.0,
            longitude=-9.5,
        )
    lofa = new_id()
    made["Lofa"] = Place.objects.create(
        id=lofa, kind="jurisdiction", name="Lofa", level=2, parent_id=path[0], path=[path[0], lofa]
    )
    return made


def _musu(places: dict[str, Any]) -> Any:
    from mhero.registry.models import Person, PhoneNumber, Role

    phebe = places["Phebe Hospital"]
    musu = Person.objects.create(
        id=new_id(),
        name="Musu Kollie",
        given_name="Musu",
        family_name="Kollie",
        gender="female",
        languages=["en"],
        cadres=["Registered Nurse"],
        place=phebe,
        place_ids=phebe.path,
        facility_types=["Hospital"],
        phone="+231770000001",
        phone_state="usable",
        change=1,
    )
    Role.objects.create(
        id=new_id(), person=musu, place=phebe, job="Nurse", cadre="Registered Nurse", start=now().date()
    )
    PhoneNumber.objects.create(person=musu, raw="0770 000 001", number="+231770000001", use="mobile")
    return musu


def _users(places: dict[str, Any]) -> dict[str, Any]:
    from mhero.accounts.models import User
    from mhero.accounts.roles import Role

    users = {
        role.value: User.objects.create_user(f"{role.value}@example.org", name=role.name.title(), role=role)
        for role in Role
    }
    users["Flomo, a district officer"] = User.objects.create_user(
        "flomo@example.org",
        name="Flomo",
        role=Role.COMMUNICATIONS_OFFICER,
        area_id=places["Gbarnga"].id,
    )
    users["Teah, who must see nothing"] = User.objects.create_user(
        "teah@example.org", name="Teah", role="nobody"
    )
    # Usable, so that pages ask for it; nobody signs in with it.
    User.objects.update(password="scrypt$placeholder")
    return {who: User.objects.get(pk=user.pk) for who, user in users.items()}


def _versions_of(musu: Any) -> None:
    from mhero.registry.models import Origin, Resource, Version

    body = {
        "resourceType": "Practitioner",
        "id": str(musu.id),
        "active": True,
        "name": [{"use": "official", "text": "Musu Kollie", "family": "Kollie", "given": ["Musu"]}],
        "telecom": [{"system": "phone", "use": "mobile", "value": "0770 000 001"}],
    }
    Resource.objects.create(id=musu.id, type="Practitioner", updated_at=now(), body=body)
    Version.objects.create(resource_id=musu.id, type="Practitioner", version=1, updated_at=now(), body=body)
    Origin.objects.create(resource_id=musu.id, source="ihris", key="Practitioner/1", digest="x")


def _accounts(users: dict[str, Any]) -> dict[str, Any]:
    from mhero.accounts.models import Invitation
    from mhero.accounts.queries import digest_of
    from mhero.accounts.services import record_audit

    invitation = Invitation.objects.create(
        email="saye@example.org",
        invited_by=users["administrator"],
        secret_digest=digest_of(SECRET_OF_INVITATION),
        expires_at=now() + timedelta(days=1),
    )
    record_audit("sign_in.done", "korto@example.org", user=users["administrator"], how="a password")
    return {
        "user_id": users["viewer"].id,
        "invitation_id": invitation.id,
        "secret": SECRET_OF_INVITATION,
    }


def _exchange() -> dict[str, Any]:
    from mhero.connectors.models import Connection
    from mhero.exchange.models import Channel, Client, Orchestration, RefusedRecord, Run, Transaction

    Connection.objects.create(system="ihris", url="https://ihris.example.org/fhir", works=True)
    polled, _ = Channel.objects.get_or_create(
        name="iHRIS to the registry, in tests",
        defaults={"type": "polling", "mediator": "ihris", "polling_schedule": "10 minutes"},
    )
    client = Client.objects.create(
        client_id="dashboard", name="The ministry's dashboard", roles=["facilities"]
    )
    transaction = Transaction.objects.create(
        channel_id=polled.id,
        client_id="dashboard",
        client_ip="127.0.0.1",
        status="Successful",
        method="GET",
        path="/fhir/Location",
        querystring="_count=10",
        request_headers={"Accept": "application/fhir+json"},
        request_body=b"",
        response_status=200,
        response_body=b'{"resourceType": "Bundle"}',
        error="",
        seconds=0.2,
    )
    orchestration = Orchestration.objects.create(
        transaction_id=transaction.id,
        name="Read Practitioner",
        method="GET",
        url="https://ihris.example.org/fhir/Practitioner",
        request_body=b"",
        status=200,
        seconds=0.1,
        bytes=2000,
        response_body=b"{}",
        error="",
    )
    run = Run.objects.create(
        channel=polled,
        transaction_id=transaction.id,
        status="done_with_problems",
        requested_by="schedule",
        started_at=now(),
        finished_at=now(),
        counts={"read": 10, "new": 8, "changed": 1, "refused": 1},
    )
    refused = RefusedRecord.objects.create(
        channel=polled, key="Practitioner/9", reason="It has no name.", raw={"id": "9"}
    )
    return {
        "channel_id": polled.id,
        "client_id": client.id,
        "transaction_id": transaction.id,
        "orchestration_id": orchestration.id,
        "run_id": run.id,
        "record_id": refused.id,
        "system": "ihris",
    }


def _flows() -> dict[str, Any]:
    from mhero.accounts.models import User
    from mhero.messaging.definitions import empty_definition
    from mhero.messaging.models.flows import FlowFile
    from mhero.messaging.services import create_flow, publish_flow

    user = User.objects.get(email="administrator@example.org")
    flow_id, node_id = new_id(), str(new_id())
    definition = empty_definition(flow_id, "Stock", "eng")
    asked = {
        "uuid": str(new_id()),
        "type": "send_msg",
        "text": "Is there BCG on your shelf, @contact.first_name?",
    }
    way = {"uuid": str(new_id()), "destination_uuid": None}
    definition["nodes"] = [{"uuid": node_id, "actions": [asked], "exits": [way]}]
    flow = create_flow("Stock", user, definition=definition, flow_id=flow_id)
    publish_flow(flow.id, user)
    file = FlowFile.objects.create(
        name="flows.json", content=json.dumps({"flows": [definition]}).encode(), uploaded_by_id=user.id
    )
    return {"flow_id": flow.id, "file_id": file.id, "revision": 1}


def _messaging(musu: Any, places: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    from mhero.messaging.models import Broadcast, Contact, Message, SMSChannel

    channel = SMSChannel.objects.create(
        type="external", name="Sandbox network", address="1234", send_url="https://sms.example.org/send"
    )
    contact = Contact.objects.create(
        person_id=musu.id,
        number="+231770000001",
        name="Musu Kollie",
        language="eng",
        fields={"first_name": "Musu", "cadre": "Registered Nurse", "county": "Bong"},
        place_ids=places["Phebe Hospital"].path,
        last_message_at=now(),
    )
    broadcast = Broadcast.objects.create(
        name="Vaccine stock",
        text="Hello @contact.first_name, is there BCG on your shelf?",
        sms_channel=channel,
        status="sent",
        audience_description="Nurses in Bong",
        created_by="korto@example.org",
        starts_at=now(),
        started_at=now(),
        finished_at=now(),
        expires_at=now() + timedelta(days=1),
        accounted={"chosen": 1, "will_send": 1},
        expanded=1,
    )
    common = {"contact_id": contact.id, "sms_channel_id": channel.id, "number": contact.number}
    sent = Message.objects.create(
        is_incoming=False,
        broadcast_id=broadcast.id,
        text="Hello Musu, is there BCG on your shelf?",
        status="delivered",
        sent_at=now(),
        final_at=now(),
        **common,
    )
    Message.objects.create(is_incoming=True, text="Yes pls", status="received", answers_id=sent.id, **common)
    flows = _flows()
    return channel.id, flows | {"broadcast_id": broadcast.id, "contact_id": contact.id, "message_id": sent.id}


def _answers(channel_id: UUID) -> dict[str, dict[str, Any]]:
    """Questions that Musu was asked, for the pages of what was answered."""
    from tests.integration.messaging.answering import ask, make_flow, make_send

    from mhero.messaging.models import Contact, SMSChannel

    flow = make_flow()
    send = make_send(flow, SMSChannel.objects.get(id=channel_id))
    # With this seed she answers everything.
    ask(flow, send, list(Contact.objects.filter(name="Musu Kollie")), seed=0)
    pages = ("of", "way", "counts", "table", "csv", "xlsx", "map")
    of_flow = {f"results_{page}": {"flow_id": flow.id} for page in pages}
    return of_flow | {
        "results_question": {"flow_id": flow.id, "key": "why"},
        "broadcast_conversations": {"broadcast_id": send.id},
    }


def _outreach(korto: Any) -> dict[str, Any]:
    from mhero.outreach.models import Audience, Draft
    from mhero.outreach.schedules import plan
    from mhero.outreach.turns import Pattern

    audience = Audience.objects.create(name="Nurses of Bong", filter={"cadres": ["Registered Nurse"]})
    draft = Draft.objects.create(
        owner=korto, filter={"cadres": ["Registered Nurse"]}, text="Hello @contact.first_name"
    )
    pattern = Pattern(repeats="weekly", weekdays=[0], at=time(9))
    schedule = plan(draft, korto, pattern, expires_after_hours=24)
    return {
        "draft_id": draft.id,
        "audience_id": audience.id,
        "schedule_id": schedule.id,
        "request_id": _asked_by_ihris(),
    }


def _asked_by_ihris() -> Any:
    """What iHRIS has sent every Monday, and was sent once."""
    from mhero.exchange.models import Client
    from mhero.messaging.models import Broadcast
    from mhero.outreach.models import AlertRequest
    from mhero.platform.clock import now

    Client.objects.create(client_id="ihris5", name="iHRIS 5", roles=["messaging-pages"])
    cron = "http://mhero.org/fhir/StructureDefinition/sms-cron-expression-schedule"
    body = {
        "payload": [{"contentString": "Send your weekly report."}],
        "recipient": [{"reference": "Practitioner/1"}],
        "extension": [{"url": cron, "valueString": "0 9 * * 1"}],
    }
    asked = AlertRequest.objects.create(client_id="ihris5", body=body, cron="0 9 * * 1", next_at=now())
    send = Broadcast.objects.order_by("id").first()
    AlertRequest.objects.create(
        client_id="ihris5", body=body, based_on=asked, broadcast=send, accounted={"will_send": 1}
    )
    return asked.id


def _reach(korto: Any, send_id: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """An announcement, questions in two counties, what came of them; and a draft that asks."""
    from mhero.messaging.models import Broadcast, Contact
    from mhero.outreach.models import Draft, ReachAsk, ReachPart, ReachRound

    asked = Broadcast.objects.get(id=send_id)
    told = Broadcast.objects.create(
        name="BCG stock: announcement",
        text="Tomorrow we ask you 5 short questions.",
        sms_channel=asked.sms_channel,
        status="sent",
        starts_at=now(),
        expires_at=now() + timedelta(hours=1),
    )
    made = ReachRound.objects.create(name="BCG stock", owner=korto, draft_id=new_id())
    ReachPart.objects.create(broadcast=told, round=made, is_announcement=True)
    ReachPart.objects.create(broadcast=asked, round=made, counties=["Bong", "Lofa"])
    places = Contact.objects.exclude(place_ids=[]).values_list("place_ids", flat=True)[0]
    ReachAsk.objects.bulk_create(
        ReachAsk(
            session_id=new_id(),
            broadcast_id=asked.id,
            asked_at=now(),
            hour=9 if n % 2 else 15,
            weekday=n % 5,
            operator="Orange Liberia" if n % 3 else "Lonestar MTN",
            county="Bong" if n % 4 else "Lofa",
            cadre="Nurse",
            language="eng" if n % 5 else "",
            parts=1,
            questions=5,
            was_announced=True,
            is_reask=False,
            answered_first=n % 2 == 0,
            answered_all=n % 4 == 0,
            place_ids=places,
        )
        for n in range(400)
    )
    draft = Draft.objects.create(owner=korto, flow_id=asked.flow_id, name="BCG stock")
    return {"round_id": made.id}, {"draft_id": draft.id}


def _stock(musu: Any, phebe: Any) -> dict[str, Any]:
    from mhero.messaging.models import Contact
    from mhero.outreach.periods import Period
    from mhero.outreach.stock.models import StockLevel, StockProduct, StockReport

    # As the board asks for it: in its first days a month is that before.
    period = Period.reported_on(now().date(), "Monthly", 5)
    product = StockProduct.objects.create(name="Artemether-lumefantrine", code="mal", unit="tablet")
    report = StockReport.objects.create(
        id=new_id(),
        contact_id=Contact.objects.get(person_id=musu.id).id,
        person_id=musu.id,
        facility=phebe,
        period=period.name,
        text="soh mal 0",
        reported_at=now(),
        state="taken",
        language="en",
    )
    StockLevel.objects.create(
        facility=phebe,
        product=product,
        period=period.name,
        period_start=period.start,
        on_hand=0,
        report=report,
    )
    return {"product_id": product.id}


def _referral(musu: Any, places: dict[str, Any]) -> dict[str, Any]:
    """Musu, of Phebe, refers Hawa to a clinic in Lofa, where nobody can be texted."""
    from mhero.messaging.models import Contact
    from mhero.outreach.referrals.services import Order, refer
    from mhero.registry.models import Place

    clinic = new_id()
    zorzor = Place.objects.create(
        id=clinic,
        kind="facility",
        name="Zorzor Clinic",
        level=3,
        parent=places["Lofa"],
        path=[*places["Lofa"].path, clinic],
    )
    order = Order(
        client="Hawa Johnson",
        reason="bleeding",
        from_facility=places["Phebe Hospital"],
        to_facility=zorzor,
        at=now(),
        contact=Contact.objects.get(person_id=musu.id),
        person_id=musu.id,
    )
    return {"referral_id": refer(order).referral.id}


def _alerts(korto: Any, places: dict[str, Any]) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """An alert that Musu has not confirmed, and for the pages before it one that was not sent."""
    from mhero.messaging.models import Contact
    from mhero.outreach.alerts import services
    from mhero.outreach.alerts.models import Alert
    from mhero.outreach.alerts.thresholds.models import Crossing, ThresholdRule

    text = {"name": "Cholera", "text": "Cholera in Gbarnga.", "translations": {"fra": "Choléra à Gbarnga."}}
    sent = Alert.objects.create(owner=korto, audience_description="Nurses in Bong", **text)
    services.begin(sent, [Contact.objects.get(name="Musu Kollie").id], now)
    prepared = Alert.objects.create(owner=korto, **text)
    pages = ("alert_what", "alert_check", "alert_discard")
    rule = ThresholdRule.objects.create(
        name="Cholera",
        owner=korto,
        data_set="IDSRWeekly1",
        data_element="CasesCholer",
        element_name="Cholera, new cases",
        period_type="Weekly",
        limit=5,
        level=3,
        text="@place: @number",
    )
    raised = {"number": 7, "latest": 9, "raised_at": now(), "alert": sent}
    Crossing.objects.create(rule=rule, place=places["Gbarnga"], period="2026W9", **raised)
    samples = {"alert_id": sent.id, "one_id": sent.people.get().id, "threshold_id": rule.id}
    return samples, {page: {"alert_id": prepared.id} for page in pages}


def _care(musu: Any, phebe: Any, korto: Any) -> dict[str, Any]:
    from mhero.outreach.care import queries
    from mhero.outreach.care.models import CareReminder, ClientFile
    from mhero.outreach.care.services import Planned, Who, register

    day = queries.today()
    (kind,) = queries.kinds()
    planned = Planned(
        facility=phebe,
        kind=kind,
        due_on=day,
        source="page",
        name="Hawa Dolo",
        phone="+231770000099",
        agreed=True,
        worker_id=musu.id,
    )
    visit, _ = register(planned, Who(name="korto@example.org"), now())
    CareReminder.objects.create(visit=visit, due_on=day, days=0, audience="worker", made_at=now())
    rows = [["Name", "Facility", "Date"], ["Sia Toe", "Phebe", day.isoformat()], ["Fatu", "Nowhere", "soon"]]
    columns = {"name": 0, "facility": 1, "due_on": 2}
    file = ClientFile.objects.create(owner=korto, name="clients.xlsx", rows=rows, columns=columns)
    return {
        "care_client_id": visit.client_id,
        "visit_id": visit.id,
        "visit_kind_id": kind.id,
        "client_file_id": file.id,
    }


def _assessment(musu: Any, phebe: Any, korto: Any) -> dict[str, Any]:
    """Asked of Musu twice: she reported late, and then not at all."""
    from tests.integration.messaging.answering import ask, make_flow

    from mhero.messaging.models import Contact, FlowRun, SMSChannel
    from mhero.outreach.assessments.models import Assessment, AssessmentRound, Respondent
    from mhero.outreach.periods import Period

    flow, contact = make_flow("Cold chain check"), Contact.objects.get(person_id=musu.id)
    # With this seed she answers everything.
    ask(flow, None, [contact], seed=0, channel_id=SMSChannel.objects.get().id)
    made = Assessment.objects.create(
        name="Cold chain check",
        flow=flow,
        owner=korto,
        repeats="Weekly",
        starts_on=now().date(),
        remind_after=[2],
        escalate_after=3,
        started_at=now(),
        next_at=now() + timedelta(days=7),
    )
    this_week = Period.of(now().date(), "Weekly")
    states = ((this_week.before, "late"), (this_week, "asked"))
    for period, state in states:
        asked = AssessmentRound.objects.create(
            assessment=made,
            period=period.name,
            period_start=period.start,
            asked_at=now() - timedelta(days=1),
            due_on=now().date(),
            due_at=now() + timedelta(hours=8),
            closes_at=now() + timedelta(days=6),
            outcome="asked",
        )
        Respondent.objects.create(
            round=asked,
            place=phebe,
            path=phebe.path,
            person_id=musu.id,
            contact_id=contact.id,
            state=state,
            answered_at=now() if state == "late" else None,
            run_id=FlowRun.objects.get(flow=flow).id if state == "late" else None,
        )
    return {"assessment_id": made.id}


def _validation(
    korto: Any, musu: Any, samples: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """A round that Musu was asked in, what she corrected, and a round that nobody was asked in yet."""
    from mhero.messaging.models import Contact
    from mhero.outreach.models import Proposal, ValidationAnswer, ValidationAsk, ValidationRound

    contact = Contact.objects.get(name="Musu Kollie")
    about = {"name": "March", "kind": "people", "parts": ["name", "job", "place", "phone"], "owner": korto}
    asked = ValidationRound.objects.create(broadcast_id=samples["broadcast_id"], **about)
    ValidationAsk.objects.create(round=asked, contact_id=contact.id, person_id=musu.id)
    ValidationAnswer.objects.create(
        id=new_id(),
        round=asked,
        contact_id=contact.id,
        person_id=musu.id,
        outcome="not_me",
        answered_at=now(),
    )
    proposal = Proposal.objects.create(
        id=new_id(),
        round=asked,
        subject="name",
        person_id=musu.id,
        place_ids=musu.place_ids,
        old="Musu Kollie",
        old_words="Musu Kollie",
        new="Musu Varney",
        new_words="Musu Varney",
        value={"name": "Musu Varney"},
        said="Musu Varney",
        said_by=musu.id,
        contact_id=contact.id,
        sure="certain",
    )
    proposal.events.create(what="proposed")
    prepared = ValidationRound.objects.create(**about)
    pages = ("validation_check", "validation_change")
    return {"proposal_id": proposal.id}, {
        "validation_round": {"round_id": asked.id},
        **{page: {"round_id": prepared.id} for page in pages},
    }


def _questions(korto: Any) -> dict[str, Any]:
    from mhero.messaging.questions.typed import acted, blank
    from mhero.messaging.services import keep_questions

    whole = blank("eng")
    for kind in ("choice", "number", "date", "place", "text"):
        whole = acted(whole, f"add:{kind}")
    return {"flow_id": keep_questions(None, "All kinds", acted(whole, "language:fra"), korto).id}


def _lists(korto: Any, flow_id: UUID) -> dict[str, Any]:
    from mhero.messaging.models import Contact, ContactField, Flow, Global, Label
    from mhero.messaging.services.campaigns import PointOrder, add_point, create_campaign
    from mhero.messaging.services.groups import create_group
    from mhero.messaging.services.triggers import TriggerOrder, save_trigger

    musu = Contact.objects.get(name="Musu Kollie")
    group = create_group("Trainees", [musu.id], korto)
    campaign = create_campaign("Before the training", group, korto)
    order = PointOrder(relative_to="created_on", offset=2, texts={"eng": "Welcome @contact.first_name"})
    point = add_point(campaign, order, korto)
    trigger = save_trigger(
        TriggerOrder(type="keyword", flow=Flow.objects.get(id=flow_id), words=["stock"]), korto
    )
    ContactField.objects.create(key="hotline", name="Own hotline")
    Global.objects.create(key="hotline", name="Hotline", value="4455")
    label = Label.objects.create(name="Complaint")
    return {
        "group_id": group.id,
        "campaign_id": campaign.id,
        "point_id": point.id,
        "trigger_id": trigger.id,
        "key": "hotline",
        "label_id": label.id,
    }
