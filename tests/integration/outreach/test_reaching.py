"""Asking so that more people answer: planned on the pages, made once, counted as it was answered."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from tests.integration.messaging.answering import ask, make_flow, make_send
from tests.integration.outreach.test_asking import asked, written
from tests.integration.outreach.test_send_journey import sent, signed_in, words_of

LEVERS = {
    "announces": "on",
    "at_best_hour": "on",
    "asks_again": "on",
    "text_eng": "Ministry: tomorrow we ask.",
}


@pytest.fixture
def counties(country: SimpleNamespace) -> SimpleNamespace:
    """The country, with the county in what is known of each contact."""
    from mhero.messaging.models import Contact

    for contact in Contact.objects.all():
        contact.fields["county"] = "Bong" if country.places.bong in contact.place_ids else "Bomi"
        contact.save()
    return country


def learned(county: str, hour: int, people: int, answered: int, **own: Any) -> None:
    """So many were asked in a county at an hour, and so many answered."""
    from mhero.outreach.models import ReachAsk
    from mhero.platform.clock import now

    common = {
        "broadcast_id": uuid4(), "asked_at": now() - timedelta(days=3), "hour": hour, "weekday": 1,
        "operator": "Orange", "county": county, "cadre": "Nurse", "language": "eng", "parts": 1,
        "questions": 3, "was_announced": False, "is_reask": False, "place_ids": [],
    }  # fmt: skip
    ReachAsk.objects.bulk_create(
        ReachAsk(session_id=uuid4(), answered_first=n < answered, answered_all=n < answered, **(common | own))
        for n in range(people)
    )


def planned(client: Any, **changes: Any) -> Any:
    """A draft with levers."""
    draft = asked(client, written(client))
    answer = client.post(f"/send/{draft.id}/reach", {**LEVERS, **changes})
    assert answer.status_code == 302, words_of(answer)
    return draft


def sends() -> list[Any]:
    from mhero.messaging.models import Broadcast

    return list(Broadcast.objects.order_by("starts_at", "id"))


def test_the_check_page_leads_to_more_answers_and_says_what_happens_when(counties: SimpleNamespace) -> None:
    client = signed_in(counties.korto)
    draft = asked(client, written(client))
    assert "everybody is asked once, at the same moment" in words_of(client.get(f"/send/{draft.id}/check"))
    page = words_of(client.get(f"/send/{draft.id}/reach"))
    assert "tomorrow we will ask you 2 short questions by SMS" in page
    assert "One question in each text: 2 texts" in page
    assert "4 people the language is not known" in page
    client.post(f"/send/{draft.id}/reach", LEVERS)
    check = words_of(client.get(f"/send/{draft.id}/check"))
    assert "the announcement, 1 SMS for each person. “Ministry: tomorrow we ask.”" in check
    assert "the first question to 4 people" in check
    assert "once more to those who have not answered" in check


def test_each_county_is_asked_at_its_hour_on_the_day_after_the_announcement(
    counties: SimpleNamespace,
) -> None:
    from mhero.outreach.models import ReachRound

    learned("Bong", 9, 900, 400)
    learned("Bong", 15, 900, 150)
    learned("Bomi", 15, 900, 300)
    learned("Bomi", 9, 900, 100)
    client = signed_in(counties.korto)
    draft = planned(client)
    answer = sent(client, draft, 4)
    [made] = ReachRound.objects.all()
    assert answer.url == f"/reach/rounds/{made.id}/"
    announced, bong, bomi = sends()
    assert (announced.text, announced.flow_id) == ("Ministry: tomorrow we ask.", None)
    assert announced.recipients.count() == 4
    assert {bong.recipients.count(), bomi.recipients.count()} == {2}
    local = [send.starts_at.astimezone(UTC) for send in (announced, bong, bomi)]
    assert local[1].date() == local[0].date() + timedelta(days=1)
    assert (local[1].hour in (8, 9), local[2].hour) == (True, 15)
    # An announcement that is late would come with its questions.
    assert announced.expires_at < bong.starts_at
    assert bong.reask_at is not None
    assert bong.reask_at.date() == local[1].date() + timedelta(days=1)
    page = words_of(client.get(answer.url))
    assert "Announcement" in page
    assert page.count("Once more to those who have not answered") == 2
    assert answer.url in client.get("/reach/").content.decode()
    # A button that is pressed twice makes it once.
    assert sent(client, draft, 4).url.startswith("/messages/")
    assert len(sends()) == 3


def test_without_levers_it_is_one_send_as_ever(counties: SimpleNamespace) -> None:
    client = signed_in(counties.korto)
    draft = planned(client)
    client.post(f"/send/{draft.id}/reach", {"wish": "plain"})
    assert sent(client, draft, 4).url.startswith("/messages/")
    [send] = sends()
    assert (send.recipients.count(), send.reask_at) == (4, None)


def test_asking_again_alone_is_one_send_with_its_plan(counties: SimpleNamespace) -> None:
    client = signed_in(counties.korto)
    draft = planned(client, announces="", at_best_hour="")
    assert "once more on the next day" in words_of(client.get(f"/send/{draft.id}/check"))
    sent(client, draft, 4)
    [send] = sends()
    assert send.reask_at is not None


def test_an_announcement_that_says_nothing_is_refused_at_its_box(counties: SimpleNamespace) -> None:
    client = signed_in(counties.korto)
    draft = asked(client, written(client))
    page = words_of(client.post(f"/send/{draft.id}/reach", LEVERS | {"text_eng": " "}))
    assert "Write the announcement." in page
    page = words_of(client.post(f"/send/{draft.id}/reach", LEVERS | {"text_eng": "Hello @contact.pet"}))
    assert "@contact.pet" in page
    draft.refresh_from_db()
    assert draft.levers == {}


def test_all_of_it_is_stopped_at_once(counties: SimpleNamespace) -> None:
    client = signed_in(counties.korto)
    answer = sent(client, planned(client), 4)
    page = client.post(f"{answer.url}stop", follow=True)
    assert "Everything is stopped." in words_of(page)
    assert {(send.status, send.reask_at) for send in sends()} == {("stopped", None)}


def test_all_of_it_waits_for_one_approval(counties: SimpleNamespace) -> None:
    from mhero.accounts.models import User
    from mhero.messaging.circumstances import rules

    ours = rules()
    ours.approval_above = 3
    ours.save()
    client = signed_in(counties.korto)
    answer = sent(client, planned(client), 4)
    assert {send.status for send in sends()} == {"waiting_for_approval"}
    client.post(f"{answer.url}approve")
    assert {send.status for send in sends()} == {"waiting_for_approval"}
    other = User.objects.create_user("hawa@example.org", name="Hawa", role="administrator")
    signed_in(other).post(f"{answer.url}approve")
    assert "waiting_for_approval" not in {send.status for send in sends()}


def test_a_district_officer_sees_no_round_of_the_country(counties: SimpleNamespace) -> None:
    answer = sent(signed_in(counties.korto), planned(signed_in(counties.korto)), 4)
    assert signed_in(counties.flomo).get(answer.url).status_code == 404
    assert signed_in(counties.flomo).post(f"{answer.url}stop").status_code == 404
    assert signed_in(counties.teah).get(answer.url).status_code == 403
    assert signed_in(counties.teah).get("/reach/").status_code == 403


def answered(country: SimpleNamespace) -> Any:
    """A send that was answered; some of the first three phones could not be reached."""
    from tests.integration.messaging.answering import make_contacts

    from mhero.messaging.models import Contact, Message, Session
    from mhero.platform.ids import derived_id

    at = datetime(2026, 11, 3, 15, 20, tzinfo=UTC)
    flow = make_flow()
    send = make_send(flow, country.channel, at)
    contacts = make_contacts(
        40, lambda n: [country.places.country, country.places.bong] if n % 2 else [], 100
    )
    Contact.objects.filter(number__startswith="+23177").update(language="eng")
    ask(flow, send, contacts, seed=4)
    for place, session in enumerate(Session.objects.filter(broadcast_id=send.id).order_by("contact__number")):
        Message.objects.create(
            id=derived_id(at, session.id), is_incoming=False, contact_id=session.contact_id,
            broadcast_id=send.id, session_id=session.id, sms_channel_id=country.channel.id,
            number=f"+23177{place:07d}", text="Is there BCG?", sent_at=at + timedelta(seconds=place),
            status="failed" if place < 3 and not session.answered_at else "delivered",
            operator="Orange", county="Bong" if place % 2 else "Lofa", cadre="Nurse",
        )  # fmt: skip
    return send


def test_what_was_answered_is_kept_in_columns_once(country: SimpleNamespace) -> None:
    from mhero.messaging.models import Session
    from mhero.outreach.models import ReachAsk, ReachSend
    from mhero.outreach.reaching.facts import keep_asks
    from mhero.platform.clock import now

    send = answered(country)
    mine = Session.objects.filter(broadcast_id=send.id)
    assert keep_asks()
    assert not keep_asks()
    asks = ReachAsk.objects.filter(broadcast_id=send.id)
    # Whose phone could not be reached was not asked.
    assert 37 <= asks.count() <= 40
    assert {(one.hour, one.weekday, one.questions, one.operator) for one in asks} == {(15, 1, 5, "Orange")}
    assert asks.filter(answered_first=True).count() == mine.filter(answers__gt=0).count()
    assert asks.filter(answered_all=True).count() == mine.filter(status="completed").count()
    # It goes on, so it is looked at again: what changed is taken over, and nothing twice.
    before = asks.count()
    waiting = mine.filter(status="waiting", answers__gt=0).first() or mine.filter(status="waiting")[0]
    mine.filter(status="waiting").exclude(id=waiting.id).update(status="expired")
    mine.filter(id=waiting.id).update(status="completed", answers=5)
    later = now() + timedelta(minutes=2)
    assert keep_asks(lambda: later)
    assert (asks.count(), asks.get(session_id=waiting.id).answered_all) == (before, True)
    assert ReachSend.objects.get(broadcast=send).is_settled


def test_the_page_shows_shares_with_their_base_and_says_what_to_do(country: SimpleNamespace) -> None:
    learned("Bong", 15, 240, 74, place_ids=[country.places.bong])
    learned("Bong", 10, 1_020, 184, place_ids=[country.places.bong])
    learned("Lofa", 10, 300, 54)
    learned("Lofa", 10, 100, 12, is_reask=True)
    page = words_of(signed_in(country.korto).get("/reach/"))
    assert "1,560 times that somebody was asked" in page
    assert "31% of 240 (25 to 37%)" in page
    assert "Asked again 12% of 100" in page
    assert re_found(page, "Bong answers most between .{3,6} and .{3,6}: 31% of 240, against 18% of 1,020")
    # Who is responsible for Bong sees Bong.
    page = words_of(signed_in(country.flomo).get("/reach/"))
    assert "1,260 times that somebody was asked" in page
    assert "Lofa" not in page
    assert "Nobody was asked in this time" in words_of(
        signed_in(country.korto).get(
            "/reach/?span=30&send=" + str(make_send(make_flow("Other"), country.channel).id)
        )
    )
    assert signed_in(country.korto).get("/reach/?send=nothing").status_code == 404


def test_an_empty_page_says_how_to_begin(country: SimpleNamespace) -> None:
    assert "Nobody was asked yet" in words_of(signed_in(country.korto).get("/reach/"))


def re_found(page: str, pattern: str) -> bool:
    import re

    return re.search(pattern, page) is not None
