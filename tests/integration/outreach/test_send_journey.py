"""From who to what to check, as an officer clicks through it."""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest


def signed_in(user: Any) -> Any:
    from django.test import Client

    client = Client()
    client.force_login(user)
    return client


def draft_for(client: Any, query: str = "", text: str = "Hello @contact.first_name") -> Any:
    """Through the first two pages."""
    from django.http import QueryDict

    from mhero.outreach.models import Draft

    started = client.post("/send/start", QueryDict(query))
    assert started.status_code == 302, started.content
    draft = Draft.objects.latest("created_at")
    assert started.url == f"/send/{draft.id}/what"
    written = client.post(started.url, {"text": text, "simplifies_accents": "", "name": ""})
    assert written.status_code == 302, written.content
    assert written.url == f"/send/{draft.id}/check"
    return draft


def sent(client: Any, draft: Any, shown: int, **changes: Any) -> Any:
    said = {"when": "now", "expires_after_hours": "24", "shown": shown} | changes
    return client.post(f"/send/{draft.id}/check", said)


def words_of(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_the_choices_and_the_account_are_on_one_page(country: SimpleNamespace) -> None:
    page = signed_in(country.korto).get("/send/")
    said = words_of(page)
    for expected in ("Nurse (9)", "Bong (5)", "Gbarnga (5)", "of 10 people who were chosen", "1 opted out"):
        assert expected in said
    assert "Continue with 4 people" in said


def test_the_account_follows_the_choice_and_so_does_the_address(country: SimpleNamespace) -> None:
    client = signed_in(country.korto)
    part = client.get("/send/count", {"cadre": "Midwife", "csrfmiddlewaretoken": "never in an address"})
    assert "Continue with 1 person" in words_of(part)
    assert part["HX-Replace-Url"] == "/send/?cadre=Midwife"
    assert "<html" not in part.content.decode()
    page = client.get(part["HX-Replace-Url"])
    assert re.search(r'value="Midwife"[^>]* checked', page.content.decode())


def test_a_choice_that_cannot_be_read_sends_to_nobody(country: SimpleNamespace) -> None:
    client = signed_in(country.korto)
    for path in (
        "/send/?place=x",
        "/send/count?place=x",
        "/audiences/people?place=x",
        "/audiences/people?reason=x",
    ):
        assert client.get(path).status_code == 400
    assert client.post("/send/start", {"place": "x"}).status_code == 400


def test_a_part_of_a_county_that_is_chosen_is_in_sight(country: SimpleNamespace) -> None:
    client = signed_in(country.korto)
    assert "app-within" in client.get("/send/").content.decode()
    assert 'app-within" open>' not in client.get("/send/").content.decode()
    page = client.get("/send/", {"place": str(country.places.gbarnga)}).content.decode()
    assert page.count('app-within" open>') == 1


def test_a_facility_is_found_by_its_name_and_stays_chosen(country: SimpleNamespace) -> None:
    client = signed_in(country.korto)
    assert "Phebe Hospital, Gbarnga (5)" in words_of(client.get("/send/", {"facility": "phe"}))
    chosen = client.get("/send/", {"place": str(country.places.hospital)})
    assert "Phebe Hospital, Gbarnga (5)" in words_of(chosen)
    assert "All health workers in Phebe Hospital" in words_of(chosen)
    assert "No facility has “zz” in its name" in words_of(client.get("/send/", {"facility": "zz"}))


def test_a_message_is_prepared_checked_and_sent_once(country: SimpleNamespace) -> None:
    from mhero.messaging.models import Broadcast, Recipient

    client = signed_in(country.korto)
    draft = draft_for(client, f"place={country.places.bong}")
    said = words_of(client.get(f"/send/{draft.id}/check"))
    for expected in ("2 text messages will be sent", "5 people chosen", "1 has no phone number"):
        assert expected in said
    assert "Send 2 text messages" in said
    first = sent(client, draft, 2)
    again = sent(client, draft, 2)
    broadcast = Broadcast.objects.get()
    assert first.url == again.url
    assert str(broadcast.id) in first.url
    assert Recipient.objects.filter(broadcast=broadcast).count() == 2
    assert broadcast.audience == {"places": [str(country.places.bong)]}
    assert broadcast.audience_description == "All health workers in Bong"
    assert broadcast.accounted["chosen"] == 5
    assert broadcast.accounted["will_send"] == 2
    assert (broadcast.status, broadcast.sms_channel_id) == ("held", country.channel.id)
    assert client.get(f"/send/{draft.id}/what").status_code == 302
    assert client.get(f"/send/{draft.id}/check").url == first.url


def test_the_numbers_on_the_page_are_the_numbers_that_are_sent(country: SimpleNamespace) -> None:
    from mhero.messaging.models import Broadcast

    client = signed_in(country.korto)
    draft = draft_for(client, f"place={country.places.bong}")
    country.add_person(30, "Joined Meanwhile", country.places.hospital, "+231770000030")
    answer = sent(client, draft, 2)
    assert answer.status_code == 200
    assert "The number of people changed from 2 to 3 meanwhile" in words_of(answer)
    assert not Broadcast.objects.exists()
    assert sent(client, draft, 3).status_code == 302


def test_the_text_is_counted_while_it_is_written(country: SimpleNamespace) -> None:
    from mhero.messaging.circumstances import rules

    ours = rules()
    ours.prices = {"": "0.01"}
    ours.save()
    client = signed_in(country.korto)
    draft = draft_for(client)
    url = f"/send/{draft.id}/segments"
    plain = words_of(client.post(url, {"text": "Hello"}))
    assert "155 letters left in this SMS" in plain
    assert "1 SMS each , 4 SMS in all" in plain.replace("each,", "each ,")
    accents = words_of(client.post(url, {"text": "ê" * 100}))
    assert "Accents kept: 2 SMS each" in accents
    assert "Accents simplified: 1 SMS each" in accents
    assert "$0.08" in accents
    assert "These letters make it longer: ê" in accents
    assert "@contact.salary cannot be filled in" in words_of(client.post(url, {"text": "@contact.salary"}))
    assert client.get(url).status_code == 405


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "Write the message."),
        ("  \n ", "Write the message."),
        ("Hello @contact.salary", "@contact.salary cannot be filled in"),
        ("x" * 1000, "The message takes 7 SMS. Shorten it to 6 or fewer."),
    ],
)
def test_a_text_that_cannot_be_sent_is_refused_in_words(
    country: SimpleNamespace, text: str, problem: str
) -> None:
    client = signed_in(country.korto)
    draft = draft_for(client)
    page = client.post(f"/send/{draft.id}/what", {"text": text, "simplifies_accents": ""})
    assert page.status_code == 200
    assert problem in words_of(page)
    assert "<title>Error: " in page.content.decode()


