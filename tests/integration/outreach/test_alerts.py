"""Alerts: their waves, who is left in each, what a confirmation does, and whom the pages show what."""

from datetime import UTC, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from mhero.platform.ids import new_id

NINE = datetime(2026, 3, 3, 9, tzinfo=UTC)
#: In quiet hours, and ten minutes before they begin.
NIGHT = datetime(2026, 3, 3, 23, tzinfo=UTC)
LATE = datetime(2026, 3, 3, 19, 50, tzinfo=UTC)


class Clock:
    def __init__(self, at: datetime = NINE) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def wait(self, **time: int) -> None:
        self.at += timedelta(**time)


@pytest.fixture
def clock(country: SimpleNamespace) -> Clock:
    from mhero.messaging.circumstances import rules
    from mhero.messaging.models import SendingRules

    rules()
    SendingRules.objects.update(quiet_from=time(20), quiet_until=time(7))
    return Clock()


def prepare(country: SimpleNamespace, **changes: Any) -> Any:
    from mhero.outreach.alerts import services
    from mhero.outreach.audience import Filter

    alert = services.prepare(country.korto, Filter())
    named = {"name": "Cholera", "text": "Cholera in Bong.", "repeat_minutes": 30, "repeat_times": 2}
    for name, value in (named | changes).items():
        setattr(alert, name, value)
    services.save(alert, country.korto)
    return alert


def send(country: SimpleNamespace, clock: Clock, **changes: Any) -> Any:
    """An alert to the four who can be texted: Musu, Hawa, Saah and Back Today."""
    from mhero.outreach.alerts import services

    return services.send(prepare(country, **changes), country.korto, 4, clock)


def due(clock: Clock) -> None:
    from mhero.outreach.alerts.waves import run_due

    while run_due(clock):
        pass


def waves(alert: Any) -> list[tuple[str, int]]:
    return list(alert.waves.order_by("number").values_list("kind", "people"))


def contact(name: str) -> Any:
    from mhero.messaging.models import Contact

    return Contact.objects.get(name=name)


def say(name: str, text: str, clock: Clock) -> str | None:
    """What the command answers to somebody's text."""
    from mhero.messaging.commands import CommandSaid
    from mhero.outreach.alerts.confirming import Confirmation

    said = CommandSaid(
        message_id=new_id(clock()),
        contact=contact(name),
        text=text,
        received_at=clock() + timedelta(seconds=1),
    )
    return Confirmation().take(said)


def recipients(alert: Any, number: int) -> set[str]:
    wave = alert.waves.get(number=number)
    return set(wave.broadcast.recipients.values_list("contact__name", flat=True))


def test_an_alert_is_one_urgent_send_however_often_the_button_is_pressed(
    country: SimpleNamespace, clock: Clock
) -> None:
    from mhero.accounts.models import AuditEvent
    from mhero.messaging.models import Broadcast
    from mhero.outreach.alerts import services

    alert = send(country, clock, translations={"fra": "Choléra à Bong."})
    services.send(alert, country.korto, 4, clock)
    broadcast = Broadcast.objects.get()
    assert broadcast.is_urgent
    assert broadcast.text == "Cholera in Bong. Reply OK to confirm."
    assert broadcast.translations == {"fra": "Choléra à Bong. Répondez OK pour confirmer."}
    assert broadcast.starts_at == NINE + timedelta(seconds=10)
    assert recipients(alert, 0) == {"Musu Kollie", "Hawa Johnson", "Saah Tamba", "Back Today"}
    assert AuditEvent.objects.filter(action="alert.sent").count() == 1


def test_the_number_that_was_shown_must_still_be_true(country: SimpleNamespace, clock: Clock) -> None:
    from mhero.outreach.alerts import services
    from mhero.outreach.errors import PeopleChanged

    with pytest.raises(PeopleChanged):
        services.send(prepare(country), country.korto, 3, clock)


