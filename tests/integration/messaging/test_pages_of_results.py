"""The pages of what was answered, visited as the named cast."""

import csv
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
from tests.integration.messaging.answering import ask, make_contacts, make_flow, make_send, named

from mhero.platform.clock import now
from mhero.platform.ids import new_id

BONG, LOFA = new_id(), new_id()


class Cast:
    """One send of questions to 60 people, half of them in Bong, and who may look at it."""

    def __init__(self) -> None:
        from mhero.accounts.models import User
        from mhero.messaging.models import SMSChannel

        self.korto = User.objects.create_user("korto@example.org", name="Korto", role="administrator")
        self.flomo = User.objects.create_user(
            "flomo@example.org", name="Flomo", role="communications_officer", area_id=BONG
        )
        self.saye = User.objects.create_user("saye@example.org", name="Saye", role="viewer")
        self.teah = User.objects.create_user("teah@example.org", name="Teah", role="nobody")
        self.channel = SMSChannel.objects.create(
            type="external", name="Lonestar", address="1234", send_url="https://sms.example.org/send"
        )
        self.flow = make_flow()
        self.send = make_send(self.flow, self.channel)
        self.contacts = make_contacts(60, lambda n: [BONG if n % 2 else LOFA])
        ask(self.flow, self.send, self.contacts)


@pytest.fixture
def cast(db: None) -> Cast:
    return Cast()


def visit(user: Any, address: str) -> Any:
    from django.test import Client

    browser = Client()
    browser.force_login(user)
    return browser.get(address)


def read(user: Any, address: str) -> str:
    answer = visit(user, address)
    assert answer.status_code == 200, answer.status_code
    body: str = answer.content.decode()
    return body


def of(cast: Cast, rest: str = "") -> str:
    return f"/results/{cast.flow.id}/{rest}"


def test_the_list_says_how_many_have_answered(cast: Cast) -> None:
    from mhero.messaging.models import FlowRun

    answered = FlowRun.objects.filter(is_answered=True).count()
    assert f"{answered} of 60" in read(cast.korto, "/results/")
    in_bong = FlowRun.objects.filter(is_answered=True, contact__place_ids__contains=[BONG]).count()
    assert f"{in_bong} of 30" in read(cast.flomo, "/results/")


def test_the_charts_account_for_everybody(cast: Cast) -> None:
    from mhero.messaging.models import FlowRun

    page = read(cast.korto, of(cast, f"?send={cast.send.id}"))
    answered = FlowRun.objects.filter(is_answered=True).count()
    assert f"{answered} of 60 people who were asked have answered, {60 - answered} have not." in page
    assert "Is there BCG on your shelf?" in page
    assert "Middle answer" in page
    assert "Midwife" in page


def test_a_send_that_nobody_has_answered_says_so(cast: Cast) -> None:
    from mhero.messaging.models import FlowRun

    FlowRun.objects.update(is_answered=False)
    assert "0 of 60 have replied" in read(cast.korto, of(cast))


def test_a_send_that_has_not_begun_says_for_how_many_it_is(cast: Cast) -> None:
    from mhero.messaging.models import Recipient

    flow = make_flow("Measles")
    send = make_send(flow, cast.channel, started_at=None, status="held", finished_at=None)
    Recipient.objects.bulk_create([Recipient(broadcast=send, contact=each) for each in cast.contacts])
    assert "0 of 60 have replied" in read(cast.korto, f"/results/{flow.id}/?send={send.id}")
    assert "0 of 30 have replied" in read(cast.flomo, f"/results/{flow.id}/")


def test_whoever_may_not_read_replies_sees_figures_and_no_persons(cast: Cast) -> None:
    page = read(cast.saye, of(cast))
    assert "No fridge that works" not in page
    assert f"{cast.flow.id}/people" not in page
    assert "answers.csv" not in page
    assert visit(cast.saye, of(cast, "people")).status_code == 403
    assert visit(cast.saye, of(cast, "answers.csv")).status_code == 403
    assert "fridge" not in read(cast.saye, of(cast, "questions/why"))
    for address in ("/results/", of(cast), of(cast, "people"), of(cast, "way"), of(cast, "questions/bcg")):
        assert visit(cast.teah, address).status_code == 403