def test_any_recipients_own_text_is_shown(country: SimpleNamespace) -> None:
    from mhero.messaging.models import Contact

    client = signed_in(country.korto)
    draft = draft_for(client, text="Hello @contact.first_name at @contact.facility")
    musu = Contact.objects.get(name="Musu Kollie")
    shown = words_of(client.get(f"/send/{draft.id}/preview", {"person": str(musu.id)}))
    assert "What Musu Kollie will read" in shown
    assert "Hello Musu at Phebe Hospital" in shown
    found = words_of(client.get(f"/send/{draft.id}/check", {"q": "saah"}))
    assert "Saah Tamba" in found
    assert "Nobody who will get the message has “opted”" in words_of(
        client.get(f"/send/{draft.id}/preview", {"q": "opted"})
    )


def test_changing_the_people_keeps_the_text(country: SimpleNamespace) -> None:
    from mhero.outreach.models import Draft

    client = signed_in(country.korto)
    draft = draft_for(client)
    page = client.get(f"/send/?cadre=Nurse&draft={draft.id}").content.decode()
    assert f'name="draft" value="{draft.id}"' in page
    client.post("/send/start", {"cadre": "Midwife", "draft": str(draft.id)})
    changed = Draft.objects.get()
    assert (changed.id, changed.filter, changed.text) == (
        draft.id,
        {"cadres": ["Midwife"]},
        "Hello @contact.first_name",
    )