def test_repetitions_leave_out_who_confirmed_or_opted_out(country: SimpleNamespace, clock: Clock) -> None:
    from mhero.messaging.services import opt_out

    alert = send(country, clock)
    clock.wait(minutes=10)
    assert say("Musu Kollie", "ok pls", clock) == "Thank you, your confirmation is recorded."
    due(clock)
    assert waves(alert) == [("first", 4)]
    opt_out("+231880000003", country.korto)
    clock.wait(minutes=21)
    due(clock)
    assert recipients(alert, 1) == {"Hawa Johnson", "Back Today"}
    clock.wait(minutes=31)
    due(clock)
    # The last repetition has gone; the second wave waits for the button.
    clock.wait(hours=3)
    due(clock)
    assert waves(alert) == [("first", 4), ("repeat", 2), ("repeat", 2)]
    clock.wait(hours=24)
    due(clock)
    alert.refresh_from_db()
    assert alert.state == "over"
    assert say("Hawa Johnson", "ok", clock) is None


def test_a_machine_that_was_away_catches_nothing_up(country: SimpleNamespace, clock: Clock) -> None:
    alert = send(country, clock)
    clock.wait(hours=8)
    due(clock)
    assert waves(alert) == [("first", 4), ("repeat", 4)]


def test_when_everybody_has_confirmed_it_is_over_and_another_ok_is_no_news(
    country: SimpleNamespace, clock: Clock
) -> None:
    alert = send(country, clock)
    for name, text in (("Musu Kollie", "OK"), ("Hawa Johnson", "d'accord"), ("Saah Tamba", "sawa")):
        assert say(name, text, clock)
    assert say("Musu Kollie", "ok ok", clock) == ""
    assert say("Back Today", "ok but no fuel", clock) is None
    alert.refresh_from_db()
    assert alert.state == "running"
    assert say("Back Today", "👍", clock)
    alert.refresh_from_db()
    assert (alert.state, alert.next_at) == ("over", None)


def test_of_two_alerts_the_last_is_confirmed_unless_the_own_word_of_the_other_is_said(
    country: SimpleNamespace, clock: Clock
) -> None:
    from mhero.outreach.alerts.models import AlertPerson

    def confirmed(alert: Any) -> set[str]:
        found = AlertPerson.objects.filter(alert=alert).exclude(confirmed_at=None)
        return set(found.values_list("contact__name", flat=True))

    first = send(country, clock, word="LASSA")
    deliver(first)
    clock.wait(minutes=5)
    second = send(country, clock)
    deliver(second)
    say("Musu Kollie", "ok", clock)
    assert (confirmed(first), confirmed(second)) == (set(), {"Musu Kollie"})
    say("Hawa Johnson", "lassa", clock)
    assert (confirmed(first), confirmed(second)) == ({"Hawa Johnson"}, {"Musu Kollie"})
    say("Musu Kollie", "yes", clock)
    assert confirmed(first) == {"Hawa Johnson", "Musu Kollie"}


def deliver(alert: Any) -> None:
    """What the senders do with the alert's first wave."""
    from mhero.messaging.models import Message

    broadcast = alert.waves.get(number=0).broadcast
    for recipient in broadcast.recipients.select_related("contact"):
        Message.objects.create(
            id=new_id(broadcast.starts_at),
            is_incoming=False,
            contact_id=recipient.contact_id,
            broadcast_id=broadcast.id,
            sms_channel_id=broadcast.sms_channel_id,
            number=recipient.contact.number,
            text=broadcast.text,
            status="delivered",
            sent_at=broadcast.starts_at,
        )


def test_what_waits_to_leave_is_taken_back_from_who_confirms(country: SimpleNamespace, clock: Clock) -> None:
    from mhero.messaging.models import Message

    alert = send(country, clock)
    deliver(alert)
    Message.objects.filter(contact_id=contact("Musu Kollie").id).update(status="queued")
    say("Musu Kollie", "ok", clock)
    message = Message.objects.get(contact_id=contact("Musu Kollie").id)
    assert (message.status, message.reason) == ("cancelled", "answered")


