"""Assessments: rounds, who has reported and when, reminders, supervisors, and what goes to DHIS2."""

from typing import Any

import pytest
from tests.integration.outreach.assessing import District

LEADERS = ["In charge of Clinic One", "In charge of Clinic Two", "In charge of Phebe Hospital"]


@pytest.fixture
def district(db: None) -> District:
    return District()


def test_each_week_whoever_is_in_charge_is_asked_once_and_the_others_are_accounted_for(
    district: District,
) -> None:
    from mhero.outreach.assessments.models import AssessmentRound

    assessment = district.assessment()
    district.ask(-0.1)
    assert district.sends() == []
    for days in (0, 0.1, 2, 6.9):
        district.ask(days)
    (made,) = AssessmentRound.objects.all()
    assert (made.period, made.outcome, str(made.due_on)) == ("2026W9", "asked", "2026-03-05")
    assert district.sends() == [LEADERS]
    assert district.states() == {
        "Clinic One": "asked",
        "Clinic Two": "asked",
        "Clinic Three": "unreached",
        "Phebe Hospital": "asked",
    }
    district.ask(7)
    assert [one.period for one in AssessmentRound.objects.order_by("period_start")] == ["2026W9", "2026W10"]
    assessment.refresh_from_db()
    assert assessment.next_at == district.at(14)


def test_people_can_be_chosen_by_a_filter(district: District) -> None:
    place = str(district.facilities["Clinic Three"].id)
    district.assessment(who="people", filter={"places": [place]})
    district.ask()
    assert district.sends() == [["Musu Kollie"]]


def test_an_answer_counts_in_time_or_late_by_when_it_was_complete(district: District) -> None:
    district.assessment()
    district.ask()
    one, two, hospital = district.in_charge.values()
    district.talk(one, 0.01, ended=3.6, bcg="yes")
    district.talk(two, 0.01, ended=3.7, bcg="yes")
    district.talk(hospital, 0.01)
    district.follow(3.65)
    assert district.states()["Clinic One"] == "answered"
    # Thursday ends at midnight, 3.625 days after Monday 9 o'clock: 3.7 is Friday.
    assert district.states()["Clinic Two"] == "late"
    assert district.states()["Phebe Hospital"] == "silent"


def test_what_is_said_outside_a_round_is_not_an_answer_to_it(district: District) -> None:
    district.assessment()
    one, two, _hospital = district.in_charge.values()
    district.talk(one, -0.5, ended=-0.4, bcg="yes")
    district.ask()
    district.ask(7)
    district.talk(two, 7.1, ended=7.2, bcg="yes")
    district.follow(7.3)
    first = district.states(round__period="2026W9")
    second = district.states(round__period="2026W10")
    assert (first["Clinic One"], first["Clinic Two"]) == ("silent", "silent")
    assert (second["Clinic One"], second["Clinic Two"]) == ("asked", "answered")


def test_who_has_not_reported_is_reminded_before_and_after_and_then_the_district_hears_of_it(
    district: District,
) -> None:
    from mhero.messaging.models import Message, Session

    district.assessment(remind_before=[1], remind_after=[1], escalate_after=2)
    district.ask()
    one, two, hospital = district.in_charge.values()
    district.talk(one, 0.01, ended=0.02, bcg="yes")
    district.talk(two, 0.01)
    session = Session.objects.get(contact=two)
    Message.objects.create(
        is_incoming=False,
        contact_id=two.id,
        session_id=session.id,
        sms_channel_id=session.sms_channel_id,
        number=two.number,
        text="How many doses?",
        status="sent",
    )
    district.follow(1.9)
    assert district.texts() == []
    for days in (2, 2.1, 2.5):
        district.follow(days)
    assert district.texts() == [(two.name, '"Clinic check" is due on 5 Mar.\nHow many doses?')]
    # Who is in no conversation is asked anew.
    assert district.sends()[1:] == [[hospital.name]]
    Session.objects.update(status="expired")
    for days in (4, 4.1):
        district.follow(days)
    assert district.sends()[2:] == [[two.name, hospital.name]]
    for days in (5, 5.1, 6):
        district.follow(days)
    assert district.texts()[1:] == [
        ("Flomo", '"Clinic check" was due on 5 Mar. No report from Clinic Two, Phebe Hospital.')
    ]