def test_a_later_time_is_in_the_countrys_zone(country: SimpleNamespace) -> None:
    from datetime import UTC, datetime, time

    from mhero.messaging.models import Broadcast
    from mhero.platform.clock import now

    country.space.time_zone = "Africa/Addis_Ababa"
    country.space.save()
    client = signed_in(country.korto)
    draft = draft_for(client)
    assert "Addis Ababa time" in words_of(client.get(f"/send/{draft.id}/check"))
    day = (now() + timedelta(days=2)).date()
    answer = sent(client, draft, 4, when="later", day=day.isoformat(), time="09:30", expires_after_hours="4")
    assert answer.status_code == 302, words_of(answer)
    broadcast = Broadcast.objects.get()
    assert broadcast.starts_at == datetime.combine(day, time(6, 30), tzinfo=UTC)
    assert broadcast.expires_at == broadcast.starts_at + timedelta(hours=4)
    assert broadcast.status == "scheduled"


@pytest.mark.parametrize(
    ("when", "problem"),
    [
        ({"when": "later"}, "Choose the day and the time"),
        ({"when": "later", "day": "2020-01-01", "time": "09:00"}, "This time has passed"),
        ({"when": "later", "day": "2999-01-01", "time": "09:00"}, "within the next 90 days"),
        ({"when": "later", "day": "tomorrow", "time": "02:00"}, "This is in the quiet hours"),
        ({"when": ""}, "Choose when to send."),
    ],
)
def test_a_time_that_cannot_be_is_refused_in_words(
    country: SimpleNamespace, when: dict[str, str], problem: str
) -> None:
    from mhero.messaging.models import Broadcast
    from mhero.platform.clock import now

    if when.get("day") == "tomorrow":
        when = when | {"day": (now() + timedelta(days=1)).date().isoformat()}
    client = signed_in(country.korto)
    answer = sent(client, draft_for(client), 4, **when)
    assert problem in words_of(answer)
    assert not Broadcast.objects.exists()


def test_quiet_hours_are_said_and_do_not_eat_up_the_expiry(country: SimpleNamespace) -> None:
    from datetime import time

    from mhero.messaging.circumstances import rules
    from mhero.messaging.models import Broadcast
    from mhero.platform.clock import now

    ours, at = rules(), now()
    ours.quiet_from = (at - timedelta(hours=1)).time().replace(microsecond=0)
    ours.quiet_until = time((at.hour + 3) % 24, at.minute)
    ours.save()
    client = signed_in(country.korto)
    draft = draft_for(client)
    assert "It is quiet now: a message sent now waits until" in words_of(
        client.get(f"/send/{draft.id}/check")
    )
    assert sent(client, draft, 4, expires_after_hours="2").status_code == 302
    assert Broadcast.objects.get().expires_at > at + timedelta(hours=4, minutes=50)


def test_a_large_send_asks_for_a_second_person(country: SimpleNamespace) -> None:
    from mhero.messaging.circumstances import rules
    from mhero.messaging.models import Broadcast

    ours = rules()
    ours.approval_above = 3
    ours.save()
    client = signed_in(country.korto)
    draft = draft_for(client)
    said = words_of(client.get(f"/send/{draft.id}/check"))
    assert "Ask for approval to send 4 text messages" in said
    assert "Send 4 text messages" not in said
    assert sent(client, draft, 4).status_code == 302
    assert Broadcast.objects.get().status == "waiting_for_approval"