def test_quiet_hours_are_held_unless_somebody_chose_otherwise(country: SimpleNamespace, clock: Clock) -> None:
    clock.at = NIGHT
    quiet = send(country, clock).waves.get().broadcast
    assert (quiet.status, quiet.starts_at) == ("scheduled", datetime(2026, 3, 4, 7, tzinfo=UTC))
    loud = send(country, clock, in_quiet_hours=True, quiet_reason="A dam broke").waves.get().broadcast
    assert (loud.status, loud.starts_at) == ("held", NIGHT + timedelta(seconds=10))


def test_what_respects_quiet_hours_is_gone_before_them_and_goes_on_after(
    country: SimpleNamespace, clock: Clock
) -> None:
    clock.at = LATE
    alert = send(country, clock)
    # What is urgent leaves in quiet hours too, so it must not wait until then.
    assert alert.waves.get().broadcast.expires_at == datetime(2026, 3, 3, 20, tzinfo=UTC)
    clock.wait(minutes=40)
    due(clock)
    alert.refresh_from_db()
    assert (waves(alert), alert.next_at) == ([("first", 4)], datetime(2026, 3, 4, 7, tzinfo=UTC))
    clock.at = datetime(2026, 3, 4, 7, 0, 1, tzinfo=UTC)
    due(clock)
    assert waves(alert) == [("first", 4), ("repeat", 4)]


def test_the_second_wave_tells_supervisors_who_has_not_confirmed(
    country: SimpleNamespace, clock: Clock
) -> None:
    from mhero.messaging.models import Message
    from mhero.outreach.alerts import services
    from mhero.registry.models import Role

    chief = country.add_person(20, "Korpo Chief", country.places.hospital, "+231770000020")
    Role.objects.create(
        id=new_id(), person_id=chief, place_id=country.places.hospital, job="Officer in charge", cadre="Nurse"
    )
    alert = services.send(prepare(country, second_after_minutes=None), country.korto, 5, clock)
    say("Korpo Chief", "ok", clock)
    say("Hawa Johnson", "ok", clock)
    say("Back Today", "ok", clock)
    assert services.second_wave(alert, country.korto, 0, clock) is None
    wave = services.second_wave(alert, country.korto, 1, clock)
    assert wave
    assert (wave.people, wave.supervisors) == (2, 1)
    # Pressed twice: the page showed one wave, and there are two.
    assert services.second_wave(alert, country.korto, 1, clock) is None
    told = Message.objects.get(contact_id=contact("Korpo Chief").id)
    assert told.text == "Not confirmed at Phebe Hospital: Musu Kollie, Saah Tamba. Call them. Alert: Cholera"
    assert told.priority == 0
    assert recipients(alert, 1) == {"Musu Kollie", "Saah Tamba"}


def test_supervisors_are_not_woken_either_unless_somebody_chose_so(
    country: SimpleNamespace, clock: Clock
) -> None:
    from mhero.messaging.models import Message
    from mhero.outreach.alerts import services
    from mhero.registry.models import Role

    chief = country.add_person(20, "Korpo Chief", country.places.hospital, "+231770000020")
    Role.objects.create(
        id=new_id(), person_id=chief, place_id=country.places.hospital, job="Officer in charge", cadre="Nurse"
    )
    clock.at = NIGHT
    for loud, priority in ((False, 1), (True, 0)):
        alert = prepare(country, in_quiet_hours=loud, second_to_people=False)
        alert = services.send(alert, country.korto, 5, clock)
        say("Korpo Chief", "ok", clock)
        services.second_wave(alert, country.korto, 1, clock)
        assert Message.objects.order_by("-id").first().priority == priority  # type: ignore[union-attr]
        clock.wait(minutes=1)


def test_a_planned_second_wave_goes_after_the_last_repetition(country: SimpleNamespace, clock: Clock) -> None:
    alert = send(country, clock, repeat_times=1, second_after_minutes=60, second_to_supervisors=False)
    for _ in range(20):
        clock.wait(minutes=10)
        due(clock)
    assert waves(alert) == [("first", 4), ("repeat", 4), ("second", 4)]