def test_a_district_officer_sees_her_own_people_alone(cast: Cast) -> None:
    page = read(cast.flomo, of(cast, "people"))
    assert "Musu 1<" in page
    assert "Musu 2<" not in page
    flow = make_flow("Elsewhere")
    send = make_send(flow, cast.channel)
    ask(flow, send, make_contacts(1, lambda _n: [LOFA], first=500))
    assert visit(cast.flomo, f"/results/{flow.id}/").status_code == 404
    assert visit(cast.flomo, f"/messages/{send.id}/conversations").status_code == 404


def test_the_table_is_read_page_by_page(cast: Cast) -> None:
    import re

    from mhero.accounts.models import AuditEvent

    address, seen = of(cast, "people"), []
    while address:
        page = read(cast.korto, address)
        seen += re.findall(r"Musu (\d+)</a>", page)
        older = re.search(r'href="([^"]+)" rel="next"', page)
        address = older[1].replace("&amp;", "&") if older else ""
    assert sorted(map(int, seen)) == list(range(60))
    assert AuditEvent.objects.filter(action="results.listed").count() == 2


def test_a_bar_leads_to_the_people_behind_it(cast: Cast) -> None:
    from mhero.messaging.models import Answer

    people = Answer.objects.filter(key="bcg", category="No").count()
    page = read(cast.korto, of(cast, "people?question=bcg&answer=No"))
    assert page.count('scope="row"') == people
    assert "BCG: No" in page
    silent = read(cast.korto, of(cast, "people?answered=no"))
    from mhero.messaging.models import FlowRun

    assert silent.count('scope="row"') == FlowRun.objects.filter(is_answered=False).count()


def test_results_are_narrowed_in_the_address(cast: Cast) -> None:
    page = read(cast.korto, of(cast, "people?cadre=Nurse&county=Bong"))
    assert page.count('scope="row"') == 3
    today = now().date()
    assert "Nobody was asked in these days" in read(
        cast.korto, of(cast, f"?until={today - timedelta(days=9)}")
    )
    assert visit(cast.korto, of(cast, f"?send={new_id()}")).status_code == 404