def test_trial_mode_sends_to_the_teams_phones_alone(country: SimpleNamespace) -> None:
    from mhero.messaging.models import Recipient

    country.space.went_live_at = None
    country.space.save()
    client = signed_in(country.korto)
    draft = draft_for(client)
    said = words_of(client.get(f"/send/{draft.id}/check"))
    assert "Only the phones of your team get messages now: 1 of the people you chose." in said
    assert "3 are blocked by trial mode" in said
    assert "Send 1 text message" in said
    assert sent(client, draft, 1).status_code == 302
    assert Recipient.objects.get().contact.name == "Musu Kollie"


def test_one_can_send_oneself_an_example(country: SimpleNamespace) -> None:
    from mhero.messaging.models import Broadcast, Contact, Message

    country.space.went_live_at = None
    country.space.save()
    client = signed_in(country.korto)
    draft = draft_for(client)
    saah = Contact.objects.get(name="Saah Tamba")
    answer = client.post(f"/send/{draft.id}/example", {"person": str(saah.id)}, follow=True)
    assert "The example is on its way to your phone." in words_of(answer)
    message = Message.objects.get()
    assert (message.number, message.text) == (country.korto.phone, "Hello Saah")
    assert not Broadcast.objects.exists()


def test_without_a_provider_the_page_says_so_and_nothing_is_sent(country: SimpleNamespace) -> None:
    country.channel.is_enabled = False
    country.channel.save()
    client = signed_in(country.korto)
    draft = draft_for(client)
    page = client.get(f"/send/{draft.id}/check")
    assert "An administrator must connect an SMS provider." in words_of(page)
    assert "Send 4 text messages" not in words_of(page)
    assert "There is no way to send yet." in words_of(sent(client, draft, 4))


def test_of_several_channels_one_is_chosen(country: SimpleNamespace) -> None:
    from mhero.messaging.models import Broadcast
    from mhero.messaging.services import create_sms_channel

    other = create_sms_channel(
        type="external", name="Orange", address="5678", send_url="http://127.0.0.1:1/o"
    )
    client = signed_in(country.korto)
    draft = draft_for(client)
    assert "Send through" in words_of(client.get(f"/send/{draft.id}/check"))
    assert sent(client, draft, 4, sms_channel=str(other.id)).status_code == 302
    assert Broadcast.objects.get().sms_channel_id == other.id


def test_flomo_sees_and_texts_her_district_only(country: SimpleNamespace) -> None:
    from mhero.messaging.models import Recipient

    client = signed_in(country.flomo)
    said = words_of(client.get("/send/"))
    assert "Nurse (5)" in said
    assert "Bomi" not in said
    draft = draft_for(client)
    assert sent(client, draft, 2).status_code == 302
    assert {one.contact.name for one in Recipient.objects.all()} == {"Musu Kollie", "Saah Tamba"}
    beyond = client.get("/audiences/people", {"place": str(country.places.bomi)})
    assert "Hawa" not in words_of(beyond)


def test_nobody_reaches_somebody_elses_draft(country: SimpleNamespace) -> None:
    draft = draft_for(signed_in(country.korto))
    flomo = signed_in(country.flomo)
    for path in ("what", "check", "preview"):
        assert flomo.get(f"/send/{draft.id}/{path}").status_code == 404
    assert flomo.post("/send/start", {"draft": str(draft.id)}).status_code == 404
    assert flomo.post(f"/send/{draft.id}/example").status_code == 404


def test_teah_may_not_send(country: SimpleNamespace) -> None:
    draft = draft_for(signed_in(country.korto))
    teah = signed_in(country.teah)
    for path in (
        "/send/",
        "/send/count",
        f"/send/{draft.id}/what",
        f"/send/{draft.id}/check",
        "/audiences/new",
    ):
        assert teah.get(path).status_code == 403
    for path in ("/send/start", f"/send/{draft.id}/example", f"/send/{draft.id}/segments"):
        assert teah.post(path).status_code == 403