def test_while_no_channel_is_on_a_wave_waits(country: SimpleNamespace, clock: Clock) -> None:
    from mhero.messaging.models import SMSChannel

    alert = send(country, clock)
    SMSChannel.objects.update(is_enabled=False)
    clock.wait(minutes=31)
    due(clock)
    assert waves(alert) == [("first", 4)]
    SMSChannel.objects.update(is_enabled=True)
    clock.wait(minutes=2)
    due(clock)
    assert waves(alert) == [("first", 4), ("repeat", 4)]


def test_a_wave_whose_worker_is_killed_is_made_once(country: SimpleNamespace, clock: Clock) -> None:
    from django.db import transaction

    from mhero.messaging.models import Broadcast
    from mhero.outreach.alerts.waves import run_due

    class Killed(Exception):
        """Everything since the transaction began is gone."""

    alert = send(country, clock)
    clock.wait(minutes=31)

    def go_and_die() -> None:
        with transaction.atomic():
            run_due(clock)
            raise Killed

    with pytest.raises(Killed):
        go_and_die()
    assert (waves(alert), Broadcast.objects.count()) == ([("first", 4)], 1)
    due(clock)
    due(clock)
    assert (waves(alert), Broadcast.objects.count()) == ([("first", 4), ("repeat", 4)], 2)


def test_a_stopped_alert_sends_nothing_more_and_still_hears_who_confirms(
    country: SimpleNamespace, clock: Clock
) -> None:
    from mhero.messaging.models import Broadcast
    from mhero.outreach.alerts import services

    alert = send(country, clock)
    assert services.stop(alert, country.korto, clock)
    assert not services.stop(alert, country.korto, clock)
    clock.wait(hours=2)
    due(clock)
    assert waves(alert) == [("first", 4)]
    assert Broadcast.objects.get().status == "stopped"
    assert say("Musu Kollie", "ok", clock)


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_an_alert_is_prepared_checked_and_sent_on_the_pages(country: SimpleNamespace, clock: Clock) -> None:
    from mhero.outreach.alerts.models import Alert

    korto = browser(country.korto)
    at = korto.post("/alerts/start", {"place": str(country.places.bong)})["Location"]
    page = korto.post(
        at, {"name": "", "text_eng": "", "word": "STOP", "repeat_times": 3, "repeat_minutes": 30}
    )
    for words in ("Give the alert a name.", "Write the message.", "This word opts people out or in."):
        assert words in page.content.decode()
    written = {"name": "Cholera", "text_eng": "Cholera in Bong.", "word": "OK", "repeat_times": 3}
    written |= {"repeat_minutes": 30, "second": ["people", "supervisors"], "in_quiet_hours": "on"}
    assert "Say why people may be woken." in korto.post(at, written).content.decode()
    at = korto.post(at, written | {"quiet_reason": "Cases at night"})["Location"]
    page = korto.get(at).content.decode()
    assert "Cholera in Bong. Reply OK to confirm." in page
    assert "Send alert to 2 people" in page
    page = korto.post(at, {"shown": 2, "people": "1"}).content.decode()
    assert "This is not the number of people above." in page
    sent = korto.post(at, {"shown": 2, "people": "2"})["Location"]
    assert korto.post(at, {"shown": 2, "people": "2"})["Location"] == sent
    page = korto.get(sent).content.decode()
    assert "The first text leaves" in page
    assert "Send the second wave now" in page
    assert "Bong" in page
    alert = Alert.objects.get()
    assert (alert.state, alert.people.count(), alert.owner) == ("running", 2, country.korto)


