"""Sends that are made again and again."""

from datetime import UTC, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from tests.integration.outreach.test_send_journey import draft_for, sent, signed_in, words_of

from mhero.outreach.turns import Pattern

#: A Monday.
START = datetime(2030, 5, 6, 8, 0, tzinfo=UTC)
DAILY = Pattern(repeats="daily", at=time(9))


def planned(country: SimpleNamespace, pattern: Pattern = DAILY, query: str = "") -> Any:
    from mhero.messaging.models import SendingRules
    from mhero.outreach.schedules import plan

    SendingRules.objects.update(quiet_from="00:00", quiet_until="00:00", hold_seconds=60)
    draft = draft_for(signed_in(country.korto), query)
    return plan(draft, country.korto, pattern, expires_after_hours=24, clock=lambda: START)


def run(at: datetime) -> None:
    from mhero.outreach.schedules import run_due

    while run_due(lambda: at):
        pass


def turns(schedule: Any) -> list[tuple[str, str]]:
    rows = schedule.turns.order_by("due_at").values_list("due_at", "outcome")
    return [(f"{due:%d %H:%M}", outcome) for due, outcome in rows]


def test_each_turn_is_a_send_to_those_who_fit_then(country: SimpleNamespace) -> None:
    from mhero.messaging.models import Broadcast, Contact

    schedule = planned(country)
    run(START + timedelta(minutes=58))
    assert turns(schedule) == []
    for _ in range(2):
        run(START + timedelta(minutes=59))
    first = Broadcast.objects.get()
    assert (first.starts_at, first.status) == (START + timedelta(hours=1), "scheduled")
    before = first.recipients.count()
    Contact.objects.filter(id=first.recipients.first().contact_id).update(status="stopped")
    run(START + timedelta(hours=25))
    assert turns(schedule) == [("06 09:00", "sent"), ("07 09:00", "sent")]
    assert Broadcast.objects.latest("starts_at").recipients.count() == before - 1


def test_what_was_missed_is_sent_once_when_it_is_not_too_late(country: SimpleNamespace) -> None:
    from mhero.messaging.models import Broadcast

    schedule = planned(country)
    # Away for three days, back at 14:59 of the fourth: that day's turn is five hours late.
    run(START + timedelta(days=3, hours=6, minutes=59))
    assert turns(schedule) == [
        ("06 09:00", "late"),
        ("07 09:00", "late"),
        ("08 09:00", "late"),
        ("09 09:00", "sent"),
    ]
    assert Broadcast.objects.count() == 1
    run(START + timedelta(days=4, hours=8))
    assert turns(schedule)[-1] == ("10 09:00", "late")
    schedule.refresh_from_db()
    assert schedule.next_at == datetime(2030, 5, 11, 9, 0, tzinfo=UTC)


def test_why_a_turn_is_left_out_is_kept(country: SimpleNamespace) -> None:
    from mhero.accounts.models import User
    from mhero.messaging.models import Broadcast, SMSChannel

    schedule = planned(country, query="cadre=Nobody")
    run(START + timedelta(hours=1))
    User.objects.filter(id=country.korto.id).update(role="viewer")
    run(START + timedelta(days=1, hours=1))
    User.objects.filter(id=country.korto.id).update(role="administrator")
    SMSChannel.objects.update(is_enabled=False)
    run(START + timedelta(days=2, hours=1))
    assert [outcome for _, outcome in turns(schedule)] == ["nobody", "not_allowed", "no_channel"]
    assert Broadcast.objects.count() == 0


def test_a_schedule_ends_with_its_last_day(country: SimpleNamespace) -> None:
    schedule = planned(country, Pattern(repeats="daily", at=time(9), ends_on=START.date()))
    run(START + timedelta(hours=1))
    schedule.refresh_from_db()
    assert (schedule.next_at, turns(schedule)) == (None, [("06 09:00", "sent")])


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"repeats": "weekly"}, "Choose the days of the week."),
        ({"repeats": "monthly"}, "Choose the day of the month."),
        ({"repeats": "daily", "time": ""}, "Choose the time."),
        ({"repeats": "daily", "time": "02:00"}, "This is in the quiet hours."),
        ({"repeats": "daily", "ends_on": "2020-01-01"}, "The last day is before the first."),
        ({"repeats": ""}, "Choose how often."),
    ],
)
def test_a_repetition_that_cannot_be_is_refused_in_words(
    country: SimpleNamespace, said: dict[str, str], problem: str
) -> None:
    client = signed_in(country.korto)
    draft = draft_for(client)
    page = sent(client, draft, 4, **({"when": "repeat", "time": "09:00"} | said))
    assert problem in words_of(page)


def test_an_officer_repeats_a_send_changes_it_and_stops_it(country: SimpleNamespace) -> None:
    from mhero.outreach.models import Schedule

    client = signed_in(country.korto)
    draft = draft_for(client)
    said = {"when": "repeat", "repeats": "weekly", "weekdays": ["0", "3"], "time": "09:00"}
    for _ in range(2):
        made = sent(client, draft, 4, **said)
    schedule = Schedule.objects.get()
    assert made.url == f"/messages/planned/{schedule.id}/"
    page = words_of(client.get(made.url))
    assert "Every Monday and Thursday" in page
    assert "Hello Musu" in page or "Hello @contact.first_name" in page
    assert schedule.name in words_of(client.get("/messages/"))
    changed = client.post(made.url, {"repeats": "monthly", "month_day": "31", "time": "10:30", "ends_on": ""})
    assert changed.status_code == 302
    assert "On the last day of every month" in words_of(client.get(made.url))
    client.post(f"{made.url}stop")
    schedule.refresh_from_db()
    assert (schedule.next_at, schedule.stopped_by) == (None, country.korto.email)
    assert "Stopped" in words_of(client.get(made.url))
    assert schedule.name not in words_of(client.get("/messages/"))


def test_a_district_officer_sees_the_plans_of_her_district_alone(country: SimpleNamespace) -> None:
    schedule = planned(country)
    flomo = signed_in(country.flomo)
    assert flomo.get(f"/messages/planned/{schedule.id}/").status_code == 404
    assert flomo.post(f"/messages/planned/{schedule.id}/stop").status_code == 404


def test_people_of_a_saved_list_or_a_filter_come_into_a_list(country: SimpleNamespace) -> None:
    from mhero.messaging.models import Group
    from mhero.outreach.models import Audience

    client = signed_in(country.korto)
    audience = Audience.objects.create(name="Nurses", filter={"cadres": ["Nurse"]})
    made = client.post(f"/lists/from?audience={audience.id}", {"into": "", "name": "Trainees"})
    group = Group.objects.get(name="Trainees")
    assert made.url == f"/lists/{group.id}/"
    nurses = group.contacts.count()
    assert nurses > 0
    client.post("/lists/from?cadre=Midwife", {"into": str(group.id), "name": ""})
    assert group.contacts.count() > nurses
    assert "There is a list with this name already" in words_of(
        client.post("/lists/from", {"into": "", "name": "trainees"})
    )
    assert signed_in(country.teah).get("/lists/from").status_code == 403