def test_a_list_is_saved_used_renamed_and_put_away(country: SimpleNamespace) -> None:
    from mhero.outreach.models import Audience

    client = signed_in(country.korto)
    assert "No saved lists yet" in words_of(client.get("/audiences/"))
    answer = client.post("/audiences/new?cadre=Midwife", {"name": "Midwives"}, follow=True)
    assert "The list was saved." in words_of(answer)
    midwives = Audience.objects.get()
    assert midwives.filter == {"cadres": ["Midwife"]}
    page = client.get(f"/audiences/{midwives.id}/")
    assert "/send/?cadre=Midwife" in page.content.decode()
    twice = client.post("/audiences/new?cadre=Nurse", {"name": "midwives"})
    assert "There is a list with this name already." in words_of(twice)
    client.post(f"/audiences/{midwives.id}/", {"name": "All midwives"})
    assert "All midwives" in words_of(client.get("/send/"))
    client.post(f"/audiences/{midwives.id}/archive")
    assert client.get(f"/audiences/{midwives.id}/").status_code == 404
    assert "No saved lists yet" in words_of(client.get("/audiences/"))
    assert client.post("/audiences/new?cadre=Midwife", {"name": "All midwives"}).status_code == 302


def test_a_list_counts_only_the_people_of_the_one_who_looks(country: SimpleNamespace) -> None:
    from mhero.outreach.audience import Filter
    from mhero.outreach.services import save_audience

    save_audience("Everyone", Filter(), country.korto)
    assert "Everyone All health workers 10 4" in words_of(signed_in(country.korto).get("/audiences/"))
    assert "Everyone All health workers 5 2" in words_of(signed_in(country.flomo).get("/audiences/"))


def test_the_people_behind_a_figure_are_listed_masked_and_audited(country: SimpleNamespace) -> None:
    from mhero.accounts.models import AuditEvent

    page = signed_in(country.korto).get("/audiences/people", {"reason": "opted_out"})
    said = words_of(page)
    assert "1 opted out" in said
    assert "Opted Out +23177 ••• 006" in said
    assert "+231770000006" not in page.content.decode()
    event = AuditEvent.objects.get(action="people.listed")
    assert (event.people, event.actor, event.detail) == (1, "korto@example.org", {"reason": "opted_out"})


def test_the_pages_speak_french(country: SimpleNamespace) -> None:
    from django.utils import translation

    country.korto.locale = "fr"
    country.korto.save()
    client = signed_in(country.korto)
    # The middleware activates the person's language for the thread, which is this test's too.
    with translation.override("en"):
        assert "Choisissez à qui écrire" in words_of(client.get("/send/"))
        draft = draft_for(client)
        assert "Envoyer 4 SMS" in words_of(client.get(f"/send/{draft.id}/check"))


def test_two_presses_at_one_moment_make_one_send(live_db: str) -> None:
    """With real connections: the second waits for the first and finds what it made."""
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection, connections

    from mhero.accounts.models import User
    from mhero.accounts.queries import workspace
    from mhero.messaging.models import Broadcast, Contact
    from mhero.messaging.services import create_sms_channel
    from mhero.outreach.audience import Filter
    from mhero.outreach.services import Plan, prepare, send
    from mhero.platform.clock import now
    from mhero.registry.models import Person

    space = workspace()
    space.went_live_at = now()
    space.save()
    korto = User.objects.create_user("korto@example.org", role="administrator")
    create_sms_channel(type="external", name="Lonestar", address="1234", send_url="http://127.0.0.1:1/send")
    musu = Person.objects.create(id=UUID(int=1), name="Musu", phone="+231770000001", phone_state="usable")
    Contact.objects.create(person_id=musu.id, number=musu.phone, name=musu.name)
    draft = prepare(korto, Filter())
    draft.text = "Hello"
    draft.save()

    def press(_: int) -> UUID:
        try:
            return send(draft, korto, Plan(shown=1)).id
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as people:
        made = set(people.map(press, range(4)))
    assert len(made) == 1
    assert Broadcast.objects.count() == 1
    connection.close()