def test_the_csv_holds_every_answer_and_no_formula(cast: Cast) -> None:
    from mhero.accounts.models import AuditEvent
    from mhero.messaging.models import FlowRun

    run = FlowRun.objects.filter(status="completed").first()
    assert run is not None
    run.results["why"]["value"] = "=HYPERLINK(1)"
    run.save()
    answer = visit(cast.korto, of(cast, "answers.csv"))
    rows = list(csv.DictReader(StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert len(rows) == 60
    runs = list(FlowRun.objects.all())
    assert sum(row["BCG"] == "Yes" for row in rows) == sum(
        each.results.get("bcg", {}).get("category") == "Yes" for each in runs
    )
    assert "'=HYPERLINK(1)" in {row["Why"] for row in rows}
    assert {row["County"] for row in rows} == {"Bong", "Lofa", "Nimba", "Margibi", "Montserrado"}
    entry = AuditEvent.objects.get(action="results.exported")
    assert entry.people == 60


def test_the_workbook_opens_with_numbers_and_times(cast: Cast) -> None:
    from datetime import datetime

    from openpyxl import load_workbook

    answer = visit(cast.flomo, of(cast, f"answers.xlsx?send={cast.send.id}"))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="bcg-stock-november.xlsx"'
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    heading, *rows = sheet.iter_rows(values_only=True)
    assert heading[-5:] == ("BCG", "Doses", "Where", "Since", "Why")
    assert len(rows) == 30
    doses = [row[heading.index("Doses")] for row in rows if row[heading.index("Doses")] is not None]
    assert doses
    assert all(isinstance(each, int) for each in doses)
    assert all(isinstance(row[heading.index("Asked at")], datetime) for row in rows)


def test_the_page_of_the_send_accounts_for_everybody_chosen(cast: Cast) -> None:
    from mhero.messaging.models import Message, Recipient, Session
    from mhero.messaging.queries import watching

    left = make_contacts(3, lambda _n: [BONG], first=700)
    Recipient.objects.bulk_create([Recipient(broadcast=cast.send, contact=each) for each in left])
    Message.objects.create(
        is_incoming=False,
        contact_id=left[0].id,
        broadcast_id=cast.send.id,
        sms_channel_id=cast.channel.id,
        number=left[0].number,
        text="",
        status="cancelled",
        reason="opted_out",
    )
    seen = watching._counted(cast.send, None)
    assert seen.chosen == 63 == seen.states.total()
    assert (seen.asked, seen.states[watching.State.NOT_ASKED], seen.not_asked["opted_out"]) == (60, 3, 1)
    page = read(cast.korto, f"/messages/{cast.send.id}/")
    assert "63 people were chosen, 60 have been asked." in page
    for state in watching.State:
        listed = read(cast.korto, f"/messages/{cast.send.id}/conversations?state={state}")
        assert listed.count('scope="row"') == (3 if state == "ahead" else seen.states[state])
    # While it goes on, those without a reason are still ahead.
    cast.send.finished_at = None
    going = watching._counted(cast.send, None)
    assert (going.states[watching.State.AHEAD], going.states[watching.State.NOT_ASKED]) == (2, 1)
    assert Session.objects.count() == 60
    assert watching._counted(cast.send, BONG).chosen == 33


def test_the_ways_are_counted_for_those_who_see_the_whole_country(cast: Cast) -> None:
    from uuid import UUID

    from mhero.messaging.models import StepCount

    for times in (3, 4):
        StepCount.objects.create(
            flow=cast.flow,
            broadcast_id=cast.send.id,
            exit_id=UUID(named("bcg Yes exit")),
            destination_id=UUID(named("doses")),
            count=times,
        )
    page = read(cast.korto, of(cast, f"way?send={cast.send.id}"))
    assert "Every step" in page
    assert "Yes → " in page
    counts = visit(cast.korto, of(cast, "counts")).json()
    assert counts == {"exits": {named("bcg Yes exit"): 7}}
    assert "Every step" not in read(cast.flomo, of(cast, "way"))
    assert visit(cast.flomo, of(cast, "counts")).status_code == 404


def test_the_map_shows_each_county_of_the_registry(cast: Cast) -> None:
    from mhero.registry.models import Place

    top = Place.objects.create(id=new_id(), kind="jurisdiction", name="Liberia", level=1, path=[])
    Place.objects.create(
        id=new_id(),
        kind="jurisdiction",
        name="Bong",
        level=2,
        parent=top,
        path=[],
        latitude=7,
        longitude=-9.5,
    )
    drawn = visit(cast.korto, of(cast, "map.json?question=bcg&answer=Yes")).json()
    (bong,) = drawn["points"]
    assert bong["name"] == "Bong"
    assert 0 < bong["value"] <= 100
    assert " of " in bong["text"]


def test_a_question_that_is_not_there_is_not_found(cast: Cast) -> None:
    assert visit(cast.korto, of(cast, "questions/nothing")).status_code == 404
    page = read(cast.korto, of(cast, "questions/bcg?by=cadre"))
    assert "Midwife" in page


def test_a_conversation_shows_its_steps_between_the_messages(cast: Cast) -> None:
    from mhero.messaging.models import ContactEvent, Message

    contact = cast.contacts[0]
    at = now() - timedelta(minutes=10)
    common = {"contact_id": contact.id, "sms_channel_id": cast.channel.id, "number": contact.number}
    said = {"flow_id": cast.flow.id, "contact_id": contact.id}
    steps = [
        (0, "flow_started", {"flow": "BCG stock"}),
        (2, "result", {"name": "BCG", "value": "no", "category": "No"}),
        (3, "changed", {"what": "Ward", "from": "", "to": "Children"}),
        (4, "webhook", {"url": "https://x.test", "status": 500, "outcome": "response_error"}),
        (5, "error", {"words": "<b>division by zero</b>"}),
        (6, "flow_ended", {"status": "interrupted", "reason": "stopped"}),
    ]
    for minutes, kind, data in steps:
        ContactEvent.objects.create(id=new_id(at + timedelta(minutes=minutes)), kind=kind, data=data, **said)
    for minutes, is_incoming, text in ((1, False, "Is there BCG?"), (1.5, True, "Nope")):
        Message.objects.create(
            id=new_id(at + timedelta(minutes=minutes)),
            is_incoming=is_incoming,
            text=text,
            status="received" if is_incoming else "sent",
            **common,
        )
    page = read(cast.korto, f"/inbox/{contact.id}/")
    order = [
        "Questions began: BCG stock",
        "Is there BCG?",
        "Nope",
        "Understood as BCG: No (no)",
        "Ward changed to Children",
        "Another system was asked, and did not answer as it should",
        "A step did not work: &lt;b&gt;division by zero&lt;/b&gt;",
        "Questions ended before their end: BCG stock",
    ]
    places = [page.index(words) for words in order]
    assert places == sorted(places)


def test_a_long_conversation_has_each_step_on_one_page(cast: Cast) -> None:
    import re

    from mhero.messaging.models import ContactEvent, Message

    contact, at = cast.contacts[0], now() - timedelta(days=1)
    for number in range(120):
        Message.objects.create(
            id=new_id(at + timedelta(seconds=2 * number)),
            is_incoming=False,
            contact_id=contact.id,
            sms_channel_id=cast.channel.id,
            number=contact.number,
            text=f"Question {number}.",
            status="sent",
        )
        ContactEvent.objects.create(
            id=new_id(at + timedelta(seconds=2 * number + 1)),
            contact_id=contact.id,
            kind="result",
            data={"name": "Step", "value": f"{number}.", "category": ""},
        )
    address, seen = f"/inbox/{contact.id}/", []
    while address:
        page = read(cast.korto, address)
        seen += re.findall(r"Understood as Step: (\d+)\.", page)
        older = re.search(r'href="([^"]+)" rel="next"', page)
        address = older[1].replace("&amp;", "&") if older else ""
    assert sorted(map(int, seen)) == list(range(120))


def test_open_questions_can_be_stopped_when_everybody_was_asked(cast: Cast) -> None:
    from django.test import Client

    from mhero.messaging.models import Session

    waiting = Session.objects.filter(status="waiting").count()
    assert waiting
    page = read(cast.korto, f"/messages/{cast.send.id}/")
    assert "Stop the questions" in page
    assert "Stop the questions" not in read(cast.saye, f"/messages/{cast.send.id}/")
    browser = Client()
    browser.force_login(cast.korto)
    answer = browser.post(f"/messages/{cast.send.id}/stop", follow=True)
    assert "The send is stopped." in answer.content.decode()
    assert Session.objects.filter(status="waiting").count() == 0
    assert Session.objects.filter(status="interrupted", reason="stopped").count() >= waiting


def test_the_page_of_the_send_keeps_the_contract(cast: Cast) -> None:
    from tests.integration.console.contract import breaches_of_fragment, breaches_of_page

    page = read(cast.korto, f"/messages/{cast.send.id}/")
    assert list(breaches_of_page(page, language="en", has_frame=True)) == []
    fragment = read(cast.korto, f"/messages/{cast.send.id}/status")
    assert list(breaches_of_fragment(fragment)) == []