def test_who_has_not_confirmed_is_listed_noted_and_taken_away_as_a_file(
    country: SimpleNamespace, clock: Clock
) -> None:
    from mhero.accounts.models import AuditEvent

    alert = send(country, Clock(now_()))
    korto = browser(country.korto)
    page = korto.get(f"/alerts/{alert.id}/people").content.decode()
    assert "Musu Kollie" in page
    person = alert.people.get(contact__name="Musu Kollie")
    korto.post(f"/alerts/{alert.id}/people/{person.id}/confirm")
    assert "Musu Kollie" not in korto.get(f"/alerts/{alert.id}/people").content.decode().split("<table")[1]
    assert (
        "Noted by korto@example.org" in korto.get(f"/alerts/{alert.id}/people?confirmed=yes").content.decode()
    )
    response: Any = korto.get(f"/alerts/{alert.id}/people.csv")
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 4
    assert lines[1].startswith("Hawa Johnson,+231770000002,")
    assert "Bomi" in lines[1]
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"alert.people_listed", "alert.confirmed", "alert.exported"} <= actions


def now_() -> datetime:
    from mhero.platform.clock import now

    return now()


def test_the_map_shows_how_many_have_not_confirmed(country: SimpleNamespace, clock: Clock) -> None:
    from mhero.registry.models import Place

    Place.objects.update(latitude=7.0, longitude=-9.5)
    alert = send(country, clock)
    say("Musu Kollie", "ok", clock)
    drawn = browser(country.korto).get(f"/alerts/{alert.id}/map.json").json()
    points = {point["name"]: (point["value"], point["text"]) for point in drawn["points"]}
    assert points == {"Bong": (1, "1 of 2 have confirmed"), "Bomi": (2, "0 of 2 have confirmed")}


def test_a_district_officer_sees_her_people_alone_and_decides_about_her_own_alerts(
    country: SimpleNamespace, clock: Clock
) -> None:
    from mhero.outreach.alerts import services
    from mhero.outreach.audience import Filter

    alert, only_bomi = send(country, clock), prepare(country, name="Bomi alone")
    services.prepare(country.korto, Filter(cadres=("Midwife",)), only_bomi)
    services.send(only_bomi, country.korto, 1, clock)
    flomo = browser(country.flomo)
    listed = flomo.get("/alerts/").content.decode()
    assert "Cholera" in listed
    assert "Bomi alone" not in listed
    assert flomo.get(f"/alerts/{only_bomi.id}/").status_code == 404
    people = flomo.get(f"/alerts/{alert.id}/people").content.decode()
    assert "Musu Kollie" in people
    assert "Hawa Johnson" not in people
    assert flomo.get(f"/alerts/{alert.id}/?place={country.places.bomi}").status_code == 404
    for verb in ("stop", "second"):
        assert flomo.post(f"/alerts/{alert.id}/{verb}").status_code == 404
    person = alert.people.get(contact__name="Musu Kollie")
    assert flomo.post(f"/alerts/{alert.id}/people/{person.id}/confirm").status_code == 404
    lines = b"".join(flomo.get(f"/alerts/{alert.id}/people.csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "Hawa Johnson" not in lines
    own = flomo.post("/alerts/start", {})["Location"]
    written = {"name": "Hers", "text_eng": "Come.", "word": "OK", "repeat_times": 0, "repeat_minutes": 30}
    check = flomo.post(own, written)["Location"]
    sent = flomo.post(check, {"shown": 2, "people": "2"})["Location"]
    assert "Stop the alert" in flomo.get(sent).content.decode()
    assert browser(country.teah).get("/alerts/").status_code == 403


def test_a_prepared_alert_stays_in_the_list_until_it_is_put_away(
    country: SimpleNamespace, clock: Clock
) -> None:
    alert = prepare(country)
    korto = browser(country.korto)
    assert "Cholera" in korto.get("/alerts/").content.decode()
    assert korto.get(f"/alerts/{alert.id}/")["Location"] == f"/alerts/{alert.id}/check"
    korto.post(f"/alerts/{alert.id}/discard")
    assert "No alerts yet" in korto.get("/alerts/").content.decode()
    assert korto.get(f"/alerts/{alert.id}/").status_code == 404
