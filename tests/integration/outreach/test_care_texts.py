"""Visits by text: registered and ended, who is reminded of what and when, and what is forgotten."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from tests.integration.outreach.caring import MONDAY, Clinic

from mhero.platform.ids import new_id


@pytest.fixture
def clinic(db: None) -> Clinic:
    return Clinic()


def visits() -> list[tuple[str, str, str, date, str]]:
    from mhero.outreach.care.models import Visit

    found = Visit.objects.select_related("client").order_by("id")
    return [(one.client.name, one.client.number, one.client.phone, one.due_on, one.state) for one in found]


def test_a_visit_is_registered_by_text_and_its_code_answered(clinic: Clinic) -> None:
    visit = clinic.register("VISIT Hawa Dolo 12/5 0770 000 009")
    assert visits() == [("Hawa Dolo", "", "+231770000009", date(2026, 5, 12), "due")]
    again = clinic.text("visit hawa dolo 12 May")
    assert again == f"Hawa Dolo has a visit on Tue 12 May already: code {visit.code}."
    answer = clinic.text("VISIT B-102 tomorrow")
    assert answer.startswith("Noted: B-102, visit on Tue 10 Mar. Code ")
    assert len(visits()) == 2
    assert clinic.text("RDV Fatu Toe 12 mai").startswith("Noté : Fatu Toe, visite le mar 12 mai. Code ")
    assert clinic.text("ZIARA Sia Toe kesho").startswith("Imepokelewa: Sia Toe, ziara tarehe Jnne 10 Mac.")


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("VISIT Hawa Dolo", "On which day? Send it as: VISIT Musu Dolo 12 May"),
        ("VISIT Hawa Dolo 5/1", "5/1: Mon 5 Jan or Fri 1 May? Write the month as a word."),
        ("VISIT Hawa Dolo 2 March", "Mon 2 Mar is over. Send the day of the next visit."),
        ("VISIT Hawa Dolo 12/5/2029", "Sat 12 May 2029 is more than a year away. Send a nearer day."),
        ("VISIT Hawa Dolo 12/5 07700", "Which number? Send one."),
        ("VISIT Hawa Dolo 12/5 07700000099999", "07700000099999 is no mobile number here."),
        ("VISIT Hawa and Sia 12/5", "One text for each client."),
        ("DONE 4F7K", "No visit of your facility has the code 4F7K."),
        ("DONE 4F7H", "4F7H is no code. Look at it again."),
    ],
)
def test_what_is_not_clear_is_asked_back_and_nothing_kept(clinic: Clinic, words: str, answer: str) -> None:
    said = clinic.text(words)
    if words.endswith(" 07700"):
        # Too short for a number, so it is no part of a name either.
        assert said.startswith("Is ")
    else:
        assert said.startswith(answer)
    assert visits() == []


def test_who_may_not_register_is_told_so(clinic: Clinic) -> None:
    from mhero.messaging.models import Contact

    unknown = Contact.objects.create(number="+231779999999")
    assert clinic.text("VISIT Hawa 12/5", contact=unknown).startswith("This number is not registered")
    flomo = clinic.worker("Flomo", "District Health Officer", place=clinic.place.parent)
    assert clinic.text("VISIT Hawa 12/5", contact=flomo).startswith("We do not know at which facility")
    assert visits() == []


def test_outcomes_are_told_by_one_word_and_the_code(clinic: Clinic) -> None:
    visit = clinic.register("VISIT Hawa Dolo 12/5")
    code = visit.code
    assert clinic.text(f"{code.lower()} moved to 20/3") == f"Noted. Hawa Dolo ({code}) comes on Fri 20 Mar."
    assert clinic.text(f"MISSED {code}").startswith(f"Noted. Hawa Dolo ({code}) did not come.")
    assert clinic.text(f"moved {code} 2 March").startswith("Mon 2 Mar is no day for that.")
    assert clinic.text(f"Done {code} 28/12/2025").startswith("Sun 28 Dec 2025 cannot be right.")
    assert visits()[0][3:] == (date(2026, 3, 20), "missed")
    assert clinic.text(f"done {code}") == f"Thank you. Hawa Dolo ({code}): done on Mon 9 Mar."
    assert clinic.text(f"done {code}") == f"Thank you. Hawa Dolo ({code}): done on Mon 9 Mar."
    assert visits()[0][4] == "done"
    later = MONDAY + timedelta(days=3)
    assert "was done on Mon 9 Mar" in clinic.text(f"MISSED {code}", later)
    events = list(visit.events.order_by("id").values_list("what", "by"))
    assert events == [(what, "Musu Kollie") for what in ("registered", "moved", "missed", "done")]


def test_a_code_of_another_facility_is_nobody_elses_business(clinic: Clinic) -> None:
    from mhero.registry.models import Place

    visit = clinic.register("VISIT Hawa Dolo 12/5")
    other = Place.objects.create(
        id=new_id(), kind="facility", name="Klay", level=4, path=[clinic.place.path[0]]
    )
    other.path = [clinic.place.path[0], other.id]
    other.save()
    saah = clinic.worker("Saah", "Nurse", place=other)
    assert clinic.text(f"DONE {visit.code}", contact=saah).startswith("No visit of your facility")
    assert clinic.text(f"DONE {visit.code}", contact=clinic.korto).startswith("Thank you.")


def test_whoever_registered_is_reminded_before_on_and_after_in_one_text(clinic: Clinic) -> None:
    hawa, sia = clinic.register("VISIT Hawa Dolo 12/3"), clinic.register("VISIT Sia Toe 11/3")
    reply = "Reply DONE, MISSED or MOVED with the code."
    assert clinic.remind(10, 7) == []
    assert clinic.remind(10, 8) == [("Musu Kollie", f"Wed 11 Mar: visit Sia Toe {sia.code}. {reply}")]
    assert clinic.remind(10, 9) == []
    assert clinic.remind(11, 8) == [
        ("Musu Kollie", f"Today: visit Sia Toe {sia.code}. Thu 12 Mar: visit Hawa Dolo {hawa.code}. {reply}")
    ]
    clinic.text(f"done {sia.code}", datetime(2026, 3, 11, 12, tzinfo=UTC))
    assert clinic.remind(12, 8) == [("Musu Kollie", f"Today: visit Hawa Dolo {hawa.code}. {reply}")]
    assert clinic.remind(13, 8) == []
    assert clinic.remind(14, 8) == [
        ("Musu Kollie", f"Due Thu 12 Mar, no word: visit Hawa Dolo {hawa.code}. {reply}")
    ]
    assert clinic.remind(15, 8) == []


def test_a_worker_that_is_killed_in_between_reminds_once_all_the_same(clinic: Clinic) -> None:
    from django.db import transaction

    from mhero.outreach.care.models import CareReminder

    clinic.register("VISIT Hawa Dolo 12/3")
    with transaction.atomic():
        assert len(clinic.remind(11, 8)) == 1
        transaction.set_rollback(True)
    assert CareReminder.objects.count() == 0
    assert len(clinic.remind(11, 8)) == 1
    assert clinic.remind(11, 8) == []


def test_two_workers_at_once_remind_once(live_db: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    from mhero.messaging.models import Message
    from mhero.outreach.care.reminding import remind_when_due

    clinic = Clinic()
    for name in ("Hawa Dolo", "Sia Toe", "Fatu Kamara"):
        clinic.register(f"VISIT {name} 12/3 0770000099")
    before = Message.objects.count()

    def remind(_: int) -> None:
        try:
            remind_when_due(lambda: datetime(2026, 3, 11, 8, 5, tzinfo=UTC))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(remind, range(4)))
    texts = list(Message.objects.order_by("id").values_list("text", flat=True))[before:]
    assert len(texts) == 4
    assert sum(text.startswith("Thu 12 Mar: ") for text in texts) == 1


def test_a_moved_visit_is_reminded_of_anew_and_one_that_is_due_at_once_is_not(clinic: Clinic) -> None:
    visit = clinic.register("VISIT Hawa Dolo 10/3")
    # It was registered after the hour of the day before.
    assert clinic.remind(9, 12) == []
    assert len(clinic.remind(10, 8)) == 1
    clinic.text(f"MOVED {visit.code} 13/3", datetime(2026, 3, 10, 12, tzinfo=UTC))
    assert clinic.remind(11, 8) == []
    assert [text[:10] for _, text in clinic.remind(12, 8)] == ["Fri 13 Mar"]


def test_many_visits_of_a_day_take_as_few_texts_as_hold_them(clinic: Clinic) -> None:
    from mhero.messaging.segments import count

    for name in ("Hawa Dolo", "Sia Toe", "Fatu Kamara", "Kebbeh Sumo", "Mamie Kollie", "Yassah Paye"):
        clinic.register(f"VISIT {name} 12/3")
    sent = clinic.remind(11, 8)
    assert len(sent) == 2
    assert all(count(text).segments == 1 for _, text in sent)


def test_clients_who_agreed_are_texted_without_a_name_and_never_after_stop(clinic: Clinic) -> None:
    from mhero.messaging.models import Contact

    clinic.register("VISIT Hawa Dolo 12/3 0770000099")
    clinic.register("VISIT Sia Toe 12/3")
    assert [one for one in clinic.remind(11, 8) if one[0] == "client"] == [
        (
            "client",
            "Reminder: your visit at Phebe Clinic is on Thu 12 Mar. Send STOP for no more reminders.",
        )
    ]
    Contact.objects.filter(number="+231770000099").update(status="stopped")
    assert [one for one in clinic.remind(12, 8) if one[0] == "client"] == []


def test_the_in_charge_is_reminded_where_nobody_is_named_and_somebody_else_left(clinic: Clinic) -> None:
    from mhero.messaging.models import Contact

    clinic.register("VISIT Hawa Dolo 12/3")
    Contact.objects.filter(id=clinic.musu.id).update(status="left")
    ((name, text),) = clinic.remind(11, 8)
    assert name == "Korto Flomo"
    assert text.startswith("jeu 12 mars: visite Hawa Dolo")


def test_without_an_sms_channel_or_in_quiet_hours_reminders_wait(
    clinic: Clinic,
) -> None:
    from mhero.messaging.models import SMSChannel
    from mhero.outreach.care.models import CareReminder

    clinic.register("VISIT Hawa Dolo 12/3")
    SMSChannel.objects.update(is_enabled=False)
    assert clinic.remind(11, 8) == []
    assert CareReminder.objects.count() == 0
    SMSChannel.objects.update(is_enabled=True)
    assert clinic.remind(11, 22) == []
    assert len(clinic.remind(11, 15)) == 1


def test_no_reminder_leaves_after_the_outcome_and_others_in_it_are_told_anew(
    clinic: Clinic,
) -> None:
    from mhero.messaging.models import Message

    hawa, sia = clinic.register("VISIT Hawa Dolo 12/3"), clinic.register("VISIT Sia Toe 12/3")
    clinic.remind(12, 8)
    clinic.text(f"DONE {hawa.code}", datetime(2026, 3, 12, 8, 6, tzinfo=UTC))
    cancelled = Message.objects.filter(status="cancelled").values_list("text", flat=True)
    assert [hawa.code in text for text in cancelled] == [True]
    ((_, text),) = clinic.remind(12, 9)
    assert sia.code in text
    assert hawa.code not in text


def test_without_a_word_a_visit_is_missed_and_later_the_client_is_forgotten(clinic: Clinic) -> None:
    from mhero.messaging.models import Contact, Message
    from mhero.outreach.care import queries
    from mhero.outreach.care.models import CareClient, Visit
    from mhero.outreach.care.retention import look_after_clients

    rules = queries.rules()
    rules.missed_after_days, rules.retention_days = 5, 30
    rules.save()
    hawa = clinic.register("VISIT Hawa Dolo 12/3 0770000099")
    clinic.register("VISIT Sia Toe 20/4")
    clinic.remind(11, 8)

    def look(day: date) -> None:
        look_after_clients(lambda: datetime.combine(day, time(10), UTC))

    look(date(2026, 3, 16))
    assert visits()[0][4] == "due"
    look(date(2026, 3, 17))
    assert visits()[0][4] == "missed"
    look(date(2026, 4, 15))
    assert visits()[0][0] == "Hawa Dolo"
    assert Message.objects.filter(text__contains="Hawa").count() == 3
    look(date(2026, 4, 16))
    client = CareClient.objects.get(id=hawa.client_id)
    assert (client.name, client.phone, client.agreed) == ("", "", False)
    assert Visit.objects.get(id=hawa.id).code == ""
    assert not Message.objects.filter(text__contains="Hawa").exists()
    assert not Message.objects.filter(number="+231770000099").exists()
    assert not Contact.objects.filter(number="+231770000099").exists()
    assert Message.objects.filter(text__contains="Sia Toe").exists()