def test_steps_that_were_missed_together_are_taken_once(district: District) -> None:
    district.assessment(remind_before=[2, 1], remind_after=[1], escalate_after=2)
    district.ask()
    district.follow(6)
    assert len(district.sends()) == 2
    assert [name for name, _text in district.texts()] == ["Flomo"]


def test_a_round_that_was_missed_until_it_would_be_late_is_left_out_and_said(district: District) -> None:
    from mhero.outreach.assessments.models import AssessmentRound

    district.assessment()
    district.ask(8)
    rounds = AssessmentRound.objects.order_by("period_start")
    assert [(one.period, one.outcome) for one in rounds] == [("2026W9", "late"), ("2026W10", "asked")]
    assert len(district.sends()) == 1


@pytest.mark.parametrize(
    ("hindrance", "outcome"),
    [("owner", "not_allowed"), ("channel", "no_channel"), ("flow", "no_flow"), ("people", "nobody")],
)
def test_why_nobody_was_asked_is_kept(district: District, hindrance: str, outcome: str) -> None:
    from mhero.accounts.models import User
    from mhero.messaging.models import Contact, Flow, SMSChannel
    from mhero.outreach.assessments.models import AssessmentRound

    district.assessment()
    match hindrance:
        case "owner":
            User.objects.update(is_active=False)
        case "channel":
            SMSChannel.objects.update(is_enabled=False)
        case "flow":
            Flow.objects.update(is_archived=True)
        case "people":
            Contact.objects.update(status="stopped")
    district.ask()
    assert AssessmentRound.objects.get().outcome == outcome
    assert district.sends() == []


def test_answers_go_to_dhis2_once_with_the_type_of_the_element(district: District) -> None:
    from mhero.connectors.models import DataValue, ValueSet

    district.assessment(
        data_set="status",
        elements={
            "bcg": {"id": "open", "type": "BOOLEAN"},
            "doses": {"id": "doses", "type": "INTEGER_ZERO_OR_POSITIVE"},
        },
    )
    district.ask()
    one, two, hospital = district.in_charge.values()
    district.talk(one, 0.01, ended=0.02, bcg="no", doses="0")
    district.talk(two, 0.01, ended=4, bcg="yes", doses="2.5")
    district.talk(hospital, 0.01)
    for _ in range(2):
        district.follow(5)
    sets = {one.place_id: one for one in ValueSet.objects.all()}
    assert {one.period for one in sets.values()} == {"2026W9"}
    values = {
        (value.value_set.place_id, value.data_element): value.value
        for value in DataValue.objects.select_related("value_set")
    }
    clinics = [district.facilities[name].id for name in ("Clinic One", "Clinic Two")]
    # Half a dose is no whole number, so that DHIS2 is not asked to take it.
    assert values == {
        (clinics[0], "open"): "false",
        (clinics[0], "doses"): "0",
        (clinics[1], "open"): "true",
    }
    assert {one.version for one in sets.values()} == {1}


def test_what_is_stopped_asks_and_reminds_nobody_any_more(district: District) -> None:
    from mhero.outreach.assessments.services import stop

    assessment = district.assessment(remind_before=[1], escalate_after=1)
    district.ask()
    stop(assessment, district.korto, clock=lambda: district.at(1))
    district.ask(7)
    district.follow(8)
    assert len(district.sends()) == 1
    assert district.texts() == []


@pytest.mark.parametrize("status", ["stopped", "waiting_for_approval"])
def test_nobody_is_reminded_of_what_was_stopped_or_not_approved(district: District, status: str) -> None:
    from mhero.messaging.models import Broadcast

    district.assessment(remind_after=[1], escalate_after=2)
    district.ask()
    Broadcast.objects.update(status=status)
    district.follow(6)
    assert len(district.sends()) == 1
    assert district.texts() == []


def test_what_dhis2_refuses_is_told_once_to_whoever_answered(district: District) -> None:
    from mhero.connectors.models import DataValue
    from mhero.outreach.refusals import tell_of_refusals

    district.assessment(data_set="status", elements={"bcg": {"id": "open", "type": "BOOLEAN"}})
    district.ask()
    district.talk(district.in_charge["Clinic One"], 0.01, ended=0.02, bcg="yes")
    district.follow(1)
    DataValue.objects.update(is_waiting=False, refusal="untimely", refusal_is_news=True, words="E7640")
    for _ in range(2):
        tell_of_refusals()
    assert district.texts() == [
        (
            "In charge of Clinic One",
            'DHIS2 did not take your answers to "Clinic check": the period is closed there.',
        )
    ]


def test_once_is_once(district: District) -> None:
    from mhero.outreach.assessments.models import AssessmentRound

    assessment = district.assessment(repeats="")
    for days in (0, 7, 14):
        district.ask(days)
    (made,) = AssessmentRound.objects.all()
    assert (made.period, made.period_start) == ("", assessment.starts_on)
    assessment.refresh_from_db()
    assert assessment.next_at is None
    district.talk(district.in_charge["Clinic One"], 20, ended=20.1, bcg="yes")
    district.follow(20.2)
    assert district.states()["Clinic One"] == "late"


class _Killed(Exception):
    """The worker dies here."""


class _Reaper:
    """Dies at the n-th statement."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if self.left == 0:
            raise _Killed
        self.left -= 1
        return execute(sql, params, many, context)


@pytest.mark.parametrize("what", ["round", "answers", "steps"])
def test_killed_at_any_statement_everything_happens_once(district: District, what: str) -> None:
    from django.db import connection, transaction

    district.assessment(
        remind_after=[1],
        escalate_after=1,
        data_set="status",
        elements={"bcg": {"id": "open", "type": "BOOLEAN"}},
    )
    if what != "round":
        district.ask()
        district.talk(district.in_charge["Clinic One"], 0.01, ended=0.02, bcg="yes")
        district.talk(district.in_charge["Clinic Two"], 0.01)
    if what == "steps":
        district.follow(1)
    statement = 0
    while True:
        try:
            # What a worker that dies leaves behind is what its last transaction left.
            with transaction.atomic(), connection.execute_wrapper(_Reaper(statement)):
                district.ask() if what == "round" else district.follow(4 if what == "steps" else 1)
            break
        except _Killed:
            statement += 1
    assert statement > 10
    district.ask()
    district.follow(4)
    if what == "round":
        assert district.sends()[0] == LEADERS
        return
    reminded = [name for name, text in district.texts() if "Answer now" in text]
    told = [text for name, text in district.texts() if name == "Flomo"]
    assert reminded == ["In charge of Clinic Two"]
    assert len(told) == 1
    assert district.sends() == [LEADERS, ["In charge of Phebe Hospital"]]


def test_four_workers_at_once_do_everything_once(live_db: str) -> None:
    from concurrent.futures import ThreadPoolExecutor
    from threading import Barrier

    from django.db import connection

    district = District()
    district.assessment(remind_after=[1], escalate_after=1)
    together = Barrier(4)

    def work(_number: int) -> None:
        try:
            together.wait()
            district.ask()
            together.wait()
            district.follow(4)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(work, range(4)))
    assert len(district.states()) == 4
    assert sorted(map(len, district.sends())) == [3, 3]
    assert [name for name, _text in district.texts()] == ["Flomo"]
